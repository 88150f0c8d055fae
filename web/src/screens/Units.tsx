import { useState } from "preact/hooks";
import { api } from "../api";
import { t } from "../lang";
import { unitNumbers } from "../map/Map";
import { activePlan, attempt, change, current } from "../state";
import { fromInput, nm, toInput, timePattern } from "../text";

const types = ["fixed-wing", "helicopter", "vessel", "boat", "drone"] as const;
const usual: Record<string, any> = {
  "fixed-wing": { speed_kn: 120, altitude_ft: 1000, transit_kn: 150, endurance_h: 6 }, helicopter: { speed_kn: 80, altitude_ft: 500, transit_kn: 120, endurance_h: 3 },
  vessel: { speed_kn: 14, eye_height_m: 12, transit_kn: 15, endurance_h: 48 }, boat: { speed_kn: 18, eye_height_m: 3, transit_kn: 22, endurance_h: 8 }, drone: { speed_kn: 35, altitude_ft: 800, transit_kn: 40, endurance_h: 2 },
};

function UnitForm({ unit, done }: { unit: any | null; done: (unit: any | null) => void }) {
  const [type, typeSet] = useState<string>(unit?.type ?? "vessel"), base = { ...usual[type], ...unit };
  const submit = async (e: Event) => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement), text = (k: string) => String(f.get(k) ?? "").trim(), number = (k: string) => (text(k) ? Number(text(k)) : undefined);
    const flies = type !== "vessel" && type !== "boat";
    const made: any = { id: text("id"), type, speed_kn: number("speed"), ...(flies ? { altitude_ft: number("height") } : { eye_height_m: number("height") }) };
    if (text("sweep")) made.sweep_width_nm = number("sweep");
    if (text("from")) {
      const p = await attempt(() => api.position(text("from")));
      if (!p) return;
      Object.assign(made, { from: { lat: p.lat, lon: p.lon }, available: fromInput(text("time")), transit_kn: number("transit"), endurance_h: number("hours") });
    } else Object.assign(made, { on_scene: fromInput(text("time")), search_h: number("hours") });
    done(made);
  };
  const when = unit?.available ?? unit?.on_scene ?? current.value?.document.drift?.start ?? new Date().toISOString();
  return (
    <form class="card fields" onSubmit={submit}>
      <label>{t("unit")}<input name="id" required maxLength={40} defaultValue={unit?.id} /></label>
      <label>{t("type")}<select name="type" value={type} onChange={(e) => typeSet(e.currentTarget.value)}>{types.map((x) => <option value={x}>{t(x)}</option>)}</select></label>
      <label>{t("speed")}<input name="speed" type="number" min="1" step="any" required key={"s" + type} defaultValue={base.speed_kn} /></label>
      <label>{t(type === "vessel" || type === "boat" ? "eye" : "height")}<input name="height" type="number" min="1" step="any" required key={"h" + type} defaultValue={base.altitude_ft ?? base.eye_height_m} /></label>
      <label class="wide">{t("from")}<input name="from" dir="ltr" placeholder="35-51.0N 014-29.0E" defaultValue={unit?.from ? (typeof unit.from === "string" ? unit.from : `${unit.from.lat}, ${unit.from.lon}`) : ""} /></label>
      <label>{t("available")} / {t("on_scene")}<input name="time" dir="ltr" pattern={timePattern} placeholder="2016-08-29 02:00" required defaultValue={toInput(when)} /></label>
      <label>{t("endurance")} / {t("search_h")}<input name="hours" type="number" min="0.1" step="any" required key={"e" + type} defaultValue={base.search_h ?? base.endurance_h} /></label>
      <label>{t("transit")}<input name="transit" type="number" min="1" step="any" key={"t" + type} defaultValue={base.transit_kn} /></label>
      <label>{t("sweep_nm")}<input name="sweep" type="number" min="0" step="any" defaultValue={unit?.sweep_width_nm} /></label>
      <div class="row wide"><button class="primary">{t("save")}</button><button type="button" onClick={() => done(null)}>{t("cancel")}</button></div>
    </form>
  );
}

// Ships and aircraft at hand, what they will see, and under which conditions.
export function Units() {
  const [editing, editingSet] = useState<string | null>(null), d = current.value?.document, n = unitNumbers();
  if (!d) return null;
  const assets: any[] = d.assets ?? [], conditions = d.conditions ?? {};
  const done = async (unit: any | null) => {
    const before = editing;
    if (!unit) return editingSet(null);
    const rest = assets.some((a) => a.id === before) ? assets.map((a) => (a.id === before ? { ...unit, ...(a.parked ? { parked: true } : {}) } : a)) : [...assets, unit];
    if (await change({ assets: rest })) editingSet(null);
  };
  return (
    <section>
      {assets.map((a) => {
        if (editing === a.id) return <UnitForm key={a.id} unit={a} done={done} />;
        const area: any = activePlan.value?.assets.find((x) => x.id === a.id);
        return (
          <article class={`card unit${n[a.id] % 6}`}>
            <h3>{a.id} <span class="soft">{t(a.type)}</span></h3>
            <p class="soft" dir="ltr">{a.speed_kn} kn · {(a.available ?? a.on_scene ?? "").slice(0, 16)}Z · {a.endurance_h ?? a.search_h} h</p>
            {area?.sweep_widths && (
              <details><summary>{t("sweep")} {nm(area.sweep_width_nm)}</summary>
                <table><tbody>{area.sweep_widths.flatMap((w: any) => [<tr><th colSpan={3}>{w.object}: {w.search_object} <bdi dir="ltr">{nm(w.width_nm, 2)}</bdi></th></tr>,
                  ...w.factors.map((f: any) => <tr><td>{f.name}</td><td dir="ltr">{f.value}</td><td class="soft">{f.reason} ({f.source})</td></tr>)])}</tbody></table>
              </details>
            )}
            <div class="row">
              <button class="small" onClick={() => editingSet(a.id)}>{t("edit")}</button>
              <button class="small" onClick={() => void change({ assets: assets.map((x) => (x.id === a.id ? { ...x, parked: !a.parked } : x)) })}>{t(a.parked ? "unpark" : "park")}</button>
              <button class="small" onClick={() => void change({ assets: assets.filter((x) => x.id !== a.id) })}>{t("remove")}</button>
            </div>
          </article>
        );
      })}
      {editing === "" ? <UnitForm unit={null} done={done} /> : <button onClick={() => editingSet("")}>{t("add_unit")}</button>}
      <form class="card fields" onSubmit={(e) => {
        e.preventDefault();
        const f = new FormData(e.currentTarget), number = (k: string) => (f.get(k) ? Number(f.get(k)) : null);
        void change({ conditions: { visibility_nm: number("visibility"), wind_kn: number("wind"), sea_height_ft: number("sea"), fatigue: f.get("fatigue") ? true : null } });
      }}>
        <h3 class="wide">{t("conditions")}</h3>
        <label>{t("visibility")}<input name="visibility" type="number" min="0.1" step="any" defaultValue={conditions.visibility_nm} /></label>
        <label>{t("wind_now")}<input name="wind" type="number" min="0" step="any" defaultValue={conditions.wind_kn} /></label>
        <label>{t("sea")}<input name="sea" type="number" min="0" step="any" defaultValue={conditions.sea_height_ft} /></label>
        <label class="check"><input name="fatigue" type="checkbox" defaultChecked={conditions.fatigue} />{t("fatigue")}</label>
        <button>{t("save")}</button>
      </form>
    </section>
  );
}
