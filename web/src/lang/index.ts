import { signal } from "@preact/signals";
import { en, type Texts } from "./en";
import { it } from "./it";
import { fr } from "./fr";
import { ar } from "./ar";

export const languages = { en, it, fr, ar } satisfies Record<string, Texts>;
export type Language = keyof typeof languages;

const kept = localStorage.getItem("language") as Language | null;
const first = navigator.languages.map((l) => l.slice(0, 2)).find((l) => l in languages) as Language | undefined;
export const language = signal<Language>(kept && kept in languages ? kept : first ?? "en");

// A text with {0}, {1} filled in.
export function t(key: keyof Texts, ...values: (string | number)[]): string {
  return languages[language.value][key].replace(/\{(\d)\}/g, (_, i) => String(values[Number(i)] ?? ""));
}

export function languageSet(next: Language) {
  language.value = next;
  localStorage.setItem("language", next);
  document.documentElement.lang = next;
  document.documentElement.dir = next === "ar" ? "rtl" : "ltr";
}
