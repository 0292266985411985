// The counsellor's night by keyboard alone over a pretended line, with a dead server, a reload, a second
// hand in the record and a session that ends.
import { strict as assert } from "node:assert";
import { chromium } from "playwright-core";
import { createServer } from "vite";

const server = await createServer({ server: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
await server.listen();
const base = `${server.resolvedUrls.local[0]}dev/`;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
const page = await context.newPage();
page.setDefaultTimeout(8_000);
page.on("pageerror", (error) => assert.fail(error.message));
const keys = async (...all) => { for (const key of all) await page.keyboard.press(key); };
const until = (text) => page.getByText(text, { exact: false }).first().waitFor();
const focused = () => page.evaluate(() => (document.activeElement?.closest("button,a")?.textContent?.trim() ?? ""));
const tabTo = async (text, most = 60) => {
  for (let turn = 0; turn < most; turn += 1) {
    if ((await focused()).includes(text)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`no way by Tab to ${text}`);
};
const told = (what) => console.log(`ok ${what}`);

await page.goto(`${base}?in=no`, { timeout: 60_000 });
await page.locator("input[autocomplete=username]").waitFor();
await page.keyboard.type("aya");
await keys("Tab");
await page.keyboard.type("wrong");
await keys("Enter");
await until("サインインできませんでした");
await page.locator("input[type=password]").fill("right");
await page.locator("input[type=password]").focus();
await keys("Tab");
await page.keyboard.type("123456");
await keys("Enter");
await page.locator("main#main").waitFor();
told("signs in; a refusal says nothing of which was wrong");

await tabTo("この席に着く");
await keys("Enter");
await page.locator("[data-presence=available]").waitFor();
await page.evaluate(() => window.line.ring());
await page.locator(".ringing").waitFor();
await page.waitForFunction(() => document.title.includes("着信"));
assert.ok((await focused()).includes("応答"), "the answer button has the focus");
await keys("a");
await page.locator("[data-presence=in_call]").waitFor();
await page.locator(".question").first().waitFor();
told("rings, title and focus, answers with A");

await keys("q");
for (const key of ["n", "n", "y"]) {
  await keys(key);
  await page.waitForTimeout(400);
}
await keys("y");
await page.waitForTimeout(400);
await keys("y");
await page.locator(".computed .code-B").waitFor();
await until("精神科医の呼出が始まりました");
await page.waitForTimeout(400);
await keys("3");
await until("いま聞くべき質問は終わりました");
told("answers the protocol with keys to code B, which pages the psychiatrist");

await keys("h");
await until("保留を解く");
await keys("h");
await page.evaluate(() => window.line.accept());
await until("木村 航医師が通話に入っています");
await keys("c");
await until("三者で話す");
await keys("c");
told("holds, goes on, consults the psychiatrist alone, brings all together");

const notes = page.locator("#f-notes textarea");
await notes.focus();
await page.keyboard.type("hcpate ");
assert.equal(await page.locator("[role=dialog],[role=alertdialog]").count(), 0);
told("keys while typing are only text");

await page.locator("[data-standing=saved]").waitFor();
await page.evaluate(() => (window.line.away = true));
await page.keyboard.type("server gone");
await page.locator("[data-standing=kept]").waitFor();
await page.locator(".link [role=alert]").waitFor({ timeout: 15_000 });
told("says that the words are kept here and that the screen is stale");

const shelf = await page.evaluate(async () => {
  const base = await new Promise((done) => { const opening = indexedDB.open("tomoshibi", 1); opening.onsuccess = () => done(opening.result); });
  const rows = await new Promise((done) => { const asking = base.transaction("drafts").objectStore("drafts").getAll(); asking.onsuccess = () => done(asking.result); });
  return rows.map((row) => new TextDecoder().decode(row.sealed)).join();
});
assert.ok(shelf.length > 20 && !shelf.includes("server gone"), "sealed");
await page.goto(`${base}?desk=1`);
await page.waitForFunction(() => window.line.record?.fields.find((field) => field.name === "notes")?.values[0].includes("server gone"));
await page.goto(`${base}?desk=1&talking=1`);
await notes.waitFor();
await page.waitForFunction(() => document.querySelector("#f-notes textarea")?.value.includes("server gone"));
await page.locator("[data-standing=saved]").waitFor();
assert.ok((await page.evaluate(() => window.line.record.fields.find((field) => field.name === "notes")?.values[0])).includes("server gone"));
told("survives a reload with a dead server: sealed on the shelf, sent by itself afterwards");

await page.evaluate(() => window.line.change([{ name: "notes", values: ["theirs"] }]));
await notes.focus();
await page.keyboard.press("End");
await page.keyboard.type(" mine");
await page.locator(".merge").waitFor();
await page.getByRole("button", { name: /両方をつなげる/ }).focus();
await keys("Enter");
await page.locator("[data-standing=saved]").waitFor();
const merged = await page.evaluate(() => window.line.record.fields.find((field) => field.name === "notes")?.values[0]);
assert.ok(merged.includes("theirs") && merged.includes("mine"), merged);
told("shows both texts when two write one field, and loses neither");

await page.evaluate(() => (window.line.signedIn = false));
await notes.focus();
await page.keyboard.type(" after");
await page.locator(".cover").waitFor();
await page.keyboard.type("right");
await keys("Tab");
await page.keyboard.type("123456");
await keys("Enter");
await page.locator(".cover").waitFor({ state: "detached" });
await page.waitForFunction(() => window.line.record.fields.find((field) => field.name === "notes")?.values[0].includes("after"));
told("covers the page when the session ends, and has every word after signing in again");

await page.evaluate(() => window.scrollTo(0, 0));
for (const [field, value] of [["channel", "voice"], ["caller_kind", "311"], ["end_kind", "completed"], ["triage_code", "C"], ["disposition", "D04"]]) {
  const element = page.locator(`#f-${field}`);
  if (await element.locator("select").count()) await element.locator("select").selectOption(value);
  else {
    const at = await page.evaluate(([name, code]) => [...document.querySelectorAll(`#f-${name} label.choice`)].findIndex((label) => label.textContent.startsWith(code)), [field, { voice: "電話", completed: "相談を終えた", C: "C", D04: "精神科救急" }[value]]);
    await element.locator("input").nth(at).focus();
    await keys(" ");
  }
}
await until("手順より低い区分です");
await page.locator("#f-own_code_reason textarea").fill("姉が付き添う");
await until("署名できます");
const sign = page.getByRole("button", { name: "署名する" }).first();
await sign.focus();
await keys("Enter");
await page.locator("[role=dialog]").waitFor();
await keys("Enter");
await until("署名しました");
told("gives the reason for a lower code and signs");

await keys("e");
await page.locator("[role=alertdialog]").waitFor();
await keys("Enter");
await page.locator("[data-presence=wrap_up]").waitFor();
await page.locator("main").focus();
await keys("w");
await page.locator("[data-presence=available]").waitFor();
told("hangs up after being asked, ends the wrap-up");

await page.goto(`${base}?desk=1#/record/rec-1`);
await tabTo("訂正する");
await keys("Enter");
await page.locator("#f-notes textarea").fill("訂正した経過");
await page.goto(`${base}?desk=1#/records`);
await page.goto(`${base}?desk=1#/record/rec-1`);
await tabTo("訂正する");
await keys("Enter");
await until("送っていない訂正が残っていました");
await page.getByLabel("訂正の理由").fill("聞き違い");
await tabTo("訂正を確定する");
await keys("Enter");
await until("訂正しました");
assert.equal(await page.evaluate(() => window.line.record.state), "amended");
told("amends with a reason; an amendment not sent is still there after leaving the page");

await page.goto(`${base}?desk=1&talking=1#/record/rec-7`);
await page.getByLabel("見る理由").fill("引き継ぎのため");
await keys("Enter");
await until("連絡先の書き誤り");
told("reads somebody else's record only with a reason");

await page.goto(`${base}?desk=1&talking=1#/desk`);
await tabTo("この人として結ぶ");
await keys("Enter");
await until("はじめに現れるサイン");
told("links the person and sees the crisis plan at once");

await page.goto(`${base}?desk=1&roles=auditor#/account`);
await page.locator("h1").waitFor();
assert.equal(await page.locator(".link").count(), 0);
await tabTo("佐藤 彩");
await keys("Enter");
await tabTo("サインアウト");
await keys("Enter");
await page.locator("input[autocomplete=username]").waitFor();
told("an auditor has no board; signs out");

await browser.close();
await server.close();
process.exit(0);
