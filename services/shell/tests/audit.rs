//! The audit shows every hand that touched it, on both stores.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

mod people;

use std::time::Duration;

use domain::access::{Principal, Role};
use people::{House, KEN, SHI};
use shell::audit::{Entry, Fault, Verdict, What};
use shell::on;
use shell::store::Db;
use shell::testkit::both_stores;

/// Somebody with the whole database in hand, and without the key ring.
async fn tamper(db: &Db, sql: &'static str) {
    let triggers: [&'static str; 2] = match db.engine() {
        "sqlite" => [
            "DROP TRIGGER IF EXISTS audit_event_is_not_changed",
            "DROP TRIGGER IF EXISTS audit_event_is_not_deleted",
        ],
        _ => ["ALTER TABLE audit_event DISABLE TRIGGER ALL", "ALTER TABLE audit_head DISABLE TRIGGER ALL"],
    };
    for statement in triggers {
        on!(db.write(), pool => sqlx::query(statement).execute(pool).await.map(drop)).unwrap();
    }
    if db.engine() == "sqlite" {
        on!(db.write(), pool => sqlx::query("DROP TRIGGER IF EXISTS audit_head_is_not_deleted").execute(pool).await.map(drop)).unwrap();
    }
    on!(db.write(), pool => sqlx::query(sql).execute(pool).await.map(drop)).unwrap();
}

async fn five_looks(house: &House) {
    for case in ["c1", "c2", "c3", "c4", "c5"] {
        let entry =
            Entry::of_system(&KEN.parse().unwrap(), "case.read").about("case", case).with("why", "own");
        house.access.audit().note(&entry).await.unwrap();
        house.clock.advance(Duration::from_secs(1));
    }
}

async fn verified(house: &House, operator: &str) -> Verdict {
    house.access.audit().verify(&operator.parse().unwrap()).await.unwrap()
}

/// What is found after one statement of somebody who should not have been there.
async fn found_after(db: &Db, sql: &'static str) -> Vec<(i64, What)> {
    let house = House::new(db.clone());
    five_looks(&house).await;
    assert!(verified(&house, KEN).await.is_whole());
    tamper(db, sql).await;
    faults(verified(&house, KEN).await)
}

fn faults(verdict: Verdict) -> Vec<(i64, What)> {
    assert!(!verdict.more);
    verdict.faults.into_iter().map(|Fault { seq, what }| (seq, what)).collect()
}

#[tokio::test]
async fn an_untouched_audit_is_whole_and_each_operator_has_their_own() {
    both_stores(|db| async move {
        let house = House::new(db);
        five_looks(&house).await;
        let (account, token) = house.signed_in(SHI, &[Role::Counsellor]).await;
        let person = house.sessions.find(&token).await.unwrap().unwrap();
        let entry =
            Entry::of(&Principal::Person(person), &SHI.parse().unwrap(), "case.read").about("case", "c9");
        assert_eq!(house.access.audit().note(&entry).await.unwrap(), 1);

        let (ken, shi) = (verified(&house, KEN).await, verified(&house, SHI).await);

        assert_eq!((ken.rows, ken.is_whole(), shi.rows, shi.is_whole()), (5, true, 1, true));
        assert_eq!(house.audited(SHI).await, [(account.to_string(), "case.read".into(), "c9".into())]);
        assert_eq!(house.access.audit().operators().await.unwrap(), [KEN, SHI]);
    })
    .await;
}

#[tokio::test]
async fn the_store_itself_lets_nobody_change_or_remove_an_entry() {
    both_stores(|db| async move {
        let house = House::new(db.clone());
        five_looks(&house).await;
        for sql in
            ["UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event", "DELETE FROM audit_head"]
        {
            let refused = on!(db.write(), pool => sqlx::query(sql).execute(pool).await.is_err());
            assert!(refused, "{sql}");
        }
        assert!(verified(&house, KEN).await.is_whole());
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_no_entry_and_no_gap() {
    both_stores(|db| async move {
        let house = House::new(db.clone());
        let entry = Entry::of_system(&KEN.parse().unwrap(), "case.read").about("case", "c1");
        let mut tx = db.begin().await.unwrap();
        house.access.audit().append(&mut tx, &entry).await.unwrap();
        drop(tx);

        five_looks(&house).await;

        let verdict = verified(&house, KEN).await;
        assert_eq!((verdict.rows, verdict.is_whole()), (5, true));
    })
    .await;
}

#[tokio::test]
async fn entries_of_many_at_once_are_one_chain() {
    both_stores(|db| async move {
        let house = House::new(db);
        let entry = Entry::of_system(&KEN.parse().unwrap(), "case.read").about("case", "c1");
        let audit = house.access.audit();
        futures::future::join_all((0..12).map(|_| audit.note(&entry))).await.into_iter().for_each(|seq| {
            seq.unwrap();
        });

        let verdict = verified(&house, KEN).await;

        assert_eq!((verdict.rows, verdict.is_whole()), (12, true));
    })
    .await;
}

#[tokio::test]
async fn a_changed_entry_is_found_whatever_was_changed_in_it() {
    both_stores(|db| async move {
        let sql = "UPDATE audit_event SET subject_id = 'c9' WHERE seq = 3";
        assert_eq!(found_after(&db, sql).await, [(3, What::Changed)]);
    })
    .await;
    both_stores(|db| async move {
        let sql = "UPDATE audit_event SET account_id = '' WHERE seq = 5";
        assert_eq!(found_after(&db, sql).await, [(5, What::Changed)]);
    })
    .await;
}

#[tokio::test]
async fn an_entry_taken_out_of_the_middle_is_found() {
    both_stores(|db| async move {
        assert_eq!(found_after(&db, "DELETE FROM audit_event WHERE seq = 3").await, [(3, What::Removed)]);
    })
    .await;
}

#[tokio::test]
async fn entries_cut_off_the_end_are_found() {
    both_stores(|db| async move {
        let sql = "DELETE FROM audit_event WHERE seq > 3";
        assert_eq!(found_after(&db, sql).await, [(4, What::Removed), (5, What::Removed)]);
    })
    .await;
}

#[tokio::test]
async fn a_cut_end_is_found_though_the_head_was_put_back_and_the_line_went_on() {
    both_stores(|db| async move {
        let house = House::new(db.clone());
        five_looks(&house).await;
        tamper(&db, "DELETE FROM audit_event WHERE seq > 3").await;
        tamper(&db, "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_event WHERE seq = 3)")
            .await;
        assert_eq!(faults(verified(&house, KEN).await), [(3, What::HeadChanged)]);

        five_looks(&house).await;

        assert_eq!(faults(verified(&house, KEN).await), [(4, What::Unlinked)]);
    })
    .await;
}

#[tokio::test]
async fn an_entry_put_in_is_found() {
    both_stores(|db| async move {
        let sql = "INSERT INTO audit_event
             SELECT operator_id, 6, at_us, account_id, session_id, actor, action, subject_kind, subject_id, detail,
                    hash, 'AAAA' FROM audit_event WHERE seq = 5";
        let found = found_after(&db, sql).await;
        assert_eq!(found, [(6, What::Changed), (6, What::Inserted)]);
    })
    .await;
}

#[tokio::test]
async fn an_entry_swapped_for_a_genuine_one_is_found() {
    both_stores(|db| async move {
        let sql = "UPDATE audit_event SET (at_us, subject_id, prev_hash, hash) =
             (SELECT at_us, subject_id, prev_hash, hash FROM audit_event e WHERE e.seq = 2) WHERE seq = 4";
        assert_eq!(found_after(&db, sql).await, [(4, What::Changed)]);
    })
    .await;
}

#[tokio::test]
async fn a_chain_made_anew_without_the_key_ring_is_found() {
    both_stores(|db| async move {
        let house = House::new(db.clone());
        five_looks(&house).await;

        // The same database with another ring: what somebody without ours could make.
        let stranger = House::new(db);

        let found = faults(verified(&stranger, KEN).await);
        assert_eq!(found.iter().filter(|(_, what)| *what == What::Changed).count(), 5);
        assert!(found.contains(&(5, What::HeadChanged)));
    })
    .await;
}
