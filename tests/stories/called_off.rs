//! Who has been reached need not be told a second time.

use std::time::Duration;

use proto::escalation::v1::Escalation;
use tests::{LineSetup, PagedTo, SmtpSink, TestDoctor, eventually, for_as_long, ladder_of};

use crate::{is_paged_for, talking};

/// The telephone at once, mail and message after ten seconds.
const CONTACTS: &str = r#""sip:aoki", { at = "mailto:aoki@clinic.example", after_seconds = 10 },
  { at = "webhook:gate/aoki", after_seconds = 10 }"#;
const THEIR_TIME: Duration = Duration::from_secs(10);

fn states(told: &Escalation) -> Vec<(&str, &str)> {
    told.pages.iter().map(|page| (page.channel.as_str(), page.state.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_who_accepts_by_telephone_gets_neither_the_mail_nor_the_message_still_to_come() {
    let (mail, gate) = (SmtpSink::start(&[]).await, PagedTo::start().await);
    let sender =
        format!("[mail]\nserver = \"{}\"\nfrom = \"line@line.example\"\ntls = \"none\"\n", mail.server());
    let setup = LineSetup::new().rota(ladder_of("aoki", CONTACTS));
    let line = setup.settings(&sender).settings(&gate.settings()).start().await;
    let doctor = TestDoctor::registers(&line, "aoki").await;
    let (caller, desk, call) = talking(&line).await;

    let accepted = is_paged_for(&line, &call).await;
    doctor.lifts(1).await;
    doctor.presses("1").await;
    let told = line.escalation_that("the doctor has joined", |told| told.state == "acted").await;
    assert_eq!(states(&told), [("voice", "accepted"), ("mail", "cancelled"), ("webhook", "cancelled")]);
    for_as_long(THEIR_TIME + Duration::from_secs(2), async || {
        assert_eq!((mail.mails().len(), gate.times()), (0, 0), "whoever has joined needs no second page");
    })
    .await;

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
