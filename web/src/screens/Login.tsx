import { useEffect, useRef } from "preact/hooks";
import { api } from "../api";
import { t } from "../lang";
import { attempt, begin, trouble } from "../state";

// Where there are users, nothing is shown before one is there.
export function Login() {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  const submit = async (e: Event) => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement);
    if (await attempt(() => api.login(String(f.get("user")), String(f.get("password"))))) await begin();
  };
  return (
    <dialog ref={box} class="new" aria-labelledby="login-title" onCancel={(e) => e.preventDefault()}>
      <form onSubmit={submit}>
        <h1 id="login-title">Pharos</h1>
        <label>{t("user")}<input name="user" required autofocus autocomplete="username" dir="ltr" /></label>
        <label>{t("password")}<input name="password" type="password" required autocomplete="current-password" dir="ltr" /></label>
        {trouble.value && <p class="warn" role="alert">▲ {trouble.value}</p>}
        <button class="primary">{t("log_in")}</button>
      </form>
    </dialog>
  );
}
