//! Reading the audit for those who may.

use domain::ids::OperatorId;
use shell::on;
use shell::store::{Attempt, StoreError};

use super::Store;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct AuditRow {
    pub(crate) seq: i64,
    pub(crate) at_us: i64,
    pub(crate) account_id: Option<String>,
    pub(crate) action: String,
    pub(crate) subject_kind: String,
    pub(crate) subject_id: String,
    pub(crate) detail: String,
}

/// Which entries. Empty words ask for all.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) before: i64,
    pub(crate) most: u32,
    pub(crate) account: &'a str,
    pub(crate) subject: &'a str,
}

impl Store {
    /// The latest first.
    pub(crate) async fn audit(
        &self,
        operator: &OperatorId,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<AuditRow>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT seq, at_us, account_id, action, subject_kind, subject_id, detail FROM audit_event
                 WHERE operator_id = $1 AND seq < $2 AND ($3 = '' OR account_id = $3) AND ($4 = '' OR subject_id = $4)
                 ORDER BY seq DESC LIMIT $5",
            )
            .bind(operator.as_str()).bind(wanted.before).bind(wanted.account).bind(wanted.subject)
            .bind(i64::from(wanted.most)).fetch_all(pool).await
        })
        .attempt("list the audit")
    }
}
