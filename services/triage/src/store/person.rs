//! People: the sealed entry, the words it is found by, what was done with it.

use domain::ids::OperatorId;
use domain::private::Private;
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use shell::on;
use shell::seal::Place;
use shell::store::{Attempt, StoreError, Tx};

use super::Store;
use crate::error::TriageError;

/// What is known of somebody. Never printed: it has no `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) name: String,
    pub(crate) kana: String,
    pub(crate) birth_date: String,
    pub(crate) sex: String,
    pub(crate) municipality: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct PersonRow {
    pub(crate) operator_id: String,
    pub(crate) person_id: String,
    pub(crate) revision: i64,
    pub(crate) details_sealed: Vec<u8>,
    pub(crate) seal_year: i64,
    pub(crate) merged_into: Option<String>,
    /// Dates of a support contract.
    pub(crate) support_from: Option<String>,
    pub(crate) support_until: Option<String>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct PersonEvent {
    pub(crate) at_us: i64,
    pub(crate) account_id: Option<String>,
    pub(crate) happened: String,
    pub(crate) with_id: String,
}

pub(super) const COLUMNS: &str =
    "SELECT operator_id, person_id, revision, details_sealed, seal_year, merged_into, support_from, support_until
     FROM person";

fn place(id: &str) -> Place<'_> {
    Place { table: "person", row: id, column: "details_sealed" }
}

impl Store {
    pub(crate) async fn person(
        &self,
        operator: &OperatorId,
        id: &str,
    ) -> Result<Option<PersonRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE operator_id = $1 AND person_id = $2");
        on!(self.db.read(), pool => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(operator.as_str()).bind(id).fetch_optional(pool).await
        })
        .attempt("read a person")
    }

    /// The row is held until the transaction ends.
    pub(crate) async fn person_in(
        tx: &mut Tx,
        operator: &OperatorId,
        id: &str,
    ) -> Result<Option<PersonRow>, StoreError> {
        // A change that changes nothing holds the row on both engines.
        on!(tx, t => {
            sqlx::query_as(
                "UPDATE person SET revision = revision WHERE operator_id = $1 AND person_id = $2
                 RETURNING operator_id, person_id, revision, details_sealed, seal_year, merged_into,
                           support_from, support_until",
            )
            .bind(operator.as_str()).bind(id).fetch_optional(&mut **t).await
        })
        .attempt("hold a person")
    }

    pub(crate) async fn open_details(&self, row: &PersonRow) -> Result<Details, TriageError> {
        let opened = self.sealing.open(place(&row.person_id), &row.details_sealed).await?;
        // The cause would quote a name.
        Ok(serde_json::from_str(opened.reveal()).map_err(|_| super::unreadable("a person's details"))?)
    }

    pub(crate) async fn seal_details(
        &self,
        operator: &OperatorId,
        id: &str,
        year: i64,
        details: &Details,
    ) -> Result<Vec<u8>, TriageError> {
        let text = serde_json::to_string(details).map_err(|_| super::unreadable("a person's details"))?;
        self.sealing.seal(operator, year, place(id), &Private::new(text)).await
    }

    pub(crate) async fn put_person(tx: &mut Tx, row: &PersonRow, now: Instant) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO person (operator_id, person_id, revision, details_sealed, seal_year, merged_into,
                                     created_us, changed_us, support_from, support_until)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)
                 ON CONFLICT (person_id) DO UPDATE SET revision = excluded.revision,
                    details_sealed = excluded.details_sealed, seal_year = excluded.seal_year,
                    merged_into = excluded.merged_into, changed_us = excluded.changed_us,
                    support_from = excluded.support_from, support_until = excluded.support_until",
            )
            .bind(&row.operator_id).bind(&row.person_id).bind(row.revision).bind(&row.details_sealed)
            .bind(row.seal_year).bind(&row.merged_into).bind(now.micros())
            .bind(&row.support_from).bind(&row.support_until)
            .execute(&mut **t).await.map(drop)
        })
        .attempt("keep a person")
    }

    /// The words this person is found by, instead of those before.
    pub(crate) async fn put_tokens(
        tx: &mut Tx,
        operator: &OperatorId,
        id: &str,
        tokens: &[String],
    ) -> Result<(), StoreError> {
        on!(&mut *tx, t => {
            sqlx::query("DELETE FROM person_name WHERE person_id = $1").bind(id).execute(&mut **t).await.map(drop)
        })
        .attempt("forget how a person was found")?;
        for token in tokens {
            on!(&mut *tx, t => {
                sqlx::query(
                    "INSERT INTO person_name (operator_id, token, person_id) VALUES ($1, $2, $3)
                     ON CONFLICT DO NOTHING",
                )
                .bind(operator.as_str()).bind(token).bind(id).execute(&mut **t).await.map(drop)
            })
            .attempt("note how a person is found")?;
        }
        Ok(())
    }

    /// The person's row must be held by this transaction, or be new in it.
    pub(crate) async fn add_person_event(
        tx: &mut Tx,
        operator: &OperatorId,
        id: &str,
        event: &PersonEvent,
    ) -> Result<(), StoreError> {
        on!(tx, t => {
            sqlx::query(
                "INSERT INTO person_event (operator_id, person_id, seq, at_us, account_id, happened, with_id)
                 SELECT $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5, $6 FROM person_event WHERE person_id = $2",
            )
            .bind(operator.as_str()).bind(id).bind(event.at_us).bind(&event.account_id).bind(&event.happened)
            .bind(&event.with_id).execute(&mut **t).await.map(drop)
        })
        .attempt("add to a person's history")
    }

    pub(crate) async fn person_events(&self, id: &str) -> Result<Vec<PersonEvent>, StoreError> {
        on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT at_us, account_id, happened, with_id FROM person_event WHERE person_id = $1 ORDER BY seq",
            )
            .bind(id).fetch_all(pool).await
        })
        .attempt("read a person's history")
    }
}
