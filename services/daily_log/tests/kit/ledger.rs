//! What telephony and routing would write: steps of a call, and who sits where.

use domain::ids::{CallId, DeskId, LegId, OfferId, OperatorId};
use domain::ledger::{AnsweredBy, Begun, EndReason, NoOneFree, OfferedBy, OriginKind, PlaceClass, Step};
use domain::private::Private;
use domain::time::Instant;
use shell::on;
use shell::seal::Place;
use uuid::Uuid;

use super::{Line, OPERATOR, WINDOW, account};

/// A call as the ledger will have it.
#[derive(Clone, Debug)]
pub struct Told {
    pub number: Option<String>,
    pub class: PlaceClass,
    pub begun: Instant,
    /// At whose desk, and when.
    pub answered: Option<(&'static str, Instant)>,
    pub ended: Option<(Instant, EndReason)>,
    /// Nobody was there to be rung.
    pub void: bool,
}

impl Told {
    pub fn at(begun: Instant) -> Self {
        Self { number: None, class: PlaceClass::Ordinary, begun, answered: None, ended: None, void: false }
    }
}

impl Line {
    pub async fn rings(&self, told: &Told) -> CallId {
        let call = CallId(Uuid::now_v7());
        let begun = Begun {
            window: WINDOW.parse().unwrap(),
            leg: LegId(Uuid::now_v7()),
            origin: OriginKind::Incoming,
            class: told.class,
            withheld: told.number.is_none(),
            came_by: "trunk".into(),
        };
        self.add(call, 0, told.begun, &Step::Begun(begun), told.number.as_deref()).await;
        let next = match told.void {
            true => Step::NobodyFree { why: NoOneFree::NobodySignedIn },
            false => Step::Offered {
                offer: OfferId(Uuid::now_v7()),
                desk: desk("ito"),
                leg: LegId(Uuid::now_v7()),
                by: OfferedBy::Routing,
            },
        };
        self.add(call, 1, told.begun, &next, None).await;
        if let Some((staff, at)) = told.answered {
            let waited_micros = u64::try_from(at.micros() - told.begun.micros()).unwrap();
            let by = AnsweredBy::Desk(desk(staff));
            self.add(call, 2, at, &Step::Answered { by, waited_micros }, None).await;
            self.sits(staff, Some(call)).await;
        }
        if let Some((at, reason)) = told.ended {
            self.ends(call, at, reason).await;
        }
        call
    }

    pub async fn ends(&self, call: CallId, at: Instant, reason: EndReason) {
        let ended = Step::Ended { reason, owes_call_back: false };
        self.add(call, 9, at, &ended, None).await;
    }

    async fn add(&self, call: CallId, seq: i64, at: Instant, step: &Step, number: Option<&str>) {
        let operator: OperatorId = OPERATOR.parse().unwrap();
        let body = serde_json::to_value(step).unwrap();
        let kind = body["step"].as_str().unwrap().to_owned();
        let row = format!("{call}/{seq}");
        let place = Place { table: "call_event", row: &row, column: "number_sealed" };
        let number = number.map(|number| Private::new(number.to_owned()));
        let sealed = number.as_ref().map(|number| self.sealer.seal(place, number).unwrap());
        let index = number.as_ref().map(|number| self.sealer.blind_index(&operator, number));
        on!(self.db.write(), pool => sqlx::query(
            "INSERT INTO call_event (operator_id, call_id, seq, at_us, kind, body, number_sealed, number_index)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(OPERATOR).bind(call.to_string()).bind(seq).bind(at.micros()).bind(kind)
        .bind(body.to_string()).bind(sealed).bind(index).execute(pool).await.map(drop))
        .unwrap();
    }

    /// At a desk of their own, in a call or not.
    pub async fn sits(&self, staff: &str, call: Option<CallId>) {
        let presence = if call.is_some() { "in_call" } else { "available" };
        on!(self.db.write(), pool => sqlx::query(
            "INSERT INTO desk (operator_id, desk_id, staff_id, presence, since_us, idle_since_us, call_id)
             VALUES ($1, $2, $3, $4, 0, 0, $5)
             ON CONFLICT (operator_id, desk_id) DO UPDATE SET presence = excluded.presence, call_id = excluded.call_id",
        )
        .bind(OPERATOR).bind(format!("desk-{staff}")).bind(staff).bind(presence)
        .bind(call.map(|call| call.to_string())).execute(pool).await.map(drop))
        .unwrap();
    }

    pub async fn has_account(&self, staff: &str) {
        on!(self.db.write(), pool => sqlx::query(
            "INSERT INTO account (account_id, operator_id, staff_id, login, name_sealed, created_us, changed_us)
             VALUES ($1, $2, $3, $3, $4, 0, 0) ON CONFLICT (account_id) DO NOTHING",
        )
        .bind(account(staff).to_string()).bind(OPERATOR).bind(staff).bind(Vec::<u8>::new())
        .execute(pool).await.map(drop))
        .unwrap();
    }
}

fn desk(staff: &str) -> DeskId {
    DeskId::parse(&format!("desk-{staff}")).unwrap()
}
