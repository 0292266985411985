//! The plan that telephony keeps for the time when routing is gone, and the
//! rota file behind it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

mod line;

use line::{Line, Person, Replica, rota, secs};
use proto::routing::v1 as pb;

fn window<'p>(plan: &'p pb::WatchPlanResponse, id: &str) -> &'p pb::Window {
    plan.windows.iter().find(|window| window.window_id == id).unwrap()
}

fn rings(plan: &pb::WatchPlanResponse, id: &str) -> Vec<String> {
    window(plan, id).ring_list.iter().map(|entry| entry.desk_id.clone()).collect()
}

fn people() -> Vec<Person> {
    let supervisor = Person { role: "supervisor", ..Person::nurse("kubo") };
    vec![supervisor, Person::nurse("ito"), Person::nurse("mori")]
}

async fn line() -> (tempfile::TempDir, Line) {
    let (folder, db) = shell::testkit::sqlite().await;
    (folder, Line::new(db, &people()))
}

async fn sign_in_one_by_one(routing: &mut Replica, line: &Line, desks: &[&str]) {
    for desk in desks {
        routing.signs_in(desk).await;
        line.clock.advance(secs(1));
    }
}

#[tokio::test]
async fn free_desks_come_first_the_longest_idle_before_others_and_supervisors_last() {
    let (_folder, line) = line().await;
    let mut routing = line.replica("one").await;
    let mut plan = routing.watches_plan().await;
    sign_in_one_by_one(&mut routing, &line, &["kubo", "mori", "ito"]).await;
    let three = plan.until(|plan| rings(plan, "main").len() == 3).await;
    assert_eq!(rings(&three, "main"), ["mori", "ito", "kubo"]);

    let caller = routing.caller();
    let mut news = routing.seeks(&caller).await;
    let offer = news.offer().await;
    assert_eq!(offer.desk_id, "mori");

    let busy = plan.until(|plan| rings(plan, "main")[0] == "ito").await;
    assert_eq!(rings(&busy, "main"), ["ito", "mori", "kubo"]);
    assert!(!window(&busy, "main").ring_list[1].free);
}

#[tokio::test]
async fn a_window_says_who_answers_for_it_when_its_hours_are_over() {
    let (_folder, line) = line().await;
    let mut routing = line.replica("one").await;
    routing.signs_in("ito").await;
    let mut plan = routing.watches_plan().await;
    let open = plan.until(|plan| window(plan, "welfare").open).await;
    assert!(rings(&open, "welfare").is_empty());
    assert_eq!((window(&open, "agency").agency, window(&open, "main").circles), (true, 3));
    assert_eq!(window(&open, "main").fallback_number, "+81300000190");

    line.clock.advance(secs(7 * 3600 + 15 * 60));

    let closed = plan.until(|plan| !window(plan, "welfare").open).await;
    assert_eq!(window(&closed, "welfare").answered_by, "main");
    assert_eq!(rings(&closed, "welfare"), ["ito"]);
}

#[tokio::test]
async fn a_new_rota_takes_effect_at_once_and_a_faulty_one_changes_nothing() {
    let (_folder, line) = line().await;
    let mut routing = line.replica("one").await;
    routing.signs_in("ito").await;
    let mut plan = routing.watches_plan().await;
    let caller = line::Caller { window: "welfare", ..routing.caller() };
    let mut news = routing.seeks(&caller).await;
    assert_eq!(news.nobody_free().await, pb::NoOneFree::NobodyOnDuty);
    std::fs::write(line.rota_file(), "this is not a rota").unwrap();
    routing.routing.as_ref().unwrap().reload();
    line.alarms_are(&[("nobody_on_duty", "welfare"), ("rota_faulty", "")]).await;
    let mut better = people();
    better[1].windows.push("welfare");
    std::fs::write(line.rota_file(), rota(&better)).unwrap();

    line.clock.advance(secs(3));

    assert_eq!(news.offer().await.desk_id, "ito");
    plan.until(|plan| rings(plan, "welfare") == ["ito"]).await;
    line.alarms_are(&[]).await;
}

#[tokio::test]
async fn a_faulty_rota_at_the_start_is_refused_with_all_its_faults() {
    let (_folder, line) = line().await;
    std::fs::write(line.rota_file(), "revision = 0\nnonsense = 1\n").unwrap();

    let fault = line.tries_replica("one").await.unwrap_err().to_string();

    assert!(fault.contains("rota.toml") && fault.contains("line 2"), "{fault}");
}

#[tokio::test]
async fn an_open_window_where_nobody_signed_in_is_an_alarm_until_somebody_does() {
    let (_folder, line) = line().await;
    let mut routing = line.replica("one").await;
    let nobody =
        [("nobody_on_duty", "welfare"), ("nobody_signed_in", "agency"), ("nobody_signed_in", "main")];
    line.alarms_are(&nobody).await;

    routing.signs_in("ito").await;
    line.alarms_are(&nobody[..1]).await;

    routing.signs_out("ito").await;
    line.alarms_are(&nobody).await;
}
