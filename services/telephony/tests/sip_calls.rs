//! Calls between real peers: a caller reaches a registered phone.

mod peers;

use peers::{Baresip, Line, PATIENCE, Sipp, desk, settings};
use telephony::edge::{Cause, Edge, EdgeEvent, Source, Target};

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_reaches_a_registered_phone_and_hangs_up() {
    let line = Line::start(settings()).await;
    let _phone = Baresip::start("desk-1", "secret", line.address(), "", ";answermode=auto");
    line.registered("desk-1").await;
    line.bridge_all_to(Target::Desk(desk("desk-1")));

    Sipp::call("uac", line.address(), 1, &["-d", "500"]).succeeds().await;

    let call = line.call(0).await;
    assert_eq!(line.ended(call.leg).await, Cause::HungUp);
    assert_eq!(call.source, Source::Trunk("anybody".to_owned()));
    line.is_clean().await;
}
