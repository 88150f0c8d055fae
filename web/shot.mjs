import { chromium } from "playwright-core";
const [url, out, theme = "day", tab = "plan", w = "1440", h = "900", lang = "en"] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: +w, height: +h } });
page.on("console", (m) => m.type() === "error" && console.log("console:", m.text()));
page.on("pageerror", (e) => console.log("pageerror:", e.message));
page.on("request", (r) => { if (!r.url().startsWith(url) && !r.url().startsWith("data:") && !r.url().startsWith("blob:")) console.log("foreign:", r.url()); });
await page.addInitScript(([theme, lang]) => { localStorage.setItem("theme", theme); localStorage.setItem("language", lang); }, [theme, lang]);
await page.goto(url);
await page.waitForTimeout(1200);
if (+w < 1100) await page.click(".menu"); const first = page.locator(".case").first();
if (await first.count()) { await first.click(); await page.waitForTimeout(2500); if (+w < 1100) await page.click(".menu"); }
if (await page.locator("#tab-" + tab).count()) await page.click("#tab-" + tab);
await page.waitForTimeout(1500);
await page.screenshot({ path: out });
await browser.close();
