//! Centres that are told by webhook: a real receiver over HTTP, with the standard's own check of signatures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod kit;
#[path = "../../escalation/tests/peers/receiver.rs"]
mod receiver;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use kit::{Line, SECRET, mins, on_both_stores, secs};
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

/// A centre whose machine is up and whose program is down, until it is back.
struct Centre {
    url: String,
    is_back: Arc<AtomicBool>,
    tried: Arc<AtomicUsize>,
    took: Arc<Mutex<Vec<String>>>,
}

impl Centre {
    async fn away() -> Self {
        let is_back = Arc::<AtomicBool>::default();
        let tried = Arc::<AtomicUsize>::default();
        let took = Arc::<Mutex<Vec<String>>>::default();
        let desk = (is_back.clone(), tried.clone(), took.clone());
        let app = axum::Router::new().fallback(take).with_state(desk);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/cases", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, is_back, tried, took }
    }

    fn tried(&self) -> usize {
        self.tried.load(Ordering::SeqCst)
    }
}

type Desk = (Arc<AtomicBool>, Arc<AtomicUsize>, Arc<Mutex<Vec<String>>>);

async fn take(State((is_back, tried, took)): State<Desk>, body: String) -> StatusCode {
    tried.fetch_add(1, Ordering::SeqCst);
    if !is_back.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let event: serde_json::Value = serde_json::from_str(&body).unwrap();
    took.lock().unwrap().push(event["subject"].as_str().unwrap().to_owned());
    StatusCode::OK
}

/// Until whoever pushes has put the centre down again.
async fn rests(line: &Line) {
    line.until("nobody pushes", || async {
        line.count("centre_cursor WHERE lease_owner IS NOT NULL").await == 0
    })
    .await;
}

#[tokio::test]
async fn a_webhook_centre_that_was_away_for_three_hours_has_everything_within_two_seconds_of_its_return() {
    on_both_stores(|line| async move {
        let centre = Centre::away().await;
        line.knows_one("hook", "webhook", &centre.url).await.unwrap();
        let mut sent = Vec::new();
        for _ in 0..5 {
            sent.push(line.refers_to(&["hook"]).await.referral_id);
            line.clock.advance(secs(1));
        }
        for _ in 0..18 {
            let before = centre.tried();
            line.clock.advance(mins(10));
            line.until("it is looked for", || async { centre.tried() > before }).await;
            rests(&line).await;
        }
        assert_eq!(centre.took.lock().unwrap().len(), 0);

        centre.is_back.store(true, Ordering::SeqCst);
        let back = line.clock.now();
        while line.clock.now().since(back) < secs(2) {
            line.clock.advance(Duration::from_millis(100));
            tokio::task::yield_now().await;
        }

        line.until("all is received", || async {
            line.count("delivery WHERE kind = 'referral' AND state <> 'received'").await == 0
        })
        .await;
        assert_eq!(line.clock.now(), back + secs(2), "by then and no later");
        let took = centre.took.lock().unwrap().clone();
        let first: Vec<&String> = took.iter().filter(|one| sent.contains(one)).collect();
        assert_eq!(first, sent.iter().collect::<Vec<_>>(), "in their order, each once");
        assert!(line.alarm_stands("referral_overdue").await);
    })
    .await;
}
