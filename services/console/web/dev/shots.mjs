// Looks at every page over a pretended line: pictures into a folder, axe on each, a walk by keyboard.
// node dev/shots.mjs [folder [pages [theme [language-size]]]], pages and language-size as patterns
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { createServer } from "vite";
import { MORE } from "./more-pages.mjs";

const folder = process.argv[2] ?? join(tmpdir(), "tomoshibi-shots");
const [, , , only, , looks] = process.argv;
mkdirSync(folder, { recursive: true });
const server = await createServer({ server: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
await server.listen();
const base = `${server.resolvedUrls.local[0]}dev/`;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });

const SIZES = { desktop: { width: 1440, height: 1000 }, phone: { width: 390, height: 844 } };
const wait = (page, ms) => page.waitForTimeout(ms);
const answerB = async (page) => {
  for (const [id, label] of [["awake", "N"], ["overdose", "N"], ["thoughts", "Y"]]) {
    await page.locator(`#f-q-${id} input`).first().focus();
    await page.keyboard.press(label);
    await wait(page, 900);
  }
  for (const id of ["plan", "means"]) {
    await page.locator(`#f-q-${id} input`).first().focus();
    await page.keyboard.press("y");
    await wait(page, 900);
  }
};
const PAGES = [
  { name: "sign-in", query: "in=no" },
  { name: "provider", query: "in=no&provider=there" },
  { name: "provider-away", query: "in=no&provider=away" },
  { name: "provider-code", query: "in=no&provider=there&oidc=code" },
  { name: "provider-refused", query: "in=no&provider=there&oidc=refused" },
  { name: "break-glass", query: "in=no", act: (page) => page.locator("button.button-quiet").last().click() },
  { name: "must-change", query: "must=password" },
  { name: "enrol", query: "must=totp", act: async (page) => { await page.locator("input[type=password]").fill("x"); await page.keyboard.press("Enter"); await page.locator(".qr").waitFor(); } },
  { name: "recovery", query: "must=totp", act: async (page) => { await page.locator("input[type=password]").fill("x"); await page.keyboard.press("Enter"); await page.locator(".qr").waitFor(); await page.locator("input").fill("123456"); await page.keyboard.press("Enter"); await page.locator(".codes").waitFor(); } },
  { name: "idle", query: "idle=60" },
  { name: "choose-desk", query: "", hash: "/desk" },
  { name: "desk", query: "desk=1", hash: "/desk", act: (page) => page.evaluate(() => window.line.wait()) },
  { name: "ringing", query: "desk=1", hash: "/desk", act: (page) => page.evaluate(() => window.line.ring()) },
  { name: "call", query: "desk=1&talking=1", hash: "/desk", act: (page) => page.locator(".question").first().waitFor() },
  { name: "call-b", query: "desk=1&talking=1", hash: "/desk", act: answerB },
  { name: "desk-waiting", query: "desk=1", hash: "/desk", act: (page) => page.evaluate(() => window.line.waitForDoctor(-40, 1)) },
  { name: "settle", query: "desk=1", hash: "/desk", act: async (page) => { await page.evaluate(() => window.line.waitForDoctor(100)); await page.locator(".cards .button").first().click(); await page.locator(".dialog").waitFor(); } },
  { name: "silent", query: "desk=1&talking=1", hash: "/desk", act: async (page) => { await page.locator(".question").first().waitFor(); await page.evaluate(() => window.line.waitForDoctor(200)); await page.keyboard.press("s"); await page.locator(".say-now").waitFor(); } },
  { name: "relay", query: "desk=1&talking=1", hash: "/desk", act: async (page) => { await page.locator(".question").first().waitFor(); await page.keyboard.press("r"); } },
  { name: "changed", query: "desk=1&talking=1", hash: "/desk", act: async (page) => { await page.locator("#f-notes textarea").waitFor(); await page.evaluate(() => window.line.change([{ name: "location", values: ["橋の東側"] }])); await page.locator(".record > .notice").waitFor(); } },
  { name: "admin-alarms", query: "roles=operator_admin&night=1", hash: "/admin?part=alarms" },
  { name: "escalate", query: "desk=1&talking=1", hash: "/desk", act: async (page) => { await page.locator(".question").first().waitFor(); await page.keyboard.press("p"); } },
  { name: "merge", query: "desk=1&talking=1", hash: "/desk", act: async (page) => { const notes = page.locator("#f-notes textarea"); await notes.waitFor(); await page.evaluate(() => window.line.change([{ name: "notes", values: ["鈴木: 警察からも連絡あり"] }])); await notes.fill("本人は自宅。姉に連絡した。"); await page.locator(".merge").waitFor(); await page.evaluate(() => window.scrollTo(0, 0)); } },
  { name: "kept", query: "desk=1&talking=1", hash: "/desk", act: async (page) => { const notes = page.locator("#f-notes textarea"); await notes.waitFor(); await page.evaluate(() => (window.line.away = true)); await notes.fill("サーバーが止まった"); await page.locator("[data-standing=kept]").waitFor(); await page.evaluate(() => window.scrollTo(0, 0)); } },
  { name: "records", query: "desk=1", hash: "/records" },
  { name: "reason", query: "desk=1", hash: "/record/rec-7" },
  { name: "signed", query: "desk=1", hash: "/record/rec-7", act: async (page) => { await page.locator("button.choice").first().click(); await page.locator("form button[type=submit]").click(); await page.locator(".history").waitFor(); } },
  { name: "people", query: "desk=1", hash: "/people", act: async (page) => { await page.locator("input[type=search]").fill("山田"); await page.keyboard.press("Enter"); await page.locator(".cards").waitFor(); } },
  { name: "person", query: "desk=1", hash: "/person/p-1", act: async (page) => { await page.locator("button.choice").first().click(); await page.locator("form button[type=submit]").click(); await page.locator(".plan").waitFor(); } },
  { name: "account", query: "desk=1", hash: "/account" },
  ...MORE,
];

let faults = 0;
for (const language of ["ja", "en"]) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const { name, query, hash = "/", act, theme: look, window: seen } of PAGES) {
      if (only && !name.match(new RegExp(only))) continue;
      if (looks && !`${language}-${size}`.match(new RegExp(looks))) continue;
      const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
      const theme = process.argv[4] ?? look ?? (name === "records" && language === "en" ? "light" : "dark");
      await context.addInitScript(([spoken, look]) => { localStorage.setItem("tomoshibi.language", spoken); localStorage.setItem("tomoshibi.theme", look); }, [language, theme]);
      const page = await context.newPage();
      page.on("pageerror", (error) => { faults += 1; console.log(`${name}: ${error.message}`); });
      page.on("console", (message) => message.type() === "error" && !message.text().includes("favicon") && console.log(`${name} console: ${message.text().slice(0, 300)}`));
      await page.goto(`${base}?${query}#${hash}`);
      await page.locator("h1, h2").first().waitFor();
      await wait(page, 400);
      try {
        await act?.(page);
        await wait(page, 400);
      } catch (error) {
        faults += 1;
        console.log(`${name} ${language} ${size}: ${error.message.split("\n")[0]}`);
      }
      await page.screenshot({ path: join(folder, `${name}-${language}-${size}.png`), fullPage: !seen && !["idle", "escalate", "ringing"].includes(name) });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) { faults += 1; console.log(`${name} ${language} ${size}: ${over} px too wide`); }
      // axe wants to run in every frame; one without scripts never answers it.
      await page.evaluate(() => document.querySelectorAll("iframe[sandbox]").forEach((frame) => frame.remove()));
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
      for (const violation of violations) {
        faults += 1;
        console.log(`${name} ${language} ${size}: axe ${violation.id} (${violation.impact}) ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + (node.any[0]?.message ?? node.html).slice(0, 160)).join(" | ")}`);
      }
      await context.close();
    }
  }
}
await browser.close();
await server.close();
console.log(faults === 0 ? "no faults" : `${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
