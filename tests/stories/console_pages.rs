//! Every page as anybody sees it: no fault that axe knows, nothing wider than the screen; in Japanese and English, on
//! a desktop and a phone, light and dark.

use std::sync::Arc;

use tests::{Browser, Look, Tab, TestCaller, TestDesk, TestLine, TestPerson};

use crate::NUMBER;
use crate::console_centre::{CENTRE, THE_CENTRE};
use crate::console_kit::{
    answers_to_b, fills_what_is_left, line_of_free_desks, line_of_free_desks_and, look, sits_at,
};

/// Pages that only have an address, each in both languages.
async fn look_at(page: &Tab, who: &str, paths: &[&str], faults: &mut Vec<String>) {
    for path in paths {
        page.goes(path).await;
        page.settles().await;
        let name = path.trim_start_matches('/').replace(['/', '?', '='], "-");
        look(page, &format!("{who}-{name}"), faults).await;
    }
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_counsellor_and_of_the_door_have_no_fault() {
    let mut faults = Vec::new();
    let line = line_of_free_desks("").await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let browser = Browser::starts();
    let door = Tab::opens(&browser, "door", &line.address(), Look::JAPANESE).await;
    door.sees("パスワード").await;
    look(&door, "door", &mut faults).await;
    door.presses("確認コードが使えないとき").await;
    door.sees("緊急サインイン").await;
    faults.extend(door.faults("door-break-glass").await);

    let phone = TestDesk::is_switched_on(&line, "desk-1", "", "").await;
    line.knows_phone("desk-1").await;
    let page = ito.comes(&line, &browser, Look::JAPANESE).await;
    page.sees("席を選んで").await;
    look(&page, "choose-desk", &mut faults).await;
    page.presses("この席に着く: desk-1").await;
    page.sees("待機中").await;
    look(&page, "desk", &mut faults).await;

    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    page.has_title("着信").await;
    faults.extend(page.faults("ringing").await);
    phone.answers(1).await;
    page.sees_heading("聞き取り").await;
    answers_to_b(&page).await;
    for (key, dialog) in [("t", "転送"), ("e", "終話")] {
        page.hits(key).await;
        page.sees_dialog(dialog).await;
        faults.extend(page.faults(&format!("dialog-{key}")).await);
        page.hits("Escape").await;
    }
    page.presses("探す・登録する").await;
    page.sees_dialog("探す・登録する").await;
    faults.extend(page.faults("dialog-person").await);
    page.hits("Escape").await;
    look(&page, "call", &mut faults).await;
    page.fills("対応の経過・助言", "話を聞いた。").await;
    fills_what_is_left(&page).await;
    caller.hangs_up().await;
    page.sees("記録中").await;
    look(&page, "wrap-up", &mut faults).await;
    look_at(&page, "counsellor", &["/records", "/people", "/rota", "/account", "/nowhere"], &mut faults)
        .await;
    page.goes("/records").await;
    page.follows("開く").await;
    page.presses("署名する").await;
    page.presses_in("署名する", "署名する").await;
    page.sees("署名済み").await;
    look(&page, "signed", &mut faults).await;
    page.presses("訂正する").await;
    page.sees_heading("訂正").await;
    faults.extend(page.faults("amend").await);
    none(faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_all_other_roles_have_no_fault() {
    let mut faults = Vec::new();
    let line = line_of_free_desks("").await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let browser = Browser::starts();
    let (desk, counsellor) = sits_at("desk-1", &ito, &line, &browser).await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    counsellor.sees_heading("聞き取り").await;
    answers_to_b(&counsellor).await;
    counsellor.sees("この区分により").await;

    let sato = on_page(&line, &browser, "sato", "supervisor").await;
    look_at(
        &sato,
        "supervisor",
        &["/night", "/records", "/admin?part=protocols", "/admin?part=prompts", "/admin?part=retention"],
        &mut faults,
    )
    .await;
    let aoki = on_page(&line, &browser, "aoki", "psychiatrist").await;
    look_at(&aoki, "psychiatrist", &["/pages"], &mut faults).await;
    aoki.goes("/pages").await;
    aoki.follows("開く").await;
    aoki.sees_button("引き受ける").await;
    look(&aoki, "psychiatrist-page", &mut faults).await;
    let kato = on_page(&line, &browser, "kato", "rota_manager").await;
    look_at(&kato, "rota-manager", &["/rota"], &mut faults).await;
    let parts = ["alarms", "accounts", "protocols", "prompts", "settings", "audit", "retention"]
        .map(|part| format!("/admin?part={part}"));
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let admin = TestPerson::with(&line, "admin", &["operator_admin", "auditor"])
        .await
        .comes(&line, &browser, Look::JAPANESE)
        .await;
    look_at(&admin, "admin", &parts, &mut faults).await;
    none(faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_days_have_no_fault_for_whoever_reads_them() {
    let mut faults = Vec::new();
    let line = line_of_free_desks_and(THE_CENTRE, "").await;
    let browser = Browser::starts();
    let support: &[&str] = &["/days", "/reports?period=2026-Q3", "/night-support"];
    let admin: &[&str] = &["/days", "/night-support", "/admin?part=alarms"];
    let audit: &[&str] = &["/days", "/admin?part=accounts", "/admin?part=audit"];
    let centre: &[&str] = &["/days", "/reports?period=2026-10", "/centre", "/account"];
    let roles = [
        ("centre", Some(CENTRE), centre),
        ("auditor", None, audit),
        ("operator_admin", None, admin),
        ("supervisor", Some("sato"), support),
    ];
    for (role, staff, paths) in roles {
        let page = TestPerson::of(&line, &line.operator, role, &[role], staff).await;
        let page = page.comes(&line, &browser, Look::JAPANESE).await;
        look_at(&page, &role.replace('_', "-"), paths, &mut faults).await;
    }
    none(faults);
}

async fn on_page(line: &TestLine, browser: &Arc<Browser>, login: &str, role: &str) -> Tab {
    TestPerson::on_the_rota(line, login, &[role]).await.comes(line, browser, Look::JAPANESE).await
}
