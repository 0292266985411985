// The other people's pages by keyboard alone over a pretended line: supervisor, psychiatrist, rota, admin.
import { strict as assert } from "node:assert";
import { chromium } from "playwright-core";
import { createServer } from "vite";

const server = await createServer({ server: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
await server.listen();
const base = `${server.resolvedUrls.local[0]}dev/`;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
const page = await context.newPage();
page.setDefaultTimeout(15_000);
page.on("pageerror", (error) => assert.fail(error.message));
const keys = async (...all) => { for (const key of all) await page.keyboard.press(key); };
const until = (text) => page.getByText(text, { exact: false }).first().waitFor();
const focused = () => page.evaluate(() => { const here = document.activeElement; return here?.getAttribute("aria-label") ?? here?.textContent?.trim() ?? ""; });
const tabTo = async (text, most = 90) => {
  for (let turn = 0; turn < most; turn += 1) {
    if ((await focused()).startsWith(text)) return;
    await keys("Tab");
  }
  assert.fail(`no way by Tab to ${text}; last was ${await focused()}`);
};
const open = async (query, hash) => {
  await page.goto("about:blank");
  await page.goto(`${base}?${query}#${hash}`, { timeout: 60_000 });
  await page.locator("h1").waitFor();
};
const told = (what) => console.log(`ok ${what}`);

await open("roles=supervisor&desk=1&night=1", "/");
await until("夜の一覧");
await page.locator(".coverage").first().waitFor();
await tabTo("見た:");
await keys("Enter");
await until("佐藤 彩 確認済み");
told("a supervisor begins at the night and sees an alarm");
await tabTo("聞く:");
await keys("Enter");
await page.getByRole("dialog").waitFor();
await until("合図の音が鳴ります");
await keys("Escape");
await page.getByRole("dialog").waitFor({ state: "detached" });
assert.ok((await focused()).startsWith("聞く:"), "the focus is back where it was");
told("listening in says first what it does; Escape leads back");
await tabTo("代わりを立てる:");
await keys("Enter");
await page.getByRole("dialog").waitFor();
const taker = page.getByRole("dialog").locator("select").first();
await taker.focus();
for (let turn = 0; turn < 8 && (await taker.inputValue()) !== "tanaka"; turn += 1) await keys("ArrowDown");
await until("欠けが 1 か所できます");
await tabTo("代わりを決める");
await keys("Enter");
await until("勤務表に入れました");
told("a stand-in: rehearsed with its effect, then put");

await open("roles=psychiatrist&night=1", "/pages");
await tabTo("開く");
await keys("Enter");
await page.locator(".case-lines").waitFor();
await tabTo("引き受ける");
await keys("Enter");
await until("引き受けました");
await page.locator("textarea").focus();
await page.keyboard.type("水を飲ませて、姉がそばにいる。");
await keys("Tab", "Space", "Tab", "Enter");
await until("助言を記録しました");
told("a doctor opens the page, accepts, writes advice that was read back");

await open("roles=rota_manager&night=calm", "/rota");
await page.locator(".grid-table").waitFor();
await tabTo("佐藤 彩 2026年");
const first = await focused();
await keys("ArrowRight", "ArrowDown");
assert.notEqual(await focused(), first);
assert.ok((await focused()).startsWith("鈴木 健"), "the arrow leads to the next person");
await keys("Control+Home");
assert.equal(await focused(), first);
await keys("Tab");
assert.ok(!(await focused()).includes("年"), "the grid is one stop");
await keys("Shift+Tab");
for (let turn = 0; turn < 9 && (await focused()).endsWith("勤務なし"); turn += 1) await keys("ArrowRight");
await keys("Enter");
await page.getByRole("dialog").waitFor();
await keys("Escape");
told("the month is walked by arrows and opened with Enter");
await tabTo("引き受ける");
await keys("Enter");
await until("成立");
told("a cover is agreed to");

await open("roles=operator_admin", "/admin");
await page.locator("table").waitFor();
await tabTo("アカウントを作る");
await keys("Enter");
await page.keyboard.type("hana");
await keys("Tab");
await page.keyboard.type("高橋 花");
await keys("Tab", "Tab", "Space", "Enter");
await page.locator("input[type=password]").waitFor();
await page.locator("input[type=password]").focus();
await page.keyboard.type("x");
await keys("Enter");
await page.locator(".secret").waitFor();
told("an account is made after a fresh proof; its password is shown once");

await browser.close();
await server.close();
process.exit(0);
