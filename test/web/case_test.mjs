// A whole case in a browser: from the pasted message to routes, an empty search and the plan after it. Then two officers at
// once, languages, keyboard and what axe says. usage: case_test.mjs PHAROS WEB-DIST [FOLDER for pictures]
import { readFileSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { axe, browse, done, ok, pageOf, serve } from "./pages.mjs";

const [pharos, web, pictures] = process.argv.slice(2);
const server = await serve(pharos, web);
const browser = await browse();
const picture = (page, name) => pictures && page.screenshot({ path: join(pictures, name + ".png") });
const label = (page, text) => page.getByLabel(text, { exact: true });
const result = (page) => page.locator(".one").filter({ hasText: "%" });

// True as soon as it is so: the page draws when it comes to it.
async function within(so) {
  for (let i = 0; i < 100 && !(await so()); i++) await new Promise((on) => setTimeout(on, 50));
  return so();
}

async function addUnit(page, unit) {
  await page.getByRole("button", { name: "Add a unit" }).click();
  await label(page, "Unit").fill(unit.id);
  await page.locator("[name=type]").selectOption(unit.type);
  await page.locator("[name=time]").fill(unit.time);
  await page.locator("[name=hours]").fill(unit.hours);
  await page.getByRole("button", { name: "Save" }).first().click();
  await page.getByRole("button", { name: "Add a unit" }).waitFor();
}

// ---- from the message to routes
const page = await pageOf(browser, server.url);
await picture(page, "1-empty");
const began = Date.now();
await page.keyboard.press("n");
await page.locator("textarea").fill("MAYDAY relay: rubber boat, about 72 people, 33-10.0N 012-30.0E, 2016-08-29T02:00Z, engine failed");
await page.locator("mark.found-position").waitFor();
ok(await label(page, "Position").inputValue() === "33-10.0N 012-30.0E", "the position of a pasted message is proposed");
ok(await label(page, "People").inputValue() === "72", "and the number of people");
ok(await label(page, "Time (UTC)").inputValue() === "2016-08-29 02:00", "and the time, in UTC whatever the machine's zone is");
ok(await page.locator("[name=craft]").inputValue() === "rubber-boat-overloaded", "and the craft");
await label(page, "Wind from (°)").fill("315");
await label(page, "Wind (kn)").fill("14");
await label(page, "Current toward (°)").fill("90");
await label(page, "Current (kn)").fill("0.5");
await label(page, "Within (NM, 50 %)").fill("10");
await label(page, "Name of the case").fill("Rubber boat N of Sabratha");
await picture(page, "2-new");
const dialogWrong = await axe(page);
ok(!dialogWrong.length, "axe finds nothing wrong in the new-case dialog", ...dialogWrong);
await page.getByRole("button", { name: "Open the case" }).click();
await page.locator("[aria-current=true].case").waitFor();
await addUnit(page, { id: "Rescue-1", type: "vessel", time: "2016-08-29T08:00", hours: "6" });
await addUnit(page, { id: "Seabird", type: "fixed-wing", time: "2016-08-29T07:00", hours: "3" });
await page.locator("[name=visibility]").fill("8");
await page.locator("form", { has: page.locator("[name=visibility]") }).getByRole("button", { name: "Save" }).click();
await page.waitForTimeout(500);
await page.locator("body").press("p");
await result(page).waitFor({ timeout: 120000 });
const pos = parseInt((await result(page).innerText()).replace(/\D/g, ""));
ok(pos > 5 && pos < 100, `a plan is made: ${pos} %`);
ok(Date.now() - began < 120000, "from the message to a plan for two units within two minutes");
await picture(page, "3-plan");
await page.locator("#tab-out").click();
const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "GPX" }).first().click()]);
const gpx = readFileSync(await file.path(), "utf8");
ok(gpx.includes("<rte>") && (gpx.match(/<rtept/g) ?? []).length > 4, "a unit's route comes as GPX");
await picture(page, "4-out");

// ---- an area moved by hand
await page.locator("#tab-plan").click();
await page.getByRole("button", { name: /Seabird ·/ }).click();
await page.locator("canvas").focus();
for (let i = 0; i < 25; i++) await page.keyboard.press("ArrowUp");
const edit = page.getByText(/^edited:/);
await edit.waitFor({ timeout: 30000 });
ok(/-\d/.test(await edit.innerText()), "POS follows an area that is moved away", await edit.innerText());
await picture(page, "5-edited");
await page.getByRole("button", { name: "Undo edits" }).click();

// ---- an empty search makes the plan new
const points = [...gpx.matchAll(/<rtept lat="([-\d.]+)" lon="([-\d.]+)"/g)].map((m) => [m[1], m[2]]);
const t0 = Date.parse("2016-08-29T08:00Z");
const track = `<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${points.map(([lat, lon], i) => `<trkpt lat="${lat}" lon="${lon}"><time>${new Date(t0 + (i * 5.5 * 3600000) / points.length).toISOString()}</time></trkpt>`).join("")}</trkseg></trk></gpx>`;
const flown = join(mkdtempSync(join(tmpdir(), "pharos-track-")), "flown.gpx");
writeFileSync(flown, track);
await page.locator("#tab-flown").click();
await page.locator("[name=file]").setInputFiles(flown);
await page.locator("[name=asset]").selectOption("Rescue-1");
await page.locator("[name=sweep]").fill("2");
const runs = () => page.evaluate(async () => (await (await fetch(`/api/v1/cases/${location.hash.slice(1)}/runs`)).json()).runs);
const runsBefore = (await runs()).length;
await page.getByRole("button", { name: "Count this search" }).click();
for (let all = [], i = 0; i < 240 && !(all.length > runsBefore && all[all.length - 1].state === "done"); i++) {
  await page.waitForTimeout(500);
  all = await runs();
}
const taught = await page.evaluate(async () => {
  const path = `/api/v1/cases/${location.hash.slice(1)}/runs`, runs = (await (await fetch(path)).json()).runs;
  return (await (await fetch(`${path}/${runs[runs.length - 1].id}/files/plan.json`)).json()).pos_already_searched;
});
ok(taught > 0, "a search that found nothing makes map and plan new", String(taught));
await page.locator("#tab-log").click();
await page.waitForTimeout(800);
ok((await page.locator(".log").innerText()).includes("run-done"), "the log tells it all");
await picture(page, "6-log");

// ---- each tab, each light, for axe
for (const light of ["day", "dusk", "night"]) {
  const wrong = new Set();
  for (const tab of ["report", "forcing", "units", "plan", "out", "flown", "log"]) {
    await page.locator("#tab-" + tab).click();
    await page.waitForTimeout(250);
    if (light === "day" || tab === "plan") (await axe(page)).forEach((w) => wrong.add(`${tab}: ${w}`));
    if (light === "day") await picture(page, "day-" + tab);
  }
  ok(!wrong.size, `axe finds nothing wrong by ${light}`, ...wrong);
  await picture(page, light);
  await page.keyboard.press("t");
}

// ---- two officers at once
const other = await pageOf(browser, server.url);
await other.locator(".case").first().click();
await other.locator("#tab-log").click();
await other.getByLabel("Note").fill("the other officer was here");
await other.getByRole("button", { name: "Write it down" }).click();
await other.getByText("the other officer was here").waitFor();
await page.locator("#tab-units").click();
await page.locator("[name=wind]").fill("12");
await page.locator("form", { has: page.locator("[name=visibility]") }).getByRole("button", { name: "Save" }).click();
await page.getByText("Somebody else has changed this case").waitFor();
ok(true, "who is second is told, and nothing is overwritten");

// ---- languages
for (const [code, plan, dir] of [["it", "Piano", "ltr"], ["fr", "Plan", "ltr"], ["ar", "الخطة", "rtl"]]) {
  const foreign = await pageOf(browser, server.url, { language: code });
  await foreign.locator(".case").first().click();
  await foreign.locator("#tab-plan").click();
  await result(foreign).waitFor();
  ok((await foreign.locator("#tab-plan").innerText()) === plan && (await foreign.evaluate(() => document.documentElement.dir)) === dir, `the pages speak ${code}`);
  const csp = foreign.locator(".card b[dir=ltr]").first();
  ok(/^\d\d-\d\d\.\dN \d{3}-\d\d\.\dE$/.test(await csp.innerText()), `positions read left to right in ${code}`, await csp.innerText());
  const wrong = await axe(foreign);
  ok(!wrong.length && !foreign.wrong.length, `nothing is wrong with it in ${code}`, ...wrong, ...foreign.wrong);
  await picture(foreign, "lang-" + code);
  await foreign.context().close();
}

// ---- keyboard only: tabs, time, light, new case and out again
const keys = await pageOf(browser, server.url);
await keys.locator(".case").first().waitFor();
await keys.keyboard.press("Tab"), await keys.keyboard.press("Tab"), await keys.keyboard.press("Tab"), await keys.keyboard.press("Tab");
await keys.keyboard.press("Enter");
await keys.locator("#tab-plan").waitFor();
await keys.locator(".time input").waitFor();
await keys.locator("body").press("4");
ok(await within(async () => (await keys.locator("#tab-plan").getAttribute("aria-selected")) === "true"), "a digit chooses a tab");
const before = await keys.locator(".time input").inputValue();
await keys.keyboard.press("ArrowRight");
ok(await within(async () => (await keys.locator(".time input").inputValue()) > before), "arrows move the time");
await keys.keyboard.press("n");
ok(await within(() => keys.locator("dialog.new").isVisible()), "N opens a new case");
await keys.keyboard.press("Escape");
ok(await within(async () => !(await keys.locator("dialog.new").isVisible())), "and Escape leaves it");

// ---- a phone, and no other origin anywhere
await keys.setViewportSize({ width: 390, height: 844 });
await keys.waitForTimeout(500); // the canvas follows
const out = await keys.evaluate(() => [...document.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && document.documentElement.scrollWidth > innerWidth).map((e) => `${e.tagName}.${e.className}`).slice(0, 5));
ok(!out.length, "on a phone nothing sticks out sideways", ...out);
await picture(keys, "phone");
ok(!page.wrong.length && !other.wrong.length && !keys.wrong.length, "no error and no request to anywhere else", ...page.wrong, ...other.wrong, ...keys.wrong);

// ---- where there are users: nothing before one is there
server.user("anna", "roma", "coordinator", "correct horse battery");
const guarded = await pageOf(browser, server.url);
await guarded.locator("[name=password]").waitFor();
ok((await guarded.locator(".case").count()) === 0, "with users nothing is shown before one is there");
await guarded.locator("[name=user]").fill("anna");
await guarded.locator("[name=password]").fill("wrong");
await guarded.locator("dialog button.primary").click();
await guarded.locator("dialog .warn").waitFor();
await guarded.locator("[name=password]").fill("correct horse battery");
await guarded.locator("dialog button.primary").click();
await guarded.getByRole("button", { name: "anna" }).waitFor();
ok(await within(async () => !(await guarded.locator("dialog").count())), "a wrong password does not help, the right one does");
const loginWrong = await axe(guarded);
ok(!loginWrong.length, "axe finds nothing wrong after it", ...loginWrong);

await browser.close();
await server.stop();
done();
