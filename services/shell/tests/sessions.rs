//! How long a session stands, and what ends it, on both stores.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

mod people;

use std::time::Duration;

use domain::access::{Role, SessionKind};
use people::{House, KEN};
use shell::on;
use shell::testkit::both_stores;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_a_request() {
    both_stores(|db| async move {
        let house = House::new(db);
        let (_, token) = house.signed_in(KEN, &[Role::Counsellor]).await;

        house.clock.advance(MINUTE * 29);
        assert!(house.sessions.find(&token).await.unwrap().is_some());
        house.clock.advance(MINUTE * 29);
        assert!(house.sessions.find(&token).await.unwrap().is_some());
        house.clock.advance(MINUTE * 30);

        assert!(house.sessions.find(&token).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_session_in_use_ends_after_twelve_hours() {
    both_stores(|db| async move {
        let house = House::new(db);
        let (_, token) = house.signed_in(KEN, &[Role::Counsellor]).await;
        for _ in 0..35 {
            house.clock.advance(MINUTE * 20);
            assert!(house.sessions.find(&token).await.unwrap().is_some());
        }

        house.clock.advance(MINUTE * 20);

        assert!(house.sessions.find(&token).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn the_last_request_is_written_at_most_once_a_minute() {
    both_stores(|db| async move {
        let house = House::new(db.clone());
        let (_, token) = house.signed_in(KEN, &[Role::Counsellor]).await;
        let last = async || -> i64 {
            on!(db.write(), pool => sqlx::query_scalar("SELECT last_us FROM session").fetch_one(pool).await)
                .unwrap()
        };
        let first = last().await;

        house.clock.advance(MINUTE - Duration::from_secs(1));
        house.sessions.find(&token).await.unwrap().unwrap();
        assert_eq!(last().await, first);

        house.clock.advance(Duration::from_secs(1));
        house.sessions.find(&token).await.unwrap().unwrap();
        assert_eq!(last().await, first + 60_000_000);
    })
    .await;
}

#[tokio::test]
async fn a_disabled_account_has_no_session_and_revoking_ends_all() {
    both_stores(|db| async move {
        let house = House::new(db);
        let (account, here) = house.signed_in(KEN, &[Role::Counsellor]).await;
        let there = house.open(account, KEN, SessionKind::Oidc).await;

        assert_eq!(house.revoke_all(account).await, 2);
        assert!(house.sessions.find(&here).await.unwrap().is_none());
        assert!(house.sessions.find(&there).await.unwrap().is_none());

        let (account, token) = house.signed_in(KEN, &[Role::Counsellor]).await;
        house.disable(account).await;
        assert!(house.sessions.find(&token).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn the_store_keeps_no_token() {
    both_stores(|db| async move {
        let house = House::new(db.clone());
        let (_, token) = house.signed_in(KEN, &[Role::Counsellor]).await;

        let kept: String =
            on!(db.read(), pool => sqlx::query_scalar("SELECT session_hash FROM session").fetch_one(pool).await)
                .unwrap();

        assert_ne!(kept, token.reveal());
    })
    .await;
}

#[tokio::test]
async fn a_person_who_proves_themselves_again_is_fresh_for_five_minutes() {
    both_stores(|db| async move {
        let house = House::new(db.clone());
        let (_, token) = house.signed_in(KEN, &[Role::Auditor]).await;
        house.clock.advance(MINUTE * 20);
        let person = house.sessions.find(&token).await.unwrap().unwrap();
        assert!(person.fresh_until < house.clock.now());

        let mut tx = db.begin().await.unwrap();
        assert!(house.sessions.mark_fresh(&mut tx, person.session).await.unwrap());
        tx.commit().await.unwrap();

        let person = house.sessions.find(&token).await.unwrap().unwrap();
        assert_eq!(person.fresh_until, house.clock.now() + MINUTE * 5);
    })
    .await;
}
