//! A system outside, written from the contracts alone, takes a case over while the line dies twice: right after
//! the signature, and before the receipt.

use tests::{CENTRE, LineSetup, Outsider, TestLine, TestPerson, centre, eventually, rota};

use crate::talking;

/// Everybody of the other stories, and a centre.
pub(crate) fn rota_with_a_centre() -> String {
    rota(&tests::EVERYBODY, "") + &centre()
}

pub(crate) async fn account_of_the_centre(line: &TestLine) -> TestPerson {
    TestPerson::of(line, &line.operator, "kita.centre", &["centre"], Some(CENTRE)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_that_the_line_dies_over_comes_again_with_its_key_and_the_yes_is_on_the_desk_at_once() {
    let mut line = LineSetup::new().rota(rota_with_a_centre()).start().await;
    let ito = TestPerson::on_the_rota(&line, "ito", &["counsellor"]).await.signs_in(&line).await;
    let mori = TestPerson::on_the_rota(&line, "mori", &["supervisor"]).await.signs_in(&line).await;
    mori.lists_centre(CENTRE).await;
    let mut outsider = Outsider::starts(line.http, CENTRE, &account_of_the_centre(&line).await).await;

    let (_caller, _desk, call) = talking(&line).await;
    let record = ito.writes_of_a_family(&call, "C").await;
    let draft = ito.drafts(&record.record_id, CENTRE).await;
    assert_eq!(draft.missing, Vec::<String>::new());
    let record = ito.completes(record).await;
    // The signature owes the release; whatever dies right after it.
    ito.signs(&record).await.unwrap();
    line.kill_9();
    line.starts().await;

    let once = outsider.does("receives").await;
    assert_eq!((once["kind"].as_str(), once["seq"].as_u64()), (Some("referral"), Some(1)));
    assert_eq!(once["event"]["specversion"], "1.0");
    assert_eq!(once["resources"][0], "MessageHeader");

    line.kill_9();
    line.starts().await;
    let again = outsider.does("receives").await;
    assert_eq!((&again["event_id"], &again["event"]), (&once["event_id"], &once["event"]));

    outsider.does(&format!("acknowledges {}", again["seq"])).await;
    let is_received = async || (ito.referral_of(&record.record_id).await?.state == "received").then_some(());
    eventually("the desk sees that they have it", is_received).await;
    let accepted = outsider.does(&format!("accepts {}", draft.referral_id)).await;
    assert_eq!(accepted["outcome"], "accepted");
    let shown = ito.referral_of(&record.record_id).await.unwrap();
    assert_eq!((shown.state.as_str(), shown.target_id.as_str()), ("accepted", CENTRE));
    assert_eq!(shown.events.iter().filter(|event| event.happened == "received").count(), 1);
}
