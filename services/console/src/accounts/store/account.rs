//! Reading accounts.

use domain::access::Role;
use domain::ids::{AccountId, OperatorId};
use domain::private::Private;
use domain::time::Instant;
use shell::on;
use shell::store::{Attempt, StoreError, Tx};

use super::{Account, Store, unreadable};
use crate::accounts::error::AccessError;

/// As it lies in the store. Never printed.
#[derive(sqlx::FromRow)]
struct Row {
    account_id: String,
    operator_id: String,
    staff_id: Option<String>,
    login: String,
    name_sealed: Vec<u8>,
    password_hash: Option<String>,
    totp_sealed: Option<Vec<u8>>,
    totp_next_sealed: Option<Vec<u8>>,
    must_change: i64,
    disabled_us: Option<i64>,
    oidc_index: Option<String>,
    last_us: Option<i64>,
}

const COLUMNS: &str =
    "SELECT a.account_id, a.operator_id, a.staff_id, a.login, a.name_sealed, a.password_hash,
    a.totp_sealed, a.totp_next_sealed, a.must_change, a.disabled_us, a.oidc_index,
    (SELECT max(s.created_us) FROM session s WHERE s.account_id = a.account_id) AS last_us
    FROM account a";

type RoleRow = (String, String);
type CodeRow = (String, String);

impl Store {
    /// Asks the same of the store whether there is such an account or not.
    pub(crate) async fn by_login(&self, login: &str) -> Result<Option<Account>, AccessError> {
        Ok(self.read("WHERE a.login = $1", login).await?.pop())
    }

    pub(crate) async fn by_oidc(&self, index: &str) -> Result<Option<Account>, AccessError> {
        Ok(self.read("WHERE a.oidc_index = $1", index).await?.pop())
    }

    pub(crate) async fn by_id(&self, id: AccountId) -> Result<Option<Account>, AccessError> {
        Ok(self.read("WHERE a.account_id = $1", &id.to_string()).await?.pop())
    }

    pub(crate) async fn of_operator(&self, operator: &OperatorId) -> Result<Vec<Account>, AccessError> {
        self.read("WHERE a.operator_id = $1", operator.as_str()).await
    }

    pub(crate) async fn all(&self) -> Result<Vec<Account>, AccessError> {
        self.read("WHERE a.login <> $1", "").await
    }

    async fn read(&self, which: &str, value: &str) -> Result<Vec<Account>, AccessError> {
        let rows = format!("{COLUMNS} {which} ORDER BY a.login");
        let roles = format!(
            "SELECT r.account_id, r.role FROM account_role r JOIN account a ON a.account_id = r.account_id {which}"
        );
        let codes = format!(
            "SELECT c.account_id, c.hash FROM recovery_code c JOIN account a ON a.account_id = c.account_id
             {which} AND c.used_us IS NULL"
        );
        let rows: Vec<Row> = on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(rows)).bind(value).fetch_all(pool).await
        })
        .attempt("read accounts")?;
        let roles: Vec<RoleRow> = on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(roles)).bind(value).fetch_all(pool).await
        })
        .attempt("read roles")?;
        let codes: Vec<CodeRow> = on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(codes)).bind(value).fetch_all(pool).await
        })
        .attempt("read recovery codes")?;
        rows.into_iter().map(|row| self.account(row, &roles, &codes)).collect()
    }

    fn account(&self, row: Row, roles: &[RoleRow], codes: &[CodeRow]) -> Result<Account, AccessError> {
        let name = self.open_name(&row.account_id, &row.name_sealed)?;
        let of_this = |(account, _): &&(String, String)| *account == row.account_id;
        let recovery = codes.iter().filter(of_this).map(|(_, hash)| hash.clone()).collect();
        Ok(Account {
            id: row.account_id.parse().map_err(unreadable)?,
            operator: row.operator_id.parse().map_err(unreadable)?,
            staff: row.staff_id.as_deref().map(str::parse).transpose().map_err(unreadable)?,
            roles: roles.iter().filter(of_this).filter_map(|(_, role)| role.parse::<Role>().ok()).collect(),
            login: row.login,
            name,
            password_hash: row.password_hash.map(Private::new),
            totp_sealed: row.totp_sealed.map(Private::new),
            totp_next_sealed: row.totp_next_sealed.map(Private::new),
            must_change: row.must_change != 0,
            disabled: row.disabled_us.is_some(),
            has_oidc: row.oidc_index.is_some(),
            recovery: Private::new(recovery),
            last_sign_in: row.last_us.map(Instant::from_micros),
        })
    }

    /// Administrators of an operator who could act now. Others who would change them wait until `tx` ends.
    pub(crate) async fn administrators(
        tx: &mut Tx,
        operator: &OperatorId,
    ) -> Result<Vec<String>, StoreError> {
        // SQLite has one writer; PostgreSQL takes the rows.
        on!(&mut *tx, t => {
            sqlx::query("UPDATE account SET changed_us = changed_us WHERE operator_id = $1")
                .bind(operator.as_str()).execute(&mut **t).await.map(drop)
        })
        .attempt("hold the accounts of an operator")?;
        on!(tx, t => {
            sqlx::query_scalar(
                "SELECT a.account_id FROM account a JOIN account_role r ON r.account_id = a.account_id
                 WHERE a.operator_id = $1 AND r.role = 'operator_admin' AND a.disabled_us IS NULL",
            )
            .bind(operator.as_str()).fetch_all(&mut **t).await
        })
        .attempt("find the administrators")
    }
}
