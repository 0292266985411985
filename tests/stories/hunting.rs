//! Who is rung next.

use std::time::Duration;

use proto::routing::v1::PauseReason;
use tests::{LineSetup, TestCaller, TestDesk, eventually};

use crate::NUMBER;

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_desk_is_paused_and_the_next_one_answers_and_wraps_up() {
    let setup = LineSetup::new().settings("[routing]\ndesk_rings = \"3s\"\nwrap_up = \"4s\"");
    let line = setup.start().await;
    let (ito, mori) = (TestDesk::registers(&line, "ito").await, TestDesk::registers(&line, "mori").await);
    let caller = TestCaller::with_number(&line, NUMBER).await;

    caller.rings().await;
    let (silent, other) = eventually("a telephone rings", async || match (ito.rang(), mori.rang()) {
        (0, 0) => None,
        (0, _) => Some((&mori, &ito)),
        (_, _) => Some((&ito, &mori)),
    })
    .await;
    other.answers(1).await;
    silent.is_quiet(1).await;
    let paused = line.desk_is(&silent.name, "paused").await;
    assert_eq!(paused.pause_reason(), PauseReason::NoAnswer);

    caller.hangs_up().await;
    let first = line.calls_ended(1).await.remove(0);
    assert!(first.is_answered_by(&other.name), "{first:?}");
    assert_eq!(first.told("offer_ended", "outcome"), ["no_answer", "answered"]);
    line.desk_is(&other.name, "wrap_up").await;

    caller.rings().await;
    other.answers(2).await;
    let second = line
        .call_that("the second call is answered", |call| call.id != first.id && call.has("answered"))
        .await;
    let ended = first.steps.last().unwrap().at_micros;
    let rested = second.steps("offered").next().unwrap().at_micros - ended;
    assert!(rested >= Duration::from_secs(4).as_micros().try_into().unwrap(), "rested {rested} µs");
    assert_eq!(silent.rang(), 1, "a paused desk is not rung");
}
