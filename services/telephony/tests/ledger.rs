//! What the ledger promises, on both stores.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

mod ledger_kit;

use std::time::Duration;

use domain::ids::CallId;
use domain::ledger::{AnsweredBy, EndReason, Step};
use domain::private::Private;
use ledger_kit::{Line, NOW, batch, begun, ended, entry, me, number, process, window};
use shell::process::Process;
use shell::testkit::both_stores;
use telephony::ledger::callbacks::CallBacks;
use telephony::ledger::calls::Span;
use telephony::ledger::recovery::{Reach, orphans, recover};
use telephony::ledger::{Durable, Flow};
use uuid::Uuid;

const ITO: CallId = CallId(Uuid::from_u128(1));
const MORI: CallId = CallId(Uuid::from_u128(2));
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_a_call_did_is_read_back_in_order_with_its_number() {
    both_stores(async |db| {
        let line = Line::on(db);
        let entries = vec![begun(ITO, 0, NOW), entry(ITO, 1, NOW + MINUTE, Step::Sought { circle: 0 })];

        let durable = line.ledger.append(&batch(entries.clone())).await.unwrap();
        line.ledger.append(&batch(vec![entry(ITO, 2, NOW + MINUTE, Step::PickedUp)])).await.unwrap();

        assert_eq!(durable, Durable::Stored);
        let read = line.calls().entries(ITO).await.unwrap();
        assert_eq!(read[..2], entries);
        assert_eq!((read.len(), read[0].number.clone()), (3, Some(number())));
        assert!(line.calls().entries(MORI).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_arrives_twice_is_there_once_and_opens_no_ended_call_again() {
    both_stores(async |db| {
        let line = Line::on(db);
        let opening = batch(vec![begun(ITO, 0, NOW)]);
        line.ledger.append(&opening).await.unwrap();
        line.ledger.append(&batch(vec![ended(ITO, 1, NOW, EndReason::AbandonedInQueue)])).await.unwrap();

        line.ledger.append(&opening).await.unwrap();
        line.ledger.append(&batch(vec![ended(ITO, 1, NOW, EndReason::AbandonedInQueue)])).await.unwrap();

        assert_eq!(line.calls().entries(ITO).await.unwrap().len(), 2);
        assert!(
            orphans(&line.db, &me("elsewhere", 9), Reach::Everybody, NOW + MINUTE).await.unwrap().is_empty()
        );
        assert_eq!(line.call_backs().owed().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn many_calls_at_once_share_commits_and_lose_nothing() {
    both_stores(async |db| {
        let line = Line::on(db);
        let calls: Vec<CallId> = (1..=200).map(|n| CallId(Uuid::from_u128(n))).collect();

        let appends = calls.iter().map(|call| {
            let ledger = line.ledger.clone();
            async move {
                ledger
                    .append(&batch(vec![begun(*call, 0, NOW), ended(*call, 1, NOW, EndReason::Completed)]))
                    .await
            }
        });
        for durable in futures::future::join_all(appends).await {
            durable.unwrap();
        }
        line.drained().await;

        for call in calls {
            assert_eq!(line.calls().entries(call).await.unwrap().len(), 2);
        }
    })
    .await;
}

#[tokio::test]
async fn calls_are_listed_by_time_and_window_for_their_operator_only() {
    both_stores(async |db| {
        let line = Line::on(db);
        line.ledger.append(&batch(vec![begun(ITO, 0, NOW)])).await.unwrap();
        line.ledger.append(&batch(vec![begun(MORI, 0, NOW + MINUTE)])).await.unwrap();
        let span = |window| Span { from: NOW, to: NOW + MINUTE + MINUTE, window, most: 10 };
        let listed = async |calls: telephony::ledger::calls::Calls, span: Span| -> Vec<CallId> {
            calls.list(&span).await.unwrap().into_iter().map(|begun| begun.call).collect()
        };

        assert_eq!(listed(line.calls(), span(None)).await, [MORI, ITO]);
        assert_eq!(listed(line.calls(), span(Some(window()))).await, [MORI, ITO]);
        assert!(listed(line.calls(), span(Some("mai".parse().unwrap()))).await.is_empty());
        assert_eq!(listed(line.calls(), Span { to: NOW + MINUTE, ..span(None) }).await, [ITO]);
        assert!(listed(line.calls_of("another"), span(None)).await.is_empty());
        assert_eq!(line.calls().since(NOW + MINUTE, 10).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_number_that_was_not_answered_is_known_when_it_rings_again() {
    both_stores(async |db| {
        let line = Line::on(db);
        let calls = line.calls();
        let known =
            async |from| calls.went_unanswered(&Private::new("090-1234-5678".into()), from).await.unwrap();
        line.ledger.append(&batch(vec![begun(ITO, 0, NOW)])).await.unwrap();
        assert!(!known(NOW).await, "still waiting");

        line.ledger.append(&batch(vec![ended(ITO, 1, NOW, EndReason::AbandonedInQueue)])).await.unwrap();

        assert!(known(NOW).await);
        assert!(!known(NOW + MINUTE).await);
        assert_eq!(calls.by_number(&number(), 5).await.unwrap()[0].call, ITO);
        assert!(!calls.went_unanswered(&Private::new("+81300000000".into()), NOW).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_was_answered_is_no_repeat() {
    both_stores(async |db| {
        let line = Line::on(db);
        let answered = entry(ITO, 1, NOW, Step::Answered { by: AnsweredBy::Fallback, waited_micros: 1 });
        line.ledger.append(&batch(vec![begun(ITO, 0, NOW), answered])).await.unwrap();
        line.ledger.append(&batch(vec![ended(ITO, 2, NOW, EndReason::Completed)])).await.unwrap();

        assert!(!line.calls().went_unanswered(&number(), NOW).await.unwrap());
    })
    .await;
}

async fn owing(line: &Line, call: CallId, after: Duration) {
    let at = NOW + after;
    let entries = vec![begun(call, 0, at), ended(call, 1, at, EndReason::AbandonedInQueue)];
    line.ledger.append(&batch(entries)).await.unwrap();
}

#[tokio::test]
async fn a_debt_is_leased_to_one_taker_oldest_first_and_comes_back_when_the_lease_runs_out() {
    both_stores(async |db| {
        let line = Line::on(db);
        owing(&line, MORI, MINUTE).await;
        owing(&line, ITO, Duration::ZERO).await;
        let debts = line.call_backs();
        let now = NOW + 2 * MINUTE;
        let lease = async |owner, at| debts.lease(None, process(owner), at, at + MINUTE).await.unwrap();

        let first = lease(1, now).await.unwrap();
        assert_eq!((first.call, first.attempts, &first.number), (ITO, 1, &number()));
        assert_eq!(lease(2, now).await.unwrap().call, MORI);
        assert!(lease(3, now).await.is_none());

        let again = lease(3, now + MINUTE).await.unwrap();
        assert_eq!((again.call, again.attempts), (ITO, 2));
        assert!(!debts.put_back(ITO, process(1), now).await.unwrap(), "the first owner's lease is gone");
        assert!(
            debts
                .lease(Some(&"another".parse().unwrap()), process(4), now + 9 * MINUTE, now)
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn twenty_takers_at_once_take_twenty_debts() {
    both_stores(async |db| {
        let line = Line::on(db);
        for n in 1..=20 {
            owing(&line, CallId(Uuid::from_u128(n)), Duration::ZERO).await;
        }
        let takers = (0..20).map(|owner| {
            let debts = line.call_backs();
            async move { debts.lease(None, process(owner), NOW + MINUTE, NOW + 2 * MINUTE).await.unwrap() }
        });

        let taken = futures::future::join_all(takers).await;

        let calls: std::collections::HashSet<CallId> = taken.iter().flatten().map(|debt| debt.call).collect();
        let leased = calls.len();
        // On PostgreSQL a taker may find only rows that others are just taking; it asks again when it is nudged.
        let rest = line.call_backs().lease(None, process(99), NOW + MINUTE, NOW + 2 * MINUTE).await.unwrap();
        assert!(leased == 20 && rest.is_none() || leased + usize::from(rest.is_some()) <= 20);
        assert_eq!(taken.iter().flatten().count(), leased, "no debt was taken twice");
    })
    .await;
}

#[tokio::test]
async fn a_debt_ends_once_when_it_is_paid_put_off_or_withdrawn() {
    both_stores(async |db| {
        let line = Line::on(db);
        owing(&line, ITO, Duration::ZERO).await;
        let debts: CallBacks = line.call_backs();
        let taken = debts.lease(None, process(1), NOW, NOW + MINUTE).await.unwrap().unwrap();

        assert!(debts.put_back(taken.call, process(1), NOW + 5 * MINUTE).await.unwrap());
        assert_eq!(debts.next_due().await.unwrap(), Some(NOW + 5 * MINUTE));
        assert!(debts.lease(None, process(1), NOW + MINUTE, NOW).await.unwrap().is_none());
        assert!(debts.is_owed(ITO).await.unwrap());

        assert_eq!(debts.withdraw(&number(), "rang_again", NOW).await.unwrap(), 1);
        assert!(!debts.is_owed(ITO).await.unwrap());
        assert!(!debts.settle(ITO, "reached", NOW).await.unwrap());
        assert_eq!(debts.withdraw(&number(), "rang_again", NOW).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_caller_without_a_number_is_owed_nothing_that_cannot_be_paid() {
    both_stores(async |db| {
        let line = Line::on(db);
        let mut end = ended(ITO, 1, NOW, EndReason::AbandonedInQueue);
        end.number = None;
        line.ledger.append(&batch(vec![begun(ITO, 0, NOW), end])).await.unwrap();

        assert!(line.call_backs().owed().await.unwrap().is_empty());
    })
    .await;
}

async fn recovers(line: &Line, me: Process, reach: Reach) -> usize {
    recover(&line.ledger, &line.db, &line.sealer, &me, reach, NOW + MINUTE).await.unwrap().len()
}

#[tokio::test]
async fn the_call_of_a_dead_process_is_closed_once_and_owed_a_call_back() {
    both_stores(async |db| {
        let line = Line::on(db);
        line.arrive("node-a", 7, NOW).await;
        line.ledger.append(&batch(vec![begun(ITO, 0, NOW)])).await.unwrap();
        assert_eq!(recovers(&line, me("node-a", 7), Reach::Everybody).await, 0, "its own calls live");

        line.arrive("node-a", 8, NOW + MINUTE).await;
        assert_eq!(recovers(&line, me("node-b", 9), Reach::Predecessors).await, 0, "not of its node");
        assert_eq!(recovers(&line, me("node-a", 8), Reach::Predecessors).await, 1);
        assert_eq!(recovers(&line, me("node-a", 8), Reach::Predecessors).await, 0);

        let entries = line.calls().entries(ITO).await.unwrap();
        let end = Step::Ended { reason: EndReason::CutOff, owes_call_back: true };
        assert_eq!(entries.iter().map(|entry| (entry.seq, &entry.step)).next_back(), Some((1, &end)));
        assert_eq!((entries.len(), line.call_backs().owed().await.unwrap().len()), (2, 1));
    })
    .await;
}

#[tokio::test]
async fn a_process_that_lives_keeps_its_calls() {
    both_stores(async |db| {
        let line = Line::on(db);
        line.arrive("node-a", 7, NOW + MINUTE).await;
        line.ledger.append(&batch(vec![begun(ITO, 0, NOW)])).await.unwrap();

        assert_eq!(recovers(&line, me("node-b", 9), Reach::Everybody).await, 0);
    })
    .await;
}

#[tokio::test]
async fn another_node_leaves_room_for_what_the_dead_one_still_has_in_its_spool() {
    both_stores(async |db| {
        let line = Line::on(db);
        line.arrive("node-a", 7, NOW).await;
        line.ledger.append(&batch(vec![begun(ITO, 0, NOW)])).await.unwrap();
        assert_eq!(recovers(&line, me("node-b", 9), Reach::Everybody).await, 1);

        let late = entry(ITO, 1, NOW, Step::Sought { circle: 0 });
        line.ledger.append(&batch(vec![late.clone()])).await.unwrap();

        let entries = line.calls().entries(ITO).await.unwrap();
        assert_eq!((entries.len(), &entries[1]), (3, &late));
        assert_eq!(*line.ledger.flow().borrow(), Flow::Direct);
    })
    .await;
}
