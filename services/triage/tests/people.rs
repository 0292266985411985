//! The people whom records are about: found, linked, merged, and the plan that helps.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod kit;

use domain::ids::CallId;
use kit::forms::saves;
use kit::{Line, NUMBER, OPERATOR, days, on_both_stores};
use proto::triage::v1 as pb;
use tonic::{Code, Status};

async fn saved(line: &Line, person: pb::Person) -> Result<pb::Person, Status> {
    let asked = pb::SavePersonRequest { operator_id: OPERATOR.into(), person: Some(person) };
    Ok(line.ito().save_person(asked).await?.into_inner().person.unwrap())
}

async fn hanako(line: &Line) -> pb::Person {
    let person = pb::Person {
        name: "山田 花子".into(),
        kana: "ヤマダ ハナコ".into(),
        birth_date: "1990-04-01".into(),
        ..Default::default()
    };
    saved(line, person).await.unwrap()
}

async fn found(line: &Line, text: &str) -> Vec<String> {
    let asked = pb::FindPeopleRequest { operator_id: OPERATOR.into(), text: text.into() };
    let people = line.ito().find_people(asked).await.unwrap().into_inner().people;
    people.into_iter().map(|person| person.person_id).collect()
}

async fn links(line: &Line, record: &pb::Record, person: &str) -> Result<pb::Record, Status> {
    let asked = pb::LinkPersonRequest {
        operator_id: OPERATOR.into(),
        record_id: record.record_id.clone(),
        person_id: person.into(),
    };
    Ok(line.ito().link_person(asked).await?.into_inner().record.unwrap())
}

async fn case(line: &Line, call: CallId) -> pb::Case {
    let asked =
        pb::GetCaseRequest { operator_id: OPERATOR.into(), call_id: call.to_string(), reason: String::new() };
    line.ito().get_case(asked).await.unwrap().into_inner().case.unwrap()
}

fn plan(revision: u32, consent: bool) -> pb::Plan {
    pb::Plan {
        revision,
        consent,
        consent_date: "2026-10-01".into(),
        what_helps: "a walk with the dog".into(),
        ..Default::default()
    }
}

async fn plans(line: &Line, person: &str, plan: pb::Plan) -> Result<pb::Person, Status> {
    let asked =
        pb::SavePlanRequest { operator_id: OPERATOR.into(), person_id: person.into(), plan: Some(plan) };
    Ok(line.kubo().save_plan(asked).await?.into_inner().person.unwrap())
}

async fn merges(line: &Line, person: &str, into: &str) -> Result<pb::Person, Status> {
    let asked = pb::MergePeopleRequest {
        operator_id: OPERATOR.into(),
        person_id: person.into(),
        into_person_id: into.into(),
        reason: "the same birth date".into(),
    };
    Ok(line.kubo().merge_people(asked).await?.into_inner().person.unwrap())
}

fn happened(person: &pb::Person) -> Vec<&str> {
    person.history.iter().map(|event| event.happened.as_str()).collect()
}

#[tokio::test]
async fn a_person_is_found_by_name_kana_birth_date_and_number_though_none_can_be_read() {
    on_both_stores(|line| async move {
        let id = hanako(&line).await.person_id;
        for text in ["花子", "やまだ", "ﾔﾏﾀﾞ", "1990-04-01"] {
            assert_eq!(found(&line, text).await.as_slice(), std::slice::from_ref(&id), "{text}");
        }
        assert_eq!((found(&line, "花山").await.len(), found(&line, NUMBER).await.len()), (0, 0));

        let call = line.answers("ito", Some(NUMBER)).await;
        let record = line.opens(line.ito(), call).await;
        links(&line, &record, &id).await.unwrap();
        assert_eq!(found(&line, "090-1234-5678").await, [id]);
        for file in kit::files(&line.db).await {
            assert!(
                !kit::holds(&file, "花子")
                    && !kit::holds(&file, "ヤマダ")
                    && !kit::holds(&file, "1990-04-01")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_next_call_from_the_number_shows_the_person_their_plan_and_what_was_before() {
    on_both_stores(|line| async move {
        let first = line.answers("ito", Some(NUMBER)).await;
        let record = line.opens(line.ito(), first).await;
        let id = hanako(&line).await.person_id;
        links(&line, &record, &id).await.unwrap();
        saves(&mut line.ito(), &record, "s", &[("special_flags", "weapon")]).await;
        plans(&line, &id, plan(0, true)).await.unwrap();
        line.hangs_up("ito", first).await;
        for _ in 0..7 {
            line.clock.advance(days(1));
            let call = line.answers("ito", Some(NUMBER)).await;
            line.hangs_up("ito", call).await;
        }

        let call = line.answers("ito", Some(NUMBER)).await;
        let shown = case(&line, call).await;

        assert_eq!((shown.calls_in_30_days, shown.person.is_none()), (9, true));
        assert_eq!(shown.candidates[0].plan.as_ref().unwrap().what_helps, "a walk with the dog");
        assert_eq!(shown.flags, ["care_plan", "frequent", "weapon"]);
        assert!(shown.earlier.iter().any(|line| line.record_id == record.record_id));
    })
    .await;
}

#[tokio::test]
async fn a_plan_needs_consent_and_the_one_before_stays() {
    on_both_stores(|line| async move {
        let id = hanako(&line).await.person_id;
        let refused = plans(&line, &id, plan(0, false)).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert!(refused.message().contains("plan.consent"), "{refused:?}");

        plans(&line, &id, plan(0, true)).await.unwrap();
        assert_eq!(plans(&line, &id, plan(0, true)).await.unwrap_err().code(), Code::Aborted);
        let person = plans(&line, &id, plan(1, true)).await.unwrap();

        assert_eq!((person.plan.as_ref().unwrap().revision, line.count("plan").await), (2, 2));
        assert_eq!(happened(&person), ["created", "plan_saved", "plan_saved"]);
    })
    .await;
}

#[tokio::test]
async fn a_link_is_made_and_taken_away_and_both_stay_in_the_history() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let record = line.opens(line.ito(), call).await;
        let id = hanako(&line).await.person_id;

        assert_eq!(links(&line, &record, &id).await.unwrap().person_id, id);
        let apart = links(&line, &record, "").await.unwrap();

        let kinds: Vec<&str> = apart.revisions.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!((kinds, apart.person_id.as_str()), (vec!["saved", "linked", "unlinked"], ""));
        assert_eq!(found(&line, NUMBER).await.len(), 0);
        let asked =
            pb::GetPersonRequest { operator_id: OPERATOR.into(), person_id: id, reason: String::new() };
        assert_eq!(line.ito().get_person(asked.clone()).await.unwrap_err().code(), Code::PermissionDenied);
        let asked = pb::GetPersonRequest { reason: "asked for their plan".into(), ..asked };
        let person = line.ito().get_person(asked).await.unwrap().into_inner().person.unwrap();
        assert_eq!(happened(&person), ["created", "linked", "unlinked"]);
    })
    .await;
}

#[tokio::test]
async fn two_entries_of_one_human_become_one_and_can_be_parted_again() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let record = line.opens(line.ito(), call).await;
        let (old, new) = (hanako(&line).await.person_id, hanako(&line).await.person_id);
        links(&line, &record, &old).await.unwrap();
        assert_eq!(merges(&line, &old, &old).await.unwrap_err().code(), Code::InvalidArgument);

        let one = merges(&line, &old, &new).await.unwrap();
        assert_eq!((one.person_id.as_str(), one.records), (new.as_str(), 1));
        assert_eq!(found(&line, "花子").await.as_slice(), std::slice::from_ref(&new));
        assert_eq!(case(&line, call).await.person.unwrap().person_id, new);
        let change = pb::Person { person_id: old.clone(), name: "x y".into(), ..Default::default() };
        assert_eq!(saved(&line, change).await.unwrap_err().code(), Code::FailedPrecondition);
        assert_eq!(merges(&line, &new, &old).await.unwrap_err().code(), Code::FailedPrecondition);

        let asked = pb::PartPeopleRequest {
            operator_id: OPERATOR.into(),
            person_id: old.clone(),
            reason: "sisters".into(),
        };
        let parted = line.kubo().part_people(asked).await.unwrap().into_inner().person.unwrap();
        assert_eq!((parted.records, happened(&parted)), (1, vec!["created", "linked", "merged", "parted"]));
        assert_eq!(found(&line, "花子").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_support_contract_is_kept_until_it_is_said_otherwise_and_has_a_first_day() {
    on_both_stores(|line| async move {
        let contract =
            |from: &str, until: &str| Some(pb::SupportContract { from: from.into(), until: until.into() });
        let name = pb::Person { name: "花子".into(), ..Default::default() };
        let made = saved(&line, pb::Person { support_contract: contract("2026-04-01", ""), ..name.clone() })
            .await
            .unwrap();
        let renamed =
            pb::Person {
                person_id: made.person_id.clone(), name: "花子さん".into(), ..Default::default()
            };
        let kept = saved(&line, renamed.clone()).await.unwrap();
        assert_eq!(
            kept.support_contract,
            contract("2026-04-01", ""),
            "a page that does not know it leaves it"
        );

        let ended =
            saved(&line, pb::Person { support_contract: contract("", ""), ..renamed.clone() }).await.unwrap();
        assert_eq!(ended.support_contract, None);
        for (from, until, field) in
            [("", "2026-05-01", "from"), ("2026-05-01", "2026-04-30", "until"), ("x", "", "from")]
        {
            let wrong = pb::Person { support_contract: contract(from, until), ..renamed.clone() };
            let fault = saved(&line, wrong).await.unwrap_err();
            assert!(fault.message().contains(&format!("person.support_contract.{field}")), "{fault}");
        }
    })
    .await;
}
