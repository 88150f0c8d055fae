import { useEffect, useState } from "preact/hooks";
import { api } from "../api";
import { t } from "../lang";
import { attempt, current, plan, shown } from "../state";

function Copy({ text }: { text: string }) {
  const [done, doneSet] = useState(false);
  return <button class="small" onClick={async () => (await navigator.clipboard.writeText(text), doneSet(true), setTimeout(() => doneSet(false), 2000))}>{t(done ? "copied" : "copy")}</button>;
}

// Texts to read over the radio, routes for plotters, the report to print.
export function Out() {
  const c = current.value, r = shown.value, [texts, textsSet] = useState<Record<string, string>>({});
  const ids = plan.value?.assets.map((a) => a.id) ?? [];
  useEffect(() => {
    textsSet({});
    if (!c || !r) return;
    for (const [key, name] of [["", "search-action-plan.txt"], ...ids.map((id) => [id, `tasks~${id}.txt`])])
      void attempt(() => api.text(c.id, r, encodeURIComponent(name))).then((text) => text && textsSet((all) => ({ ...all, [key]: text })));
  }, [c?.id, r]);
  if (!c || !r) return <p class="soft">{t("no_run")}</p>;
  const link = (name: string, label: string) => <a class="button small" href={api.url(c.id, r, name)} download>{label}</a>;
  return (
    <section>
      <p class="row"><a class="button primary" href={api.url(c.id, r, "report.html", false)} target="_blank" rel="noopener">{t("print")}</a>{link("plan.kml", "KML")}{link("plan.geojson", "GeoJSON")}{link("trajectories.nc", "NetCDF")}</p>
      {ids.map((id) => (
        <article class="card">
          <h3>{id}</h3>
          <p class="row">{link(`tasks~${id}.gpx`, "GPX")}{link(`tasks~${id}.rtz`, "RTZ")}{link(`tasks~${id}.txt`, "TXT")}{texts[id] && <Copy text={texts[id]} />}</p>
          <details><summary>{t("download")}</summary><pre dir="ltr" tabIndex={0}>{texts[id]}</pre></details>
        </article>
      ))}
      <article class="card"><h3>{t("all_areas")}</h3><p class="row">{texts[""] && <Copy text={texts[""]} />}</p><details><summary>{t("download")}</summary><pre dir="ltr" tabIndex={0}>{texts[""]}</pre></details></article>
    </section>
  );
}
