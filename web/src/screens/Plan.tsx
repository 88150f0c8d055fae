import { t } from "../lang";
import { goTo, unitNumbers } from "../map/Map";
import { activePlan, change, current, edited, editsDrop, editsKeep, optimise, plan, run, selected, stopRun } from "../state";
import { bearing, clock, nm, percent, points, position } from "../text";
import type { Area, Plan as PlanT } from "../api";

const texts = { drift: "stage_drift", plan: "stage_plan", write: "stage_write" } as const;

export function Progress() {
  const r = run.value;
  if (!r || (r.state !== "queued" && r.state !== "running" && r.state !== "failed")) return null;
  if (r.state === "failed") return <p class="warn" role="alert">▲ {t("failed")}: {r.problem?.what} {r.problem?.where} {r.problem?.fix}</p>;
  const stage = r.stage in texts ? t(texts[r.stage as keyof typeof texts]) : t("queued");
  return <div class="row"><progress max={1} value={r.done} aria-label={stage} /><span>{t("running", stage, percent(r.done))}</span><button class="small" onClick={() => void stopRun()}>{t("stop")}</button></div>;
}

// One bar: what the plan reaches, with the bound and the manual worksheet as marks on it.
function Bar({ p, best }: { p: PlanT; best: PlanT }) {
  return (
    <div class="meter" dir="ltr" role="img" aria-label={`${percent(p.pos_total)}, ${t("bound", percent(best.pos_bound))}, ${t("worksheet", percent(best.pos_manual_method))}`}>
      <i style={{ width: `${100 * p.pos_total}%` }} />
      {best.pos_manual_method != null && <b class="manual" style={{ left: `${100 * best.pos_manual_method}%` }} />}
      {best.pos_bound != null && <b style={{ left: `${100 * best.pos_bound}%` }} />}
    </div>
  );
}

// What would help most, in one sentence.
function advice(p: PlanT): string {
  const hours = p.assets.filter((a) => a.why?.extra_hour_pos).sort((a, b) => b.why!.extra_hour_pos! - a.why!.extra_hour_pos!);
  const more = [...(p.another ?? [])].sort((a, b) => b.pos - a.pos)[0];
  return [more ? t("another", more.like, points(more.pos)) : "", hours[0] ? t("hour_more", hours[0].id, points(hours[0].why!.extra_hour_pos!)) : ""].filter(Boolean).join(" ");
}

function Card({ a, i }: { a: Area; i: number }) {
  const asset = current.value?.document.assets?.find((x: any) => x.id === a.id), assets: any[] = current.value?.document.assets ?? [];
  const first = a.waypoints && a.waypoints.length > 1 ? a.waypoints : null;
  const leg = first ? Math.atan2((first[1].lon - first[0].lon) * Math.cos(first[0].lat * Math.PI / 180), first[1].lat - first[0].lat) * 180 / Math.PI : a.orientation_deg;
  const facts: [string, string][] = [
    [t("area"), `${a.length_nm} × ${a.width_nm} NM`], [t("legs"), bearing(leg)], [t("spacing"), nm(a.track_spacing_nm)], [t("sweep"), nm(a.sweep_width_nm)],
    [t("coverage"), a.coverage.toFixed(2)], ["POD", percent(a.pod)], [t("on_scene").replace(/ \(.*/, ""), `${clock(a.start)}–${clock(a.end)}`], ["POS", percent(a.pos)],
  ];
  return (
    <article class={`card unit${i % 6}`} aria-current={selected.value === a.id}>
      <h3><button class="link" onClick={() => ((selected.value = a.id), goTo(a.centre))}>{a.id} · {t(a.pattern)}</button></h3>
      <p class="row between"><span class="soft">{t("commence")}</span><b dir="ltr">{a.csp ? position(a.csp.lat, a.csp.lon) : ""}</b></p>
      <dl>{facts.map(([k, v]) => <div><dt>{k}</dt><dd dir="ltr">{v}</dd></div>)}</dl>
      <div class="row">
        {asset?.keep && <button class="small" onClick={() => void change({ assets: assets.map((x) => (x.id === a.id ? { ...x, keep: undefined } : x)) })}>{t("unlock")}</button>}
        <button class="small" onClick={() => void change({ assets: assets.map((x) => (x.id === a.id ? { ...x, parked: !x.parked } : x)) })}>{t(asset?.parked ? "unpark" : "park")}</button>
      </div>
    </article>
  );
}

export function Plan() {
  const p = activePlan.value, best = plan.value, n = unitNumbers();
  return (
    <section>
      {p && best && p.assets.length > 0 && (
        <>
          <div class="row between end">
            <div><p class="one" aria-live="polite">{percent(p.pos_total)}</p><p>{t("chance", clock(p.valid[1]))}</p></div>
            <p class="soft right">{t("bound", percent(best.pos_bound))}<br />{t("worksheet", percent(best.pos_manual_method))}</p>
          </div>
          <Bar p={p} best={best} />
          {edited.value ? (
            <p class="row"><b>{t("evaluate", `${points(p.pos_total - best.pos_total)}`)}</b><button class="small" onClick={() => void editsKeep()}>{t("keep_edited")}</button><button class="small" onClick={editsDrop}>{t("undo")}</button></p>
          ) : <p class="soft">{advice(p)}</p>}
        </>
      )}
      {!best && !run.value && <p class="soft">{t("no_run")}</p>}
      <Progress />
      <div class="row"><button class="primary" onClick={() => void optimise()}>{t("optimise")} <kbd>P</kbd></button></div>
      {p?.assets.map((a) => <Card key={a.id} a={a} i={n[a.id] ?? 0} />)}
      {p?.unused.map((u) => <p class="warn">▲ {t("takes_no_part", u.id, u.why)}</p>)}
      {p?.remaining && <p class="soft">{t("remains", percent(1 - p.pos_total))}</p>}
    </section>
  );
}
