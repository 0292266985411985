//! Rows of `desk` and `waiting`, read and written.

use domain::desk::{Desk, PauseReason, Presence};
use domain::ids::{CallId, DeskId};
use domain::ledger::PlaceClass;
use domain::time::Instant;
use shell::store::StoreError;
use sqlx::query::Query;
use sqlx::{Database, Encode, Type};

use crate::board::{DeskKey, Place, Seat};

#[derive(Debug, sqlx::FromRow)]
pub(crate) struct DeskRow {
    operator_id: String,
    desk_id: String,
    staff_id: Option<String>,
    presence: String,
    reason: Option<String>,
    since_us: i64,
    idle_since_us: i64,
    lease_until_us: Option<i64>,
    wrap_until_us: Option<i64>,
    call_id: Option<String>,
    offer_id: Option<String>,
    claim_owner: Option<String>,
    claim_until_us: Option<i64>,
}

#[derive(Debug, sqlx::FromRow)]
pub(crate) struct PlaceRow {
    operator_id: String,
    call_id: String,
    window_id: String,
    place_class: i64,
    since_us: i64,
    circle: i64,
    owner: String,
    lease_until_us: i64,
}

/// A row that no release of ours wrote.
fn strange<T, E>(value: Result<T, E>, attempt: &'static str) -> Result<T, StoreError> {
    value.map_err(|_| StoreError::lasting(attempt, "a row that cannot be read back"))
}

pub(crate) fn desk_key(operator: &str, desk: &str) -> Result<DeskKey, StoreError> {
    let what = "read a desk's key";
    Ok((strange(operator.parse(), what)?, strange(DeskId::parse(desk), what)?))
}

impl DeskRow {
    pub(crate) fn seat(self) -> Result<(DeskKey, Seat), StoreError> {
        let what = "read a desk";
        let (operator, id) = desk_key(&self.operator_id, &self.desk_id)?;
        let staff = strange(self.staff_id.as_deref().map(str::parse).transpose(), what)?;
        let presence = strange(self.presence().ok_or(()), what)?;
        let desk = Desk {
            id: id.clone(),
            staff,
            presence,
            since: Instant::from_micros(self.since_us),
            idle_since: Instant::from_micros(self.idle_since_us),
            lease_until: self.lease_until_us.map(Instant::from_micros),
            left: self.reason.as_deref() == Some(LEFT),
        };
        Ok(((operator, id), Seat { desk, claim_owner: self.claim_owner }))
    }

    fn presence(&self) -> Option<Presence> {
        let call = || self.call_id.as_deref()?.parse().ok();
        let offer = || self.offer_id.as_deref()?.parse().ok();
        Some(match self.presence.as_str() {
            "signed_out" => Presence::SignedOut,
            "available" => Presence::Available,
            "paused" => Presence::Paused { reason: pause_reason(self.reason.as_deref()?)? },
            "offered" => Presence::Offered {
                offer: offer()?,
                call: call()?,
                until: Instant::from_micros(self.claim_until_us?),
            },
            "in_call" => Presence::InCall { offer: offer()?, call: call()? },
            "wrap_up" => Presence::WrapUp { until: Instant::from_micros(self.wrap_until_us?) },
            _ => return None,
        })
    }
}

impl PlaceRow {
    pub(crate) fn place(self) -> Result<(CallId, Place), StoreError> {
        let what = "read a place in the queue";
        let call = strange(self.call_id.parse(), what)?;
        let place = Place {
            operator: strange(self.operator_id.parse(), what)?,
            call,
            window: strange(self.window_id.parse(), what)?,
            class: strange(class_of(self.place_class).ok_or(()), what)?,
            since: Instant::from_micros(self.since_us),
            circle: strange(u32::try_from(self.circle), what)?,
            owner: self.owner,
            lease_until: Instant::from_micros(self.lease_until_us),
        };
        Ok((call, place))
    }
}

/// A seat as the columns of `desk` after its key, in the order of the statements.
#[derive(Debug)]
pub(crate) struct SeatColumns<'s> {
    pub(crate) staff: Option<&'s str>,
    pub(crate) presence: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) since: i64,
    pub(crate) idle_since: i64,
    pub(crate) lease_until: Option<i64>,
    pub(crate) wrap_until: Option<i64>,
    pub(crate) call: Option<String>,
    pub(crate) offer: Option<String>,
    pub(crate) claim_owner: Option<&'s str>,
    pub(crate) claim_until: Option<i64>,
}

impl<'s> SeatColumns<'s> {
    pub(crate) fn of(seat: &'s Seat) -> Self {
        let desk = &seat.desk;
        let mut columns = Self {
            staff: desk.staff.as_ref().map(|staff| staff.as_str()),
            presence: "",
            reason: desk.left.then_some(LEFT),
            since: desk.since.micros(),
            idle_since: desk.idle_since.micros(),
            lease_until: desk.lease_until.map(Instant::micros),
            wrap_until: None,
            call: None,
            offer: None,
            claim_owner: seat.claim_owner.as_deref(),
            claim_until: None,
        };
        columns.presence = match desk.presence {
            Presence::SignedOut => "signed_out",
            Presence::Available => "available",
            Presence::Paused { reason } => {
                columns.reason = Some(pause_word(reason));
                "paused"
            }
            Presence::Offered { offer, call, until } => {
                (columns.offer, columns.call) = (Some(offer.to_string()), Some(call.to_string()));
                columns.claim_until = Some(until.micros());
                "offered"
            }
            Presence::InCall { offer, call } => {
                (columns.offer, columns.call) = (Some(offer.to_string()), Some(call.to_string()));
                "in_call"
            }
            Presence::WrapUp { until } => {
                columns.wrap_until = Some(until.micros());
                "wrap_up"
            }
        };
        columns
    }

    pub(crate) fn bind<'q, DB: Database>(
        &self,
        query: Query<'q, DB, DB::Arguments>,
    ) -> Query<'q, DB, DB::Arguments>
    where
        Option<String>: Encode<'q, DB> + Type<DB>,
        Option<i64>: Encode<'q, DB> + Type<DB>,
        String: Encode<'q, DB> + Type<DB>,
        i64: Encode<'q, DB> + Type<DB>,
    {
        query
            .bind(self.staff.map(str::to_owned))
            .bind(self.presence.to_owned())
            .bind(self.reason.map(str::to_owned))
            .bind(self.since)
            .bind(self.idle_since)
            .bind(self.lease_until)
            .bind(self.wrap_until)
            .bind(self.call.clone())
            .bind(self.offer.clone())
            .bind(self.claim_owner.map(str::to_owned))
            .bind(self.claim_until)
    }
}

/// In `reason`, of a desk that was left by a hand.
const LEFT: &str = "left";

fn pause_word(reason: PauseReason) -> &'static str {
    match reason {
        PauseReason::Own => "own",
        PauseReason::NoAnswer => "no_answer",
        PauseReason::Unreachable => "unreachable",
    }
}

fn pause_reason(word: &str) -> Option<PauseReason> {
    [PauseReason::Own, PauseReason::NoAnswer, PauseReason::Unreachable]
        .into_iter()
        .find(|reason| pause_word(*reason) == word)
}

/// As in the contract: lower numbers first.
pub(crate) fn class_number(class: PlaceClass) -> i64 {
    match class {
        PlaceClass::Resumed => 1,
        PlaceClass::Agency => 2,
        PlaceClass::CallBack => 3,
        PlaceClass::Repeat => 4,
        PlaceClass::Ordinary => 5,
    }
}

fn class_of(number: i64) -> Option<PlaceClass> {
    let all = [
        PlaceClass::Resumed,
        PlaceClass::Agency,
        PlaceClass::CallBack,
        PlaceClass::Repeat,
        PlaceClass::Ordinary,
    ];
    all.into_iter().find(|class| class_number(*class) == number)
}
