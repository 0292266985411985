//! クライシスプラン: revisions, each sealed.

use domain::ids::OperatorId;
use domain::private::Private;
use serde::{Deserialize, Serialize};
use shell::on;
use shell::seal::Place;
use shell::store::{Attempt, StoreError, Tx};
use sqlx::QueryBuilder;

use super::Store;
use crate::error::TriageError;

/// Never printed: it has no `Debug`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct PlanWords {
    pub(crate) early_signs: String,
    pub(crate) what_helps: String,
    pub(crate) whom_to_ring: String,
    pub(crate) what_to_avoid: String,
    pub(crate) consent_date: String,
    pub(crate) review_on: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct PlanRow {
    pub(crate) operator_id: String,
    pub(crate) person_id: String,
    pub(crate) revision: i64,
    pub(crate) at_us: i64,
    pub(crate) account_id: Option<String>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) seal_year: i64,
}

pub(super) const COLUMNS: &str =
    "SELECT operator_id, person_id, revision, at_us, account_id, sealed, seal_year FROM plan";

fn row(person: &str, revision: i64) -> String {
    format!("{person}/{revision}")
}

fn place(row: &str) -> Place<'_> {
    Place { table: "plan", row, column: "sealed" }
}

impl Store {
    /// The latest plan of any of these entries for one human.
    pub(crate) async fn latest_plan(&self, family: &[String]) -> Result<Option<PlanRow>, StoreError> {
        on!(self.db.read(), pool => {
            let mut query = QueryBuilder::new(COLUMNS);
            query.push(" WHERE person_id IN (");
            let mut listed = query.separated(", ");
            for id in family {
                listed.push_bind(id);
            }
            query.push(") ORDER BY at_us DESC, revision DESC LIMIT 1");
            query.build_query_as().fetch_optional(pool).await
        })
        .attempt("read a plan")
    }

    pub(crate) async fn open_plan(&self, plan: &PlanRow) -> Result<PlanWords, TriageError> {
        let row = row(&plan.person_id, plan.revision);
        let opened = self.sealing.open(place(&row), &plan.sealed).await?;
        Ok(serde_json::from_str(opened.reveal()).map_err(|_| super::unreadable("a plan"))?)
    }

    pub(crate) async fn seal_plan(
        &self,
        operator: &OperatorId,
        person: &str,
        revision: i64,
        year: i64,
        words: &PlanWords,
    ) -> Result<Vec<u8>, TriageError> {
        let text = serde_json::to_string(words).map_err(|_| super::unreadable("a plan"))?;
        let row = row(person, revision);
        self.sealing.seal(operator, year, place(&row), &Private::new(text)).await
    }

    /// The person's row must be held by this transaction.
    pub(crate) async fn plan_revision(tx: &mut Tx, person: &str) -> Result<i64, StoreError> {
        on!(tx, t => {
            sqlx::query_scalar("SELECT coalesce(max(revision), 0) FROM plan WHERE person_id = $1")
                .bind(person).fetch_one(&mut **t).await
        })
        .attempt("number a plan")
    }

    pub(crate) async fn add_plan(tx: &mut Tx, plan: &PlanRow) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO plan (operator_id, person_id, revision, at_us, account_id, sealed, seal_year)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(&plan.operator_id).bind(&plan.person_id).bind(plan.revision).bind(plan.at_us)
            .bind(&plan.account_id).bind(&plan.sealed).bind(plan.seal_year)
            .execute(&mut **t).await.map(drop)
        })
        .attempt("keep a plan")
    }
}
