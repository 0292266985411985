//! What a doctor, a counsellor and a telephony process notice, with the clock moved by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

mod line;

use line::{OPERATOR, asked, on_both_stores, secs};
use proto::escalation::v1 as pb;
use proto::escalation::v1::voice_page::Target;
use proto::escalation::v1::{Acceptance, PageNews};
use shell::alarms::Alarm;
use shell::on;
use uuid::Uuid;

#[tokio::test]
async fn the_first_is_silent_the_second_busy_and_the_third_joins() {
    on_both_stores(|line| async move {
        let mut telephony = line.telephony("here").await;
        let escalation = line.starts("r1").await;

        let first = telephony.rings().await;
        assert_eq!(
            (first.staff_id.as_str(), first.target.clone()),
            ("aoki", Some(Target::Phone("aoki".into())))
        );
        assert_eq!((first.triage_code.as_str(), first.language.as_str(), first.drill), ("A", "ja", false));
        telephony.reports(&first, PageNews::Ringing, "").await;
        line.passes(secs(30));
        telephony.reports(&first, PageNews::Unanswered, "no_answer").await;
        line.passes(secs(90));

        let second = telephony.rings().await;
        assert_eq!(second.target, Some(Target::Number("+819000000002".into())));
        line.passes(secs(1));
        telephony.reports(&second, PageNews::Failed, "busy").await;

        let third = telephony.rings().await;
        assert_eq!(third.staff_id, "noda", "busy costs nothing");
        let answer = telephony.accepts(&third).await;
        assert_eq!((answer.acceptance(), answer.accepted_by.as_str()), (Acceptance::Accepted, "noda"));
        let done = line.acts(&escalation, "noda", "joined").await;

        assert_eq!((done.state.as_str(), done.act.as_str()), ("acted", "joined"));
        let ends: Vec<_> =
            done.pages.iter().map(|page| (page.staff_id.as_str(), page.state.as_str())).collect();
        assert_eq!(ends[..3], [("aoki", "unanswered"), ("endo", "failed"), ("noda", "accepted")]);
        let tries = &done.pages[0].attempts;
        assert_eq!(
            (tries.len(), tries[0].detail.as_str(), tries[0].delivered_at.is_some()),
            (1, "no_answer", true)
        );
        assert_eq!(done.pages[1].attempts[0].detail, "busy");
        let order: Vec<_> = done.events.iter().map(|event| event.seq).collect();
        assert_eq!(order, (0..u32::try_from(order.len()).unwrap()).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_doctor_who_accepts_and_vanishes_is_passed_over_when_the_time_to_act_is_over() {
    on_both_stores(|line| async move {
        let mut telephony = line.telephony("here").await;
        let escalation = line.starts("r1").await;
        let first = telephony.rings().await;
        assert_eq!(telephony.accepts(&first).await.acceptance(), Acceptance::Accepted);
        assert_eq!(line.shown(&escalation).await.state, "accepted");

        line.passes(secs(180));

        let second = telephony.rings().await;
        assert_eq!(second.staff_id, "endo");
        assert_eq!(line.shown(&escalation).await.state, "climbing");
        line.is_alarmed("escalation_acceptance_lapsed").await;
    })
    .await;
}

#[tokio::test]
async fn four_emergencies_of_one_doctor_are_four_pages() {
    on_both_stores(|line| async move {
        let mut telephony = line.telephony("here").await;
        let mut pages = std::collections::BTreeSet::new();
        for n in 0..4 {
            let escalation = line.starts(&format!("emergency-{n}")).await;
            let page = telephony.rings().await;
            assert_eq!(page.staff_id, "aoki");
            pages.insert((page.escalation_id.clone(), page.page_id.clone()));
            assert_eq!(telephony.accepts(&page).await.acceptance(), Acceptance::Accepted);
            line.acts(&escalation, "aoki", "joined").await;
            line.passes(secs(60));
        }

        assert_eq!(pages.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_request_sent_by_many_at_once_makes_one_escalation_and_rings_once() {
    on_both_stores(|line| async move {
        let starts = (0..12).map(|_| line.starts("same"));
        let made = futures::future::join_all(starts).await;

        assert!(made.iter().all(|one| one.escalation_id == made[0].escalation_id));
        assert_eq!(made[0].pages.len(), 1);
        let (mut one, mut two) = (line.telephony("one").await, line.telephony("two").await);
        let page = tokio::select! { page = one.rings() => page, page = two.rings() => page };
        assert_eq!(page.staff_id, "aoki");
        assert_eq!(line.shown(&made[0]).await.pages[0].attempts.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_say_yes_at_once_one_has_it_and_the_other_hears_who() {
    on_both_stores(|line| async move {
        let mut telephony = line.telephony("here").await;
        let escalation = line.starts("r1").await;
        let aoki = telephony.rings().await;
        line.passes(secs(120));
        let endo = telephony.rings().await;
        let accept = |page: &pb::VoicePage| {
            let asked = pb::AcceptPageRequest { page_id: page.page_id.clone(), ..Default::default() };
            let mut client = line.client.clone();
            async move { client.accept_page(asked).await.unwrap().into_inner() }
        };

        let (one, two) = tokio::join!(accept(&aoki), accept(&endo));

        let mut said = [one.acceptance(), two.acceptance()];
        said.sort();
        assert_eq!(said, [Acceptance::Accepted, Acceptance::TakenOver]);
        assert_eq!(one.accepted_by, two.accepted_by);
        let off = telephony.is_called_off().await;
        assert_eq!(off.taken_over_by, line.shown(&escalation).await.accepted_by);
    })
    .await;
}

#[tokio::test]
async fn a_telephony_process_whose_stream_broke_is_told_again_what_is_called_off() {
    on_both_stores(|line| async move {
        let mut telephony = line.telephony("here").await;
        line.starts("r1").await;
        let aoki = telephony.rings().await;
        line.passes(secs(120));
        let endo = telephony.rings().await;
        telephony.accepts(&endo).await;
        assert_eq!(telephony.is_called_off().await.page_id, aoki.page_id);

        telephony.hears_again().await;

        let off = telephony.is_called_off().await;
        assert_eq!((off.page_id, off.taken_over_by.as_str()), (aoki.page_id, "endo"));
    })
    .await;
}

#[tokio::test]
async fn the_pages_of_a_dead_telephony_process_are_rung_by_the_next_under_the_same_key() {
    on_both_stores(|line| async move {
        let mut first = line.telephony("one").await;
        let escalation = line.starts("r1").await;
        let page = first.rings().await;
        first.dies().await;
        let mut second = line.telephony("two").await;

        for _ in 0..11 {
            line.passes(secs(1));
            tokio::task::yield_now().await;
        }

        let again = second.rings().await;
        assert_eq!((&again.page_id, &again.staff_id), (&page.page_id, &page.staff_id));
        let tries = line.shown(&escalation).await.pages[0].attempts.clone();
        assert_eq!((tries.len(), tries[0].detail.as_str()), (2, "lost"));
    })
    .await;
}

#[tokio::test]
async fn an_exhausted_ladder_rings_the_supervisor_and_alarms() {
    on_both_stores(|line| async move {
        let mut telephony = line.telephony("here").await;
        line.starts("r1").await;
        for _ in 0..3 {
            let page = telephony.rings().await;
            telephony.reports(&page, PageNews::Failed, "unreachable").await;
        }

        let page = telephony.rings().await;

        assert_eq!(page.staff_id, "kubo");
        line.is_alarmed("escalation_exhausted").await;
    })
    .await;
}

#[tokio::test]
async fn an_alarm_stands_until_the_last_escalation_that_it_is_about_is_over() {
    on_both_stores(|line| async move {
        let mut telephony = line.telephony("here").await;
        let mut exhausted = Vec::new();
        for request in ["r1", "r2"] {
            exhausted.push(line.starts(request).await);
            for _ in 0..3 {
                let page = telephony.rings().await;
                telephony.reports(&page, PageNews::Failed, "unreachable").await;
            }
            assert_eq!(telephony.rings().await.staff_id, "kubo");
        }
        let alarm = Alarm {
            kind: "escalation_exhausted",
            operator: Some(OPERATOR.parse().unwrap()),
            window: Some("main".parse().unwrap()),
        };

        line.acts(&exhausted[0], "aoki", "called_back").await;
        assert!(line.alarms.is_standing(&alarm), "nobody is reached for the other");

        line.acts(&exhausted[1], "aoki", "called_back").await;
        assert!(!line.alarms.is_standing(&alarm));
    })
    .await;
}

#[tokio::test]
async fn a_page_goes_out_with_the_request_and_the_answer_says_what_is_kept() {
    on_both_stores(|line| async move {
        let nobody = line.starts("r1").await;
        assert_eq!((nobody.pages[0].state.as_str(), nobody.pages[0].attempts.len()), ("owed", 0));
        assert_eq!(nobody, line.shown(&nobody).await);
        let mut telephony = line.telephony("here").await;
        telephony.rings().await;

        let answer = line.starts("r2").await;

        assert_eq!((answer.pages[0].state.as_str(), answer.pages[0].attempts.len()), ("out", 1));
        assert_eq!(answer, line.shown(&answer).await);
        assert_eq!(telephony.rings().await.page_id, answer.pages[0].page_id);
        assert_eq!(answer, line.starts("r2").await, "the same request again rings nobody");
    })
    .await;
}

#[tokio::test]
async fn a_page_about_a_call_goes_out_where_the_call_is() {
    on_both_stores(|line| async move {
        let (mut here, mut there) = (line.telephony("here").await, line.telephony("there").await);
        for (request, has) in [("r1", &there.owner), ("r2", &there.owner), ("r3", &here.owner)] {
            let call = Uuid::now_v7().to_string();
            on!(line.db.write(), pool => {
                sqlx::query(
                    "INSERT INTO open_call (call_id, operator_id, window_id, process_id, begun_us)
                     VALUES ($1, 'example', 'main', $2, 1)",
                )
                .bind(&call).bind(has).execute(pool).await.map(drop)
            })
            .unwrap();
            assert_eq!(line.starts_for(request, &call).await.pages[0].state, "out");
        }

        let theirs = [there.rings().await, there.rings().await].map(|page| page.page_id);
        let ours = here.rings().await.page_id;

        assert!(!theirs.contains(&ours));
    })
    .await;
}

#[tokio::test]
async fn advice_is_shown_to_people_and_sealed_in_the_store() {
    on_both_stores(|line| async move {
        let escalation = line.starts("r1").await;
        let asked = pb::WriteAdviceRequest {
            operator_id: OPERATOR.into(),
            escalation_id: escalation.escalation_id.clone(),
            staff_id: "aoki".into(),
            advice: "救急車を呼ぶ telltale".into(),
            read_back: true,
        };

        let done = line.client.clone().write_advice(asked).await.unwrap().into_inner().escalation.unwrap();

        assert_eq!((done.state.as_str(), done.advice[0].read_back), ("acted", true));
        assert_eq!(done.advice[0].advice, "救急車を呼ぶ telltale");
        let kept: Vec<(Vec<u8>, Vec<u8>, String)> = on!(line.db.read(), pool => {
            sqlx::query_as("SELECT a.advice_sealed, e.contacts_sealed, e.body FROM advice a JOIN escalation e ON e.escalation_id = a.escalation_id")
                .fetch_all(pool).await
        })
        .unwrap();
        let all = format!("{} {} {}", lossy(&kept[0].0), lossy(&kept[0].1), kept[0].2);
        assert!(!all.contains("telltale") && !all.contains("819000000002"), "{all}");
        assert!(done.events.iter().all(|event| !event.body.contains("telltale")));
    })
    .await;
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn who_waits_for_a_doctor_is_rung_by_a_desk_every_ten_minutes_until_somebody_acts() {
    on_both_stores(|line| async move {
        let call = Uuid::now_v7().to_string();
        on!(line.db.write(), pool => {
            sqlx::query(
                "INSERT INTO call_event (operator_id, call_id, seq, at_us, kind, body)
                 VALUES ('example', $1, 0, 1, 'begun', '{}')",
            )
            .bind(&call).execute(pool).await.map(drop)
        })
        .unwrap();
        let escalation = line.starts_for("r1", &call).await;
        let ask = || {
            let mut client = line.client.clone();
            let asked = pb::ListSafetyCallersRequest { operator_id: OPERATOR.into() };
            async move { client.list_safety_callers(asked).await.unwrap().into_inner().callers }
        };
        while ask().await.is_empty() {
            tokio::task::yield_now().await;
        }
        line.passes(secs(600));

        let mut telephony = line.telephony("here").await;
        let mut caller = None;
        while caller.is_none() {
            caller = telephony.waits_or_rings().await;
        }

        let caller = caller.unwrap();
        assert_eq!((caller.call_id, caller.asked), (call, 1));
        line.acts(&escalation, "aoki", "called_back").await;
        assert!(ask().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_unknown_window_and_a_request_without_a_reason_are_refused_by_their_field() {
    on_both_stores(|line| async move {
        let mut client = line.client.clone();
        let none = pb::StartEscalationRequest { reasons: vec![], ..asked("r", "") };
        let refused = client.start_escalation(none).await.unwrap_err();
        assert!(refused.message().starts_with("invalid reasons"), "{refused:?}");
        let elsewhere = pb::StartEscalationRequest { window_id: "other".into(), ..asked("r", "") };
        let refused = client.start_escalation(elsewhere).await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn each_day_those_on_call_are_tried_and_who_is_not_reached_is_alarmed_until_they_are() {
    let at_ten =
        |settings: &mut escalation::Settings| settings.drill_at = Some(jiff::civil::time(10, 30, 0, 0));
    line::on_both_stores_with(at_ten, |line| async move {
        let mut telephony = line.telephony("here").await;
        line.passes(secs(1800));

        let mut pages = Vec::new();
        for _ in 0..3 {
            pages.push(telephony.rings().await);
        }
        pages.sort_by(|one, other| one.staff_id.cmp(&other.staff_id));
        let who: Vec<_> = pages.iter().map(|page| (page.staff_id.as_str(), page.drill)).collect();
        assert_eq!(who, [("aoki", true), ("endo", true), ("kubo", true)]);
        telephony.accepts(&pages[0]).await;
        telephony.reports(&pages[1], PageNews::Failed, "unreachable").await;
        telephony.accepts(&pages[2]).await;

        line.is_alarmed("contact_unreachable").await;
        let asked = pb::TestPageRequest {
            operator_id: OPERATOR.into(),
            request_id: "again".into(),
            staff_id: "endo".into(),
        };
        line.passes(secs(60));
        line.client.clone().test_page(asked).await.unwrap();
        let again = telephony.rings().await;
        telephony.accepts(&again).await;
        line.is_not_alarmed("contact_unreachable").await;
    })
    .await;
}
