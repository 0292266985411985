//! Who may look, what they must say, and what is written down of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod kit;

use domain::access::Role;
use kit::forms::{field, saves, try_save, value};
use kit::{Client, NUMBER, OPERATOR, on_both_stores};
use proto::triage::v1 as pb;
use tonic::{Code, Status};

async fn get(who: &mut Client, operator: &str, id: &str, reason: &str) -> Result<pb::Record, Status> {
    let asked = pb::GetRecordRequest {
        operator_id: operator.into(),
        record_id: id.into(),
        reason: reason.into(),
        ..Default::default()
    };
    Ok(who.get_record(asked).await?.into_inner().record.unwrap())
}

async fn case(who: &mut Client, call: &str, reason: &str) -> Result<pb::Case, Status> {
    let asked =
        pb::GetCaseRequest { operator_id: OPERATOR.into(), call_id: call.into(), reason: reason.into() };
    Ok(who.get_case(asked).await?.into_inner().case.unwrap())
}

#[tokio::test]
async fn whoever_is_not_the_author_says_why_they_look_and_every_look_is_written_down() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let draft = line.opens(line.ito(), call).await;
        let id = draft.record_id.clone();

        assert!(get(&mut line.ito(), OPERATOR, &id, "").await.is_ok(), "its author needs no reason");
        for mut other in [line.sato(), line.kubo(), line.asks("aoki", &[Role::Psychiatrist])] {
            assert_eq!(get(&mut other, OPERATOR, &id, " ").await.unwrap_err().code(), Code::PermissionDenied);
            let long = "x".repeat(201);
            assert_eq!(
                get(&mut other, OPERATOR, &id, &long).await.unwrap_err().code(),
                Code::InvalidArgument
            );
            let told = get(&mut other, OPERATOR, &id, "TELLTALE called back").await.unwrap();
            assert_eq!(value(&told, "callback_number"), Some(NUMBER));
        }

        let looks = line.audited().await;
        assert_eq!(
            looks.iter().filter(|(action, about)| action == "record.viewed" && *about == id).count(),
            4
        );
        assert!(line.audit.verify(&OPERATOR.parse().unwrap()).await.unwrap().is_whole());
        for file in kit::files(&line.db).await {
            assert!(!kit::holds(&file, "TELLTALE"), "a reason is sealed");
        }
    })
    .await;
}

#[tokio::test]
async fn the_case_is_free_to_who_talks_in_the_call_and_to_nobody_else() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let call_id = call.to_string();
        let shown = case(&mut line.ito(), &call_id, "").await.unwrap();
        assert_eq!((shown.number.as_str(), shown.withheld, shown.calls_in_30_days), (NUMBER, false, 1));

        let refused = case(&mut line.sato(), &call_id, "").await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        line.ledger.sits("ito", None).await;
        line.ledger.sits("sato", Some(call)).await;
        assert!(case(&mut line.sato(), &call_id, "").await.is_ok(), "the call was handed to their desk");
        assert!(case(&mut line.kubo(), &call_id, "to take over").await.is_ok());
        let looks = line.audited().await;
        assert_eq!(looks.iter().filter(|(action, _)| action == "case.viewed").count(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_service_may_write_the_look_itself_and_a_person_may_not() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let id = line.opens(line.ito(), call).await.record_id;
        let asked = || pb::GetRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: id.clone(),
            reason: "TELLTALE referral".into(),
            noted_by_asker: true,
            ..Default::default()
        };
        let looks = async || line.count("audit_event WHERE action = 'record.viewed'").await;

        let told = line.ito().get_record(asked()).await.unwrap().into_inner();
        assert_eq!((told.look, looks().await), (None, 1), "asked by a person it is written");

        let told = line.in_the_name_of("ito").get_record(asked()).await.unwrap().into_inner();
        let (look, record) = (told.look.unwrap(), told.record.unwrap());
        assert_eq!((looks().await, look.revision), (1, record.revision));
        assert!(!look.reason_sealed.is_empty() && !look.reason_sealed.contains("TELLTALE"));
        assert_eq!(value(&record, "callback_number"), Some(NUMBER));
    })
    .await;
}

#[tokio::test]
async fn another_operator_learns_not_even_that_a_record_is_there() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let draft = line.opens(line.ito(), call).await;
        let mut mori = line.asks_of("other", "mori", &[Role::Supervisor]);

        let theirs = get(&mut mori, "other", &draft.record_id, "curious").await.unwrap_err();
        let ours = get(&mut mori, OPERATOR, &draft.record_id, "curious").await.unwrap_err();
        let none =
            get(&mut mori, "other", "0192d3c4-7b1a-7000-8000-000000000001", "curious").await.unwrap_err();

        assert_eq!((theirs.code(), ours.code()), (Code::NotFound, Code::NotFound));
        assert_eq!(theirs.message(), none.message());
    })
    .await;
}

#[tokio::test]
async fn a_supervisor_without_a_part_opens_codes_only_and_others_not_at_all() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let draft = line.opens(line.ito(), call).await;
        saves(&mut line.ito(), &draft, "s", &[("notes", "private"), ("topic", "home")]).await;

        let opened = line.opens(line.kubo(), call).await;
        assert_eq!((value(&opened, "topic"), value(&opened, "notes")), (Some("home"), None));
        assert_eq!(value(&opened, "callback_number"), None);
        let asked = pb::OpenRecordRequest { operator_id: OPERATOR.into(), call_id: call.to_string() };
        assert_eq!(line.sato().open_record(asked).await.unwrap_err().code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn a_list_has_codes_states_and_times_only() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let draft = line.opens(line.ito(), call).await;
        saves(&mut line.ito(), &draft, "s", &[("notes", "private"), ("triage_code", "D")]).await;
        let asked = |mine_only| pb::ListRecordsRequest {
            operator_id: OPERATOR.into(),
            mine_only,
            unsigned_only: true,
            ..Default::default()
        };

        let listed = line.kubo().list_records(asked(false)).await.unwrap().into_inner().records;
        assert_eq!((listed.len(), listed[0].code.as_str(), listed[0].author_staff.as_str()), (1, "D", "ito"));
        assert!(!format!("{listed:?}").contains("private"));
        assert_eq!(line.sato().list_records(asked(true)).await.unwrap().into_inner().records.len(), 0);
        assert_eq!(line.ito().list_records(asked(true)).await.unwrap().into_inner().records.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn nobody_gets_a_record_or_a_plan_by_repeating_what_another_wrote() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let draft = line.opens(line.ito(), call).await;
        saves(&mut line.ito(), &draft, "known", &[("notes", "private")]).await;
        let repeated = try_save(&mut line.sato(), &draft, "known", vec![field("notes", "private")]).await;
        assert_eq!(repeated.unwrap_err().code(), Code::PermissionDenied);

        let named = pb::Person { name: "花子".into(), ..Default::default() };
        let save =
            |person: pb::Person| pb::SavePersonRequest { operator_id: OPERATOR.into(), person: Some(person) };
        let made = line.ito().save_person(save(named.clone())).await.unwrap().into_inner().person.unwrap();
        let plan = pb::Plan {
            consent: true,
            consent_date: "2026-10-01".into(),
            what_helps: "private".into(),
            ..Default::default()
        };
        let asked = pb::SavePlanRequest {
            operator_id: OPERATOR.into(),
            person_id: made.person_id.clone(),
            plan: Some(plan),
        };
        line.ito().save_plan(asked).await.unwrap();

        let again = pb::Person { person_id: made.person_id, ..named };
        let shown = line.sato().save_person(save(again)).await.unwrap().into_inner().person.unwrap();
        assert!(shown.plan.is_none() && shown.history.is_empty());
    })
    .await;
}
