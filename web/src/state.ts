// What the pages know, and what they do about it. Screens read the signals and call the functions; nothing else keeps state.
import { computed, effect, signal } from "@preact/signals";
import { api, follow, Problem, type Area, type Attachment, type Case, type CaseRow, type Event, type Plan, type Run } from "./api";
import { t } from "./lang";

export type Tab = "report" | "forcing" | "units" | "plan" | "out" | "flown" | "log";
export const tabs: Tab[] = ["report", "forcing", "units", "plan", "out", "flown", "log"];
export const themes = ["day", "dusk", "night"] as const;

export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 1000);

export const theme = signal<(typeof themes)[number]>((localStorage.getItem("theme") as any) ?? "day");
effect(() => {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem("theme", theme.value);
});

export const cases = signal<CaseRow[]>([]);
export const current = signal<Case | null>(null);
export const tab = signal<Tab>("report");
export const files = signal<Attachment[]>([]);
export const log = signal<Event[]>([]);
export const run = signal<Run | null>(null);       // the last one, whatever its state
export const shown = signal<string | null>(null);  // the run whose results are shown
export const summary = signal<any>(null);
export const regions = signal<any>(null);          // containment.geojson
export const plan = signal<Plan | null>(null);
export const edited = signal<Plan | null>(null);   // the plan with areas moved by hand, scored
export const time = signal(0);                     // of the map, ms
export const trouble = signal("");
export const lastAnswer = signal(Date.now());
export const reachable = signal(true);
export const person = signal<string | null>(null); // who is logged in; null where there are no users
export const locked = signal(false);                // nobody is, and somebody must be
export const dialog = signal<"" | "new" | "keys">("");
export const particlesShown = signal(false);
export const particles = signal<{ time: string; weight: Float32Array; lon: Float32Array; lat: Float32Array; status: Uint8Array } | null>(null);
export const measuring = signal(false);
export const selected = signal<string | null>(null); // unit

export const activePlan = computed(() => edited.value ?? plan.value);
export const span = computed<[number, number]>(() => {
  const times = summary.value?.times;
  return times?.length ? [Date.parse(times[0].time), Date.parse(times[times.length - 1].time)] : [0, 0];
});

// Tells what went wrong; a stale change fetches the case again.
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    trouble.value = "";
    const result = await work();
    reachable.value = true;
    lastAnswer.value = Date.now();
    return result;
  } catch (error) {
    if (!(error instanceof Problem)) {
      reachable.value = false;
      return undefined;
    }
    reachable.value = true;
    if (error.status === 401 && error.code === "login") {
      locked.value = true;
      return undefined;
    }
    if (error.code === "stale" && current.value) await open(current.value.id);
    trouble.value = error.code === "stale" ? t("stale") : t("problem", [error.message, error.where, error.fix].filter(Boolean).join(" · "));
    return undefined;
  }
}

// Who is there; the pages stay shut until somebody is, where there are users.
export async function begin() {
  const told = await attempt(() => api.session());
  person.value = told?.users ? told.user : null;
  locked.value = !!told?.users && !told.user;
  if (locked.value || !told) return;
  await casesFetch();
  if (location.hash.length > 1) await open(location.hash.slice(1));
}

export async function leave() {
  await attempt(() => api.logout());
  location.hash = "";
  location.reload();
}

export async function casesFetch() {
  if (locked.value) return;
  const got = await attempt(() => api.cases());
  if (got) cases.value = got.cases;
}

let stopFollowing = () => {};

export async function open(id: string) {
  const same = current.value?.id === id;
  const got = await attempt(() => api.show(id));
  if (!got) return;
  current.value = got;
  history.replaceState(null, "", "#" + id);
  files.value = (await attempt(() => api.files(id)))?.files ?? [];
  log.value = (await attempt(() => api.log(id))) ?? [];
  if (same) return;
  stopFollowing();
  run.value = summary.value = regions.value = plan.value = edited.value = particles.value = shown.value = null;
  selected.value = null;
  const runs = (await attempt(() => api.runs(id)))?.runs ?? [];
  run.value = runs[runs.length - 1] ?? null;
  const done = runs.filter((r) => r.state === "done").pop();
  if (done) await resultsFetch(id, done.id);
  if (run.value && (run.value.state === "queued" || run.value.state === "running")) followRun(id, run.value.id);
}

async function resultsFetch(id: string, runId: string) {
  const [s, r] = await Promise.all([api.result<any>(id, runId, "summary.json"), api.result<any>(id, runId, "containment.geojson")]);
  const p = await api.result<Plan>(id, runId, "plan.json").catch(() => null);
  if (current.value?.id !== id) return;
  shown.value = runId;
  summary.value = s;
  regions.value = r;
  plan.value = p;
  edited.value = null;
  const [from, to] = span.value;
  if (p?.assets.length) time.value = (Date.parse(p.valid[0]) + Date.parse(p.valid[1])) / 2;
  else time.value = Math.min(Math.max(Date.now(), from), to);
}

function followRun(id: string, runId: string) {
  stopFollowing();
  stopFollowing = follow(id, runId, async (state) => {
    if (current.value?.id !== id) return;
    run.value = state;
    if (state.state === "done") {
      await attempt(() => resultsFetch(id, runId));
      log.value = (await attempt(() => api.log(id))) ?? log.value;
      await refresh();
    }
  });
}

// The case's version after something was added to its log.
async function refresh() {
  const id = current.value?.id;
  if (!id) return;
  const got = await attempt(() => api.show(id));
  if (got && current.value?.id === id) current.value = got;
  log.value = (await attempt(() => api.log(id))) ?? log.value;
  await casesFetch();
}

export async function optimise() {
  const c = current.value;
  if (!c) return;
  const check = await attempt(() => api.check(c.id));
  if (!check) return;
  if (!check.valid) {
    trouble.value = t("incomplete") + " " + check.problems.map((p) => `${p.pointer} ${p.text}`).join("; ");
    return;
  }
  const started = await attempt(() => api.start(c.id));
  if (!started) return;
  run.value = started;
  followRun(c.id, started.id);
}

export async function stopRun() {
  const c = current.value, r = run.value;
  if (c && r) await attempt(() => api.cancel(c.id, r.id));
}

// A merge patch of the case's document.
export async function change(patch: unknown, why = "") {
  const c = current.value;
  if (!c) return false;
  const done = await attempt(() => api.patch(c.id, c.version, patch, why));
  if (done) await refresh();
  return !!done;
}

export async function act(work: (c: Case) => Promise<unknown>) {
  const c = current.value;
  if (!c) return;
  await attempt(() => work(c));
  files.value = (await attempt(() => api.files(c.id)))?.files ?? files.value;
  await refresh();
}

// ---- areas edited by hand: one question to the server at a time, always the latest state

let asking = false, waiting: Plan | null = null;

async function score(next: Plan) {
  waiting = next;
  if (asking) return;
  asking = true;
  while (waiting) {
    const question: Plan = waiting;
    waiting = null;
    const c = current.value, r = shown.value;
    if (!c || !r) break;
    const scored = await attempt(() => api.evaluate(c.id, r, question));
    if (scored && !waiting) edited.value = scored;
  }
  asking = false;
}

// Moves, turns or sizes one area. Its legs are laid anew by the server.
export function areaEdit(id: string, to: Pick<Area, "centre" | "length_nm" | "width_nm" | "orientation_deg">) {
  const from = activePlan.value;
  if (!from) return;
  const assets = from.assets.map((a) => {
    if (a.id !== id) return a;
    const { waypoints: _legs, corners: _corners, csp: _csp, ...rest } = a;
    return { ...rest, ...to } as Area;
  });
  void score({ ...from, assets });
}

export const editsDrop = () => (edited.value = null);

// The edited areas are kept: attached to the case, and named by its units.
export async function editsKeep() {
  const p = edited.value;
  if (!p) return;
  await act(async (c) => {
    const name = `kept-${c.version}.json`;
    await api.attach(c.id, name, new Blob([JSON.stringify(p)]));
    const fresh = await api.show(c.id);
    const kept = new Set(p.assets.map((a) => a.id));
    const assets = fresh.document.assets.map((a: any) => (kept.has(a.id) ? { ...a, keep: name } : a));
    await api.patch(c.id, fresh.version, { assets });
  });
  await optimise();
}

// ---- particles, on demand

effect(() => {
  const c = current.value, r = shown.value, on = particlesShown.value, at = time.value;
  if (!on || !c || !r || !at) return;
  const wanted = new Date(at).toISOString().slice(0, 19) + "Z";
  void attempt(() => api.particles(c.id, r, wanted)).then((bytes) => {
    if (!bytes) return;
    const view = new DataView(bytes), n = view.getUint32(4, true);
    const column = (k: number) => new Float32Array(bytes.slice(16 + 4 * n * k, 16 + 4 * n * (k + 1)));
    particles.value = { time: new Date(Number(view.getBigInt64(8, true) / 1000000n)).toISOString(), weight: column(0), lon: column(1), lat: column(2), status: new Uint8Array(bytes, 16 + 12 * n, n) };
  });
});

// The document of a new case from what was confirmed.
export function newDocument(from: { name: string; lat: number; lon: number; error_nm: number; time: string; persons: number | null; objects: any[]; until_h: number; message: string }) {
  return {
    pharos: "case/1", name: from.name, objects: from.objects,
    scenarios: [{ id: "report", kind: "point", position: { lat: from.lat, lon: from.lon }, ...(from.error_nm > 0 ? { probable_error_nm: from.error_nm } : {}), time: from.time }],
    environment: { current: [], wind: [], coastline: { source: "gshhg", resolution: "high" } },
    drift: { until: new Date(Date.parse(from.time) + from.until_h * 3600000).toISOString().slice(0, 19) + "Z", particles: 10000, seed: 1 },
    assets: [], searches: [],
    ...(from.persons ? { "x-persons": from.persons } : {}), ...(from.message ? { "x-message": from.message } : {}),
  };
}
