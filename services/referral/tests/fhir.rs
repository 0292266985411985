//! Centres that answer as FHIR servers do: Tasks over HTTP, behind the real gate with real sessions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod kit;
mod oracles;

use domain::access::{Role, SessionKind};
use kit::{Line, OPERATOR, bundle, next, on_both_stores};
use oracles::judged_by_python;
use proto::referral::v1 as pb;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use shell::access::SESSION;

const JSON: &str = "application/fhir+json";

/// Somebody who writes from outside.
struct Outsider {
    base: String,
    session: String,
}

impl Outsider {
    async fn of(line: &Line, centre: &str) -> Self {
        let session = line.signs_in(OPERATOR, centre, Role::Centre, SessionKind::Oidc).await;
        Self { base: line.serves_fhir().await, session }
    }

    fn asks(&self, method: Method, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        let address = format!("{}{path}", self.base);
        let asked = Client::new().request(method, address).header("content-type", JSON).body(body);
        asked.header(SESSION, &self.session)
    }

    /// What is sent and what comes back stand before an independent eye.
    async fn puts(&self, task: &Value) -> (u16, Value) {
        let path = format!("/Task/{}", task["id"].as_str().unwrap());
        let told = said(self.asks(Method::PUT, &path, task.to_string())).await;
        let verdicts = judged_by_python(&[task.clone(), told.1.clone()]);
        assert!(verdicts.iter().all(Vec::is_empty), "{verdicts:?}: {task} {told:?}");
        told
    }
}

/// Status and OperationOutcome.
async fn said(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], JSON);
    let status = answer.status().as_u16();
    let outcome: Value = answer.json().await.unwrap();
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    (status, outcome)
}

/// The Task of a delivery, with another status.
fn task(delivery: &pb::Delivery, status: &str) -> Value {
    let bundle = bundle(delivery);
    let resources = bundle["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]);
    let mut task = resources.into_iter().find(|one| one["resourceType"] == "Task").unwrap().clone();
    task["status"] = json!(status);
    task
}

fn concept(list: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": format!("urn:tomoshibi:list:{list}"), "code": code }], "text": code })
}

#[tokio::test]
async fn a_centre_leads_a_case_to_its_end_by_tasks_alone() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let referral = line.refers_to(&["first"]).await;
        let centre = Outsider::of(&line, "first").await;
        let delivery = next(&mut line.listens("first", 0).await).await;
        assert_eq!(task(&delivery, "requested")["id"], referral.referral_id);

        assert_eq!(centre.puts(&task(&delivery, "received")).await.0, 200);
        assert_eq!(line.sees(&referral).await.state, "received");
        assert_eq!(line.count("delivery WHERE state = 'received'").await, 1);
        for _ in 0..2 {
            assert_eq!(centre.puts(&task(&delivery, "accepted")).await.0, 200, "said twice it is said once");
        }
        assert_eq!(line.sees(&referral).await.state, "accepted");
        let mut arrived = task(&delivery, "in-progress");
        arrived["businessStatus"] = concept("arrival", "arrived");
        assert_eq!(centre.puts(&arrived).await.0, 200);
        assert_eq!(line.sees(&referral).await.state, "arrived");
        let mut completed = task(&delivery, "completed");
        let value = concept("outcome", "admitted_voluntary");
        completed["output"] = json!([{ "type": { "text": "受診結果" }, "valueCodeableConcept": value }]);
        assert_eq!(centre.puts(&completed).await.0, 200);

        let seen = line.sees(&referral).await;
        assert_eq!((seen.state.as_str(), seen.outcome.as_str()), ("closed", "admitted_voluntary"));
        assert_eq!(line.count("audit_event WHERE action = 'referral.accepted'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_task_that_is_rejected_asks_the_next_and_keeps_reason_and_note() {
    on_both_stores(|line| async move {
        line.knows(&["first", "second"]).await;
        let referral = line.refers_to(&["first", "second"]).await;
        let centre = Outsider::of(&line, "first").await;
        let delivery = next(&mut line.listens("first", 0).await).await;
        let mut rejected = task(&delivery, "rejected");
        let (status, told) = centre.puts(&rejected).await;
        assert_eq!((status, told["issue"][0]["expression"][0].as_str()), (422, Some("Task.statusReason")));

        rejected["statusReason"] = concept("refusal_reason", "no_bed");
        rejected["note"] = json!([{ "text": "明朝なら空きます" }]);
        assert_eq!(centre.puts(&rejected).await.0, 200);

        let seen = line.sees(&referral).await;
        assert_eq!((seen.offered[0].state.as_str(), seen.offered[0].reason.as_str()), ("declined", "no_bed"));
        assert_eq!(seen.offered[0].note, "明朝なら空きます");
        assert_eq!((seen.state.as_str(), seen.target_id.as_str()), ("offered", "second"));
        assert_eq!(line.count("referral_content WHERE kind = 'note'").await, 1);
        line.accepts("second", &referral).await.unwrap();
        let (status, told) = centre.puts(&task(&delivery, "accepted")).await;
        assert_eq!((status, told["issue"][0]["code"].as_str()), (409, Some("conflict")));
    })
    .await;
}

#[tokio::test]
async fn a_task_in_a_message_does_what_a_task_that_is_put_does() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let referral = line.refers_to(&["first"]).await;
        let centre = Outsider::of(&line, "first").await;
        let delivery = next(&mut line.listens("first", 0).await).await;
        let mut message = bundle(&delivery);
        message["entry"][2]["resource"]["status"] = json!("accepted");
        assert!(judged_by_python(std::slice::from_ref(&message))[0].is_empty());

        let (status, _) = said(centre.asks(Method::POST, "", message.to_string())).await;

        assert_eq!((status, line.sees(&referral).await.state.as_str()), (200, "accepted"));
        message["entry"].as_array_mut().unwrap().remove(2);
        let (status, told) = said(centre.asks(Method::POST, "", message.to_string())).await;
        assert_eq!((status, told["issue"][0]["expression"][0].as_str()), (400, Some("Bundle.entry")));
        let mut cancelled = task(&delivery, "cancelled");
        cancelled["note"] = json!([]);
        assert_eq!(said(centre.asks(Method::PUT, &path(&referral), cancelled.to_string())).await.0, 200);
        assert_eq!(line.sees(&referral).await.outcome, "cancelled");
    })
    .await;
}

fn path(referral: &pb::Referral) -> String {
    format!("/Task/{}", referral.referral_id)
}

#[tokio::test]
async fn whoever_may_not_answer_is_told_so_and_nothing_of_the_case() {
    on_both_stores(|line| async move {
        line.knows(&["first", "other"]).await;
        let referral = line.refers_to(&["first"]).await;
        let centre = Outsider::of(&line, "first").await;
        let accepted = task(&next(&mut line.listens("first", 0).await).await, "accepted").to_string();
        let received = accepted.replace("\"accepted\"", "\"received\"");
        let (wrong, oidc) = ("s".repeat(43), SessionKind::Oidc);
        let unfinished = line.signs_in(OPERATOR, "first", Role::Centre, SessionKind::Password).await;
        let other = line.signs_in(OPERATOR, "other", Role::Centre, oidc).await;
        let elsewhere = line.signs_in("elsewhere", "first", Role::Centre, oidc).await;
        let counsellor = line.signs_in(OPERATOR, "first", Role::Counsellor, oidc).await;
        let shown = [
            (wrong, 401, "login"),
            (String::new(), 401, "login"),
            (unfinished, 403, "forbidden"),
            (counsellor, 403, "forbidden"),
            (other, 404, "not-found"),
            (elsewhere, 404, "not-found"),
        ];
        for (session, status, code) in shown {
            for body in [&accepted, &received] {
                let who = Outsider { base: centre.base.clone(), session: session.clone() };
                let told = said(who.asks(Method::PUT, &path(&referral), body.clone())).await;
                assert_eq!((told.0, told.1["issue"][0]["code"].as_str()), (status, Some(code)));
            }
        }
        let address = format!("{}{}", centre.base, path(&referral));
        let service = Client::new().put(address).header("content-type", JSON).body(accepted);
        assert_eq!(
            said(service.header("authorization", &line.token_shown)).await.0,
            403,
            "a service is no centre"
        );
        assert_eq!(line.sees(&referral).await.state, "offered");
    })
    .await;
}

#[tokio::test]
async fn a_task_that_cannot_be_understood_names_what_would_be_right() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let referral = line.refers_to(&["first"]).await;
        let centre = Outsider::of(&line, "first").await;
        let sent = task(&next(&mut line.listens("first", 0).await).await, "accepted");
        let with = |element: &str, value: Value| {
            let mut task = sent.clone();
            task[element] = value;
            task.to_string()
        };
        let mut early = sent.clone();
        early["status"] = json!("completed");
        let value = concept("outcome", "outpatient");
        early["output"] = json!([{ "type": { "text": "受診結果" }, "valueCodeableConcept": value }]);
        let unknown = "0192d3c4-7b1a-7000-8000-000000000009";
        let asked = [
            (path(&referral), "{\"resourceType\":\"Task\",".to_owned(), 400, "structure", "line 1"),
            (path(&referral), with("resourceType", json!("Patient")), 400, "structure", "resourceType Task"),
            (path(&referral), with("id", json!(unknown)), 400, "structure", "Task.id"),
            (path(&referral), with("status", json!("failed")), 422, "value", "rejected with a statusReason"),
            (
                path(&referral),
                with("businessStatus", concept("arrival", "arrived")),
                422,
                "value",
                "in-progress",
            ),
            (path(&referral), early.to_string(), 409, "conflict", "first"),
            (
                path(&referral),
                with("note", json!([{ "text": "夜".repeat(90_000) }])),
                413,
                "too-long",
                "262144",
            ),
            (format!("/Task/{unknown}"), with("id", json!(unknown)), 404, "not-found", "no such Task"),
            ("/Task/9".to_owned(), with("id", json!("9")), 404, "not-found", "no such Task"),
        ];
        for (path, body, status, code, says) in asked {
            let (was, told) = said(centre.asks(Method::PUT, &path, body)).await;
            let issue = &told["issue"][0];
            assert_eq!((was, issue["code"].as_str()), (status, Some(code)), "{told}");
            assert!(issue["diagnostics"].as_str().unwrap().contains(says), "{told}");
            assert!(judged_by_python(&[told])[0].is_empty());
        }
        let mut strange = with("identifier", json!([]));
        strange = strange.replace("\"accepted\"", "\"received\"");
        assert_eq!(said(centre.asks(Method::PUT, &path(&referral), strange)).await.0, 422);
        let plain = Client::new().put(format!("{}{}", centre.base, path(&referral))).body(sent.to_string());
        assert_eq!(said(plain.header("content-type", "text/plain")).await.0, 415);
        assert_eq!(line.sees(&referral).await.state, "offered");
    })
    .await;
}
