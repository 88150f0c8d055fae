import { t } from "./lang";
import { activePlan, span, summary, time } from "./state";
import { clock, dayMonth } from "./text";
import { unitNumbers } from "./map/Map";

// The slider, one bar for each unit on scene, one strip for each kind of forcing: solid where a source serves, dashed where
// it is held, hollow where it is missing.
export function TimeBar() {
  const [from, to] = span.value;
  if (!to) return <div class="time" aria-label={t("time_bar")}><p class="soft">{t("no_run")}</p></div>;
  const at = (when: number | string) => (100 * (new Date(when).getTime() - from)) / (to - from);
  const units = unitNumbers(), hours = (to - from) / 3600000, every = hours > 60 ? 12 : hours > 30 ? 6 : hours > 14 ? 3 : 1;
  const marks: number[] = [];
  for (let h = Math.ceil(from / 3600000 / every) * every * 3600000; h <= to; h += every * 3600000) marks.push(h);
  const coverage: any[] = summary.value?.coverage ?? [];
  return (
    <div class="time" dir="ltr" aria-label={t("time_bar")}>
      <div class="marks" aria-hidden="true">{marks.map((m) => <span style={{ left: `${at(m)}%` }}>{clock(m).slice(0, 2)}</span>)}</div>
      <input type="range" aria-label={t("time")} aria-valuetext={`${clock(time.value)} ${dayMonth(time.value)}`} min={from} max={to} step={1800000} value={time.value}
        onInput={(e) => (time.value = Number(e.currentTarget.value))} />
      <div class="bars">
        {activePlan.value?.assets.map((a) => (
          <div class={`bar unit${(units[a.id] ?? 0) % 6}`} style={{ left: `${at(a.start)}%`, width: `${Math.max(0.5, at(a.end) - at(a.start))}%` }} title={`${a.id} ${clock(a.start)}–${clock(a.end)}`}><span>{a.id}</span></div>
        ))}
      </div>
      {(["current", "wind"] as const).map((kind) => (
        <div class="strip" title={t("sources")}>
          <b>{t(kind)}</b>
          {coverage.map((h) => {
            const state = h.missing?.[kind] > 0.005 ? "missing" : h.held?.[kind] > 0.005 ? "held" : "served";
            return <i class={state} style={{ left: `${at(h.from)}%`, width: `${at(h.to) - at(h.from)}%` }} title={`${clock(h.from)} ${state === "served" ? "" : t(state as "held")}`} />;
          })}
        </div>
      ))}
    </div>
  );
}
