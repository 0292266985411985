//! A house with people in it: accounts, sessions, an audit, a clock moved by hand.

#![allow(dead_code, reason = "each suite needs another part of it")]

use domain::access::{Role, SessionKind};
use domain::ids::AccountId;
use domain::time::Instant;
use shell::access::{Access, Limits, Opening, SessionToken, Sessions};
use shell::audit::Audit;
use shell::clock::Clock;
use shell::grpc::auth::Token;
use shell::ids::Ids;
use shell::on;
use shell::store::Db;
use shell::testkit::sealer;

/// Two operators who share the installation.
pub(crate) const KEN: &str = "ken";
pub(crate) const SHI: &str = "shi";

pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) token: Token,
    pub(crate) sessions: Sessions,
    pub(crate) access: Access,
}

impl House {
    pub(crate) fn new(db: Db) -> Self {
        let clock = Clock::by_hand(Instant::from_micros(1_800_000_000_000_000));
        let ids = Ids::new(clock.clone());
        let token = Token::generate();
        let sessions = Sessions::new(db.clone(), clock.clone(), ids.clone(), Limits::default());
        let audit = Audit::new(db.clone(), clock.clone(), &sealer());
        let access = Access::new(token.clone(), sessions.clone(), audit, clock.clone());
        Self { db, clock, ids, token, sessions, access }
    }

    pub(crate) async fn signed_in(&self, operator: &str, roles: &[Role]) -> (AccountId, SessionToken) {
        let account = self.account(operator, roles).await;
        (account, self.open(account, operator, SessionKind::Password).await)
    }

    pub(crate) async fn account(&self, operator: &str, roles: &[Role]) -> AccountId {
        let account = AccountId(self.ids.draw());
        on!(self.db.write(), pool => sqlx::query(
            "INSERT INTO account (account_id, operator_id, login, name_sealed, password_hash, totp_sealed,
                                  created_us, changed_us)
             VALUES ($1, $2, $3, $4, 'hash', $4, 1, 1)",
        )
        .bind(account.to_string()).bind(operator).bind(account.to_string()).bind(vec![0_u8])
        .execute(pool).await.map(drop))
        .unwrap();
        for role in roles {
            on!(self.db.write(), pool => sqlx::query("INSERT INTO account_role (account_id, role) VALUES ($1, $2)")
                .bind(account.to_string()).bind(role.code()).execute(pool).await.map(drop))
            .unwrap();
        }
        account
    }

    pub(crate) async fn open(&self, account: AccountId, operator: &str, kind: SessionKind) -> SessionToken {
        let operator = operator.parse().unwrap();
        let opening = Opening { account, operator: &operator, kind, device: "Firefox" };
        let mut tx = self.db.begin().await.unwrap();
        let opened = self.sessions.open(&mut tx, &opening).await.unwrap();
        tx.commit().await.unwrap();
        opened.token
    }

    pub(crate) async fn revoke_all(&self, account: AccountId) -> u64 {
        let mut tx = self.db.begin().await.unwrap();
        let ended = self.sessions.revoke_all(&mut tx, account).await.unwrap();
        tx.commit().await.unwrap();
        ended
    }

    pub(crate) async fn forget_second_factor(&self, account: AccountId) {
        on!(self.db.write(), pool => sqlx::query("UPDATE account SET totp_sealed = NULL WHERE account_id = $1")
            .bind(account.to_string()).execute(pool).await.map(drop))
        .unwrap();
    }

    pub(crate) async fn disable(&self, account: AccountId) {
        on!(self.db.write(), pool => sqlx::query("UPDATE account SET disabled_us = 1 WHERE account_id = $1")
            .bind(account.to_string()).execute(pool).await.map(drop))
        .unwrap();
    }

    /// Account, action and subject of every entry.
    pub(crate) async fn audited(&self, operator: &str) -> Vec<(String, String, String)> {
        on!(self.db.read(), pool => sqlx::query_as(
            "SELECT coalesce(account_id, ''), action, subject_id FROM audit_event
             WHERE operator_id = $1 ORDER BY seq",
        ).bind(operator).fetch_all(pool).await)
        .unwrap()
    }
}
