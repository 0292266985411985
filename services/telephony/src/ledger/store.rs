//! Bringing rows to the store: all that wait in one transaction, each at most once.

use shell::on;
use shell::store::{Attempt, Db, StoreError, Tx};
use sqlx::QueryBuilder;

use super::rows::{EventRow, OpenRow, OwedRow, Rows};

/// Rows of one statement: nine values each, and SQLite binds at most 32,766.
const CHUNK: usize = 1000;

/// Writes whole batches, in order. What is there already is left as it is.
pub(super) async fn write<'a>(
    db: &Db,
    batches: impl Iterator<Item = &'a Rows> + Clone,
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    let events: Vec<(&Rows, &EventRow)> =
        batches.clone().flat_map(|rows| rows.events.iter().map(move |event| (rows, event))).collect();
    for chunk in events.chunks(CHUNK) {
        add_events(&mut tx, chunk).await?;
    }
    for rows in batches {
        if let Some(open) = &rows.opens {
            open_call(&mut tx, rows, open).await?;
        }
        if rows.closes {
            close_call(&mut tx, rows).await?;
        }
        if let Some(owed) = &rows.owes {
            owe_call_back(&mut tx, rows, owed).await?;
        }
    }
    tx.commit().await
}

async fn add_events(tx: &mut Tx, events: &[(&Rows, &EventRow)]) -> Result<(), StoreError> {
    on!(tx, t => {
        let mut insert = QueryBuilder::new(
            "INSERT INTO call_event
             (operator_id, call_id, seq, at_us, kind, leg_id, body, number_sealed, number_index) ",
        );
        insert.push_values(events, |mut row, (rows, event)| {
            let number = event.number.as_ref();
            row.push_bind(&rows.operator)
                .push_bind(&rows.call)
                .push_bind(event.seq)
                .push_bind(event.at)
                .push_bind(&event.kind)
                .push_bind(&event.leg)
                .push_bind(&event.body)
                .push_bind(number.map(|number| number.sealed.as_slice()))
                .push_bind(number.map(|number| number.index.as_str()));
        });
        insert.push(" ON CONFLICT (call_id, seq) DO NOTHING");
        insert.build().execute(&mut **t).await.map(drop)
    })
    .attempt("add call events")
}

/// A batch that arrives twice must not open a call again that has ended.
async fn open_call(tx: &mut Tx, rows: &Rows, open: &OpenRow) -> Result<(), StoreError> {
    on!(tx, t => {
        sqlx::query(
            "INSERT INTO open_call (call_id, operator_id, window_id, process_id, begun_us)
             SELECT $1, $2, $3, $4, $5
             WHERE NOT EXISTS (SELECT 1 FROM call_event WHERE call_id = $1 AND kind = 'ended')
             ON CONFLICT (call_id) DO NOTHING",
        )
        .bind(&rows.call).bind(&rows.operator).bind(&open.window).bind(&open.process).bind(open.begun)
        .execute(&mut **t).await.map(drop)
    })
    .attempt("open a call")
}

async fn close_call(tx: &mut Tx, rows: &Rows) -> Result<(), StoreError> {
    on!(tx, t => {
        sqlx::query("DELETE FROM open_call WHERE call_id = $1").bind(&rows.call).execute(&mut **t).await.map(drop)
    })
    .attempt("close a call")
}

async fn owe_call_back(tx: &mut Tx, rows: &Rows, owed: &OwedRow) -> Result<(), StoreError> {
    on!(tx, t => {
        sqlx::query(
            "INSERT INTO callback (operator_id, callback_id, call_id, window_id, number_sealed, number_index,
                                   reason, state, owed_us, next_us, attempts)
             VALUES ($1, $2, $2, $3, $4, $5, $6, 'owed', $7, $7, 0)
             ON CONFLICT (call_id) DO NOTHING",
        )
        .bind(&rows.operator).bind(&rows.call).bind(&owed.window)
        .bind(owed.number.sealed.as_slice()).bind(&owed.number.index)
        .bind(&owed.reason).bind(owed.at)
        .execute(&mut **t).await.map(drop)
    })
    .attempt("owe a call-back")
}
