import type { Texts } from "./en"; import { en } from "./en"; export const it: Texts = en;
