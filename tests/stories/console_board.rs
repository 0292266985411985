//! What the board tells beside calls: who waits for a doctor, desks without a phone, what stands in alarm.

use proto::console::v1::ListAlarmsRequest;
use tests::{Browser, LineSetup, Look, OPERATOR, TestCaller, TestDesk, TestPerson, ladder_of_telephones};

use crate::NUMBER;
use crate::console_kit::{line_of_free_desks, sits_at};

const WAITING: &str = "医師の折返しを待つ人";

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_doctor_is_seen_with_a_deadline_and_settled_once() {
    let line = line_of_free_desks("").await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await;
    let chief = TestPerson::on_the_rota(&line, "sato", &["supervisor"]).await;
    let browser = Browser::starts();
    let watching = chief.comes(&line, &browser, Look::JAPANESE).await;
    watching.goes("/night").await;
    watching.sees("医師の折返しを待つ人はいません。").await;
    let (desk, page) = sits_at("desk-1", &ito, &line, &browser).await;
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    desk.answers(1).await;
    page.sees_heading("聞き取り").await;
    page.hits("p").await;
    // Nobody has a shift as a psychiatrist: those whom the ladder names are on call.
    page.sees_in("精神科医を呼ぶ", "呼ぶ順：aoki").await;
    page.answers("理由（一つ以上）", "切迫した危険").await;
    page.presses_in("精神科医を呼ぶ", "呼び出す").await;
    page.sees_heading("精神科医の呼出").await;
    caller.hangs_up().await;

    watching.sees_in(WAITING, "席からの電話まで").await;
    page.sees("医師の折返しを待つ人 1 人").await;
    page.presses("記録を終えて待機に戻る").await;
    page.sees_in(WAITING, "精神科医の呼出：呼出中").await;
    let faults = [page.faults("waiting-desk").await, watching.faults("waiting-night").await].concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    for here in [&page, &watching] {
        here.presses("待機を終える: 24時間相談").await;
        here.sees_dialog("待機を終える").await;
    }
    page.presses_in("待機を終える", "待機を終える").await;
    page.sees("どのように終わったかを選んでください。").await;
    let faults = page.faults("waiting-settle").await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    page.answers("どのように終わりましたか", "医師が電話した").await;
    page.presses_in("待機を終える", "待機を終える").await;
    page.sees("医師の折返しを待つ人はいません。").await;
    watching.answers("どのように終わりましたか", "その他").await;
    watching.presses_in("待機を終える", "待機を終える").await;
    watching.sees("見つかりません。").await;

    assert!(line.safety_callers().await.is_empty());
    assert_eq!(line.escalations().await[0].state, "climbing", "the psychiatrist is still being paged");
    let admin = TestPerson::with(&line, "admin", &["operator_admin", "auditor"]).await;
    let audit = admin.comes(&line, &browser, Look::JAPANESE).await;
    audit.goes("/admin?part=audit").await;
    audit.sees("待機を終えた（医師の折返し待ち）").await;
    assert_eq!(line.run(&["audit", "verify"]).await.code, Some(0));
    assert_eq!((page.errors().await, watching.errors().await), (vec![], vec![]));
    drop((caller, desk));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_of_the_rota_is_shown_before_its_phone_is_there_and_offered_once_it_is() {
    let line = LineSetup::new().rota(ladder_of_telephones(&["aoki"])).start().await;
    let chief = TestPerson::on_the_rota(&line, "sato", &["counsellor", "supervisor"]).await;
    let browser = Browser::starts();
    let page = chief.comes(&line, &browser, Look::JAPANESE).await;
    page.goes("/desk").await;
    page.sees("電話機が登録された席がまだありません。").await;
    page.sees("席の電話機の電源とネットワークのケーブル").await;
    page.sees_in("席を選んでサインイン", "mori").await;
    let shown = page.everything().await;
    assert!(!shown.contains("aoki\n電話機"), "nobody sits at a doctor's telephone: {shown}");
    let faults = page.faults("desks-without-phones").await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let phone = TestDesk::is_switched_on(&line, "kato", "", "").await;
    page.sees("薄く表示した席").await;
    let faults = page.faults("desks-with-a-phone").await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    page.goes("/night").await;
    page.sees_in("席と相談員", "電話機が登録されていない席：ito、mori、sato").await;
    drop(phone);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_who_has_no_board_sees_what_stands_in_alarm() {
    let line = line_of_free_desks("").await;
    let admin = TestPerson::with(&line, "admin", &["operator_admin"]).await;
    let browser = Browser::starts();
    let caller = TestCaller::with_number(&line, NUMBER).await;
    caller.rings().await;
    let console = admin.signs_in(&line).await.console();
    tests::eventually("an alarm stands", async || {
        let asked = ListAlarmsRequest { operator_id: OPERATOR.into() };
        let told = console.clone().list_alarms(asked).await.unwrap().into_inner().alarms;
        told.iter().any(|alarm| alarm.kind == "nobody_signed_in").then_some(())
    })
    .await;

    let page = admin.comes(&line, &browser, Look::JAPANESE).await;
    page.goes("/admin?part=alarms").await;
    page.sees("席に着いている人がいない").await;
    page.presses("見た: 席に着いている人がいない").await;
    page.sees("管理者 確認済み").await;
    let faults = page.faults("admin-alarms").await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    drop(caller);
}
