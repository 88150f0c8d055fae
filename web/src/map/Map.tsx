import { useEffect, useRef, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { t } from "../lang";
import { activePlan, areaEdit, current, measuring, particles, particlesShown, plan, regions, selected, shown, summary, theme, time } from "../state";
import { bearing, measure, nm, position } from "../text";
import { draw, handles, lookOf, nearestTime, spoken } from "./draw";
import { land, landFor } from "./land";
import { View, type Point } from "./view";

let view = new View(35, 15, 60, 800, 600);
let repaint = () => {};
export const fitAll = () => {
  const points: Point[] = [];
  const at = nearestTime(summary.value, time.value);
  for (const f of regions.value?.features ?? []) {
    if (f.properties.kind === "contour" && f.properties.mass === 0.95 && f.properties.time === at)
      for (const polygon of f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.coordinates) for (const [lon, lat] of polygon[0]) points.push({ lat, lon });
    if (f.properties.kind === "lkp") points.push({ lat: f.geometry.coordinates[1], lon: f.geometry.coordinates[0] });
  }
  for (const a of activePlan.value?.assets ?? []) points.push(...a.corners);
  if (!points.length) for (const s of current.value?.document.scenarios ?? []) {
    const p = s.position ?? s.route?.[0]?.position ?? s.found?.position;
    if (p && typeof p === "object") points.push({ lat: p.lat - 0.3, lon: p.lon - 0.3 }, { lat: p.lat + 0.3, lon: p.lon + 0.3 });
  }
  view = view.fitted(points);
  repaint();
};
export const zoom = (factor: number) => ((view = view.zoomed(factor)), repaint());
export const goTo = (p: Point) => ((view = view.to(p.lat, p.lon, Math.max(view.scale, 600))), repaint());

// Which unit has which colour and line, everywhere.
export function unitNumbers(): Record<string, number> {
  return Object.fromEntries((current.value?.document.assets ?? []).map((a: any, i: number) => [a.id, i]));
}

function searchesShown() {
  return (current.value?.document.searches ?? []).filter((s: any) => Array.isArray(s.track)).map((s: any) => ({
    label: s.id, points: s.track.map((p: any) => p.position).filter((p: any) => typeof p === "object"),
  }));
}

export function Map() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [place, placeSet] = useState<Point | null>(null);
  const [measured, measuredSet] = useState<Point[]>([]);
  const drag = useRef<{ kind: string; x: number; y: number; moved: boolean } | null>(null);
  const fingers = useRef(new globalThis.Map<number, { x: number; y: number }>());

  const paint = () => {
    const c = canvas.current;
    if (!c) return;
    const ratio = window.devicePixelRatio || 1, { clientWidth: w, clientHeight: h } = c;
    if (c.width !== Math.round(w * ratio) || c.height !== Math.round(h * ratio)) (c.width = Math.round(w * ratio)), (c.height = Math.round(h * ratio));
    view = view.sized(w, h);
    const context = c.getContext("2d")!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, view, {
      land: land.value, regions: regions.value, summary: summary.value, plan: activePlan.value, time: time.value, units: unitNumbers(), selected: selected.value,
      assets: current.value?.document.assets ?? [], searches: searchesShown(), particles: particlesShown.value ? particles.value : null, measure: measuring.value ? measured : [],
    }, lookOf(document.documentElement));
    void landFor(view);
  };
  const queued = useRef(0);
  repaint = () => {
    cancelAnimationFrame(queued.current);
    queued.current = requestAnimationFrame(paint);
  };
  useSignalEffect(() => {
    void [land.value, regions.value, activePlan.value, time.value, selected.value, particles.value, particlesShown.value, theme.value, current.value, measuring.value];
    repaint();
  });
  useEffect(repaint, [measured]);
  // A new case, or its first result, is shown whole once.
  const fitted = useRef("");
  useSignalEffect(() => {
    const key = `${current.value?.id} ${shown.value ?? ""} ${regions.value ? 1 : 0}`;
    if (current.value && key !== fitted.current) (fitted.current = key), requestAnimationFrame(fitAll);
  });
  useEffect(() => {
    const watch = new ResizeObserver(() => repaint());
    watch.observe(canvas.current!);
    return () => watch.disconnect();
  }, []);

  const under = (e: PointerEvent): Point & { x: number; y: number } => {
    const r = canvas.current!.getBoundingClientRect(), x = e.clientX - r.left, y = e.clientY - r.top;
    return { x, y, ...view.at(x, y) };
  };
  const chosen = () => activePlan.value?.assets.find((a) => a.id === selected.value);

  const down = (e: PointerEvent) => {
    canvas.current!.setPointerCapture(e.pointerId);
    const p = under(e), area = chosen();
    fingers.current.set(e.pointerId, p);
    const near = area && handles(area).find((h) => Math.hypot(view.x(h.lon) - p.x, view.y(h.lat) - p.y) < 22);
    drag.current = { kind: near?.kind ?? "pan", x: p.x, y: p.y, moved: false };
  };
  const pinch = (id: number, p: { x: number; y: number }) => {
    const [a, b] = [...fingers.current.entries()].map(([key, f]) => (key === id ? p : f)), [a0, b0] = [...fingers.current.values()];
    view = view.zoomed(Math.hypot(a.x - b.x, a.y - b.y) / Math.max(20, Math.hypot(a0.x - b0.x, a0.y - b0.y)), (a.x + b.x) / 2, (a.y + b.y) / 2);
    fingers.current.set(id, p);
    repaint();
  };
  const move = (e: PointerEvent) => {
    const p = under(e), d = drag.current;
    placeSet(p);
    if (!d || !fingers.current.has(e.pointerId)) return;
    if (fingers.current.size === 2) return pinch(e.pointerId, p);
    if (Math.hypot(p.x - d.x, p.y - d.y) > 3) d.moved = true;
    if (d.kind === "pan") {
      view = view.moved(p.x - d.x, p.y - d.y);
      (d.x = p.x), (d.y = p.y);
      return repaint();
    }
    const area = chosen();
    if (!area) return;
    const { centre, length_nm, width_nm, orientation_deg } = area, to = { centre: { lat: centre.lat, lon: centre.lon }, length_nm, width_nm, orientation_deg };
    const line = measure(centre, p), across = (line.course - orientation_deg) * Math.PI / 180;
    if (d.kind === "move") to.centre = { lat: p.lat, lon: p.lon };
    if (d.kind === "turn") to.orientation_deg = Math.round(((line.course % 180) + 180) % 180);
    if (d.kind === "length") to.length_nm = Math.max(to.width_nm, Math.round(20 * Math.abs(line.nm * Math.cos(across))) / 10);
    if (d.kind === "width") to.width_nm = Math.min(to.length_nm, Math.max(0.5, Math.round(20 * Math.abs(line.nm * Math.sin(across))) / 10));
    areaEdit(area.id, to);
    return undefined;
  };
  const inside = (p: Point, corners: Point[]) => {
    let odd = false;
    corners.forEach((a, i) => {
      const b = corners[(i + 1) % corners.length];
      if (a.lat > p.lat !== b.lat > p.lat && p.lon < ((b.lon - a.lon) * (p.lat - a.lat)) / (b.lat - a.lat) + a.lon) odd = !odd;
    });
    return odd;
  };
  const up = (e: PointerEvent) => {
    fingers.current.delete(e.pointerId);
    const d = drag.current, p = under(e);
    drag.current = null;
    if (!d || d.moved || d.kind !== "pan") return;
    if (measuring.value) measuredSet(measured.length === 2 ? [p] : [...measured, p]);
    else selected.value = activePlan.value?.assets.find((a) => inside(p, a.corners))?.id ?? null;
  };
  const wheel = (e: WheelEvent) => {
    e.preventDefault();
    const r = canvas.current!.getBoundingClientRect();
    view = view.zoomed(Math.exp(-e.deltaY / 400), e.clientX - r.left, e.clientY - r.top);
    repaint();
  };
  // Arrow keys move the map, or the chosen area by a tenth of its width.
  const keys = (e: KeyboardEvent) => {
    const step: Record<string, [number, number]> = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const way = step[e.key], area = chosen();
    if (!way) return;
    e.preventDefault(), e.stopPropagation();
    if (area && !e.shiftKey) {
      const { centre, length_nm, width_nm, orientation_deg } = area, by = Math.max(0.1, width_nm / 10) / 60;
      areaEdit(area.id, { centre: { lat: centre.lat + way[1] * by, lon: centre.lon + (way[0] * by) / Math.cos(centre.lat * Math.PI / 180) }, length_nm, width_nm, orientation_deg });
    } else (view = view.moved(-way[0] * 60, way[1] * 60)), repaint();
  };
  const from = regions.value?.features.find((f: any) => f.properties.kind === "lkp")?.geometry.coordinates;
  const two = measured.length === 2 ? measure(measured[0], measured[1]) : null;
  const off = place && from ? measure({ lat: from[1], lon: from[0] }, place) : null;
  const datum = summary.value?.times.find((x: any) => x.time === nearestTime(summary.value, time.value))?.mean;
  return (
    <div class="map">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={`${t("map")}. ${datum ? t("datum", spoken(datum, time.value)) : ""}`}
        onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} onWheel={wheel} onKeyDown={keys} />
      <Legend />
      <div class="tools" role="toolbar" aria-label={t("map")}>
        <button title={t("zoom_in")} aria-label={t("zoom_in")} onClick={() => zoom(1.5)}>+</button>
        <button title={t("zoom_out")} aria-label={t("zoom_out")} onClick={() => zoom(1 / 1.5)}>−</button>
        <button title={`${t("fit")} (F)`} aria-label={t("fit")} onClick={fitAll}>⤢</button>
        <button title={`${t("measure")} (M)`} aria-label={t("measure")} aria-pressed={measuring.value} onClick={() => (measuring.value = !measuring.value)}>⟷</button>
        <button title={`${t("particles")} (D)`} aria-label={t("particles")} aria-pressed={particlesShown.value} onClick={() => (particlesShown.value = !particlesShown.value)}>⁘</button>
      </div>
      <div class="readout" dir="ltr">
        {measuring.value ? (two ? `${bearing(two.course)} ${nm(two.nm)}` : t("measuring")) : place ? `${position(place.lat, place.lon)}${off ? ` · ${bearing(off.course)} ${nm(off.nm)} ${t("from_lkp")}` : ""}` : land.value.source && t("resolution", land.value.source)}
      </div>
      {!land.value.installed && <p class="warn floating">▲ {t("no_shoreline")}</p>}
      {selected.value && plan.value && <p class="hint floating">{t("drag_hint")}</p>}
    </div>
  );
}

function Legend() {
  const at = nearestTime(summary.value, time.value), one = summary.value?.times.find((x: any) => x.time === at);
  if (!one?.containment?.length) return null;
  return (
    <ul class="legend" dir="ltr">
      {[0.5, 0.75, 0.95].map((mass) => {
        const area = one.containment.find((c: any) => c.mass === mass);
        return area && <li><i class={`swatch p${mass * 100}`} /> {mass * 100} % · {Math.round(area.area_nm2)} NM²</li>;
      })}
    </ul>
  );
}
