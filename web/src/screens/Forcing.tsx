import { useEffect, useState } from "preact/hooks";
import { api } from "../api";
import { t } from "../lang";
import { act, attempt, change, current, files, summary } from "../state";
import { percent } from "../text";
import { Warnings } from "./Report";

type Kind = "current" | "wind";
const label = (s: any) => s.file ?? (s.series ? `${s.series.length} ×` : `${s.from_deg ?? s.toward_deg}° ${s.speed_kn ?? s.speed_ms} ${s.speed_kn != null ? "kn" : "m/s"}`);

// Which source served what, files to add, and what is seen on scene.
export function Forcing() {
  const c = current.value, environment = c?.document.environment ?? {};
  const [shared, sharedSet] = useState<string[]>([]), [seen, seenSet] = useState<Record<string, any>>({});
  useEffect(() => void attempt(() => api.environment()).then((e) => e && sharedSet(e.files)), [c?.id]);
  if (!c) return null;
  const list = (kind: Kind): any[] => environment[kind] ?? [];
  const set = (kind: Kind, sources: any[]) => change({ environment: { [kind]: sources } });
  const add = (kind: Kind, source: any, first = false) => set(kind, first ? [source, ...list(kind)] : [...list(kind), source]);
  // A file is asked what it holds and put where it belongs, before what was typed by hand.
  const bring = async (file: File) => {
    const name = file.name.replace(/[^\w.+() -]/g, "_");
    await act(async () => api.attach(c.id, name, file));
    const found = await attempt(() => api.inspect(c.id, name));
    if (!found) return;
    seenSet({ ...seen, [name]: found.files[0] });
    const kinds = new Set(found.files[0]?.variables?.map((v: any) => v.kind) ?? []);
    const patch: any = {};
    for (const kind of ["current", "wind"] as const) if (kinds.has(kind)) patch[kind] = [{ file: name }, ...list(kind)];
    if (Object.keys(patch).length) await change({ environment: patch });
  };
  const served = (s: any) => summary.value?.sources.find((x: any) => s.file && x.source.startsWith(String(s.file).split("/").pop()));
  return (
    <section>
      {(["current", "wind"] as const).map((kind) => (
        <article class="card">
          <h3>{t(kind)}</h3>
          <ol>
            {list(kind).map((s, i) => (
              <li class="row between"><span dir="ltr">{label(s)}{served(s) ? ` · ${t("served", percent(served(s).fraction))}` : ""}</span>
                <button class="small" onClick={() => void set(kind, list(kind).filter((_, k) => k !== i))}>{t("remove")}</button></li>
            ))}
          </ol>
          <form class="row" onSubmit={(e) => {
            e.preventDefault();
            const f = new FormData(e.currentTarget), way = Number(f.get("way")), speed = Number(f.get("speed"));
            void add(kind, kind === "wind" ? { from_deg: way, speed_kn: speed } : { toward_deg: way, speed_kn: speed });
          }}>
            <label>{t(kind === "wind" ? "wind_from" : "current_toward")}<input name="way" type="number" min="0" max="360" required /></label>
            <label>{t(kind === "wind" ? "wind_kn" : "current_kn")}<input name="speed" type="number" min="0" step="0.1" required /></label>
            <button>{t("use")}</button>
          </form>
        </article>
      ))}
      <p class="soft">{t("on_scene_hint")}</p>
      <label class="drop">{t("add_file")}<input type="file" accept=".nc,.nc4,.grib,.grib2,.grb,.grb2,.gz,.bz2,.xz" onChange={(e) => e.currentTarget.files?.[0] && void bring(e.currentTarget.files[0])} /></label>
      {Object.entries(seen).map(([name, f]) => (
        <p class={f?.refused || f?.warnings?.length ? "warn" : "soft"} dir="ltr">{name}: {f?.refused ?? `${f?.grid ?? ""} · ${f?.times?.from ?? ""} – ${f?.times?.to ?? ""} ${f?.warnings?.map((w: any) => w.text).join("; ") ?? ""}`}</p>
      ))}
      {shared.length > 0 && <><h3>{t("from_server")}</h3><ul>{shared.map((file) => (
        <li class="row between"><span dir="ltr">{file}</span><span><button class="small" onClick={() => void add("current", { file }, true)}>{t("current")}</button> <button class="small" onClick={() => void add("wind", { file }, true)}>{t("wind")}</button></span></li>
      ))}</ul></>}
      <Warnings />
      {files.value.length > 0 && <p class="soft">{t("files")}: {files.value.map((f) => f.name).join(", ")}</p>}
    </section>
  );
}
