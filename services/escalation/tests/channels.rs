//! Pages leave by real mail and real webhooks, say nothing personal, and a
//! receiver that fails is told apart from one that refuses.

#![allow(clippy::unwrap_used, reason = "what a test does not expect fails it")]

mod channels_kit;
#[path = "peers/receiver.rs"]
mod receiver;
#[path = "peers/smtp.rs"]
mod smtp;

use axum::http::StatusCode;
use channels_kit::{LONG, NEW_SECRET, SECRET, SHORT, Told, by_mail, by_webhook, mail, page, to, webhook};
use domain::private::Private;
use escalation::channels::{Channels, MailSettings, MailTls, Sent, WebhookSettings};
use on_call_rota::{ContactPoint, Language};
use receiver::{Answer, Receiver};
use smtp::SmtpSink;
use standardwebhooks::Webhook;

const ITO: &str = "mailto:ito@clinic.example";

fn again(detail: &str) -> Sent {
    Sent::Again { detail: detail.to_owned() }
}

fn refused(detail: &str) -> Sent {
    Sent::Refused { detail: detail.to_owned() }
}

/// An address where nobody listens.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_page_by_mail_says_in_both_languages_what_is_known_and_how_to_answer() {
    let sink = SmtpSink::start(&[]).await;
    let page = page(1);

    assert_eq!(by_mail(&mail(&sink.server())).send(&to(ITO), &page).await, Sent::Delivered);

    let mail = sink.mail(0).await;
    assert_eq!(mail.to, ["ito@clinic.example"]);
    assert_eq!(mail.headers["subject"], "【灯】優先度1の呼出 / Tomoshibi page P1");
    assert_eq!(mail.headers["auto-submitted"], "auto-generated");
    assert_eq!(mail.headers["x-tomoshibi-page"], page.page.to_string());
    assert_eq!(mail.headers["message-id"], format!("<page.{}@line.example>", page.page));
    let told = [
        "優先度: 1（即時）",
        "理由: 自傷他害の切迫 (risk_imminent)、警察からの依頼 (police_request)",
        "年代: 10代",
        "Reasons: imminent risk (risk_imminent), request of the police (police_request)",
        "Triage code: B",
        "Window: night",
        &format!("https://line.example/p/{}", page.page),
        "ring back the number that rang you",
    ];
    for line in told {
        assert!(mail.text.contains(line), "{line} is not in\n{}", mail.text);
    }
    assert!(mail.text.find("優先度") < mail.text.find("Priority"), "{}", mail.text);
}

#[tokio::test]
async fn who_reads_english_has_english_first() {
    let sink = SmtpSink::start(&[]).await;
    let mut page = page(1);
    page.language = Language::ENGLISH;

    by_mail(&mail(&sink.server())).send(&to(ITO), &page).await;

    assert!(sink.mail(0).await.text.starts_with("Priority: 1"));
}

#[tokio::test]
async fn a_mail_that_is_put_off_comes_later_and_every_attempt_is_the_same_mail() {
    let sink = SmtpSink::start(&["450"]).await;
    let ways = by_mail(&mail(&sink.server()));
    let mut first = page(1);

    assert_eq!(ways.send(&to(ITO), &first).await, again("smtp_450"));
    for attempt in [2, 3] {
        first.attempt = attempt;
        assert_eq!(ways.send(&to(ITO), &first).await, Sent::Delivered);
    }
    assert_eq!(ways.send(&to(ITO), &page(2)).await, Sent::Delivered);

    let ids: Vec<_> = sink.mails().iter().map(|mail| mail.headers["message-id"].clone()).collect();
    assert_eq!((ids.len(), sink.kept()), (3, 3));
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_is_refused_for_good() {
    let sink = SmtpSink::start(&["550"]).await;

    assert_eq!(by_mail(&mail(&sink.server())).send(&to(ITO), &page(1)).await, refused("smtp_550"));
}

#[tokio::test]
async fn a_mail_server_that_hangs_costs_one_attempt_and_never_answers_for_the_next_page() {
    let sink = SmtpSink::start(&["hang"]).await;
    let hasty = by_mail(&MailSettings { limit: SHORT, ..mail(&sink.server()) });
    let patient = by_mail(&mail(&sink.server()));

    assert_eq!(hasty.send(&to(ITO), &page(1)).await, again("timeout"));
    assert_eq!(patient.send(&to(ITO), &page(2)).await, Sent::Delivered);

    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].headers["x-tomoshibi-page"], page(2).page.to_string());
}

#[tokio::test]
async fn a_mail_server_without_the_demanded_encryption_gets_nothing() {
    let sink = SmtpSink::start(&[]).await;
    let settings = MailSettings { tls: MailTls::StartTls, ..mail(&sink.server()) };

    assert_eq!(by_mail(&settings).send(&to(ITO), &page(1)).await, again("unsupported"));
    assert_eq!(by_mail(&mail(&nowhere())).send(&to(ITO), &page(1)).await, again("connect"));

    assert_eq!(sink.mails().len(), 0);
}

#[tokio::test]
async fn an_address_cannot_smuggle_a_header_in() {
    let sink = SmtpSink::start(&[]).await;
    let ways = by_mail(&mail(&sink.server()));

    for bad in ["ito@clinic.example\r\nBcc: all@clinic.example", "ito@clinic.example>\nX: y", "a b@c"] {
        let contact = ContactPoint::Mail(bad.into());
        assert_eq!(ways.send(&contact, &page(1)).await, refused("bad_address"), "{bad}");
    }

    assert_eq!(sink.mails().len(), 0);
}

#[tokio::test]
async fn another_library_knows_our_signature_and_sees_a_changed_body() {
    let gateway = Receiver::start([]).await;
    let ways = by_webhook(&[webhook("sms", gateway.url("in"), LONG)]);

    assert_eq!(ways.send(&to("webhook:sms/+819012345678"), &page(1)).await, Sent::Delivered);

    let request = gateway.request(0).await;
    let verifier = Webhook::new(SECRET).unwrap();
    verifier.verify(&request.body, &request.headers).unwrap();
    let tampered = String::from_utf8_lossy(&request.body).replace("P1", "P3");
    assert!(verifier.verify(tampered.as_bytes(), &request.headers).is_err());
    let mut elsewhere = request.headers.clone();
    elsewhere.insert("webhook-id", page(2).page.to_string().parse().unwrap());
    assert!(verifier.verify(&request.body, &elsewhere).is_err());
}

#[tokio::test]
async fn a_receiver_is_told_codes_and_ids_and_its_own_address_of_the_person() {
    let gateway = Receiver::start([]).await;
    let ways = by_webhook(&[webhook("sms", gateway.url("in"), LONG)]);
    let page = page(1);

    ways.send(&to("webhook:sms/+819012345678"), &page).await;
    ways.send(&to("webhook:sms"), &page).await;

    let mut told = gateway.request(0).await.json();
    let texts = ["text_ja", "text_en"].map(|key| told["data"].as_object_mut().unwrap().remove(key).unwrap());
    assert!(texts[0].as_str().unwrap().contains("自傷他害の切迫"));
    assert!(texts[1].as_str().unwrap().contains("imminent risk"));
    let expected = serde_json::json!({"type": "page.created", "timestamp": page.at.to_string(), "data": {
        "page_id": page.page.to_string(), "escalation_id": page.escalation.to_string(), "operator_id": "kokoro",
        "priority": "P1", "reasons": ["risk_imminent", "police_request"], "triage_code": "B", "age_band": "10s",
        "window_id": "night", "call_id": page.call.unwrap().to_string(), "staff_id": "ito", "attempt": 1,
        "to": "+819012345678"}});
    assert_eq!(told, expected);
    assert!(gateway.request(1).await.json()["data"]["to"].is_null());
}

#[tokio::test]
async fn while_a_secret_is_replaced_the_old_and_the_new_one_both_hold() {
    let gateway = Receiver::start([]).await;
    let both = Private::new(format!("{SECRET} {NEW_SECRET}"));
    let ways = by_webhook(&[WebhookSettings { secret: both, ..webhook("sms", gateway.url("in"), LONG) }]);

    ways.send(&to("webhook:sms"), &page(1)).await;

    let request = gateway.request(0).await;
    for secret in [SECRET, NEW_SECRET] {
        Webhook::new(secret).unwrap().verify(&request.body, &request.headers).unwrap();
    }
}

#[tokio::test]
async fn a_page_keeps_its_id_through_failures_and_time_outs() {
    let gateway = Receiver::start([Answer::Status(503), Answer::Hang]).await;
    let patient = by_webhook(&[webhook("push", gateway.url("in"), LONG)]);
    let hasty = by_webhook(&[webhook("push", gateway.url("in"), SHORT)]);
    let mut page = page(1);

    assert_eq!(patient.send(&to("webhook:push"), &page).await, again("http_503"));
    page.attempt = 2;
    assert_eq!(hasty.send(&to("webhook:push"), &page).await, again("timeout"));
    page.attempt = 3;
    assert_eq!(patient.send(&to("webhook:push"), &page).await, Sent::Delivered);

    let requests = gateway.requests();
    let verifier = Webhook::new(SECRET).unwrap();
    for (request, attempt) in requests.iter().zip(1..) {
        assert_eq!(request.header("webhook-id"), page.page.to_string());
        assert_eq!(request.json()["data"]["attempt"], attempt);
        verifier.verify(&request.body, &request.headers).unwrap();
    }
    assert_eq!(requests.len(), 3);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_will_not_is_refused() {
    let cases = [
        (200, Sent::Delivered),
        (204, Sent::Delivered),
        (400, refused("http_400")),
        (401, refused("http_401")),
        (404, refused("http_404")),
        (408, again("http_408")),
        (410, refused("http_410")),
        (425, again("http_425")),
        (429, again("http_429")),
        (500, again("http_500")),
        (502, again("http_502")),
    ];
    let gateway = Receiver::start(cases.iter().map(|(code, _)| Answer::Status(*code))).await;
    let ways = by_webhook(&[webhook("push", gateway.url("in"), LONG)]);

    for (code, expected) in &cases {
        assert_eq!(ways.send(&to("webhook:push"), &page(1)).await, *expected, "{code}");
    }

    let gone = by_webhook(&[webhook("push", format!("http://{}/in", nowhere()), LONG)]);
    assert_eq!(gone.send(&to("webhook:push"), &page(1)).await, again("connect"));
}

#[tokio::test]
async fn a_receiver_cannot_send_a_page_elsewhere_or_drown_us_in_its_answer() {
    let stranger = Receiver::start([]).await;
    let answers = [Answer::Redirect(stranger.url("in")), Answer::Flood];
    let gateway = Receiver::start(answers).await;
    let ways = by_webhook(&[webhook("push", gateway.url("in"), LONG)]);

    let moved = StatusCode::TEMPORARY_REDIRECT.as_u16();
    assert_eq!(ways.send(&to("webhook:push"), &page(1)).await, refused(&format!("http_{moved}")));
    assert_eq!(ways.send(&to("webhook:push"), &page(2)).await, Sent::Delivered);

    assert_eq!(stranger.requests().len(), 0);
}

#[tokio::test]
async fn a_poisoned_receiver_holds_up_nobody_else() {
    let poisoned = Receiver::start(vec![Answer::Hang; 200]).await;
    let sound = Receiver::start([]).await;
    let settings = [webhook("bad", poisoned.url("in"), LONG * 60), webhook("good", sound.url("in"), LONG)];
    let ways = by_webhook(&settings);
    let stuck: Vec<_> = (0..200)
        .map(|number| {
            let ways = ways.clone();
            tokio::spawn(async move { ways.send(&to("webhook:bad"), &page(number)).await })
        })
        .collect();
    poisoned.request(199).await;

    assert_eq!(ways.send(&to("webhook:good"), &page(1000)).await, Sent::Delivered);

    assert!(stuck.iter().all(|attempt| !attempt.is_finished()));
    stuck.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_way_that_is_not_set_up_is_refused_at_once() {
    let none = Channels::new(None, &[], None).unwrap();

    assert_eq!(none.send(&to(ITO), &page(1)).await, refused("no_mail"));
    assert_eq!(none.send(&to("webhook:sms/1"), &page(1)).await, refused("unknown_receiver"));
    assert_eq!(none.send(&to("tel:+819012345678"), &page(1)).await, refused("voice"));
}

#[test]
fn all_faults_of_the_settings_are_told_at_once_without_what_is_secret() {
    let bad_mail =
        MailSettings { from: "nobody".to_owned(), user: Some("u".to_owned()), ..mail("mail.example") };
    let short = Private::new("whsec_c2hvcnQ=".to_owned());
    let ftp = webhook("SMS", "ftp://gate.example/telltale".to_owned(), LONG);
    let bad = WebhookSettings { secret: short, ..ftp };

    let fault = Channels::new(Some(&bad_mail), &[bad.clone(), bad], None).unwrap_err();

    let told = fault.to_string();
    for part in ["mail.server", "mail.from", "mail.password", "\"SMS\": a name", "url", "secret", "twice"] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert!(!told.contains("telltale") && !told.contains("c2hvcnQ"), "{told}");
}

#[tokio::test]
async fn no_address_and_no_secret_is_ever_logged_whatever_a_receiver_does() {
    let told = Told::begin();
    let sink = SmtpSink::start(&["250", "450", "550", "hang"]).await;
    let gateway = Receiver::start([Answer::Status(200), Answer::Status(503), Answer::Hang]).await;
    let by_mail = by_mail(&MailSettings { limit: SHORT * 5, ..mail(&sink.server()) });
    let hook = webhook("sms", gateway.url("secretpath"), SHORT * 5);
    let lost = webhook("lost", format!("http://{}/secretpath", nowhere()), LONG);
    let by_webhook = by_webhook(&[hook.clone(), lost]);

    let mut ends = Vec::new();
    for number in 0..4 {
        ends.push(by_mail.send(&to("mailto:telltale@clinic.example"), &page(number)).await);
        ends.push(by_webhook.send(&to("webhook:sms/telltale"), &page(number)).await);
        ends.push(by_webhook.send(&to("webhook:lost/telltale"), &page(number)).await);
    }

    tracing::info!(?ends, ?by_mail, ?hook, settings = ?mail("a:1"), contact = ?to("webhook:sms/telltale"));
    let log = told.text();
    assert!(log.contains("smtp_550") && log.contains("timeout"), "{log}");
    for secret in ["telltale", "secretpath", &SECRET[6..], "page@line.example"] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
    for mail in sink.mails() {
        assert!(!mail.headers["subject"].contains("telltale"));
        assert!(!mail.text.contains("telltale") && mail.raw.is_ascii());
    }
}
