// Draws the map on a canvas: what is looked at by a tired officer, so little and clear.
import type { Area, Plan } from "../api";
import { dayMonth, position, zulu } from "../text";
import type { Land } from "./land";
import type { Point, View } from "./view";

export interface Look { [token: string]: string }
export const unitColours = 6;
const dashes = [[], [9, 5], [9, 4, 2, 4], [16, 6], [2, 4], [10, 3, 10, 8]];
export const unitDash = (i: number) => dashes[i % dashes.length];

export function lookOf(element: Element): Look {
  const style = getComputedStyle(element), look: Look = {};
  for (const name of ["sea", "land", "coast", "line", "ink", "soft", "panel", "accent", "p50", "p75", "p95", "outline", "particle", ...Array.from({ length: unitColours }, (_, i) => "unit" + i)])
    look[name] = style.getPropertyValue("--" + name).trim();
  return look;
}

export interface Scene {
  land: Land; regions: any; summary: any; plan: Plan | null; time: number; units: Record<string, number>; selected: string | null;
  assets: any[]; searches: { points: Point[]; label: string }[]; particles: { lon: Float32Array; lat: Float32Array; status: Uint8Array } | null; measure: Point[];
}

function path(c: CanvasRenderingContext2D, view: View, points: number[], close: boolean) {
  let last = 0;
  for (let i = 0; i + 1 < points.length; i += 2) {
    let x = view.x(points[i]);
    const y = view.y(points[i + 1]);
    if (i) while (Math.abs(x - last) > 180 * view.scale) x += x < last ? 360 * view.scale : -360 * view.scale;
    if (i) c.lineTo(x, y);
    else c.moveTo(x, y);
    last = x;
  }
  if (close) c.closePath();
}

function landDraw(c: CanvasRenderingContext2D, view: View, land: Land, look: Look) {
  c.fillStyle = look.sea;
  c.fillRect(0, 0, view.width, view.height);
  for (const ring of land.rings) {
    c.beginPath();
    path(c, view, ring.ring, true);
    c.fillStyle = ring.level % 2 ? look.land : look.sea;
    c.fill();
    c.strokeStyle = look.coast;
    c.lineWidth = 1;
    if (land.box === null) c.stroke();
  }
}

const steps = [1 / 60, 2 / 60, 5 / 60, 10 / 60, 20 / 60, 0.5, 1, 2, 5, 10, 20, 30];

function graticule(c: CanvasRenderingContext2D, view: View, look: Look) {
  const box = view.box(), step = steps.find((s) => s * view.scale > 90) ?? 45;
  const label = (v: number, width: number, letters: string) => {
    const minutes = Math.round(Math.abs(v) * 60), d = Math.floor(minutes / 60), m = minutes % 60;
    return `${String(d).padStart(width, "0")}°${step < 1 ? String(m).padStart(2, "0") + "′" : ""} ${v < 0 ? letters[1] : letters[0]}`;
  };
  c.strokeStyle = look.line;
  c.fillStyle = look.soft;
  c.lineWidth = 1;
  c.font = "12px system-ui, sans-serif";
  for (let lon = Math.ceil(box.west / step) * step; lon <= box.east; lon += step) {
    const x = Math.round(view.x(lon)) + 0.5;
    c.beginPath(), c.moveTo(x, 0), c.lineTo(x, view.height), c.stroke();
    c.fillText(label(((lon + 180) % 360 + 360) % 360 - 180, 3, "EW"), x + 4, 14);
  }
  for (let lat = Math.ceil(box.south / step) * step; lat <= box.north; lat += step) {
    const y = Math.round(view.y(lat)) + 0.5;
    c.beginPath(), c.moveTo(0, y), c.lineTo(view.width, y), c.stroke();
    c.fillText(label(lat, 2, "NS"), 4, y - 4);
  }
}

// The output time nearest to the slider.
export function nearestTime(summary: any, time: number): string | null {
  let best: string | null = null, least = Infinity;
  for (const one of summary?.times ?? []) {
    const apart = Math.abs(Date.parse(one.time) - time);
    if (apart < least) (least = apart), (best = one.time);
  }
  return best;
}

const fills: [number, string, number[]][] = [[0.95, "p95", [2, 4]], [0.75, "p75", [8, 5]], [0.5, "p50", []]];

function regionsDraw(c: CanvasRenderingContext2D, view: View, scene: Scene, look: Look) {
  const at = nearestTime(scene.summary, scene.time);
  for (const [mass, fill, dash] of fills)
    for (const f of scene.regions?.features ?? []) {
      if (f.properties.kind !== "contour" || f.properties.mass !== mass || f.properties.time !== at) continue;
      const polygons = f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.coordinates;
      c.beginPath();
      for (const polygon of polygons) for (const ring of polygon) path(c, view, ring.flat(), true);
      c.fillStyle = look[fill];
      c.globalAlpha = 0.85;
      c.fill("evenodd");
      c.globalAlpha = 1;
      c.setLineDash(dash);
      c.strokeStyle = look.outline;
      c.lineWidth = 1.2;
      c.stroke();
      c.setLineDash([]);
    }
}

function particlesDraw(c: CanvasRenderingContext2D, view: View, p: NonNullable<Scene["particles"]>, look: Look) {
  c.fillStyle = look.particle;
  const size = p.lon.length > 20000 ? 1 : 2;
  for (let i = 0; i < p.lon.length; i++) if (Number.isFinite(p.lon[i])) c.fillRect(view.x(p.lon[i]), view.y(p.lat[i]), size, size);
}

function cross(c: CanvasRenderingContext2D, x: number, y: number, size: number, colour: string) {
  c.strokeStyle = colour;
  c.lineWidth = 2.5;
  c.beginPath(), c.moveTo(x - size, y), c.lineTo(x + size, y), c.moveTo(x, y - size), c.lineTo(x, y + size), c.stroke();
}

function word(c: CanvasRenderingContext2D, text: string, x: number, y: number, look: Look, colour = look.ink, bold = false) {
  c.font = `${bold ? "600 " : ""}13px system-ui, sans-serif`;
  c.lineWidth = 4;
  c.lineJoin = "round";
  c.strokeStyle = look.sea;
  c.strokeText(text, x, y);
  c.fillStyle = colour;
  c.fillText(text, x, y);
}

function datumDraw(c: CanvasRenderingContext2D, view: View, scene: Scene, look: Look) {
  const at = nearestTime(scene.summary, scene.time);
  for (const f of scene.regions?.features ?? []) {
    const g = f.geometry, p = f.properties;
    if (p.kind === "track" && p.of === "datum") {
      c.beginPath();
      for (const line of g.type === "LineString" ? [g.coordinates] : g.coordinates) path(c, view, line.flat(), false);
      c.setLineDash([2, 4]), (c.strokeStyle = look.ink), (c.lineWidth = 2), c.stroke(), c.setLineDash([]);
    } else if (p.kind === "lkp") {
      const [x, y] = [view.x(g.coordinates[0]), view.y(g.coordinates[1])];
      cross(c, x, y, 8, look.ink);
      c.beginPath(), c.arc(x, y, Math.max(4, p.circle_nm * view.pixelsPerNm()), 0, 7), (c.lineWidth = 1.2), c.stroke();
      word(c, String(p.scenario), x + 12, y + 16, look);
    } else if (p.kind === "datum" && p.time === at) {
      const [x, y] = [view.x(g.coordinates[0]), view.y(g.coordinates[1])];
      cross(c, x, y, 12, look.ink);
      word(c, zulu(p.time), x + 14, y - 6, look);
    }
  }
}

function areaDraw(c: CanvasRenderingContext2D, view: View, area: Area, i: number, chosen: boolean, look: Look) {
  const colour = look["unit" + (i % unitColours)];
  c.strokeStyle = colour;
  c.lineWidth = 1;
  if (area.waypoints) c.beginPath(), path(c, view, area.waypoints.flatMap((w) => [w.lon, w.lat]), false), c.stroke();
  c.setLineDash(unitDash(i));
  c.lineWidth = chosen ? 4 : 2.5;
  c.beginPath(), path(c, view, area.corners.flatMap((p) => [p.lon, p.lat]), true), c.stroke(), c.setLineDash([]);
  const csp = area.csp;
  if (csp) c.beginPath(), c.arc(view.x(csp.lon), view.y(csp.lat), 5, 0, 7), (c.fillStyle = colour), c.fill();
  const top = area.corners.reduce((a, b) => (b.lat > a.lat ? b : a));
  word(c, `${area.id} ${area.pattern}`, view.x(top.lon) + 6, view.y(top.lat) - 8, look, colour, true);
}

// Handles of a chosen area: its middle, one to turn it, one for each side.
export function handles(area: Area): { kind: "move" | "turn" | "length" | "width"; lat: number; lon: number }[] {
  if (area.pattern !== "PS" && area.pattern !== "CS") return [{ kind: "move", ...area.centre }];
  const along = area.orientation_deg * Math.PI / 180, k = Math.cos(area.centre.lat * Math.PI / 180);
  const off = (nmAlong: number, nmAcross: number) => ({
    lat: area.centre.lat + (nmAlong * Math.cos(along) - nmAcross * Math.sin(along)) / 60,
    lon: area.centre.lon + (nmAlong * Math.sin(along) + nmAcross * Math.cos(along)) / 60 / k,
  });
  return [
    { kind: "move", ...area.centre }, { kind: "turn", ...off(area.length_nm / 2 + 0.12 * area.length_nm, 0) },
    { kind: "length", ...off(-area.length_nm / 2, 0) }, { kind: "width", ...off(0, area.width_nm / 2) },
  ];
}

function handlesDraw(c: CanvasRenderingContext2D, view: View, area: Area, colour: string, look: Look) {
  for (const h of handles(area)) {
    const [x, y] = [view.x(h.lon), view.y(h.lat)];
    c.beginPath();
    if (h.kind === "turn" || h.kind === "move") c.arc(x, y, 8, 0, 7);
    else c.rect(x - 7, y - 7, 14, 14);
    c.fillStyle = look.panel, c.fill(), (c.strokeStyle = colour), (c.lineWidth = 2.5), c.stroke();
  }
}

function scaleBar(c: CanvasRenderingContext2D, view: View, look: Look) {
  const per = view.pixelsPerNm(), length = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].find((l) => l * per > 90) ?? 1000;
  const x = view.width - 30 - length * per, y = view.height - 26;
  c.strokeStyle = look.ink, c.lineWidth = 1.5;
  c.beginPath(), c.moveTo(x, y - 5), c.lineTo(x, y), c.lineTo(x + length * per, y), c.lineTo(x + length * per, y - 5), c.stroke();
  word(c, `${length} NM`, x + length * per - 44, y - 9, look);
}

export function draw(c: CanvasRenderingContext2D, view: View, scene: Scene, look: Look) {
  c.direction = "ltr"; // coordinates read left to right in every language
  landDraw(c, view, scene.land, look);
  graticule(c, view, look);
  regionsDraw(c, view, scene, look);
  if (scene.particles) particlesDraw(c, view, scene.particles, look);
  for (const s of scene.searches) {
    c.strokeStyle = look.soft, c.lineWidth = 1.5, c.setLineDash([6, 3]);
    c.beginPath(), path(c, view, s.points.flatMap((p) => [p.lon, p.lat]), false), c.stroke(), c.setLineDash([]);
    if (s.points[0]) word(c, s.label, view.x(s.points[0].lon) + 6, view.y(s.points[0].lat) + 4, look, look.soft);
  }
  datumDraw(c, view, scene, look);
  for (const area of scene.plan?.assets ?? []) areaDraw(c, view, area, scene.units[area.id] ?? 0, area.id === scene.selected, look);
  const chosen = scene.plan?.assets.find((a) => a.id === scene.selected);
  if (chosen) handlesDraw(c, view, chosen, look["unit" + ((scene.units[chosen.id] ?? 0) % unitColours)], look);
  for (const a of scene.assets) {
    if (!a.from || typeof a.from !== "object") continue;
    const [x, y] = [view.x(a.from.lon), view.y(a.from.lat)], colour = look["unit" + ((scene.units[a.id] ?? 0) % unitColours)];
    c.beginPath(), c.moveTo(x - 7, y - 6), c.lineTo(x + 9, y), c.lineTo(x - 7, y + 6), c.closePath(), (c.fillStyle = colour), c.fill();
    word(c, a.id, x + 12, y + 4, look, colour);
  }
  if (scene.measure.length) {
    c.strokeStyle = look.accent, c.lineWidth = 2;
    c.beginPath(), path(c, view, scene.measure.flatMap((p) => [p.lon, p.lat]), false), c.stroke();
    for (const p of scene.measure) c.beginPath(), c.arc(view.x(p.lon), view.y(p.lat), 4, 0, 7), (c.fillStyle = look.accent), c.fill();
  }
  scaleBar(c, view, look);
}
export const spoken = (p: Point, time: number) => `${position(p.lat, p.lon)}, ${zulu(time)} ${dayMonth(time)}`;
