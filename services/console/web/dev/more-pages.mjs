// Pages beside the counsellor's, for shots.mjs.
const supervisor = "roles=supervisor&desk=1&night=1";
const rotaManager = "roles=rota_manager&night=calm";
const admin = "roles=operator_admin";
const centre = "roles=centre&staff=c-hokuto&centre=1";
const press = (page, name) => page.getByRole("button", { name }).first().click();

export const MORE = [
  { name: "night", query: supervisor, hash: "/night", act: (page) => page.locator(".coverage").last().waitFor() },
  { name: "night-calm", query: "roles=supervisor&night=calm", hash: "/night", theme: "light", act: async (page) => { await page.locator(".coverage").last().waitFor(); for (const one of await page.locator("main details").all()) await one.evaluate((element) => { element.open = true; }); } },
  { name: "night-light", query: supervisor, hash: "/night", theme: "light", act: (page) => page.locator(".coverage").last().waitFor() },
  { name: "listen", query: supervisor, hash: "/night", window: true, act: (page) => press(page, /^(聞く|Listen in):/) },
  { name: "move", query: supervisor, hash: "/night", window: true, act: (page) => press(page, /^(席を移す|Move):/) },
  { name: "stand-in", query: supervisor, hash: "/night", window: true, act: async (page) => { await press(page, /^(代わりを立てる|Put a stand-in):/); await page.getByRole("dialog").locator("select").first().selectOption("tanaka"); await page.waitForTimeout(300); } },
  { name: "pages", query: "roles=psychiatrist&night=1", hash: "/pages" },
  { name: "page", query: "roles=psychiatrist&night=1", hash: "/page/pg-b2", act: (page) => page.locator(".case-lines").waitFor() },
  { name: "page-light", query: "roles=psychiatrist&night=1", hash: "/page/pg-b2", theme: "light", act: async (page) => { await page.locator(".case-lines").waitFor(); await press(page, /^(引き受ける|Accept)$/); await page.locator(".notice").first().waitFor(); } },
  { name: "page-taken", query: "roles=psychiatrist&night=1", hash: "/page/pg-c", act: (page) => page.locator(".case-lines").waitFor() },
  { name: "page-decline", query: "roles=psychiatrist&night=1", hash: "/page/pg-b2", window: true, act: (page) => press(page, /^(受けられない|I cannot)$/) },
  { name: "rota", query: rotaManager, hash: "/rota", act: (page) => page.locator(".grid-table").waitFor() },
  { name: "rota-light", query: "roles=counsellor&night=calm", hash: "/rota", theme: "light", act: async (page) => { await page.locator(".grid-table").waitFor(); await press(page, /^(窓口ごと|By window)$/); await press(page, /^(アドレスを作る|Make an address)$/); await page.locator(".secret").waitFor(); } },
  { name: "swap", query: rotaManager, hash: "/rota", window: true, act: async (page) => { await page.locator("td.cell-opens").nth(2).click(); await press(page, /^(代わりを立てる|Put a stand-in):/); await page.getByRole("dialog").locator("select").first().selectOption("watanabe"); await page.waitForTimeout(300); } },
  { name: "accounts", query: admin, hash: "/admin" },
  { name: "accounts-light", query: admin, hash: "/admin?part=accounts", theme: "light", act: async (page) => { await page.locator("table").waitFor(); await press(page, /^(パスワード再発行|Reset):/); await page.getByRole("alertdialog").locator(".button-danger").click(); await page.locator("input[type=password]").fill("x"); await page.keyboard.press("Enter"); await page.locator(".secret").waitFor(); } },
  { name: "account-new", query: admin, hash: "/admin", window: true, act: async (page) => { await press(page, /^(アカウントを作る|Create an account)$/); await page.getByRole("dialog").locator("button[type=submit]").click(); } },
  { name: "fresh", query: admin, hash: "/admin", window: true, act: async (page) => { await press(page, /^(停止する|Disable):/); await page.getByRole("alertdialog").locator(".button-danger").click(); await page.locator("input[type=password]").waitFor(); } },
  { name: "protocols", query: admin, hash: "/admin?part=protocols", act: async (page) => { await page.locator("textarea").fill("id = \"x\"\n\n[[sections]]\nid = \"body\"\n"); await press(page, /^(確かめる|Check)$/); await page.locator("table").nth(1).waitFor(); } },
  { name: "protocol-file", query: admin, hash: "/admin?part=protocols", window: true, act: (page) => press(page, /^(中身を見る|Show the file):/) },
  { name: "prompts", query: admin, hash: "/admin?part=prompts" },
  { name: "settings", query: admin, hash: "/admin?part=settings", act: (page) => page.locator("input[type=search]").fill("sip") },
  { name: "settings-light", query: admin, hash: "/admin?part=settings", theme: "light" },
  { name: "audit", query: "roles=auditor", hash: "/admin?part=audit", act: async (page) => { await page.locator("table").waitFor(); await page.evaluate(() => { window.line.auditBroken = true; }); await press(page, /^(鎖を確かめる|Verify the chain)$/); await page.locator(".notice").waitFor(); } },
  { name: "retention", query: admin, hash: "/admin?part=retention", act: async (page) => { await page.evaluate(() => { window.line.fresh = true; }); await press(page, /^(下見する|Rehearse)$/); await page.locator("table").waitFor(); } },
  { name: "centre", query: centre, hash: "/centre", act: (page) => page.locator(".ringing-centre").waitFor() },
  { name: "centre-light", query: centre, hash: "/centre", theme: "light", act: async (page) => { await press(page, /^(受け取った|Received)$/); await page.locator("input[type=search]").fill("伊藤"); await press(page, /^(受け入れる|Accept):/); await page.getByRole("dialog").locator(".button-go").click(); await page.locator(".notice").waitFor(); } },
  { name: "centre-decline", query: centre, hash: "/centre", window: true, act: (page) => press(page, /^(断る|Decline):/) },
  { name: "centre-arrival", query: centre, hash: "/centre", window: true, act: (page) => press(page, /^(来院を知らせる|Report the arrival):/) },
  { name: "centre-sheet", query: centre, hash: "/centre", window: true, act: async (page) => { await press(page, /^(紹介票を印刷|Print the sheet):/); await page.frameLocator("iframe.sheet").locator("table").waitFor(); } },
  { name: "referral-draft", query: "drafted=1", hash: "/record/rec-1", act: async (page) => { await page.getByRole("radio", { name: /自分で選ぶ|Choose them myself/ }).check({ force: true }); await page.locator(".targets input").nth(1).check(); await page.locator(".targets input").nth(0).check(); await page.locator("summary", { hasText: /当番病院|Hospitals on duty/ }).click(); await page.locator(".offered").first().waitFor(); } },
  { name: "referral-release", query: "drafted=1", hash: "/record/rec-1", window: true, act: (page) => press(page, /^(送る|Release)$/) },
  { name: "referral", query: "referred=1", hash: "/record/rec-1", act: async (page) => { await page.locator(".offered").first().waitFor(); await page.locator("summary", { hasText: /経過|History/ }).last().click(); await page.locator("summary", { hasText: /伝えた内容|what was told/ }).click(); await page.locator(".told").waitFor(); } },
  { name: "referral-light", query: "desk=1&talking=1&referred=1", hash: "/desk", theme: "light", act: async (page) => { await page.locator(".offered").first().waitFor(); await press(page, /^(取り消す|Recall)$/); } },
  { name: "settle", query: supervisor, hash: "/night", window: true, act: (page) => press(page, /^(手で処理する|Settle by hand):/) },
];
