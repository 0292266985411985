//! Who has been reached need not be told a second time.

use std::time::Duration;

use proto::escalation::v1::Escalation;
use tests::{LineSetup, PagedTo, SmtpSink, TestDoctor, TestLine, Voice, eventually, for_as_long, ladder_of};

use crate::{hear, is_paged_for, talking};

/// The telephone at once, mail and message after ten seconds.
const CONTACTS: &str = r#""sip:@id@", { at = "mailto:@id@@clinic.example", after_seconds = 10 },
  { at = "webhook:gate/@id@", after_seconds = 10 }"#;
const THEIR_TIME: Duration = Duration::from_secs(10);

fn states(told: &Escalation) -> Vec<(&str, &str)> {
    told.pages.iter().map(|page| (page.channel.as_str(), page.state.as_str())).collect()
}

struct Ways {
    mail: SmtpSink,
    gate: PagedTo,
    line: TestLine,
}

impl Ways {
    async fn of(doctors: &[&str]) -> Self {
        let (mail, gate) = (SmtpSink::start(&[]).await, PagedTo::start().await);
        let server = mail.server();
        let sender = format!("[mail]\nserver = \"{server}\"\nfrom = \"line@line.example\"\ntls = \"none\"\n");
        let setup = LineSetup::new().rota(ladder_of(doctors, CONTACTS));
        let line = setup.settings(&sender).settings(&gate.settings()).start().await;
        Self { mail, gate, line }
    }
}

async fn bring_nothing(mail: &SmtpSink, gate: &PagedTo) {
    for_as_long(THEIR_TIME + Duration::from_secs(2), async || {
        assert_eq!((mail.mails().len(), gate.times()), (0, 0), "whoever is reached needs no second page");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_who_accepts_by_telephone_gets_neither_the_mail_nor_the_message_still_to_come() {
    let Ways { mail, gate, line } = Ways::of(&["aoki"]).await;
    let doctor = TestDoctor::registers(&line, "aoki").await;
    let (caller, desk, call) = talking(&line).await;

    let accepted = is_paged_for(&line, &call).await;
    doctor.lifts(1).await;
    doctor.presses("1").await;
    let told = line.escalation_that("the doctor has joined", |told| told.state == "acted").await;
    assert_eq!(states(&told), [("voice", "accepted"), ("mail", "cancelled"), ("webhook", "cancelled")]);
    bring_nothing(&mail, &gate).await;

    caller.hangs_up().await;
    desk.hangs_up().await;
    doctor.is_let_go(1).await;

    // The same contact points bring both to a doctor who does not lift.
    let silent = line.escalates("", "P1", "again").await.escalation_id;
    assert_ne!(silent, accepted);
    doctor.is_rung(2).await;
    assert_eq!(mail.mail(0).await.to, ["aoki@clinic.example"]);
    eventually("the message comes", async || (gate.times() > 0).then_some(())).await;
    assert_eq!((mail.mails().len(), gate.pages().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_doctors_who_accept_in_the_same_instant_one_joins_and_the_other_is_told_and_let_go() {
    let Ways { mail, gate, line } = Ways::of(&["aoki", "endo"]).await;
    let aoki = TestDoctor::registers(&line, "aoki").await;
    let endo = TestDoctor::registers(&line, "endo").await;
    let (caller, desk, call) = talking(&line).await;

    is_paged_for(&line, &call).await;
    tokio::join!(aoki.lifts(1), endo.lifts(1));
    tokio::join!(aoki.presses("1"), endo.presses("1"));

    let told = line.escalation_that("one has joined", |told| told.state == "acted").await;
    let (joined, other) = if told.accepted_by == "aoki" { (aoki, endo) } else { (endo, aoki) };
    assert_eq!(told.accepted_by, joined.name);
    hear(&[(&joined.phone, &[Voice::Caller, Voice::Desk])]).await;
    other.is_told_something().await;
    other.is_let_go(1).await;
    hear(&[(&caller.phone, &[Voice::Desk, Voice::Doctor])]).await;
    let accepted = told.pages.iter().filter(|page| page.state == "accepted");
    assert_eq!(accepted.map(|page| page.staff_id.as_str()).collect::<Vec<_>>(), [joined.name.as_str()]);
    bring_nothing(&mail, &gate).await;

    caller.hangs_up().await;
    desk.hangs_up().await;
    joined.is_let_go(1).await;
    let ended = line.calls_ended(1).await.remove(0);
    ended.is_whole();
    assert_eq!(ended.told("joined", "staff"), [joined.name.as_str()]);
}
