//! Centres that are told by webhook: a real receiver over HTTP, with the standard's own check of signatures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod kit;
#[path = "../../escalation/tests/peers/receiver.rs"]
mod receiver;

use kit::{SECRET, mins, on_both_stores, secs};
use receiver::{Answer, Receiver};

#[tokio::test]
async fn a_dead_centre_does_not_delay_a_living_one_and_what_is_sent_is_signed() {
    on_both_stores(|line| async move {
        let alive = Receiver::start([]).await;
        line.knows_one("dead", "webhook", "http://127.0.0.1:9/nobody").await.unwrap();
        line.knows_one("hook", "webhook", &alive.url("cases")).await.unwrap();
        let lost = line.refers_to(&["dead"]).await;
        let referral = line.refers_to(&["hook"]).await;

        let came = alive.request(0).await;

        let event = came.json();
        assert_eq!(event["subject"], referral.referral_id);
        assert_eq!(came.header("webhook-id"), event["id"]);
        // The line's clock stands elsewhere than the checker's own, so its signature is compared.
        let time = came.header("webhook-timestamp").parse().unwrap();
        let signer = standardwebhooks::Webhook::new(SECRET).unwrap();
        let signed = signer.sign(came.header("webhook-id"), time, &came.body).unwrap();
        assert_eq!(came.header("webhook-signature"), signed);
        line.is(&referral, "received").await;
        assert_eq!(line.sees(&lost).await.state, "offered");
        let figures = line.status.figures();
        assert!(figures["referral_postman"].debt >= 1, "what a dead centre is owed is shown");
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_refused_again_and_again_holds_up_nothing_and_is_tried_on() {
    on_both_stores(|line| async move {
        let receiver = Receiver::start((0..5).map(|_| Answer::Status(422))).await;
        line.knows_one("hook", "webhook", &receiver.url("cases")).await.unwrap();
        let poison = line.refers_to(&["hook"]).await;
        receiver.request(0).await;
        let next = line.refers_to(&["hook"]).await;

        line.until("the next one is received", || async {
            line.clock.advance(secs(1));
            line.sees(&next).await.offered[0].received_at.is_some()
        })
        .await;
        let ids: Vec<String> = receiver
            .requests()
            .iter()
            .map(|one| one.json()["subject"].as_str().unwrap().to_owned())
            .collect();
        assert!(ids[..5].iter().all(|id| *id == poison.referral_id), "in its order until it is set aside");
        line.until("the alarm", || line.alarm_stands("referral_set_aside")).await;
        line.until("it is received in the end", || async {
            line.clock.advance(mins(1));
            line.count("delivery WHERE kind = 'referral' AND state <> 'received'").await == 0
        })
        .await;
    })
    .await;
}
