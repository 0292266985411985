//! What was said, sealed under the data key of its operator and year.

use domain::ids::OperatorId;
use domain::private::Private;
use domain::time::Instant;
use shell::on;
use shell::seal::Place;
use shell::seal::data_keys::DataKeyFault;
use shell::store::{Attempt, Batch, StoreError};

use super::{ReferralRow, Store, unreadable};
use crate::error::ReferralError;

/// One sealed text of a referral.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// changes, content, question, answer, note.
    pub(crate) kind: &'static str,
    pub(crate) number: i64,
    pub(crate) text: Private<String>,
}

impl Words {
    pub(crate) fn new(kind: &'static str, number: i64, text: impl Into<String>) -> Self {
        Self { kind, number, text: Private::new(text.into()) }
    }
}

/// Notes by their number: of corrections by version; from here on of declines, by the place of who declined; from the
/// next on of what was settled by hand, by revision.
pub(crate) const DECLINES: i64 = 500;
pub(crate) const BY_HAND: i64 = 1000;

/// A text as it is kept: its kind, its number, when it was said.
pub(crate) type Kept = (String, i64, i64, Private<String>);

fn year(year: i64) -> Result<i16, StoreError> {
    i16::try_from(year).map_err(|_| unreadable("a year"))
}

fn place<'a>(row: &'a str, kind: &'a str) -> Place<'a> {
    Place { table: "referral_content", row, column: kind }
}

impl Store {
    /// Its data key is at hand before the transaction: making one is a write of its own.
    pub(crate) async fn ready(&self, operator: &OperatorId, of: i64) -> Result<(), ReferralError> {
        let place = Place { table: "data_key", row: "", column: "tried" };
        let tried = Private::new(String::new());
        Ok(self.keys.seal(operator, year(of)?, place, &tried).await.map(drop)?)
    }

    /// What was said before under the same kind and number gives way.
    pub(crate) async fn add_words(
        &self,
        batch: &mut Batch,
        of: &ReferralRow,
        words: &Words,
        now: Instant,
    ) -> Result<(), ReferralError> {
        let row = format!("{}/{}", of.referral_id, words.number);
        let operator = of.operator()?;
        let sealed =
            self.keys.seal(&operator, year(of.seal_year)?, place(&row, words.kind), &words.text).await?;
        let said = [
            (&of.referral_id).into(),
            words.kind.into(),
            words.number.into(),
            now.micros().into(),
            sealed.into(),
        ];
        batch.add(
            "INSERT INTO referral_content (referral_id, kind, number, at_us, sealed) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (referral_id, kind, number) DO UPDATE SET sealed = excluded.sealed",
            said,
        );
        Ok(())
    }

    pub(crate) async fn words(
        &self,
        referral: &str,
        kind: &str,
        number: i64,
    ) -> Result<Option<Private<String>>, ReferralError> {
        let sealed: Option<Vec<u8>> = on!(self.db.read(), pool => {
            sqlx::query_scalar(
                "SELECT sealed FROM referral_content WHERE referral_id = $1 AND kind = $2 AND number = $3",
            )
            .bind(referral).bind(kind).bind(number).fetch_optional(pool).await
        })
        .attempt("read what was said")?;
        let Some(sealed) = sealed else { return Ok(None) };
        Ok(Some(self.opened(referral, kind, number, &sealed).await?))
    }

    /// All of a referral, by kind and number.
    pub(crate) async fn all_words(&self, referral: &str) -> Result<Vec<Kept>, ReferralError> {
        let rows: Vec<(String, i64, i64, Vec<u8>)> = on!(self.db.read(), pool => {
            sqlx::query_as(
                "SELECT kind, number, at_us, sealed FROM referral_content WHERE referral_id = $1 ORDER BY kind, number",
            )
            .bind(referral).fetch_all(pool).await
        })
        .attempt("read what was said")?;
        let mut kept = Vec::with_capacity(rows.len());
        for (kind, number, at, sealed) in rows {
            let text = self.opened(referral, &kind, number, &sealed).await?;
            kept.push((kind, number, at, text));
        }
        Ok(kept)
    }

    pub(crate) async fn opened(
        &self,
        referral: &str,
        kind: &str,
        number: i64,
        sealed: &[u8],
    ) -> Result<Private<String>, DataKeyFault> {
        let row = format!("{referral}/{number}");
        self.keys.open(place(&row, kind), sealed).await
    }
}
