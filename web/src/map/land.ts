// Land to draw: Natural Earth for the wide view, the installed shoreline (GSHHG) near by.
import { signal } from "@preact/signals";
import { api } from "../api";
import type { View } from "./view";

export interface Land { rings: { level: number; ring: number[] }[]; box: { west: number; south: number; east: number; north: number } | null; source: string; installed: boolean }
export const land = signal<Land>({ rings: [], box: null, source: "", installed: true });
const wide: Record<string, Land["rings"]> = {};
let asked = "";

async function wideFetch(scale: string) {
  wide[scale] ??= ((await (await fetch(`/assets/land-${scale}.json`)).json()) as number[][]).map((ring) => ({ level: 1, ring }));
  return wide[scale];
}

// Keeps `land` good for what is looked at; asks only when the view leaves what was fetched or comes much nearer.
export async function landFor(view: View) {
  const b = view.box(), wideBox = b.east - b.west > 20;
  if (wideBox) {
    const scale = b.east - b.west > 90 ? "110m" : "50m";
    if (asked === scale) return;
    asked = scale;
    land.value = { rings: await wideFetch(scale), box: null, source: "Natural Earth", installed: true };
    return;
  }
  const size = Math.max(b.east - b.west, b.north - b.south), has = land.value.box;
  const good = has && has.west <= b.west && has.east >= b.east && has.south <= b.south && has.north >= b.north && has.east - has.west < 6 * size;
  if (good) return;
  const box = { west: b.west - size / 2, east: b.east + size / 2, south: Math.max(-89, b.south - size / 2), north: Math.min(89, b.north + size / 2) };
  const key = JSON.stringify(Object.values(box).map((v) => v.toFixed(2)));
  if (asked === key) return;
  asked = key;
  try {
    const got = await api.coast(box.west, box.south, box.east, box.north);
    if (asked === key) land.value = got.installed ? { ...got, box } : { rings: await wideFetch("50m"), box: null, source: "Natural Earth", installed: false };
  } catch {
    asked = "";
  }
}
