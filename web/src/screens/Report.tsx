import { t } from "../lang";
import { change, current, files, summary } from "../state";
import { fromInput, timePattern, toInput } from "../text";
import { personsOf } from "./Watch";

const spread = (s: any) => (s.probable_error_nm ? `±${s.probable_error_nm} NM` : s.radius_nm ? `r ${s.radius_nm} NM` : "");
const text = (p: any) => (typeof p === "string" ? p : p ? `${p.lat?.toFixed(4)}, ${p.lon?.toFixed(4)}` : "");

// What is known of them: scenarios with their weights, what they may be in, the message.
export function Report() {
  const d = current.value?.document;
  if (!d) return null;
  const people = personsOf({ persons: d["x-persons"], objects: d.objects });
  return (
    <section>
      <p class="one">{people ? t("persons", people) : t("persons_unknown")}</p>
      {d["x-message"] && <blockquote dir="auto">{d["x-message"]}</blockquote>}
      {d.scenarios?.map((s: any) => (
        <article class="card">
          <h3>{s.id} <span class="soft">{s.kind}{s.weight ? ` · ${s.weight}` : ""}</span></h3>
          <p dir="ltr">{text(s.position ?? s.found?.position ?? s.route?.[0]?.position)} {spread(s)}</p>
          <p class="soft" dir="ltr">{[s.time ?? s.depart].flat().filter(Boolean).join(" – ")}</p>
        </article>
      ))}
      <article class="card">
        <h3>{t("craft")}</h3>
        <ul>{d.objects?.map((o: any) => <li>{o.preset ?? o.leeway ?? o.id}{o.weight ? ` · ${o.weight}` : ""}</li>)}</ul>
      </article>
      <form class="row" onSubmit={(e) => { e.preventDefault(); void change({ drift: { until: fromInput(String(new FormData(e.currentTarget).get("until"))) } }); }}>
        <label>{t("until")}<input name="until" dir="ltr" required pattern={timePattern} key={d.drift?.until} defaultValue={d.drift?.until ? toInput(d.drift.until) : ""} /></label><button>{t("save")}</button>
      </form>
      <Warnings />
      {files.value.length > 0 && <p class="soft">{t("files")}: {files.value.map((f) => f.name).join(", ")}</p>}
    </section>
  );
}

export function Warnings() {
  if (!summary.value) return null;
  const list: { code: string; text: string }[] = summary.value.warnings;
  return list.length ? <ul class="warnings">{list.map((w) => <li class="warn">▲ {w.text}</li>)}</ul> : <p class="soft">{t("no_warnings")}</p>;
}
