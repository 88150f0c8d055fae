// A server of its own and Debian's Chromium for a test of the pages, and TAP.
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const need = createRequire(new URL("../../web/package.json", import.meta.url));
export const { chromium } = need("playwright-core");
export const axeSource = need.resolve("axe-core/axe.min.js");

let count = 0, failed = 0;
export function ok(good, sentence, ...detail) {
  console.log(`${good ? "ok" : "not ok"} ${++count} - ${sentence}`);
  if (!good) {
    failed++;
    for (const line of detail) console.log("# " + (typeof line === "string" ? line : JSON.stringify(line)));
  }
  return good;
}
export function done() {
  console.log(`1..${count}`);
  process.exit(failed ? 1 : 0);
}

export async function serve(pharos, web) {
  const folder = mkdtempSync(join(tmpdir(), "pharos-web-"));
  const child = spawn(pharos, ["serve", "--listen", "127.0.0.1:0", "--db", join(folder, "test.db"), "--web", web], { stdio: ["ignore", "pipe", process.env.SERVER_LOG ? (await import("node:fs")).openSync(process.env.SERVER_LOG, "a") : "ignore"] });
  const url = await new Promise((told, lost) => {
    createInterface(child.stdout).once("line", told);
    child.once("exit", () => lost(new Error("the server did not start")));
  });
  // Makes a user, as an administrator does on the server's machine.
  const user = (name, centre, role, password) => execFileSync(pharos, ["user", "add", name, centre, role, "--db", join(folder, "test.db")], { input: password + "\n" });
  const stop = () => new Promise((over) => {
    child.once("exit", () => (process.env.KEEP || rmSync(folder, { recursive: true, force: true }), over()));
    child.kill();
  });
  return { url, stop, user };
}

export async function browse() {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
}

// A page that notes what it should not do: errors, and requests to anywhere else.
export async function pageOf(browser, url, settings = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, timezoneId: "America/New_York", locale: "en-GB" });
  await context.addInitScript((all) => Object.entries(all).forEach(([k, v]) => localStorage.getItem(k) ?? localStorage.setItem(k, v)), settings);
  const page = await context.newPage();
  page.wrong = [];
  page.on("pageerror", (e) => page.wrong.push(e.message));
  page.on("console", (m) => m.type() === "error" && !/412/.test(m.text()) && page.wrong.push(m.text()));
  page.on("request", (r) => !r.url().startsWith(url) && !/^(data|blob):/.test(r.url()) && page.wrong.push("request to " + r.url()));
  await page.goto(url);
  await page.waitForSelector(".watch");
  return page;
}

export async function axe(page) {
  await page.evaluate(await (await import("node:fs/promises")).readFile(axeSource, "utf8"));
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ")}`);
}
