import { api } from "../api";
import { t } from "../lang";
import { act, current, log } from "../state";
import { clock, dayMonth } from "../text";

// Who, what, when received, of when, why. Nothing is ever taken out of it.
export function Log() {
  const c = current.value;
  if (!c) return null;
  const form = (work: (text: string) => Promise<unknown>) => (e: Event) => {
    e.preventDefault();
    const f = e.currentTarget as HTMLFormElement, text = String(new FormData(f).get("text") ?? "");
    void act(() => work(text)).then(() => f.reset());
  };
  return (
    <section>
      <form class="row" onSubmit={form((text) => api.note(c.id, text))}><label class="grow">{t("note")}<input name="text" required /></label><button>{t("add_note")}</button></form>
      <ol class="log">
        {[...log.value].reverse().map((e) => (
          <li><time dir="ltr" dateTime={e.received}>{clock(e.received)} {dayMonth(e.received)}</time> <b>{e.kind}</b> <span class="soft">{e.who}</span>
            <p dir="auto">{e.body?.text ?? e.body?.name ?? ""} {e.why && decodeURIComponent(e.why)} {e.files.length > 0 && e.files.length < 4 ? e.files.map((f) => f.name).join(", ") : ""}</p></li>
        ))}
      </ol>
      {c.status === "open"
        ? <form class="card" onSubmit={form((text) => api.close(c.id, c.version, text))}><label>{t("why_close")}<input name="text" required minLength={3} /></label><button>{t("close_case")}</button></form>
        : <form class="card" onSubmit={form((text) => api.reopen(c.id, c.version, text))}><label>{t("why_close")}<input name="text" required minLength={3} /></label><button>{t("reopen")}</button></form>}
    </section>
  );
}
