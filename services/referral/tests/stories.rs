//! Referrals as desks and centres live them, on both stores, by a clock moved by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

mod kit;

use kit::{NAME, OPERATOR, bundle, files, holds, mins, next, on_both_stores, secs};
use proto::referral::v1 as pb;
use tonic::Code;

#[tokio::test]
async fn the_first_declines_the_second_is_silent_and_the_third_accepts() {
    on_both_stores(|line| async move {
        line.knows(&["first", "second", "third"]).await;
        let referral = line.refers_to(&["first", "second", "third"]).await;
        let mut first = line.listens("first", 0).await;
        let mut third = line.listens("third", 0).await;

        let asked = next(&mut first).await;
        assert_eq!((asked.seq, asked.kind.as_str()), (1, "referral"));
        assert!(asked.event.contains(NAME), "the receiver is told who it is about");
        assert_eq!(bundle(&asked)["entry"][1]["resource"]["priority"], "asap");
        line.acknowledges("first", 1).await.unwrap();
        line.is(&referral, "received").await;
        line.declines("first", &referral, "no_bed").await;
        line.is(&referral, "offered").await;
        line.clock.advance(mins(11));
        let offered = next(&mut third).await;
        assert!(offered.decide_by.is_some());
        assert_eq!(line.accepts("third", &referral).await.unwrap(), "accepted");

        let seen = line.sees(&referral).await;
        assert_eq!((seen.state.as_str(), seen.target_id.as_str()), ("accepted", "third"));
        let offers: Vec<_> =
            seen.offered.iter().map(|one| (one.target_id.as_str(), one.state.as_str())).collect();
        assert_eq!(offers, [("first", "declined"), ("second", "silent"), ("third", "accepted")]);
        assert_eq!(seen.offered[0].reason, "no_bed");
        let story: Vec<&str> = seen.events.iter().map(|event| event.happened.as_str()).collect();
        for happened in ["drafted", "released", "offered", "declined", "silent", "sheet_owed", "accepted"] {
            assert!(story.contains(&happened), "{happened} is not in {story:?}");
        }
        assert_eq!(line.accepts("second", &referral).await.unwrap(), "taken_by_other");
    })
    .await;
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_with_the_same_key() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        line.refers_to(&["first"]).await;
        let once = next(&mut line.listens("first", 0).await).await;

        let again = next(&mut line.listens("first", 0).await).await;
        assert_eq!((&once.event_id, &once.event), (&again.event_id, &again.event));

        line.acknowledges("first", 1).await.unwrap();
        line.acknowledges("first", 1).await.unwrap();
        let later = line.refers_to(&["first"]).await;
        let second = next(&mut line.listens("first", 0).await).await;
        assert_eq!((second.seq, second.referral_id), (2, later.referral_id));
        assert_eq!(line.acknowledges("first", 9).await.unwrap_err().code(), Code::InvalidArgument);
    })
    .await;
}

#[tokio::test]
async fn a_centre_that_was_away_for_three_hours_misses_nothing_and_a_human_was_told() {
    on_both_stores(|line| async move {
        line.knows(&["away"]).await;
        let mut sent = Vec::new();
        for _ in 0..5 {
            sent.push(line.refers_to(&["away"]).await.referral_id);
            line.clock.advance(secs(1));
        }
        line.clock.advance(mins(3));
        line.until("the alarm", || line.alarm_stands("referral_overdue")).await;
        line.until("the page", || async {
            line.count("referral_duty WHERE escalation_id IS NOT NULL").await >= 5
        })
        .await;
        line.clock.advance(mins(177));

        let mut stream = line.listens("away", 0).await;
        let mut came = Vec::new();
        for seq in 1..=5 {
            let delivery = next(&mut stream).await;
            assert_eq!(delivery.seq, seq);
            came.push(delivery.referral_id);
        }
        line.acknowledges("away", 5).await.unwrap();

        assert_eq!(came, sent);
        assert_eq!(line.count("delivery WHERE state <> 'received'").await, 0);
        let open =
            pb::ListReferralsRequest { operator_id: OPERATOR.into(), open_only: true, ..Default::default() };
        let listed = async || line.kubo().list_referrals(open.clone()).await.unwrap().into_inner().referrals;
        line.until("nobody is left to ask", || async {
            listed().await.iter().all(|one| one.state == "exhausted" && one.late)
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_correction_and_a_recall_are_seen_in_order_and_the_recall_says_nothing_of_the_person() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let record = line.has_record("B").await;
        let referral = line.releases(&line.drafts(&record, &["first"]).await).await.unwrap();
        line.amends_record(&record, &[("presenting", "薬を飲んだと言っている")]).await;
        let asked = pb::CorrectReferralRequest {
            operator_id: OPERATOR.into(),
            referral_id: referral.referral_id.clone(),
            changes: vec![pb::Content { field: "transport".into(), values: vec!["ambulance".into()] }],
            reason: "new facts".into(),
        };
        line.ito().correct_referral(asked).await.unwrap();
        let asked = pb::RecallReferralRequest {
            operator_id: OPERATOR.into(),
            referral_id: referral.referral_id.clone(),
            reason: "resolved".into(),
        };
        line.ito().recall_referral(asked).await.unwrap();

        let mut stream = line.listens("first", 0).await;
        let (first, second, third) =
            (next(&mut stream).await, next(&mut stream).await, next(&mut stream).await);
        let kinds = [&first, &second, &third].map(|one| one.kind.clone());
        assert_eq!(kinds, ["referral", "correction", "recall"]);
        assert!(!first.event.contains("薬を飲んだ"), "as it was sent then");
        assert!(second.event.contains("薬を飲んだ") && second.event.contains("救急車"));
        assert!(!third.event.contains(NAME));
        assert_eq!(bundle(&third)["entry"][1]["resource"]["status"], "revoked");
        assert_eq!(line.accepts("first", &referral).await.unwrap(), "recalled");
    })
    .await;
}

#[tokio::test]
async fn a_centre_asks_back_and_has_the_answer_in_its_stream() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let referral = line.refers_to(&["first"]).await;
        let mut stream = line.listens("first", 0).await;
        next(&mut stream).await;
        let asked = pb::AskBackRequest {
            operator_id: OPERATOR.into(),
            centre_id: "first".into(),
            referral_id: referral.referral_id.clone(),
            question: "身体の病気は？".into(),
        };
        line.centre("first").ask_back(asked).await.unwrap();
        assert_eq!(line.sees(&referral).await.questions[0].question, "身体の病気は？");
        let answer = pb::AnswerQuestionRequest {
            operator_id: OPERATOR.into(),
            referral_id: referral.referral_id.clone(),
            answer: "糖尿病".into(),
        };
        line.ito().answer_question(answer).await.unwrap();

        let told = next(&mut stream).await;

        assert_eq!(told.kind, "answer");
        assert!(told.event.contains("身体の病気は？") && told.event.contains("糖尿病"));
    })
    .await;
}

#[tokio::test]
async fn a_record_of_code_c_is_signed_before_it_goes_out_and_consent_is_named_when_it_is_missing() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let record = line.has_record("C").await;
        let draft = line.drafts(&record, &["first"]).await;
        let refused = line.releases(&draft).await.unwrap_err();
        assert_eq!((refused.code(), refused.message().contains("signed")), (Code::FailedPrecondition, true));

        line.amends_record(&record, &[("triage_code", "B"), ("consent_basis", "")]).await;
        let draft = line.drafts(&record, &[]).await;
        assert_eq!(draft.missing, ["consent_basis"]);
        let shown = draft.content.iter().find(|one| one.field == "subject_name").unwrap();
        assert_eq!(shown.values, [NAME], "a draft shows what would go out");
        let refused = line.releases(&draft).await.unwrap_err();
        assert!(refused.message().contains("consent_basis"), "{}", refused.message());
        line.amends_record(&record, &[("consent_basis", "life_27_1_2")]).await;

        assert_eq!(line.releases(&draft).await.unwrap().triage_code, "B");
    })
    .await;
}

#[tokio::test]
async fn a_signature_releases_the_draft_of_its_record_in_the_name_of_who_signed() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let record = line.has_record("C").await;
        let draft = line.drafts(&record, &["first"]).await;
        let mut stream = line.listens("first", 0).await;

        line.signs(&record).await;

        assert_eq!(next(&mut stream).await.referral_id, draft.referral_id);
        let seen = line.is(&draft, "offered").await;
        let released = seen.events.iter().find(|event| event.happened == "released").unwrap();
        assert_eq!(released.by, "ito");
        line.until("it is paid", || async { line.count("record_release WHERE paid_us IS NULL").await == 0 })
            .await;
        line.releases(&draft).await.unwrap();
        assert_eq!(line.count("delivery").await, 1, "released by hand as well it is still one");
    })
    .await;
}

#[tokio::test]
async fn a_signature_releases_nothing_that_lacks_consent_and_the_draft_names_it() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let record = line.has_record("C").await;
        line.amends_record(&record, &[("consent_basis", "")]).await;
        let draft = line.drafts(&record, &["first"]).await;

        line.signs(&record).await;

        line.until("it was tried", || async {
            line.count("record_release WHERE paid_us IS NOT NULL").await == 1
        })
        .await;
        assert_eq!(line.sees(&draft).await.state, "drafted");
        assert_eq!(line.drafts(&record, &[]).await.missing, ["consent_basis"]);
    })
    .await;
}

#[tokio::test]
async fn every_release_that_is_asked_for_is_in_the_audit_as_a_look_at_its_record() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let record = line.has_record("B").await;
        line.amends_record(&record, &[("consent_basis", "")]).await;
        let draft = line.drafts(&record, &["first"]).await;
        let looks = async || {
            let looks = line.count("audit_event WHERE action = 'record.viewed'").await;
            (looks, line.count("audit_event WHERE action = 'referral.released'").await)
        };
        let (before, _) = looks().await;

        line.releases(&draft).await.unwrap_err();
        assert_eq!(looks().await, (before + 1, 0), "refused, and still somebody has looked");
        // To amend it is to look again.
        line.amends_record(&record, &[("consent_basis", "consent")]).await;
        let (before, _) = looks().await;
        line.releases(&draft).await.unwrap();
        line.releases(&draft).await.unwrap();

        assert_eq!(looks().await, (before + 2, 1), "asked for twice, released once");
        let operator = OPERATOR.parse().unwrap();
        assert!(line.audit.verify(&operator).await.unwrap().is_whole());
    })
    .await;
}

#[tokio::test]
async fn another_centres_case_is_not_known_to_whoever_asks() {
    on_both_stores(|line| async move {
        line.knows(&["first", "other"]).await;
        let referral = line.refers_to(&["first", "other"]).await;

        assert_eq!(line.accepts("other", &referral).await.unwrap_err().code(), Code::NotFound);
        let foreign =
            pb::SubscribeRequest { operator_id: OPERATOR.into(), centre_id: "first".into(), after: 0 };
        assert_eq!(line.centre("other").subscribe(foreign).await.unwrap_err().code(), Code::NotFound);
        let cases = pb::ListCasesRequest {
            operator_id: OPERATOR.into(),
            centre_id: "other".into(),
            ..Default::default()
        };
        assert!(line.centre("other").list_cases(cases).await.unwrap().into_inner().referrals.is_empty());
    })
    .await;
}

#[tokio::test]
async fn arrival_and_outcome_close_a_case_and_nothing_said_is_readable_in_the_file() {
    on_both_stores(|line| async move {
        line.knows(&["first"]).await;
        let referral = line.refers_to(&["first"]).await;
        line.accepts("first", &referral).await.unwrap();
        let (operator_id, centre_id) = (OPERATOR.to_owned(), "first".to_owned());
        let referral_id = referral.referral_id.clone();
        let arrived = pb::ReportArrivalRequest {
            operator_id: operator_id.clone(),
            centre_id: centre_id.clone(),
            referral_id: referral_id.clone(),
            arrival: "arrived".into(),
            at: None,
        };
        line.centre("first").report_arrival(arrived).await.unwrap();
        let outcome = "admitted_voluntary".to_owned();
        let outcome = pb::ReportOutcomeRequest { operator_id, centre_id, referral_id, outcome };
        line.centre("first").report_outcome(outcome).await.unwrap();

        let seen = line.is(&referral, "closed").await;
        assert_eq!((seen.outcome.as_str(), seen.deadline), ("admitted_voluntary", None));
        for file in files(&line.db).await {
            assert!(!holds(&file, NAME) && !holds(&file, "三日眠れず"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_target_that_lives_on_paper_gets_a_sheet_and_a_human_settles_it() {
    on_both_stores(|line| async move {
        line.knows_one("paper", "none", "").await.unwrap();
        let referral = line.refers_to(&["paper"]).await;
        let asked =
            pb::GetSheetRequest { operator_id: OPERATOR.into(), referral_id: referral.referral_id.clone() };
        let sheet = line.ito().get_sheet(asked).await.unwrap().into_inner().html;
        assert!(sheet.contains(NAME) && sheet.contains("size:A4") && sheet.contains("paper病院"));
        let rows =
            ["対象者氏名", "主訴", "トリアージ区分", "情報提供への同意"].map(|label| sheet.find(label));
        assert!(
            rows[0].is_some() && rows.is_sorted(),
            "who, what happened, how urgent, on which ground: {rows:?}"
        );
        let by_hand = |how: &str| pb::SettleByHandRequest {
            operator_id: OPERATOR.into(),
            referral_id: referral.referral_id.clone(),
            how: how.into(),
            target_id: "paper".into(),
            reason: "faxed, then rang".into(),
        };
        let told = line.kubo().settle_by_hand(by_hand("told")).await.unwrap().into_inner();
        assert_eq!(told.referral.unwrap().state, "received");
        let accepted = line.kubo().settle_by_hand(by_hand("accepted")).await.unwrap().into_inner();

        assert_eq!(accepted.referral.unwrap().state, "accepted");
        assert_eq!(line.count("delivery").await, 0);
        let verdict = line.count("audit_event WHERE action = 'referral.sheet_printed'").await;
        assert_eq!(verdict, 1);
    })
    .await;
}
