import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import "./style.css";
import { language, languages, languageSet, t, type Language } from "./lang";
import { fitAll, Map, zoom } from "./map/Map";
import { Flown } from "./screens/Flown";
import { Forcing } from "./screens/Forcing";
import { Log } from "./screens/Log";
import { Login } from "./screens/Login";
import { NewCase } from "./screens/NewCase";
import { Out } from "./screens/Out";
import { Plan, Progress } from "./screens/Plan";
import { Report } from "./screens/Report";
import { Units } from "./screens/Units";
import { lastKnown, personsOf, Watch } from "./screens/Watch";
import { begin, casesFetch, current, dialog, lastAnswer, leave, locked, measuring, now, optimise, particlesShown, person, reachable, span, summary, tab, tabs, theme, themes, time, trouble, type Tab } from "./state";
import { ago, clock, dayMonth } from "./text";
import { TimeBar } from "./TimeBar";

const screens: Record<Tab, () => any> = { report: Report, forcing: Forcing, units: Units, plan: Plan, out: Out, flown: Flown, log: Log };
const themeNext = () => (theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]);
const languageNext = () => {
  const all = Object.keys(languages) as Language[];
  languageSet(all[(all.indexOf(language.value) + 1) % all.length]);
};

function Header({ menu }: { menu: () => void }) {
  const c = current.value, d = c?.document, last = c ? lastKnown(d) : null, people = c ? personsOf({ persons: d["x-persons"], objects: d.objects }) : null;
  const warnings: { text: string }[] = summary.value?.warnings ?? [];
  return (
    <header>
      <button class="menu" aria-label={t("menu")} onClick={menu}>☰</button>
      <strong>Pharos</strong>
      {c && <span class="name">{c.name}</span>}
      {people && <span class="chip">{t("persons", people)}</span>}
      {last && <span class="chip">{t("last_position", ago(now.value - last))}</span>}
      {warnings[0] && <button class="chip warn" onClick={() => (tab.value = "forcing")} title={warnings.map((w) => w.text).join("\n")}>▲ {warnings[0].text.slice(0, 60)}{warnings.length > 1 ? ` +${warnings.length - 1}` : ""}</button>}
      <span class="space" />
      <time class="clock" dir="ltr">{clock(now.value)} <small>{t("utc")} {dayMonth(now.value)}</small></time>
      {person.value && <button onClick={() => void leave()} title={t("log_out")}>{person.value}</button>}
      <button onClick={themeNext} aria-label={`${t("theme")}: ${t(theme.value)}`}>{t(theme.value)}</button>
      <button onClick={languageNext} lang={language.value} aria-label={languages[language.value].language}>{language.value.toUpperCase()}</button>
    </header>
  );
}

function Panel() {
  if (!current.value) return <aside class="panel" aria-label={t("panel")} />;
  const Screen = screens[tab.value];
  const arrows = (e: KeyboardEvent) => {
    const by = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    e.stopPropagation();
    tab.value = tabs[(tabs.indexOf(tab.value) + by + tabs.length) % tabs.length];
    requestAnimationFrame(() => document.getElementById("tab-" + tab.value)?.focus());
  };
  return (
    <aside class="panel" aria-label={t("panel")}>
      <div class="tabs" role="tablist" onKeyDown={arrows}>
        {tabs.map((one, i) => (
          <button id={"tab-" + one} role="tab" aria-selected={tab.value === one} aria-controls="screen" tabIndex={tab.value === one ? 0 : -1} title={String(i + 1)} onClick={() => (tab.value = one)}>{t(one)}</button>
        ))}
      </div>
      <div id="screen" role="tabpanel" aria-labelledby={"tab-" + tab.value} tabIndex={-1}>
        {tab.value !== "plan" && <Progress />}
        <Screen key={current.value.id} />
      </div>
    </aside>
  );
}

// One key each, shown on the buttons and under "?". None while something is typed.
function pressed(e: KeyboardEvent) {
  const target = e.target as HTMLElement;
  if (e.ctrlKey || e.metaKey || e.altKey || dialog.value || locked.value || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
  const step = (by: number) => (time.value = Math.min(Math.max(time.value + by * 1800000, span.value[0]), span.value[1]));
  const keys: Record<string, () => unknown> = {
    n: () => (dialog.value = "new"), p: () => ((tab.value = "plan"), optimise()), f: fitAll, d: () => (particlesShown.value = !particlesShown.value), m: () => (measuring.value = !measuring.value),
    t: themeNext, l: languageNext, "?": () => (dialog.value = "keys"), "+": () => zoom(1.5), "-": () => zoom(1 / 1.5), ArrowLeft: () => step(-1), ArrowRight: () => step(1),
  };
  const work = keys[e.key] ?? keys[e.key.toLowerCase()] ?? (/^[1-7]$/.test(e.key) && current.value ? () => (tab.value = tabs[Number(e.key) - 1]) : null);
  if (!work) return;
  e.preventDefault();
  work();
}

function Keys() {
  return <dialog open aria-label={t("keyboard")}><p>{t("keys")}</p><button autofocus onClick={() => (dialog.value = "")}>{t("cancel")}</button></dialog>;
}

function App() {
  const [menu, menuSet] = useState(false);
  useEffect(() => {
    languageSet(language.value);
    void begin();
    const poll = setInterval(casesFetch, 15000);
    addEventListener("keydown", pressed);
    return () => (clearInterval(poll), removeEventListener("keydown", pressed));
  }, []);
  return (
    <div class={`app ${menu ? "menu-open" : ""}`}>
      <Header menu={() => menuSet(!menu)} />
      <Watch />
      <main><Map /><TimeBar /></main>
      <Panel />
      {!reachable.value && <p class="warn bar" role="alert">▲ {t("offline", clock(lastAnswer.value))}</p>}
      {trouble.value && <p class="warn bar" role="alert">▲ {trouble.value} <button class="small" onClick={() => (trouble.value = "")}>×</button></p>}
      {locked.value && <Login />}
      {dialog.value === "new" && <NewCase />}
      {dialog.value === "keys" && <Keys />}
    </div>
  );
}

render(<App />, document.getElementById("app")!);
