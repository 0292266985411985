//! The life of a record, as its counsellor lives it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod kit;

use domain::ids::CallId;
use domain::ledger::AnsweredBy;
use kit::forms::{completes, field, saves, try_save, value};
use kit::{Client, NUMBER, OPERATOR, on_both_stores, secs};
use proto::triage::v1 as pb;
use proto::triage::v1::save_record_response::Outcome;
use shell::on;
use tonic::Code;
use uuid::Uuid;

/// An attempt that goes on: code A.
const DANGER: (&str, &str) = ("q:attempt", "yes");

fn sign(record: &pb::Record) -> pb::SignRecordRequest {
    pb::SignRecordRequest {
        operator_id: OPERATOR.into(),
        record_id: record.record_id.clone(),
        seen_revision: record.revision,
    }
}

async fn signs(who: &mut Client, record: &pb::Record) -> pb::Record {
    who.sign_record(sign(record)).await.unwrap().into_inner().record.unwrap()
}

async fn shown(who: &mut Client, record: &pb::Record, revision: u32) -> pb::Record {
    let asked = pb::GetRecordRequest {
        operator_id: OPERATOR.into(),
        record_id: record.record_id.clone(),
        revision,
        ..Default::default()
    };
    who.get_record(asked).await.unwrap().into_inner().record.unwrap()
}

#[tokio::test]
async fn a_record_opens_by_itself_is_saved_signed_amended_and_never_overwritten() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        line.until("a draft is there", || async { line.count("record").await == 1 }).await;
        let mut ito = line.ito();
        let draft = line.opens(line.ito(), call).await;
        assert_eq!((draft.state.as_str(), draft.author_staff.as_str(), draft.revision), ("draft", "ito", 1));
        assert_eq!((draft.service_date.as_str(), draft.number), ("2026-11-02", 1));
        assert_eq!(
            (value(&draft, "callback_number"), value(&draft, "channel")),
            (Some(NUMBER), Some("voice"))
        );
        assert_eq!(draft.author_account, kit::account("ito").to_string());

        let (saved, _) = saves(&mut ito, &draft, "s1", &[("notes", "眠れない"), ("topic", "home")]).await;
        assert_eq!((saved.revision, value(&saved, "notes")), (2, Some("眠れない")));
        line.clock.advance(secs(600));
        line.hangs_up("ito", call).await;
        line.until("the record knows the end", || async {
            shown(&mut line.ito(), &draft, 0).await.ended_at.is_some()
        })
        .await;
        let ended = shown(&mut ito, &draft, 0).await;
        assert_eq!(value(&ended, "end_kind"), Some("completed"));

        let refused = ito.sign_record(sign(&ended)).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert!(refused.message().contains("caller_kind") && refused.message().contains("disposition"));
        let complete = completes(&mut ito, ended).await;
        let signed = signs(&mut ito, &complete).await;
        assert_eq!((signed.state.as_str(), signed.signed_at.is_some()), ("signed", true));
        let late = try_save(&mut ito, &signed, "s9", vec![field("notes", "another")]).await.unwrap_err();
        assert_eq!(late.code(), Code::FailedPrecondition);

        let asked = pb::AmendRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: signed.record_id.clone(),
            seen_revision: signed.revision,
            reason: "the topic was another".into(),
            changes: vec![field("topic", "work_school"), field("notes", "眠れない、訂正")],
        };
        let amended = ito.amend_record(asked).await.unwrap().into_inner().record.unwrap();
        assert_eq!((amended.state.as_str(), value(&amended, "topic")), ("amended", Some("work_school")));
        let last = amended.revisions.last().unwrap();
        assert_eq!((last.kind.as_str(), last.reason.as_str()), ("amended", "the topic was another"));
        assert_eq!(last.staff_id, "ito");

        let before = shown(&mut ito, &signed, signed.revision).await;
        assert_eq!((before.state.as_str(), value(&before, "notes")), ("signed", Some("眠れない")));
        assert_eq!(value(&before, "topic"), Some("home"));
        assert_eq!(value(&shown(&mut ito, &signed, 1).await, "notes"), None);
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_made_once_however_many_open_it_and_numbers_follow_each_other() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", None).await;
        let opened = futures::future::join_all((0..8).map(|_| line.opens(line.ito(), call))).await;
        assert!(opened.iter().all(|one| one.record_id == opened[0].record_id));
        assert_eq!(value(&opened[0], "number_withheld"), Some("true"));
        line.hangs_up("ito", call).await;

        let next = line.answers("ito", None).await;
        assert_eq!((line.opens(line.ito(), next).await.number, line.count("record").await), (2, 2));
    })
    .await;
}

#[tokio::test]
async fn two_browsers_edit_one_record_and_nothing_is_lost() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", None).await;
        let seen = line.opens(line.ito(), call).await;
        let (mut one, mut two) = (line.ito(), line.ito());

        saves(&mut one, &seen, "one", &[("notes", "from one"), ("location", "Sakae")]).await;
        let (merged, _) = saves(&mut two, &seen, "two", &[("history", "from two")]).await;
        assert_eq!(
            (value(&merged, "notes"), value(&merged, "history")),
            (Some("from one"), Some("from two"))
        );

        let answer = try_save(&mut two, &seen, "three", vec![field("notes", "over it")]).await.unwrap();
        let Some(Outcome::Stale(stale)) = answer.outcome else { panic!("both changed the notes") };
        assert_eq!(stale.conflicting, ["notes"]);
        assert_eq!(value(&stale.record.unwrap(), "notes"), Some("from one"));
        assert_eq!(shown(&mut one, &seen, 0).await.revision, merged.revision);
    })
    .await;
}

#[tokio::test]
async fn the_same_save_sent_again_is_one_revision() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", None).await;
        let draft = line.opens(line.ito(), call).await;
        let mut ito = line.ito();

        let (first, _) = saves(&mut ito, &draft, "same", &[("notes", "once")]).await;
        saves(&mut ito, &first, "between", &[("notes", "twice")]).await;
        let (again, _) = saves(&mut ito, &draft, "same", &[("notes", "once")]).await;

        assert_eq!((again.revision, value(&again, "notes")), (3, Some("twice")));
    })
    .await;
}

#[tokio::test]
async fn danger_pages_the_psychiatrist_once_and_c_only_offers() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let draft = line.opens(line.ito(), call).await;
        let mut ito = line.ito();
        let (calm, none) = saves(&mut ito, &draft, "c", &[("triage_code", "C")]).await;
        assert_eq!((none.as_str(), line.count("record_duty").await), ("", 0));

        let (urgent, page) = saves(&mut ito, &calm, "a", &[DANGER]).await;
        assert_eq!(urgent.assessment.as_ref().unwrap().code, "A");
        assert!(!page.is_empty(), "the page is told with the save");
        assert!(urgent.assessment.as_ref().unwrap().deadlines.iter().any(|one| one.what == "page"));
        let (after, same) = saves(&mut ito, &urgent, "more", &[("notes", "help is on the way")]).await;
        assert_eq!((same, after.escalation_ids), (page.clone(), vec![page]));
        assert_eq!(line.count("escalation").await, 1);
    })
    .await;
}

#[tokio::test]
async fn more_danger_raises_the_page_that_runs_and_rings_nobody_twice() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", None).await;
        let draft = line.opens(line.ito(), call).await;
        let mut ito = line.ito();

        let (near, first) = saves(&mut ito, &draft, "b", &[("q:attempt", "unknown")]).await;
        let (now, second) = saves(&mut ito, &near, "a", &[DANGER]).await;

        let codes: Vec<&str> = now.revisions.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["", "B", "A"]);
        assert!(!first.is_empty());
        assert_eq!((second, line.count("escalation").await), (first, 1));
    })
    .await;
}

#[tokio::test]
async fn a_call_that_nobody_with_a_name_answered_has_a_record_that_a_supervisor_gives_away() {
    on_both_stores(|line| async move {
        let call = CallId(Uuid::now_v7());
        line.ledger.begins(call, Some(NUMBER), line.clock.now()).await;
        line.ledger.is_answered(call, AnsweredBy::Fallback, line.clock.now()).await;
        line.bus.publish("desk", "none");
        line.until("a draft is there", || async { line.count("record").await == 1 }).await;
        let draft = line.opens(line.kubo(), call).await;
        assert_eq!((draft.author_staff.as_str(), draft.author_account.as_str()), ("", ""));

        let asked = pb::HandOverRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: draft.record_id.clone(),
            seen_revision: draft.revision,
            staff_id: "ito".into(),
        };
        line.kubo().hand_over_record(asked).await.unwrap();

        let (saved, _) = saves(&mut line.ito(), &draft, "s", &[("notes", "rang back")]).await;
        assert_eq!(saved.author_staff, "ito");
    })
    .await;
}

#[tokio::test]
async fn while_escalation_is_away_the_save_is_kept_and_the_page_goes_out_later() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", None).await;
        let draft = line.opens(line.ito(), call).await;
        line.escalation_is_away(true);

        let (saved, page) = saves(&mut line.ito(), &draft, "a", &[DANGER]).await;
        assert_eq!((saved.revision, page.as_str(), line.count("escalation").await), (2, "", 0));

        line.escalation_is_away(false);
        line.until("the debt is paid", || async {
            line.clock.advance(secs(1));
            line.count("escalation").await == 1
        })
        .await;
        line.until("the record names the page", || async {
            shown(&mut line.ito(), &draft, 0).await.escalation_ids.len() == 1
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_novel_of_notes_is_refused_by_name_and_every_script_is_kept() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", None).await;
        let draft = line.opens(line.ito(), call).await;
        let mut ito = line.ito();

        let novel = vec![field("notes", &"あ".repeat(350_000))];
        let refused = try_save(&mut ito, &draft, "novel", novel).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert!(refused.message().contains("notes") && refused.message().contains("20000"), "{refused:?}");

        let words = "שלום 👩‍👩‍👧 مرحبا \u{202e}x";
        let (saved, _) = saves(&mut ito, &draft, "words", &[("notes", words)]).await;
        assert_eq!(value(&saved, "notes"), Some(words));
        assert_eq!(value(&shown(&mut ito, &saved, 0).await, "notes"), Some(words));
    })
    .await;
}

#[tokio::test]
async fn a_relay_call_is_never_marked_hoax() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", None).await;
        let draft = line.opens(line.ito(), call).await;
        let (relayed, _) = saves(&mut line.ito(), &draft, "r", &[("channel", "relay")]).await;

        let hoax = vec![field("special_flags", "hoax")];
        let refused = try_save(&mut line.ito(), &relayed, "h", hoax).await.unwrap_err();

        assert_eq!(refused.code(), Code::InvalidArgument);
        assert!(refused.message().contains("special_flags") && refused.message().contains("relay"));
        assert_eq!(shown(&mut line.ito(), &draft, 0).await.revision, relayed.revision);
    })
    .await;
}

#[tokio::test]
async fn a_transfer_takes_the_form_along() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", None).await;
        let draft = line.opens(line.ito(), call).await;
        let asked = |staff: &str| pb::HandOverRecordRequest {
            operator_id: OPERATOR.into(),
            record_id: draft.record_id.clone(),
            seen_revision: draft.revision,
            staff_id: staff.into(),
        };
        assert_eq!(
            line.sato().hand_over_record(asked("sato")).await.unwrap_err().code(),
            Code::PermissionDenied
        );
        assert_eq!(line.ito().hand_over_record(asked("mori")).await.unwrap_err().code(), Code::NotFound);

        line.ito().hand_over_record(asked("sato")).await.unwrap();

        let (saved, _) = saves(&mut line.sato(), &draft, "s", &[("notes", "goes on")]).await;
        assert_eq!(
            (saved.author_staff.as_str(), saved.author_account.clone()),
            ("sato", kit::account("sato").to_string())
        );
        let refused = try_save(&mut line.ito(), &saved, "i", vec![field("notes", "too late")]).await;
        assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn revisions_cannot_be_changed_and_nothing_personal_can_be_read_in_the_file() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let draft = line.opens(line.ito(), call).await;
        let told = [("notes", "TELLTALE-NOTE"), ("subject_name", "TELLTALE-NAME"), DANGER];
        saves(&mut line.ito(), &draft, "s", &told).await;

        let changed = on!(line.db.write(), pool => {
            sqlx::query("UPDATE record_revision SET kind = 'x'").execute(pool).await.is_err()
                && sqlx::query("DELETE FROM record_revision").execute(pool).await.is_err()
                && sqlx::query("UPDATE record_field SET name = 'x'").execute(pool).await.is_err()
        });
        assert!(changed);
        assert!(line.audit.verify(&OPERATOR.parse().unwrap()).await.unwrap().is_whole());
        for text in kit::files(&line.db).await {
            for secret in ["TELLTALE", NUMBER] {
                assert!(!kit::holds(&text, secret), "{secret} can be read");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_draft_goes_on_with_the_call_to_the_desk_that_has_it_now() {
    on_both_stores(|line| async move {
        let call = line.answers("ito", Some(NUMBER)).await;
        let draft = line.opens(line.ito(), call).await;
        let (draft, _) = saves(&mut line.ito(), &draft, "s1", &[("notes", "眠れない")]).await;

        line.clock.advance(secs(60));
        line.ledger.sits("ito", None).await;
        line.ledger.sits("sato", Some(call)).await;
        line.ledger.is_transferred(call, "ito", "sato", line.clock.now()).await;
        line.bus.publish("desk", "sato");

        line.until("sato has the draft", || async {
            line.opens(line.sato(), call).await.author_staff == "sato"
        })
        .await;
        let (saved, _) = saves(&mut line.sato(), &draft, "s2", &[("notes", "少し眠れた")]).await;
        assert_eq!(value(&saved, "notes"), Some("少し眠れた"));
        let changes = vec![field("notes", "もう一言")];
        let late = try_save(&mut line.ito(), &saved, "s3", changes).await.unwrap_err();
        assert_eq!(late.code(), Code::PermissionDenied, "whoever gave it away does not write any more");
    })
    .await;
}
