//! A sign-in under way: what must come back, from which browser, and until when.

use std::time::Duration;

use domain::ids::AccountId;
use domain::private::Private;
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::super::error::AccessError;
use super::super::house::House;
use super::super::store::{AttemptRow, Stage, Store};
use super::browser::{BrowserSecret, drawn, hash, is_drawn};
use super::fault::Turned;

/// Somebody finds their password at the provider, or their telephone.
pub(super) const WITHIN: Duration = Duration::from_secs(600);

/// What goes to the provider and must come back, and what stays here. Never printed.
pub(super) struct Begun {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    nonce: String,
    verifier: String,
}

/// Who is there, but for the second factor.
#[derive(Serialize, Deserialize)]
struct Half {
    account: String,
}

impl House {
    /// Remembers a sign-in of this browser before it leaves for the provider.
    pub(super) async fn begin(&self, browser: &BrowserSecret) -> Result<Begun, AccessError> {
        let begun = Begun { state: drawn(), nonce: drawn(), verifier: drawn() };
        let kept = Kept { nonce: begun.nonce.clone(), verifier: begun.verifier.clone() };
        self.remember(hash(&begun.state), browser, Stage::Away, &kept).await?;
        Ok(begun)
    }

    /// What was remembered for this state, once and for the browser that began only.
    pub(super) async fn returned(&self, state: &str, browser: &BrowserSecret) -> Result<Begun, Turned> {
        if !is_drawn(state) {
            return Err(Turned::Late);
        }
        let hash = hash(state);
        let found = self.store.take_attempt(&hash, Stage::Away, self.deps.clock.now()).await?;
        let (of, sealed) = found.ok_or(Turned::Late)?;
        if !bool::from(of.as_bytes().ct_eq(browser.hash().as_bytes())) {
            return Err(Turned::Late);
        }
        let Kept { nonce, verifier } = self.opened_attempt(&hash, &sealed)?;
        Ok(Begun { state: state.to_owned(), nonce, verifier })
    }

    /// Waits for the second factor of this account in this browser.
    pub(super) async fn await_factor(
        &self,
        account: AccountId,
        browser: &BrowserSecret,
    ) -> Result<(), AccessError> {
        let half = Half { account: account.to_string() };
        self.remember(browser.hash(), browser, Stage::SecondFactor, &half).await
    }

    pub(super) async fn awaited(&self, browser: &BrowserSecret) -> Result<Option<AccountId>, AccessError> {
        let (hash, now) = (browser.hash(), self.deps.clock.now());
        let Some(sealed) = self.store.attempt(&hash, Stage::SecondFactor, now).await? else {
            return Ok(None);
        };
        let half: Half = self.opened_attempt(&hash, &sealed)?;
        Ok(half.account.parse().ok())
    }

    async fn remember(
        &self,
        hash: String,
        browser: &BrowserSecret,
        stage: Stage,
        what: &impl Serialize,
    ) -> Result<(), AccessError> {
        let now = self.deps.clock.now();
        let text = serde_json::to_string(what).map_err(|_| AccessError::Hash)?;
        let sealed = self.store.seal_attempt(&hash, &Private::new(text))?;
        let until: Instant = now + WITHIN;
        let row = AttemptRow { hash, browser: browser.hash(), stage, sealed, until };
        let mut tx = self.deps.db.begin().await?;
        Store::forget_attempts(&mut tx, now).await?;
        Store::add_attempt(&mut tx, &row).await?;
        Ok(tx.commit().await?)
    }

    fn opened_attempt<T: for<'de> Deserialize<'de>>(
        &self,
        hash: &str,
        sealed: &[u8],
    ) -> Result<T, AccessError> {
        let text = self.store.open_attempt(hash, sealed)?;
        serde_json::from_str(text.reveal()).map_err(|_| AccessError::Hash)
    }
}
