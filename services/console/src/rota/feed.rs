//! A person's calendar (RFC 5545) behind an address that only they know.
//!
//! Calendar programs cannot sign in, so the address itself is the key: 256 bits,
//! kept as a hash, replaced by asking for a new one.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::ToSpan;
use on_call_rota::{Period, Rota};
use sha2::{Digest, Sha256};
use shell::clock::Clock;
use shell::store::Db;
use tokio::sync::watch;

use super::store;

#[derive(Clone)]
struct Feeds {
    db: Db,
    clock: Clock,
    rota: watch::Receiver<Arc<Rota>>,
}

/// `/calendar/<token>.ics`
pub fn routes(db: Db, clock: Clock, rota: watch::Receiver<Arc<Rota>>) -> Router {
    Router::new().route("/calendar/{file}", get(calendar)).with_state(Feeds { db, clock, rota })
}

/// A fresh address: the token for its path, and the hash to keep.
pub(crate) fn fresh() -> (String, String) {
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let hash = hash(&token);
    (token, hash)
}

fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

async fn calendar(State(feeds): State<Feeds>, Path(file): Path<String>) -> Response {
    let Some(token) = file.strip_suffix(".ics") else { return StatusCode::NOT_FOUND.into_response() };
    match store::of_feed(&feeds.db, &hash(token)).await {
        Ok(Some(staff)) => feeds.written(&staff),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl Feeds {
    /// From a month ago to a year ahead.
    fn written(&self, staff: &str) -> Response {
        let now = self.clock.now().timestamp();
        let (month, year) =
            (jiff::SignedDuration::from_hours(31 * 24), jiff::SignedDuration::from_hours(366 * 24));
        let period = Period {
            from: now.saturating_sub(month).unwrap_or(now),
            until: now.saturating_add(year).unwrap_or(now),
        };
        let rota = self.rota.borrow().clone();
        let calendar = staff.parse().ok().and_then(|staff| rota.staff_calendar(&staff, period, now));
        match calendar {
            Some(text) => {
                let head =
                    [(CONTENT_TYPE, "text/calendar; charset=utf-8"), (CACHE_CONTROL, "private, max-age=300")];
                (head, text).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

/// The civil days that a month has.
pub(crate) fn month(year: i32, month: u32) -> Option<(jiff::civil::Date, jiff::civil::Date)> {
    let first = jiff::civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()?;
    Some((first, first.saturating_add(1.month()).saturating_sub(1.day())))
}
