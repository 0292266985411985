//! Desks and places in the store. No rules: a desk becomes what it is told to
//! become if it still is what was seen.

use std::collections::BTreeSet;

use domain::ids::{CallId, OperatorId};
use shell::store::{Attempt, Db, Engine, StoreError, Tx, on};
use sqlx::{PgPool, QueryBuilder};

use crate::at_once;
use crate::board::{Board, Changes, DeskKey, Place, Swap};
use crate::row::{DeskRow, PlaceRow, SeatColumns, class_number};

#[derive(Clone, Debug)]
pub(crate) struct Store {
    db: Db,
}

const READ_DESKS: &str = "SELECT operator_id, desk_id, staff_id, presence, reason, since_us, idle_since_us, \
     lease_until_us, wrap_until_us, call_id, offer_id, claim_owner, claim_until_us FROM desk";

const READ_PLACES: &str = "SELECT operator_id, call_id, window_id, place_class, since_us, circle, owner, \
     lease_until_us FROM waiting";

const SWAP_DESK: &str = "UPDATE desk SET staff_id = $3, presence = $4, reason = $5, since_us = $6, \
     idle_since_us = $7, lease_until_us = $8, wrap_until_us = $9, call_id = $10, offer_id = $11, \
     claim_owner = $12, claim_until_us = $13 \
     WHERE operator_id = $1 AND desk_id = $2 AND presence = $14 AND since_us = $15 \
     AND staff_id IS NOT DISTINCT FROM $16 AND lease_until_us IS NOT DISTINCT FROM $17 \
     AND offer_id IS NOT DISTINCT FROM $18";

const ADD_DESK: &str = "INSERT INTO desk (operator_id, desk_id, staff_id, presence, reason, since_us, \
     idle_since_us, lease_until_us, wrap_until_us, call_id, offer_id, claim_owner, claim_until_us) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";

const KEEP_PLACES: &str = "INSERT INTO waiting (operator_id, call_id, window_id, place_class, since_us, circle, \
     owner, lease_until_us) ";

const OR_RENEW: &str = " ON CONFLICT (call_id) DO UPDATE SET window_id = excluded.window_id, \
     place_class = excluded.place_class, since_us = excluded.since_us, circle = excluded.circle, \
     owner = excluded.owner, lease_until_us = excluded.lease_until_us";

/// Eight values each stay well below what one statement may bind.
const PLACES_MOST: usize = 500;

const DROP_PLACE: &str = "DELETE FROM waiting WHERE operator_id = $1 AND call_id = $2 AND owner = $3";

const END_PLACE: &str = "DELETE FROM waiting WHERE operator_id = $1 AND call_id = $2";

impl Store {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Desks before places: a call that is answered in between is then seen ringing and without
    /// a place, never talking and waiting.
    pub(crate) async fn read(&self) -> Result<Board, StoreError> {
        let desks: Vec<DeskRow> =
            on!(self.db.read(), pool => sqlx::query_as(READ_DESKS).fetch_all(pool).await)
                .attempt("read desks")?;
        let places: Vec<PlaceRow> =
            on!(self.db.read(), pool => sqlx::query_as(READ_PLACES).fetch_all(pool).await)
                .attempt("read the queue")?;
        Ok(Board {
            desks: desks.into_iter().map(DeskRow::seat).collect::<Result<_, _>>()?,
            places: places.into_iter().map(PlaceRow::place).collect::<Result<_, _>>()?,
        })
    }

    /// Stores all changes together and names the desks that were not what was seen: those are as
    /// others left them.
    ///
    /// # Errors
    /// When the store is away. Whether anything was stored must then be read.
    pub(crate) async fn commit(&self, changes: &Changes) -> Result<BTreeSet<DeskKey>, StoreError> {
        let done = match self.db.write() {
            Engine::Sqlite(_) => self.in_turn(changes).await,
            Engine::Postgres(pool) => self.at_once(pool, changes).await,
        };
        match done {
            // Two desks of one call answered at two replicas: the unique index has chosen.
            Err(error) if error.is_taken() => self.one_by_one(changes).await,
            other => other,
        }
    }

    async fn at_once(&self, pool: &PgPool, changes: &Changes) -> Result<BTreeSet<DeskKey>, StoreError> {
        self.db.must_be_open()?;
        let won = at_once::commit(pool, changes).await?;
        Ok(changes.desks.iter().map(|swap| swap.key.clone()).filter(|key| !won.contains(key)).collect())
    }

    async fn in_turn(&self, changes: &Changes) -> Result<BTreeSet<DeskKey>, StoreError> {
        let mut tx = self.db.begin().await?;
        let mut lost = BTreeSet::new();
        for swap in &changes.desks {
            if !swap_desk(&mut tx, swap).await? {
                lost.insert(swap.key.clone());
            }
        }
        change_places(&mut tx, changes).await?;
        tx.commit().await?;
        Ok(lost)
    }

    async fn one_by_one(&self, changes: &Changes) -> Result<BTreeSet<DeskKey>, StoreError> {
        let mut lost = BTreeSet::new();
        for swap in &changes.desks {
            if !self.alone(swap).await? {
                lost.insert(swap.key.clone());
            }
        }
        let mut tx = self.db.begin().await?;
        change_places(&mut tx, changes).await?;
        tx.commit().await?;
        Ok(lost)
    }

    async fn alone(&self, swap: &Swap) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        match swap_desk(&mut tx, swap).await {
            Ok(won) => tx.commit().await.map(|()| won),
            Err(error) if error.is_taken() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

async fn swap_desk(tx: &mut Tx, swap: &Swap) -> Result<bool, StoreError> {
    let next = SeatColumns::of(&swap.next);
    match &swap.seen {
        Some(seen) => update_desk(tx, &swap.key, &SeatColumns::of(seen), &next).await,
        None => add_desk(tx, &swap.key, &next).await,
    }
}

async fn update_desk(
    tx: &mut Tx,
    key: &DeskKey,
    seen: &SeatColumns<'_>,
    next: &SeatColumns<'_>,
) -> Result<bool, StoreError> {
    on!(tx, t => next
        .bind(sqlx::query(SWAP_DESK).bind(key.0.as_str()).bind(key.1.as_str()))
        .bind(seen.presence)
        .bind(seen.since)
        .bind(seen.staff)
        .bind(seen.lease_until)
        .bind(seen.offer.as_deref())
        .execute(&mut **t)
        .await
        .map(|done| done.rows_affected() == 1))
    .attempt("change a desk")
}

async fn add_desk(tx: &mut Tx, key: &DeskKey, next: &SeatColumns<'_>) -> Result<bool, StoreError> {
    on!(tx, t => next
        .bind(sqlx::query(ADD_DESK).bind(key.0.as_str()).bind(key.1.as_str()))
        .execute(&mut **t)
        .await
        .map(|done| done.rows_affected() == 1))
    .attempt("add a desk")
}

async fn change_places(tx: &mut Tx, changes: &Changes) -> Result<(), StoreError> {
    for places in changes.kept.chunks(PLACES_MOST) {
        keep_places(tx, places).await?;
    }
    for place in &changes.dropped {
        drop_place(tx, place).await?;
    }
    for (operator, call) in &changes.ended {
        end_place(tx, operator, *call).await?;
    }
    Ok(())
}

/// All in one statement: a busy minute has many callers and the way to the store is what costs.
async fn keep_places(tx: &mut Tx, places: &[Place]) -> Result<(), StoreError> {
    on!(tx, t => {
        let mut insert = QueryBuilder::new(KEEP_PLACES);
        insert.push_values(places, |mut row, place| {
            row.push_bind(place.operator.as_str())
                .push_bind(place.call.to_string())
                .push_bind(place.window.as_str())
                .push_bind(class_number(place.class))
                .push_bind(place.since.micros())
                .push_bind(i64::from(place.circle))
                .push_bind(place.owner.as_str())
                .push_bind(place.lease_until.micros());
        });
        insert.push(OR_RENEW).build().execute(&mut **t).await.map(drop)
    })
    .attempt("keep places in the queue")
}

async fn drop_place(tx: &mut Tx, place: &Place) -> Result<(), StoreError> {
    on!(tx, t => sqlx::query(DROP_PLACE)
        .bind(place.operator.as_str())
        .bind(place.call.to_string())
        .bind(place.owner.as_str())
        .execute(&mut **t)
        .await
        .map(|_| ()))
    .attempt("give up a place in the queue")
}

async fn end_place(tx: &mut Tx, operator: &OperatorId, call: CallId) -> Result<(), StoreError> {
    on!(tx, t => sqlx::query(END_PLACE)
        .bind(operator.as_str())
        .bind(call.to_string())
        .execute(&mut **t)
        .await
        .map(|_| ()))
    .attempt("take a call out of the queue")
}

#[cfg(test)]
mod tests {
    use domain::desk::{Desk, PauseReason};
    use domain::ids::{DeskId, OfferId};
    use domain::ledger::{OfferOutcome, PlaceClass};
    use domain::time::Instant;
    use shell::testkit::both_stores;
    use std::time::Duration;
    use uuid::Uuid;

    use super::*;
    use crate::board::Seat;

    const NOW: Instant = Instant::from_micros(1_793_581_200_000_000);
    const HOUR: Duration = Duration::from_secs(3600);
    const CALL: CallId = CallId(Uuid::from_u128(7));

    fn key(desk: &str) -> DeskKey {
        ("example".parse().unwrap(), DeskId::parse(desk).unwrap())
    }

    fn seat(desk: &str) -> Seat {
        let mut desk = Desk::vacant(DeskId::parse(desk).unwrap(), NOW);
        desk.sign_in("ito".parse().unwrap(), NOW + HOUR, NOW).unwrap();
        Seat { desk, claim_owner: None }
    }

    fn rung(desk: &str, offer: u128) -> Seat {
        let mut seat = seat(desk);
        seat.desk.claim(OfferId(Uuid::from_u128(offer)), CALL, NOW + HOUR, NOW).unwrap();
        seat.claim_owner = Some("telephony".into());
        seat
    }

    fn answered(desk: &str, offer: u128) -> Seat {
        let mut seat = rung(desk, offer);
        seat.desk.offer_ended(OfferId(Uuid::from_u128(offer)), OfferOutcome::Answered, NOW).unwrap();
        seat
    }

    fn place(owner: &str) -> Place {
        Place {
            operator: "example".parse().unwrap(),
            call: CALL,
            window: "main".parse().unwrap(),
            class: PlaceClass::Agency,
            since: NOW - HOUR,
            circle: 2,
            owner: owner.into(),
            lease_until: NOW + HOUR,
        }
    }

    fn swaps(swaps: Vec<(DeskKey, Option<Seat>, Seat)>) -> Changes {
        let desks = swaps.into_iter().map(|(key, seen, next)| Swap { key, seen, next }).collect();
        Changes { desks, ..Changes::default() }
    }

    #[tokio::test]
    async fn a_board_is_read_back_as_it_was_stored() {
        both_stores(async |db| {
            let store = Store::new(db);
            let mut paused = seat("c");
            paused.desk.pause(PauseReason::Unreachable, NOW).unwrap();
            let mut writes = answered("d", 4);
            writes.desk.call_ended(CALL, HOUR, NOW).unwrap();
            let vacant = Seat { desk: Desk::vacant(DeskId::parse("e").unwrap(), NOW), claim_owner: None };
            let seats = [rung("a", 1), answered("b", 2), paused, writes, vacant, seat("f")];
            let board = Board {
                desks: seats.into_iter().map(|seat| (key(seat.desk.id.as_str()), seat)).collect(),
                places: [(CALL, place("one"))].into(),
            };

            let lost = store.commit(&Board::default().changes_to(&board)).await.unwrap();

            assert!(lost.is_empty());
            assert_eq!(store.read().await.unwrap(), board);
        })
        .await;
    }

    #[tokio::test]
    async fn of_two_replicas_that_claim_one_desk_one_wins_and_the_other_is_told() {
        both_stores(async |db| {
            let store = Store::new(db);
            store.commit(&swaps(vec![(key("a"), None, seat("a"))])).await.unwrap();
            let claim = |offer| swaps(vec![(key("a"), Some(seat("a")), rung("a", offer))]);

            let (first, second) =
                (store.commit(&claim(1)).await.unwrap(), store.commit(&claim(2)).await.unwrap());

            assert!(first.is_empty());
            assert_eq!(second, [key("a")].into());
            assert_eq!(store.read().await.unwrap().desks[&key("a")], rung("a", 1));
        })
        .await;
    }

    #[tokio::test]
    async fn a_desk_that_was_paused_elsewhere_in_the_same_moment_is_not_claimed() {
        both_stores(async |db| {
            let store = Store::new(db);
            store.commit(&swaps(vec![(key("a"), None, seat("a"))])).await.unwrap();
            let mut paused = seat("a");
            paused.desk.pause(PauseReason::Own, NOW).unwrap();
            store.commit(&swaps(vec![(key("a"), Some(seat("a")), paused.clone())])).await.unwrap();

            let lost = store.commit(&swaps(vec![(key("a"), Some(seat("a")), rung("a", 1))])).await.unwrap();

            assert_eq!(lost, [key("a")].into());
            assert_eq!(store.read().await.unwrap().desks[&key("a")], paused);
        })
        .await;
    }

    #[tokio::test]
    async fn a_desk_whose_sign_in_was_renewed_elsewhere_keeps_the_longer_lease() {
        both_stores(async |db| {
            let store = Store::new(db);
            store.commit(&swaps(vec![(key("a"), None, seat("a"))])).await.unwrap();
            let mut renewed = seat("a");
            renewed.desk.sign_in("ito".parse().unwrap(), NOW + HOUR + HOUR, NOW).unwrap();
            store.commit(&swaps(vec![(key("a"), Some(seat("a")), renewed.clone())])).await.unwrap();

            let lost = store.commit(&swaps(vec![(key("a"), Some(seat("a")), rung("a", 1))])).await.unwrap();

            assert_eq!(lost, [key("a")].into());
            assert_eq!(store.read().await.unwrap().desks[&key("a")], renewed);
        })
        .await;
    }

    #[tokio::test]
    async fn of_two_desks_that_answer_one_call_the_store_lets_one_have_it_and_keeps_the_rest() {
        both_stores(async |db| {
            let store = Store::new(db);
            let both = vec![
                (key("a"), None, rung("a", 1)),
                (key("b"), None, rung("b", 2)),
                (key("c"), None, seat("c")),
            ];
            store.commit(&swaps(both)).await.unwrap();
            store.commit(&swaps(vec![(key("a"), Some(rung("a", 1)), answered("a", 1))])).await.unwrap();
            let mut paused = seat("c");
            paused.desk.pause(PauseReason::Own, NOW).unwrap();

            let late = vec![
                (key("b"), Some(rung("b", 2)), answered("b", 2)),
                (key("c"), Some(seat("c")), paused.clone()),
            ];
            let lost = store.commit(&swaps(late)).await.unwrap();

            assert_eq!(lost, [key("b")].into());
            let board = store.read().await.unwrap();
            assert_eq!(board.answering(CALL), Some(&key("a")));
            assert_eq!(board.desks[&key("c")], paused);
        })
        .await;
    }

    #[tokio::test]
    async fn a_place_that_moved_to_another_replica_is_not_dropped_by_the_first_but_ended_by_anyone() {
        both_stores(async |db| {
            let store = Store::new(db);
            let kept = |owner| Changes { kept: vec![place(owner)], ..Changes::default() };
            store.commit(&kept("one")).await.unwrap();
            store.commit(&kept("two")).await.unwrap();

            store.commit(&Changes { dropped: vec![place("one")], ..Changes::default() }).await.unwrap();
            assert_eq!(store.read().await.unwrap().places[&CALL].owner, "two");

            let ended = [("example".parse().unwrap(), CALL)].into();
            store.commit(&Changes { ended, ..Changes::default() }).await.unwrap();
            assert!(store.read().await.unwrap().places.is_empty());
        })
        .await;
    }
}
