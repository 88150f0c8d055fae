// What the server says (docs/api.md). Everything the pages do goes through here.
export interface Position { lat: number; lon: number; text?: string }
export interface CaseRow { id: string; name: string; status: "open" | "closed"; updated: string; version: number; scenarios?: any[]; objects?: any[]; assets?: any[]; persons?: number }
export interface Case extends CaseRow { document: any }
export interface Run { id: string; version: number; state: "queued" | "running" | "done" | "failed" | "cancelled"; stage: string; done: number; finished?: string; warnings?: Warning[]; problem?: { what: string; where: string; fix: string } }
export interface Warning { code: string; text: string }
export interface Found { kind: "position" | "time" | "persons" | "object"; from: number; to: number; position?: Position; rounding_m?: number; time?: string; zone_stated?: boolean; day_stated?: boolean; persons?: number; about?: boolean; object?: string }
export interface Area {
  id: string; type: string; pattern: "PS" | "CS" | "SS" | "VS" | "TS"; centre: Position; corners: Position[]; length_nm: number; width_nm: number;
  orientation_deg: number; track_spacing_nm: number; sweep_width_nm: number; coverage: number; poc: number; pod: number; pos: number;
  csp: Position; start: string; end: string; on_scene_until?: string; waypoints?: (Position & { time: string })[]; why?: { extra_hour_pos?: number };
}
export interface Plan {
  valid: [string, string]; pos_total: number; pos_bound: number | null; pos_manual_method: number | null; assets: Area[];
  unused: { id: string; why: string }[]; another?: { type: string; like: string; pos: number }[]; remaining?: any; pos_already_searched?: number | null;
}
export interface Event { seq: number; kind: string; received: string; valid: string; who: string; why: string; body: any; files: { name: string; size: number }[]; hash: string }
export interface Attachment { name: string; type: string; size: number; seq: number }

export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, title: string, readonly where = "", readonly fix = "") { super(title); }
}

export interface Session { users: boolean; user: string | null; csrf?: string }
let csrf = "";

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const bytes = body instanceof Blob || body instanceof ArrayBuffer;
  if (body !== undefined) headers["Content-Type"] = bytes ? "application/octet-stream" : "application/json";
  if (csrf && method !== "GET") headers["X-Pharos-CSRF"] = csrf;
  const answer = await fetch("/api/v1" + path, { method, headers, body: body === undefined ? undefined : bytes ? (body as Blob) : JSON.stringify(body) });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({ title: answer.statusText, type: "" }));
  throw new Problem(answer.status, String(problem.type).split(":").pop() ?? "", problem.title, problem.where, problem.fix);
}
const json = async <T>(answer: Promise<Response>): Promise<T> => (await answer).json();
const key = () => ({ "Idempotency-Key": crypto.randomUUID() });
const match = (version: number) => ({ "If-Match": `"${version}"` });

const session = async (asked: Promise<Session>) => {
  const told = await asked;
  csrf = told.csrf ?? "";
  return told;
};

export const api = {
  session: () => session(json<Session>(ask("GET", "/session"))),
  login: (user: string, password: string) => session(json<Session>(ask("POST", "/login", { user, password }))),
  logout: () => ask("POST", "/logout"),
  cases: () => json<{ cases: CaseRow[] }>(ask("GET", "/cases?limit=200")),
  show: (id: string) => json<Case>(ask("GET", `/cases/${id}`)),
  create: (document: unknown) => json<{ id: string; version: number }>(ask("POST", "/cases", document, key())),
  patch: (id: string, version: number, change: unknown, why = "") =>
    json<{ version: number }>(ask("PATCH", `/cases/${id}`, change, { ...match(version), ...(why ? { "X-Pharos-Why": encodeURIComponent(why) } : {}) })),
  check: (id: string) => json<{ valid: boolean; problems: { pointer: string; text: string; expected: string }[] }>(ask("GET", `/cases/${id}/check`)),
  close: (id: string, version: number, why: string) => ask("POST", `/cases/${id}/close`, { why }, { ...match(version), ...key() }),
  reopen: (id: string, version: number, why: string) => ask("POST", `/cases/${id}/reopen`, { why }, { ...match(version), ...key() }),
  note: (id: string, text: string) => ask("POST", `/cases/${id}/notes`, { text }, key()),
  reported: (id: string, text: string) => ask("POST", `/cases/${id}/reports`, { text }, key()),
  log: async (id: string): Promise<Event[]> => {
    const all: Event[] = [];
    for (let after = 0; ;) {
      const page = await json<{ events: Event[]; next?: number }>(ask("GET", `/cases/${id}/log?limit=200&after=${after}`));
      all.push(...page.events);
      if (!page.next) return all;
      after = page.next;
    }
  },
  files: (id: string) => json<{ files: Attachment[] }>(ask("GET", `/cases/${id}/files`)),
  attach: (id: string, name: string, content: Blob) => ask("PUT", `/cases/${id}/files/${encodeURIComponent(name)}`, content),
  inspect: (id: string, name: string) => json<{ files: any[] }>(ask("GET", `/cases/${id}/files/${encodeURIComponent(name)}/inspect`)),
  environment: () => json<{ files: string[] }>(ask("GET", "/environment")),
  parse: (text: string) => json<{ found: Found[] }>(ask("POST", "/parse", { text })),
  position: (text: string) => json<Position>(ask("GET", `/position?text=${encodeURIComponent(text)}`)),
  objects: () => json<{ presets: { key: string; description: string; parts: { key: string; weight: number }[] }[]; classes: { key: string; description: string; tier: string }[] }>(ask("GET", "/objects")),
  runs: (id: string) => json<{ runs: Run[] }>(ask("GET", `/cases/${id}/runs`)),
  start: (id: string) => json<Run>(ask("POST", `/cases/${id}/runs`, undefined, key())),
  cancel: (id: string, run: string) => ask("DELETE", `/cases/${id}/runs/${run}`),
  result: <T>(id: string, run: string, name: string) => json<T>(ask("GET", `/cases/${id}/runs/${run}/files/${name}`)),
  text: async (id: string, run: string, name: string) => (await ask("GET", `/cases/${id}/runs/${run}/files/${name}`)).text(),
  url: (id: string, run: string, name: string, download = true) => `/api/v1/cases/${id}/runs/${run}/files/${encodeURIComponent(name)}${download ? "?download" : ""}`,
  evaluate: (id: string, run: string, plan: unknown) => json<Plan>(ask("POST", `/cases/${id}/runs/${run}/evaluate`, plan)),
  particles: async (id: string, run: string, time: string) => (await ask("GET", `/cases/${id}/runs/${run}/particles?time=${encodeURIComponent(time)}`)).arrayBuffer(),
  coast: (west: number, south: number, east: number, north: number) =>
    json<{ source: string; installed: boolean; rings: { level: number; ring: number[] }[] }>(ask("GET", `/coast?west=${west.toFixed(3)}&south=${south.toFixed(3)}&east=${east.toFixed(3)}&north=${north.toFixed(3)}`)),
};

// Progress of a run; returns how to stop listening.
export function follow(id: string, run: string, told: (run: Run) => void): () => void {
  const source = new EventSource(`/api/v1/cases/${id}/runs/${run}/events`);
  source.addEventListener("run", (event) => {
    const state = JSON.parse((event as MessageEvent).data) as Run;
    if (state.state !== "queued" && state.state !== "running") source.close();
    told(state);
  });
  return () => source.close();
}
