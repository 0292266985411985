//! A round as one statement, on PostgreSQL: one way there and back instead of one for each desk, and for
//! begin and commit (decision 0015). What it does is what `Store::in_turn` does; the same tests hold for both.

use shell::store::{Attempt, StoreError};
use sqlx::PgPool;

use crate::board::{Changes, DeskKey, Place, Swap};
use crate::row::{SeatColumns, class_number, desk_key};

/// Desks are locked in the order of their keys, as everywhere, so that two replicas do not wait for each other.
const ROUND: &str = "\
WITH swapped AS (
    UPDATE desk SET staff_id = n.staff_id, presence = n.presence, reason = n.reason, since_us = n.since_us,
           idle_since_us = n.idle_since_us, lease_until_us = n.lease_until_us, wrap_until_us = n.wrap_until_us,
           call_id = n.call_id, offer_id = n.offer_id, claim_owner = n.claim_owner,
           claim_until_us = n.claim_until_us
    FROM (SELECT n.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                 $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::text[], $13::bigint[],
                 $14::text[], $15::bigint[], $16::text[], $17::bigint[], $18::text[])
              AS n (operator_id, desk_id, staff_id, presence, reason, since_us, idle_since_us, lease_until_us,
                    wrap_until_us, call_id, offer_id, claim_owner, claim_until_us,
                    seen_presence, seen_since_us, seen_staff_id, seen_lease_until_us, seen_offer_id)
          JOIN desk held ON held.operator_id = n.operator_id AND held.desk_id = n.desk_id
          ORDER BY n.operator_id, n.desk_id FOR UPDATE OF held) n
    WHERE desk.operator_id = n.operator_id AND desk.desk_id = n.desk_id
      AND desk.presence = n.seen_presence AND desk.since_us = n.seen_since_us
      AND desk.staff_id IS NOT DISTINCT FROM n.seen_staff_id
      AND desk.lease_until_us IS NOT DISTINCT FROM n.seen_lease_until_us
      AND desk.offer_id IS NOT DISTINCT FROM n.seen_offer_id
    RETURNING desk.operator_id, desk.desk_id
), added AS (
    INSERT INTO desk (operator_id, desk_id, staff_id, presence, reason, since_us, idle_since_us, lease_until_us,
                      wrap_until_us, call_id, offer_id, claim_owner, claim_until_us)
    SELECT * FROM unnest($19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::bigint[],
                         $25::bigint[], $26::bigint[], $27::bigint[], $28::text[], $29::text[], $30::text[],
                         $31::bigint[])
    ON CONFLICT DO NOTHING
    RETURNING operator_id, desk_id
), kept AS (
    INSERT INTO waiting (operator_id, call_id, window_id, place_class, since_us, circle, owner, lease_until_us)
    SELECT * FROM unnest($32::text[], $33::text[], $34::text[], $35::bigint[], $36::bigint[], $37::bigint[],
                         $38::text[], $39::bigint[])
    ON CONFLICT (call_id) DO UPDATE SET window_id = excluded.window_id, place_class = excluded.place_class,
        since_us = excluded.since_us, circle = excluded.circle, owner = excluded.owner,
        lease_until_us = excluded.lease_until_us
), dropped AS (
    DELETE FROM waiting USING unnest($40::text[], $41::text[], $42::text[]) AS gone (operator_id, call_id, owner)
    WHERE waiting.operator_id = gone.operator_id AND waiting.call_id = gone.call_id
      AND (waiting.owner = gone.owner OR gone.owner IS NULL)
)
SELECT operator_id, desk_id FROM swapped UNION ALL SELECT operator_id, desk_id FROM added";

/// The desks that became what they were to become. Parameters are columns, so the statement is the same
/// however much a round changes, and is prepared once.
pub(crate) async fn commit(pool: &PgPool, changes: &Changes) -> Result<Vec<DeskKey>, StoreError> {
    let known: Vec<(&Swap, SeatColumns<'_>)> =
        changes.desks.iter().filter_map(|swap| Some((swap, SeatColumns::of(swap.seen.as_ref()?)))).collect();
    let new: Vec<&Swap> = changes.desks.iter().filter(|swap| swap.seen.is_none()).collect();
    let (swaps, seen): (Vec<&Swap>, Vec<SeatColumns<'_>>) = known.into_iter().unzip();
    let query = seats(sqlx::query_as(ROUND), &swaps)
        .bind(column(&seen, |seat| seat.presence))
        .bind(column(&seen, |seat| seat.since))
        .bind(column(&seen, |seat| seat.staff))
        .bind(column(&seen, |seat| seat.lease_until))
        .bind(column(&seen, |seat| seat.offer.clone()));
    let query = gone(places(seats(query, &new), &changes.kept), changes);
    let rows = query.fetch_all(pool).await.attempt("change desks and the queue")?;
    rows.into_iter().map(|(operator, desk)| desk_key(&operator, &desk)).collect()
}

type Query<'q> = sqlx::query::QueryAs<'q, sqlx::Postgres, (String, String), sqlx::postgres::PgArguments>;

fn column<S, T>(rows: &[S], of: impl Fn(&S) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

fn seats<'q>(query: Query<'q>, swaps: &[&Swap]) -> Query<'q> {
    let next = column(swaps, |swap| SeatColumns::of(&swap.next));
    let owned = |word: Option<&str>| word.map(str::to_owned);
    query
        .bind(column(swaps, |swap| swap.key.0.to_string()))
        .bind(column(swaps, |swap| swap.key.1.to_string()))
        .bind(column(&next, |seat| owned(seat.staff)))
        .bind(column(&next, |seat| seat.presence))
        .bind(column(&next, |seat| seat.reason))
        .bind(column(&next, |seat| seat.since))
        .bind(column(&next, |seat| seat.idle_since))
        .bind(column(&next, |seat| seat.lease_until))
        .bind(column(&next, |seat| seat.wrap_until))
        .bind(column(&next, |seat| seat.call.clone()))
        .bind(column(&next, |seat| seat.offer.clone()))
        .bind(column(&next, |seat| owned(seat.claim_owner)))
        .bind(column(&next, |seat| seat.claim_until))
}

fn places<'q>(query: Query<'q>, kept: &[Place]) -> Query<'q> {
    query
        .bind(column(kept, |place| place.operator.to_string()))
        .bind(column(kept, |place| place.call.to_string()))
        .bind(column(kept, |place| place.window.to_string()))
        .bind(column(kept, |place| class_number(place.class)))
        .bind(column(kept, |place| place.since.micros()))
        .bind(column(kept, |place| i64::from(place.circle)))
        .bind(column(kept, |place| place.owner.clone()))
        .bind(column(kept, |place| place.lease_until.micros()))
}

/// Places that are given up belong to who was seen there; a call that ended leaves whoever has it.
fn gone<'q>(query: Query<'q>, changes: &Changes) -> Query<'q> {
    let dropped = changes
        .dropped
        .iter()
        .filter(|place| !changes.ended.contains(&(place.operator.clone(), place.call)))
        .map(|place| (place.operator.to_string(), place.call.to_string(), Some(place.owner.clone())));
    let ended = changes.ended.iter().map(|(operator, call)| (operator.to_string(), call.to_string(), None));
    let (mut operators, mut calls, mut owners) = (Vec::new(), Vec::new(), Vec::new());
    for (operator, call, owner) in dropped.chain(ended) {
        operators.push(operator);
        calls.push(call);
        owners.push(owner);
    }
    query.bind(operators).bind(calls).bind(owners)
}
