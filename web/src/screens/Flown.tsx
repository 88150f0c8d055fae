import { api } from "../api";
import { t } from "../lang";
import { act, attempt, change, current, optimise, summary } from "../state";
import { percent, toInput, fromInput, timePattern } from "../text";

// What was searched and seen: each makes the map and the plan new.
export function Flown() {
  const c = current.value, d = c?.document;
  if (!c || !d) return null;
  const searches: any[] = d.searches ?? [], sightings: any[] = d.sightings ?? [];
  const fresh = (list: any[], letter: string) => `${letter}${list.length + 1}`;
  const addSearch = async (e: Event) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement, f = new FormData(form), file = f.get("file") as File, sweep = Number(f.get("sweep"));
    const name = file.name.replace(/[^\w.+() -]/g, "_");
    await act(() => api.attach(c.id, name, file));
    const one: any = { id: fresh(searches, "S"), asset: String(f.get("asset")), track: { file: name }, found: !!f.get("found"), ...(sweep ? { sweep_width_nm: sweep } : {}) };
    if (await change({ searches: [...searches, one] })) form.reset(), await optimise();
  };
  const addSighting = async (e: Event) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement, f = new FormData(form), p = await attempt(() => api.position(String(f.get("position"))));
    if (!p) return;
    const one = { id: fresh(sightings, "V"), position: { lat: p.lat, lon: p.lon }, time: fromInput(String(f.get("time"))), probable_error_nm: Number(f.get("error")), trust: Number(f.get("trust")) };
    if (await change({ sightings: [...sightings, one] }, String(f.get("what") ?? ""))) form.reset(), await optimise();
  };
  const withdraw = async (list: "searches" | "sightings", id: string) => {
    if (await change({ [list]: (d[list] ?? []).map((x: any) => (x.id === id ? { ...x, withdrawn: !x.withdrawn } : x)) })) await optimise();
  };
  const before = summary.value?.searches?.cumulative_pos ?? summary.value?.taught?.cumulative_pos ?? null;
  return (
    <section>
      {before != null && <div><p class="one">{percent(before)}</p><p>{t("already")}</p></div>}
      {(["searches", "sightings"] as const).flatMap((list) => (d[list] ?? []).map((s: any) => (
        <article class="card row between"><span>{s.id} {s.asset ?? ""} {s.track?.file ?? ""} {s.withdrawn ? `(${t("withdrawn")})` : ""}</span><button class="small" onClick={() => void withdraw(list, s.id)}>{t("withdraw")}</button></article>
      )))}
      <form class="card fields" onSubmit={addSearch}>
        <h3 class="wide">{t("searched")}</h3>
        <label class="wide drop">{t("track_file")}<input name="file" type="file" required accept=".gpx,.csv,.nmea,.txt,.log,.nc" /></label>
        <label>{t("of_unit")}<select name="asset" required>{(d.assets ?? []).map((a: any) => <option value={a.id}>{a.id}</option>)}</select></label>
        <label>{t("sweep_nm")}<input name="sweep" type="number" min="0" step="any" /></label>
        <label class="check wide"><input name="found" type="checkbox" />{t("found_them")}</label>
        <button class="primary">{t("add_search")}</button>
      </form>
      <form class="card fields" onSubmit={addSighting}>
        <h3 class="wide">{t("sighting")}</h3>
        <label>{t("position")}<input name="position" required dir="ltr" placeholder="33-24.5N 012-42.0E" /></label>
        <label>{t("time")}<input name="time" dir="ltr" pattern={timePattern} placeholder="2016-08-29 02:00" required defaultValue={toInput(d.drift?.until ?? Date.now())} /></label>
        <label>{t("error")}<input name="error" type="number" min="0.1" step="0.1" required defaultValue="2" /></label>
        <label>{t("trust")}<input name="trust" type="number" min="0" max="1" step="0.05" required defaultValue="0.5" /></label>
        <label class="wide">{t("what_seen")}<input name="what" /></label>
        <button class="primary">{t("add_sighting")}</button>
      </form>
    </section>
  );
}
