import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Found } from "../api";
import { t } from "../lang";
import { attempt, casesFetch, dialog, newDocument, open, tab } from "../state";
import { fromInput, toInput, timePattern } from "../text";

const mixture = [{ id: "rubber", preset: "rubber-boat-overloaded", weight: 0.6 }, { id: "wood", preset: "wooden-boat", weight: 0.4 }];

// What the message says, marked in it.
function Marked({ text, found }: { text: string; found: Found[] }) {
  // The server counts bytes of UTF-8, the page letters.
  const bytes = new TextEncoder().encode(text), decode = new TextDecoder(), parts = [];
  let at = 0;
  for (const f of found) {
    parts.push(decode.decode(bytes.slice(at, f.from)), <mark class={"found-" + f.kind}>{decode.decode(bytes.slice(f.from, f.to))}</mark>);
    at = f.to;
  }
  parts.push(decode.decode(bytes.slice(at)));
  return <p class="marked" dir="auto">{parts}</p>;
}

// Paste, look, confirm: a case in under a minute.
export function NewCase() {
  const [message, messageSet] = useState(""), [found, foundSet] = useState<Found[]>([]);
  const [place, placeSet] = useState(""), [error, errorSet] = useState("2"), [time, timeSet] = useState(toInput(Date.now()));
  const [people, peopleSet] = useState(""), [craft, craftSet] = useState("unknown"), [name, nameSet] = useState(""), [hours, hoursSet] = useState("24");
  const [wind, windSet] = useState({ from: "", kn: "" }), [current, currentSet] = useState({ toward: "", kn: "" });
  const [objects, objectsSet] = useState<Awaited<ReturnType<typeof api.objects>> | null>(null);
  const box = useRef<HTMLDialogElement>(null), touched = useRef(new Set<string>());
  const typed = (what: string, set: (v: string) => void) => (e: { currentTarget: { value: string } }) => (touched.current.add(what), set(e.currentTarget.value));

  useEffect(() => {
    box.current?.showModal();
    void attempt(() => api.objects()).then((o) => o && objectsSet(o));
  }, []);
  useEffect(() => {
    const wait = setTimeout(async () => {
      if (!message.trim()) return foundSet([]);
      const got = await attempt(() => api.parse(message));
      if (!got) return;
      foundSet(got.found);
      const first = (kind: Found["kind"]) => got.found.find((f) => f.kind === kind), free = (what: string) => !touched.current.has(what);
      const p = first("position"), w = first("time"), n = first("persons"), o = first("object");
      if (p?.position && free("place")) placeSet(p.position.text!);
      if (p?.rounding_m && free("error")) errorSet(String(Math.max(1, Math.round((p.rounding_m / 1852) * 10) / 10)));
      if (w?.time && free("time")) timeSet(toInput(w.time));
      if (n?.persons && free("people")) peopleSet(String(n.persons));
      if (o?.object && free("craft")) craftSet(o.object);
    }, 250);
    return () => clearTimeout(wait);
  }, [message]);

  const close = () => (dialog.value = "");
  const create = async (e: Event) => {
    e.preventDefault();
    const done = await attempt(async () => {
      const p = await api.position(place);
      const preset = objects?.presets.some((x) => x.key === craft);
      const document: any = newDocument({
        name: name || `${craft === "unknown" ? "" : craft + ", "}${p.text}`, lat: p.lat, lon: p.lon, error_nm: Number(error) || 0, time: fromInput(time), message,
        persons: Number(people) || null, until_h: Number(hours) || 24, objects: craft === "unknown" ? mixture : [{ id: "craft", ...(preset ? { preset: craft } : { leeway: craft }) }],
      });
      const shared = await api.environment();
      for (const kind of ["current", "wind"] as const) document.environment[kind].push(...shared.files.filter((f) => f.includes(kind === "wind" ? "wind" : "current")).map((file) => ({ file })));
      if (wind.kn) document.environment.wind.push({ from_deg: Number(wind.from) || 0, speed_kn: Number(wind.kn) });
      if (current.kn) document.environment.current.push({ toward_deg: Number(current.toward) || 0, speed_kn: Number(current.kn) });
      const made = await api.create(document);
      if (message) await api.reported(made.id, message);
      return made;
    });
    if (!done) return;
    close();
    tab.value = "units";
    await casesFetch();
    await open(done.id);
  };
  const when = found.find((f) => f.kind === "time");
  return (
    <dialog ref={box} class="new" aria-labelledby="new-title" onClose={close} onCancel={close}>
      <form onSubmit={create}>
        <h1 id="new-title">{t("new_case")}</h1>
        <label>{t("paste")}<textarea dir="auto" rows={4} autofocus value={message} onInput={typed("message", messageSet)} /></label>
        {message && <Marked text={message} found={found} />}
        <p class="soft">{message && !found.length ? t("found_nothing") : t("paste_hint")}</p>
        <div class="fields">
          <label>{t("position")}<input required dir="ltr" value={place} placeholder="33-24.5N 012-42.0E" onInput={typed("place", placeSet)} /></label>
          <label>{t("error")}<input type="number" min="0" step="0.1" value={error} onInput={typed("error", errorSet)} /></label>
          <label>{t("time")}<input required dir="ltr" pattern={timePattern} placeholder="2016-08-29 02:00" value={time} onInput={typed("time", timeSet)} /></label>
          <label>{t("people")}<input type="number" min="1" value={people} onInput={typed("people", peopleSet)} /></label>
          <label>{t("craft")}
            <select name="craft" value={craft} onChange={typed("craft", craftSet)}>
              <option value="unknown">{t("unknown_craft")}</option>
              {objects?.presets.map((p) => <option value={p.key}>{p.description}</option>)}
              <optgroup label="Leeway">{objects?.classes.map((c) => <option value={c.key}>{c.key}: {c.description}</option>)}</optgroup>
            </select>
          </label>
          <label>{t("until")}<select value={hours} onChange={typed("hours", hoursSet)}>{[12, 24, 36, 48, 72].map((h) => <option value={h}>{t("hours", h)}</option>)}</select></label>
          <label>{t("wind_from")}<input type="number" min="0" max="360" value={wind.from} onInput={(e) => windSet({ ...wind, from: e.currentTarget.value })} /></label>
          <label>{t("wind_kn")}<input type="number" min="0" step="0.1" value={wind.kn} onInput={(e) => windSet({ ...wind, kn: e.currentTarget.value })} /></label>
          <label>{t("current_toward")}<input type="number" min="0" max="360" value={current.toward} onInput={(e) => currentSet({ ...current, toward: e.currentTarget.value })} /></label>
          <label>{t("current_kn")}<input type="number" min="0" step="0.1" value={current.kn} onInput={(e) => currentSet({ ...current, kn: e.currentTarget.value })} /></label>
          <label class="wide">{t("name")}<input value={name} onInput={typed("name", nameSet)} /></label>
        </div>
        {when && !when.zone_stated && <p class="warn">▲ {t("zone_missing")}</p>}
        {when && !when.day_stated && <p class="soft">{t("day_missing")}</p>}
        <div class="row"><button class="primary" type="submit">{t("create")}</button><button type="button" onClick={close}>{t("cancel")}</button></div>
      </form>
    </dialog>
  );
}
