// A real browser, steered line by line: one JSON request a line in, one JSON answer a line out.
// Everything is found as a person finds it, by role and name; nothing is found by class, and every
// verb waits for what it needs.
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const PATIENCE = 30_000;
const SIZES = { desktop: { width: 1440, height: 1000 }, phone: { width: 390, height: 844 } };
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en-US"];

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
const tabs = new Map();

/** `where`: the name of a dialog, region, group or navigation that holds it. */
function inside(page, where) {
  if (!where) return page;
  const options = { name: where };
  return ["dialog", "alertdialog", "region", "group", "navigation"].map((role) => page.getByRole(role, options)).reduce((all, one) => all.or(one)).first();
}

function found(page, { role = "button", name, where, exact = false, nth = 0 }) {
  return inside(page, where).getByRole(role, { name, exact }).nth(nth);
}

function field(page, { name, where }) {
  return inside(page, where).getByLabel(name).and(page.locator("input,textarea,select")).first();
}

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** A choice may show the key that chooses it after its name. */
const option = (name) => new RegExp(`^${escaped(name)}( \\S)?$`);

function choice(page, { group, name, where }) {
  const place = inside(page, where).getByRole("group", { name: group }).first();
  return place.getByRole("radio", { name: option(name) }).or(place.getByRole("checkbox", { name: option(name) })).first();
}

/** A list, a text, or one of the choices of a group: whatever asks under that name. */
async function asker(page, asked) {
  const place = inside(page, asked.where);
  const list = place.getByRole("combobox", { name: asked.group }).first();
  const text = place.getByRole("textbox", { name: asked.group }).first();
  const one = choice(page, asked);
  await list.or(text).or(one).first().waitFor();
  if (await list.isVisible()) return { list };
  return (await text.isVisible()) ? { text } : { one };
}

async function answered(page, asked) {
  const { list, text, one } = await asker(page, asked);
  if (list) await list.selectOption({ label: asked.name });
  else if (text) await text.fill(asked.name);
  else await one.check({ force: true });
}

/** As a keyboard answers: arrows in a list and among radio buttons, Tab and Space among boxes. */
async function answeredByKeys(page, asked) {
  const { list, text, one } = await asker(page, asked);
  if (list) return picked(page, list, asked.name);
  if (text) {
    await tabTo(page, text, asked.group);
    await page.keyboard.press("Control+a");
    return page.keyboard.type(asked.name);
  }
  if (await one.isChecked()) return;
  if ((await one.getAttribute("type")) === "radio") return moved(page, one, asked);
  await tabTo(page, one, asked.name);
  await page.keyboard.press("Space");
}

async function picked(page, list, name) {
  await tabTo(page, list, name);
  const shown = () => list.evaluate((select) => select.selectedOptions[0]?.label);
  for (let presses = 0; presses < 40 && (await shown()) !== name; presses += 1) await page.keyboard.press("ArrowDown");
  if ((await shown()) !== name) throw new Error(`the arrow keys never come to ${name}`);
}

async function moved(page, wanted, { group, name, where }) {
  const radios = inside(page, where).getByRole("group", { name: group }).first().getByRole("radio");
  const checked = radios.and(page.locator(":checked"));
  await tabTo(page, (await checked.count()) > 0 ? checked.first() : radios.first(), group);
  if (await isFocused(wanted)) await page.keyboard.press("Space");
  for (let presses = 0; presses < 40 && !(await wanted.isChecked()); presses += 1) await page.keyboard.press("ArrowDown");
  if (!(await wanted.isChecked())) throw new Error(`the arrow keys never come to ${name}`);
}

const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement).catch(() => false);

async function tabTo(page, locator, what) {
  let element = await locator.elementHandle({ timeout: PATIENCE });
  for (let presses = 0; presses <= 400; presses += 1) {
    const seen = await element.evaluate((element) => (element.isConnected ? (element === document.activeElement ? "here" : "elsewhere") : "gone"));
    if (seen === "here") return presses;
    if (seen === "gone") element = await locator.elementHandle({ timeout: PATIENCE });
    else await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key never comes to ${what}`);
}

/** The browser speaks English (see ARGS): month, day, year, then hour, minute and half of the day. */
async function typedMoment(page, asked) {
  const wanted = field(page, asked);
  await tabTo(page, wanted, asked.name);
  const [, year, month, day, hour, minute] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+)$/.exec(asked.text);
  const half = Number(hour) < 12 ? "AM" : "PM";
  await page.keyboard.type(`${month}${day}${year}`);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.type(`${String(Number(hour) % 12 || 12).padStart(2, "0")}${minute}${half}`);
  const typed = await wanted.inputValue();
  if (typed !== asked.text) throw new Error(`${asked.name}: typed ${asked.text}, the field holds ${typed}`);
}

/** Counts the tones that a page begins while it can be heard. */
function countTones() {
  const { start } = OscillatorNode.prototype;
  window.tones = 0;
  OscillatorNode.prototype.start = function startCounted(...when) {
    if (this.context.state === "running") window.tones += 1;
    return start.apply(this, when);
  };
}

async function sounded(page) {
  const before = await page.evaluate(() => window.tones);
  await page.waitForFunction((before) => window.tones > before, before, { timeout: PATIENCE });
}

/** A printer that only counts stands in for the real one. */
async function printedWith(page, key) {
  await page.evaluate(() => {
    window.printed = 0;
    for (const { contentWindow } of document.querySelectorAll("iframe")) contentWindow.print = () => void (window.printed += 1);
  });
  await page.keyboard.press(key);
  await page.waitForFunction(() => window.printed > 0, undefined, { timeout: PATIENCE });
  return page.evaluate(() => window.printed);
}

/** What the browser keeps when that button is pressed, read as text. */
async function downloaded(page, asked) {
  const [kept] = await Promise.all([page.waitForEvent("download"), found(page, asked).click()]);
  return readFile(await kept.path(), "utf8");
}

async function unfolded(page, name) {
  const summary = page.locator("summary", { hasText: name }).locator("visible=true").first();
  await summary.focus();
  if (!(await summary.evaluate((element) => element.parentElement.open))) await page.keyboard.press("Enter");
}

async function faults(page, rules) {
  // In the page itself (a second tab for every look costs a third of the time); a frame without scripts never answers.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).exclude("iframe[sandbox]");
  const { violations } = await (rules === "all" ? axe : axe.withRules(rules)).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary.split("\n").slice(1).join(" ").trim()}`));
}

/** The looks of a page: every rule on both sizes, contrast once more in light colours. Another language has other
 * widths and names, and the same colours and places. */
const LOOKS = {
  ja: [
    { size: "desktop", theme: "light", rules: ["color-contrast"] },
    { size: "desktop", theme: "dark", rules: "all" },
    { size: "phone", theme: "dark", rules: "all" },
  ],
  en: [
    { size: "desktop", theme: "dark" },
    { size: "phone", theme: "dark", rules: "all" },
  ],
};

/** Faults of a page in all its looks; pictures where somebody wants them. */
async function looked({ page, size: before }, { name, folder }) {
  const told = [];
  const language = await page.evaluate(() => document.documentElement.lang);
  for (const { size, theme, rules } of LOOKS[language]) {
    await page.setViewportSize(SIZES[size]);
    await page.evaluate((theme) => new Promise((drawn) => {
      document.documentElement.dataset.theme = theme;
      requestAnimationFrame(() => requestAnimationFrame(() => drawn()));
    }), theme);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) told.push(`${name} ${size}: ${wide} pixels wider than the screen`);
    if (rules) told.push(...(await faults(page, rules)).map((fault) => `${name} ${size} ${theme}: ${fault}`));
    if (!folder) continue;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}-${size}-${theme}.png`), fullPage: size === "phone" || theme === "dark" });
  }
  await page.setViewportSize(SIZES[before]);
  return [...new Set(told)];
}

const VERBS = {
  open: async (_, { tab, url, size, language }) => {
    const context = await browser.newContext({ viewport: SIZES[size], reducedMotion: "reduce", locale: "ja-JP", timezoneId: "Asia/Tokyo" });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    // A server that is away or refuses is the story's business, not the page's fault.
    page.on("console", (message) => message.type() === "error" && !message.text().startsWith("Failed to load resource") && errors.push(message.text()));
    await page.addInitScript((language) => localStorage.setItem("tomoshibi.language", language), language);
    await page.addInitScript(countTones);
    tabs.set(tab, { page, errors, size });
    await page.goto(url);
  },
  go: ({ page }, { path }) => page.evaluate((path) => void (window.location.hash = path), path),
  press: ({ page }, asked) => found(page, asked).click(),
  answer: ({ page }, asked) => answered(page, asked),
  fill: ({ page }, asked) => field(page, asked).fill(asked.text),
  choose_file: ({ page }, asked) => field(page, asked).setInputFiles({ name: asked.file, mimeType: "text/csv", buffer: Buffer.from(asked.text) }),
  download: ({ page }, asked) => downloaded(page, asked),
  value: ({ page }, asked) => field(page, asked).inputValue(),
  is_chosen: ({ page }, asked) => choice(page, asked).isChecked(),
  see: ({ page }, { text, where }) => inside(page, where).getByText(text).locator("visible=true").first().waitFor(),
  see_gone: ({ page }, { text, where }) => inside(page, where).getByText(text).locator("visible=true").first().waitFor({ state: "hidden" }),
  see_role: ({ page }, asked) => found(page, asked).waitFor(),
  see_field: ({ page }, { name, text, where }) => field(page, { name, where }).and(page.locator("*")).evaluate((element, text) => new Promise((done, fail) => {
    const begun = Date.now();
    const look = () => (element.value === text ? done() : Date.now() - begun > 30_000 ? fail(new Error(`it is ${JSON.stringify(element.value)}`)) : setTimeout(look, 50));
    look();
  }), text),
  see_dialog: ({ page }, { name }) => page.getByRole("dialog", { name }).or(page.getByRole("alertdialog", { name })).first().waitFor(),
  settle: async ({ page }) => {
    await page.locator("h1").first().waitFor({ state: "attached" });
    await page.getByText(/^(読み込んでいます…|接続中…|Loading…|Connecting…)$/).first().waitFor({ state: "detached" });
  },
  read: ({ page }, { where }) => inside(page, where).locator(where ? ":scope" : "body").innerText(),
  title: ({ page }, { text }) => page.waitForFunction((text) => document.title.includes(text), text, { timeout: PATIENCE }).then(() => page.title()),
  is_saved: ({ page }) => page.locator("[data-standing=saved]").first().waitFor(),
  standing: ({ page }, { text }) => page.locator(`[data-standing=${text}]`).first().waitFor(),
  key: ({ page }, { name }) => page.keyboard.press(name),
  type: ({ page }, { text }) => page.keyboard.type(text),
  tab_to: ({ page }, asked) => tabTo(page, asked.role ? found(page, asked) : field(page, asked), asked.name),
  type_moment: ({ page }, asked) => typedMoment(page, asked),
  sound: ({ page }) => sounded(page),
  unfold: ({ page }, { name }) => unfolded(page, name),
  read_frame: ({ page }, { name }) => page.frameLocator(`iframe[title="${name}"]`).locator("body").innerText(),
  print_with: ({ page }, { name }) => printedWith(page, name),
  answer_by_keys: ({ page }, asked) => answeredByKeys(page, asked),
  await_path: ({ page }, { text }) => page.waitForFunction((text) => window.location.hash.includes(text), text, { timeout: PATIENCE }).then(() => page.evaluate(() => window.location.hash.slice(1))),
  speak: async ({ page }, { language }) => {
    await page.evaluate((language) => localStorage.setItem("tomoshibi.language", language), language);
    await page.addInitScript((language) => localStorage.setItem("tomoshibi.language", language), language);
    await page.reload();
  },
  reload: ({ page }) => page.reload(),
  look: (tab, asked) => looked(tab, asked),
  errors: ({ errors }) => errors.splice(0),
};

// Nobody listens any more: the story is over.
process.stdout.on("error", () => process.exit(1));
createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, tab, verb, ...asked } = JSON.parse(line);
  let answer;
  try {
    answer = { id, told: (await VERBS[verb](tabs.get(tab), { tab, ...asked })) ?? null };
  } catch (error) {
    const at = tabs.get(tab)?.page;
    const shown = await at?.locator("body").innerText().catch(() => "");
    const { BROWSER_SHOTS: folder } = process.env;
    if (folder) await at?.screenshot({ path: join(folder, `fault-${tab}-${id}.png`), fullPage: true }).catch(() => undefined);
    answer = { id, fault: String(error.message), shown, errors: tabs.get(tab)?.errors ?? [] };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}).on("close", async () => {
  await browser.close();
  process.exit(0);
});
