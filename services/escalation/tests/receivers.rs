//! A receiver that does not answer holds up nobody but itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

mod line;

use std::time::Duration;

use domain::private::Private;
use escalation::Settings;
use escalation::channels::WebhookSettings;
use line::{on_both_stores_with, secs};
use proto::escalation::v1::PageNews;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn receiver(name: &str, port: u16) -> WebhookSettings {
    WebhookSettings {
        name: name.into(),
        url: format!("http://127.0.0.1:{port}/"),
        secret: Private::new("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz".into()),
        limit: Duration::from_secs(600),
    }
}

/// Takes what comes and answers, or never does.
async fn listens(answers: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            if answers {
                let mut asked = vec![0; 65_536];
                let _ = socket.read(&mut asked).await;
                let said = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                let _ = socket.write_all(said).await;
            }
            open.push(socket);
        }
    });
    port
}

#[tokio::test]
async fn a_receiver_that_never_answers_delays_no_other() {
    let (slow, push) = (listens(false).await, listens(true).await);
    let set = move |settings: &mut Settings| {
        settings.webhooks = vec![receiver("slow", slow), receiver("push", push)];
    };
    on_both_stores_with(set, |line| async move {
        let mut telephony = line.telephony("here").await;
        let mut started = Vec::new();
        for request in 0..10 {
            started.push(line.starts(&format!("r{request}")).await);
        }
        // aoki and endo cannot be reached: noda's webhooks are due for each of the ten.
        for _ in 0..20 {
            let page = telephony.rings_for(&["aoki", "endo"]).await;
            telephony.reports(&page, PageNews::Failed, "busy").await;
        }
        line.passes(secs(1));

        for one in &started {
            let pushed = |shown: &proto::escalation::v1::Escalation| {
                shown
                    .pages
                    .iter()
                    .filter(|page| page.channel == "webhook")
                    .any(|page| page.state == "delivered")
            };
            line.becomes(one, pushed).await;
        }
    })
    .await;
}
