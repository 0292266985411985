//! What telephony and routing would write: steps of a call, and who sits where.

use domain::ids::{CallId, DeskId, LegId, OfferId, OperatorId};
use domain::ledger::{AnsweredBy, Begun, EndReason, OfferedBy, OriginKind, PlaceClass, Step};
use domain::private::Private;
use domain::time::Instant;
use shell::on;
use shell::seal::{Place, Sealer};
use shell::store::Db;
use uuid::Uuid;

pub struct Ledger {
    pub db: Db,
    pub sealer: Sealer,
    pub operator: OperatorId,
}

impl Ledger {
    /// Withheld without a number.
    pub async fn begins(&self, call: CallId, number: Option<&str>, at: Instant) {
        let begun = Begun {
            window: "main".parse().unwrap(),
            leg: LegId(Uuid::now_v7()),
            origin: OriginKind::Incoming,
            class: PlaceClass::Ordinary,
            withheld: number.is_none(),
            came_by: "trunk".into(),
        };
        self.add(call, 0, at, &Step::Begun(begun), number).await;
        let offered = Step::Offered {
            offer: OfferId(Uuid::now_v7()),
            desk: DeskId::parse("desk-1").unwrap(),
            leg: LegId(Uuid::now_v7()),
            by: OfferedBy::Routing,
        };
        self.add(call, 1, at, &offered, None).await;
    }

    pub async fn is_answered(&self, call: CallId, by: AnsweredBy, at: Instant) {
        self.add(call, 2, at, &Step::Answered { by, waited_micros: 5 }, None).await;
    }

    pub async fn is_transferred(&self, call: CallId, from: &str, to: &str, at: Instant) {
        let desk = |staff: &str| DeskId::parse(&format!("desk-{staff}")).unwrap();
        self.add(call, 5, at, &Step::Transferred { from: desk(from), desk: desk(to) }, None).await;
    }

    pub async fn ends(&self, call: CallId, at: Instant) {
        let ended = Step::Ended { reason: EndReason::Completed, owes_call_back: false };
        self.add(call, 9, at, &ended, None).await;
    }

    async fn add(&self, call: CallId, seq: i64, at: Instant, step: &Step, number: Option<&str>) {
        let body = serde_json::to_value(step).unwrap();
        let kind = body["step"].as_str().unwrap().to_owned();
        let row = format!("{call}/{seq}");
        let place = Place { table: "call_event", row: &row, column: "number_sealed" };
        let number = number.map(|number| Private::new(number.to_owned()));
        let sealed = number.as_ref().map(|number| self.sealer.seal(place, number).unwrap());
        let index = number.as_ref().map(|number| self.sealer.blind_index(&self.operator, number));
        on!(self.db.write(), pool => sqlx::query(
            "INSERT INTO call_event (operator_id, call_id, seq, at_us, kind, body, number_sealed, number_index)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(self.operator.as_str()).bind(call.to_string()).bind(seq).bind(at.micros()).bind(kind)
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
        .bind(self.operator.as_str()).bind(format!("desk-{staff}")).bind(staff).bind(presence)
        .bind(call.map(|call| call.to_string())).execute(pool).await.map(drop))
        .unwrap();
    }

    pub async fn has_account(&self, staff: &str, account: &str) {
        on!(self.db.write(), pool => sqlx::query(
            "INSERT INTO account (account_id, operator_id, staff_id, login, name_sealed, created_us, changed_us)
             VALUES ($1, $2, $3, $4, $5, 0, 0) ON CONFLICT (account_id) DO NOTHING",
        )
        .bind(account).bind(self.operator.as_str()).bind(staff).bind(staff).bind(Vec::<u8>::new())
        .execute(pool).await.map(drop))
        .unwrap();
    }
}
