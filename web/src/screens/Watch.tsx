import { t } from "../lang";
import { cases, current, dialog, now, open } from "../state";
import type { CaseRow } from "../api";
import { ago, zulu } from "../text";

// The last moment at which the case says that they were somewhere.
export function lastKnown(row: { scenarios?: any[] }): number | null {
  let last = -Infinity;
  for (const s of row.scenarios ?? []) {
    const time = s.time ?? s.distress ?? s.found?.time ?? s.depart;
    const end = Date.parse(Array.isArray(time) ? time[1] : time);
    if (end > last) last = end;
  }
  return Number.isFinite(last) ? last : null;
}
export const personsOf = (row: { persons?: number; objects?: any[] }) => row.persons ?? row.objects?.find((o) => o.persons)?.persons ?? null;

// The next time that a unit can be on scene, or "now" while one searches.
function nextWindow(row: CaseRow): string {
  const windows = (row.assets ?? []).filter((a) => !a.parked).map((a) => [Date.parse(a.on_scene ?? a.available), 3600000 * (a.search_h ?? a.endurance_h ?? 0)]);
  if (windows.some(([from, long]) => from <= now.value && now.value < from + long)) return t("searching");
  const next = Math.min(...windows.map(([from]) => from).filter((from) => from > now.value));
  return Number.isFinite(next) ? t("next_window", zulu(next)) : "";
}

function Row({ row }: { row: CaseRow }) {
  const last = lastKnown(row), people = personsOf(row);
  return (
    <li>
      <button class="case" aria-current={current.value?.id === row.id} onClick={() => void open(row.id)}>
        <b>{row.name}</b>
        <span>{people ? t("persons", people) : t("persons_unknown")}{last ? ` · ${t("last_position", ago(now.value - last))}` : ""}{nextWindow(row) && ` · ${nextWindow(row)}`}</span>
      </button>
    </li>
  );
}

export function Watch() {
  const openCases = cases.value.filter((c) => c.status === "open"), closed = cases.value.filter((c) => c.status !== "open");
  return (
    <nav class="watch" aria-label={t("case_list")}>
      <button class="primary" onClick={() => (dialog.value = "new")}>{t("new_case")} <kbd>N</kbd></button>
      <h2>{t("on_watch")}</h2>
      {openCases.length ? <ul>{openCases.map((row) => <Row key={row.id} row={row} />)}</ul> : <p class="soft">{t("no_cases")}</p>}
      {closed.length > 0 && <><h2>{t("closed")}</h2><ul>{closed.map((row) => <Row key={row.id} row={row} />)}</ul></>}
    </nav>
  );
}
