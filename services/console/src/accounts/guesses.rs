//! Guesses at one login.
//!
//! Each is counted before it is judged, so that a thousand at once are a thousand; what was right is taken
//! back. The login rests, not the account: whether somebody has it, whether the password was right and
//! whether a code was wrong makes no difference to the wait, so the wait tells nothing and may be told.

use std::time::Duration;

use domain::time::Instant;

use super::error::AccessError;
use super::house::House;
use super::settings::Locking;
use super::store::Store;

/// How long a login rests after so many failures.
fn rest_after(failed: i64, locking: &Locking) -> Option<Duration> {
    let beyond = failed - i64::from(locking.failures);
    let doublings = u32::try_from(beyond.clamp(0, 20)).unwrap_or(0);
    (beyond >= 0).then(|| locking.first.saturating_mul(1 << doublings).min(locking.most))
}

impl House {
    /// Counts a guess at this login, or refuses it while the login rests.
    pub(crate) async fn count_guess(&self, index: &str, now: Instant) -> Result<(), AccessError> {
        let locking = &self.settings.locking;
        let mut tx = self.deps.db.begin().await?;
        let (failed, resting) = Store::count_guess(&mut tx, index, locking, now).await?;
        if let Some(until) = resting {
            metrics::counter!("tomoshibi_sign_in_refused_total", "why" => "login").increment(1);
            return Err(AccessError::TooMany(until.since(now)));
        }
        if let Some(rest) = rest_after(failed, locking) {
            Store::rest(&mut tx, index, now + rest).await?;
        }
        Store::forget_guesses(&mut tx, now - locking.forget).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_failure_rests_a_minute_and_each_further_one_twice_as_long_up_to_a_quarter_of_an_hour() {
        let minutes = |failed| rest_after(failed, &Locking::default()).map(|rest| rest.as_secs() / 60);

        assert_eq!([1, 4].map(minutes), [None, None]);
        assert_eq!([5, 6, 7, 8, 9, 100, i64::MAX].map(minutes), [1, 2, 4, 8, 15, 15, 15].map(Some));
    }
}
