//! How long records are kept, and by which protocol they are taken.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod kit;

use kit::forms::{saves, value};
use kit::{Line, NUMBER, OPERATOR, days, on_both_stores};
use proto::triage::v1 as pb;
use tonic::Code;

const SHIPPED: &str = include_str!("../protocols/default.toml");

async fn retention(line: &Line, rehearse: bool) -> Vec<(i32, u32, u32, String)> {
    let asked = pb::RunRetentionRequest { operator_id: OPERATOR.into(), rehearse };
    let years = line.admin().run_retention(asked).await.unwrap().into_inner().years;
    years.into_iter().map(|year| (year.year, year.records, year.on_hold, year.done)).collect()
}

async fn get(line: &Line, record: &pb::Record) -> Result<pb::Record, tonic::Status> {
    let asked = pb::GetRecordRequest {
        operator_id: OPERATOR.into(),
        record_id: record.record_id.clone(),
        ..Default::default()
    };
    Ok(line.ito().get_record(asked).await?.into_inner().record.unwrap())
}

async fn holds(line: &Line, record: &pb::Record, hold: bool) {
    let asked = pb::SetLegalHoldRequest {
        operator_id: OPERATOR.into(),
        record_id: record.record_id.clone(),
        hold,
        reason: "a court asked".into(),
    };
    line.admin().set_legal_hold(asked).await.unwrap();
}

async fn writes(line: &Line, note: &str) -> pb::Record {
    let call = line.answers("ito", Some(NUMBER)).await;
    let draft = line.opens(line.ito(), call).await;
    line.hangs_up("ito", call).await;
    line.until("the end is told", || async { get(line, &draft).await.unwrap().ended_at.is_some() }).await;
    let ended = get(line, &draft).await.unwrap();
    saves(&mut line.ito(), &ended, note, &[("notes", note)]).await.0
}

#[tokio::test]
async fn a_year_goes_when_all_of_it_is_past_and_what_is_on_hold_stays_readable() {
    on_both_stores(|line| async move {
        let (old, held) = (writes(&line, "old").await, writes(&line, "held").await);
        assert_eq!(old.retention_until, "2031-11-02");
        holds(&line, &held, true).await;
        line.clock.advance(days(4 * 366));
        assert_eq!(retention(&line, false).await, [(2026, 2, 1, "kept".into())]);
        line.clock.advance(days(2 * 366));

        assert_eq!(retention(&line, true).await, [(2026, 2, 1, "would_delete".into())]);
        assert!(get(&line, &old).await.is_ok(), "a rehearsal deletes nothing");
        assert_eq!(retention(&line, false).await, [(2026, 2, 1, "deleted".into())]);

        assert_eq!(get(&line, &old).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(value(&get(&line, &held).await.unwrap(), "notes"), Some("held"));
        assert_eq!(retention(&line, false).await, [(2026, 1, 1, "kept".into())]);
        holds(&line, &held, false).await;
        assert_eq!(retention(&line, false).await, [(2026, 1, 0, "deleted".into())]);
        assert_eq!(get(&line, &held).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(retention(&line, false).await, []);
        let runs = line.audited().await;
        assert_eq!(runs.iter().filter(|(action, _)| action == "retention.run").count(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_person_goes_with_the_last_record_and_stays_while_one_is_young() {
    on_both_stores(|line| async move {
        let person = |name: &str| pb::SavePersonRequest {
            operator_id: OPERATOR.into(),
            person: Some(pb::Person { name: name.into(), ..Default::default() }),
        };
        let mut ito = line.ito();
        let gone = ito.save_person(person("gone")).await.unwrap().into_inner().person.unwrap();
        let stays = ito.save_person(person("stays")).await.unwrap().into_inner().person.unwrap();
        let old = writes(&line, "old").await;
        line.clock.advance(days(4 * 366));
        let young = writes(&line, "young").await;
        for (record, person) in [(&old, &gone), (&young, &stays)] {
            let asked = pb::LinkPersonRequest {
                operator_id: OPERATOR.into(),
                record_id: record.record_id.clone(),
                person_id: person.person_id.clone(),
            };
            ito.link_person(asked).await.unwrap();
        }
        line.clock.advance(days(6 * 365 - 200));

        retention(&line, false).await;

        let find = |text: &str| pb::FindPeopleRequest { operator_id: OPERATOR.into(), text: text.into() };
        assert_eq!(ito.find_people(find("gone")).await.unwrap().into_inner().people.len(), 0);
        assert_eq!(ito.find_people(find("stays")).await.unwrap().into_inner().people.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_protocol_is_told_all_its_faults_with_lines_and_the_old_one_stays() {
    on_both_stores(|line| async move {
        let wrong = SHIPPED
            .replacen("question = \"conscious\", is = \"no\"", "question = \"awake\", is = \"no\"", 1)
            .replacen("priority = \"P1\"", "priority = \"P9\"", 1);
        let at = |text: &str| wrong[..wrong.find(text).unwrap()].matches('\n').count() + 1;
        let asked = pb::PublishProtocolRequest { operator_id: OPERATOR.into(), toml: wrong.clone() };

        let refused = line.admin().publish_protocol(asked).await.unwrap().into_inner();

        assert!(refused.protocol.is_none());
        for (text, path) in [("question = \"awake\"", "rules[0].when"), ("priority = \"P9\"", "deadlines[0]")]
        {
            let line = u32::try_from(at(text)).unwrap();
            let told = refused.faults.iter().any(|fault| fault.line == line && fault.path.starts_with(path));
            assert!(told, "{path} in line {line}: {:#?}", refused.faults);
        }
        let huge = pb::CheckProtocolRequest { operator_id: OPERATOR.into(), toml: "#".repeat(300_000) };
        let faults = line.admin().check_protocol(huge).await.unwrap().into_inner().faults;
        assert!(faults[0].fault.contains("256 kB"));
    })
    .await;
}

#[tokio::test]
async fn a_published_protocol_is_in_force_for_new_drafts_and_running_ones_keep_theirs() {
    on_both_stores(|line| async move {
        let before = writes(&line, "before").await;
        let toml = SHIPPED.replacen("version = \"1.0.0\"", "version = \"2.0.0\"", 1);
        let asked = pb::PublishProtocolRequest { operator_id: OPERATOR.into(), toml };

        let published = line.admin().publish_protocol(asked.clone()).await.unwrap().into_inner();
        assert!(published.protocol.unwrap().in_force);
        let again = line.admin().publish_protocol(asked).await.unwrap_err();
        assert_eq!(again.code(), Code::FailedPrecondition);

        let after = writes(&line, "after").await;
        let kept = saves(&mut line.ito(), &before, "more", &[("notes", "more")]).await.0;
        assert_eq!((kept.protocol_version.as_str(), after.protocol_version.as_str()), ("1.0.0", "2.0.0"));
        let asked = pb::ListProtocolsRequest { operator_id: OPERATOR.into() };
        let listed = line.admin().list_protocols(asked).await.unwrap().into_inner().protocols;
        let in_force: Vec<_> = listed.iter().map(|one| (one.version.as_str(), one.in_force)).collect();
        assert_eq!(in_force, [("2.0.0", true), ("1.0.0", false)]);
    })
    .await;
}
