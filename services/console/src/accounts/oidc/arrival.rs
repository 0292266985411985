//! Somebody comes back from the provider: whose account that is, what still lacks, and the session.

use std::time::Duration;

use domain::access::SessionKind;
use domain::ids::AccountId;
use domain::time::Instant;
use proto::console::v1 as pb;
use shell::access::{Limits, Opened, Sessions};

use super::super::error::AccessError;
use super::super::house::House;
use super::super::sign_in::{Factor, Proven, Second, Way, normal};
use super::super::source::Origin;
use super::super::store::{Account, Store};
use super::browser::BrowserSecret;
use super::fault::Turned;
use super::told::{Named, Told};

const TOO_LATE: &str = "this sign-in took too long: begin again at the provider";

/// How far somebody came.
#[derive(Debug)]
pub(super) enum Arrived {
    In(Opened),
    /// Our second factor is awaited, from whoever shows this.
    Half(BrowserSecret),
}

impl House {
    pub(super) async fn arrive(&self, told: &Told, from: Origin, device: &str) -> Result<Arrived, Turned> {
        let account = self.account_of(&told.named).await?;
        let Some(account) = account else { return Err(self.turn_away(None, "unknown", from).await.into()) };
        if account.disabled {
            return Err(self.turn_away(Some(&account), "disabled", from).await.into());
        }
        match (told.second_factor, account.has_totp()) {
            (true, _) => Ok(Arrived::In(self.let_in(&account, told.shown_at, device).await?)),
            (false, true) => Ok(Arrived::Half(self.half_way(&account).await?)),
            // Nobody vouches for a second factor, and none is set up here: the password comes first.
            (false, false) => Err(self.turn_away(Some(&account), "no_second_factor", from).await.into()),
        }
    }

    async fn account_of(&self, named: &Named) -> Result<Option<Account>, AccessError> {
        match named {
            Named::Subject(subject) => self.store.by_oidc(&self.subject_index(subject.reveal())?).await,
            Named::Login(login) => self.store.by_login(&normal(login.reveal())).await,
        }
    }

    async fn half_way(&self, account: &Account) -> Result<BrowserSecret, AccessError> {
        let browser = BrowserSecret::fresh();
        self.await_factor(account.id, &browser).await?;
        Ok(browser)
    }

    async fn let_in(
        &self,
        account: &Account,
        shown_at: Option<Instant>,
        device: &str,
    ) -> Result<Opened, AccessError> {
        let sessions = self.sessions_since(shown_at);
        let tx = self.deps.db.begin().await?;
        let way = Way { kind: SessionKind::Oidc, device, reason: None };
        self.open(tx, &sessions, account, &Factor::None, &way).await
    }

    /// Fresh is who showed themselves just now; the provider may have let them through without.
    fn sessions_since(&self, shown_at: Option<Instant>) -> Sessions {
        let limits = self.deps.sessions.limits();
        let ago = shown_at.map_or(Duration::MAX, |at| self.deps.clock.now().since(at));
        let limits = Limits { fresh: limits.fresh.saturating_sub(ago), ..limits };
        Sessions::new(self.deps.db.clone(), self.deps.clock.clone(), self.deps.ids.clone(), limits)
    }

    /// The second factor of who came half way. It is guessed at no oftener than beside a password.
    pub(crate) async fn finish(
        &self,
        browser: Option<BrowserSecret>,
        code: &str,
        from: Origin,
        device: &str,
    ) -> Result<(AccountId, Opened), AccessError> {
        let now = self.deps.clock.now();
        let browser = browser.ok_or(AccessError::NotNow(TOO_LATE))?;
        let id = self.awaited(&browser).await?.ok_or(AccessError::NotNow(TOO_LATE))?;
        self.sources.count(from, now)?;
        let account = self.store.by_id(id).await?.ok_or(AccessError::Wrong)?;
        let index = self.store.login_index(&self.home, &account.login);
        self.count_guess(&index, now).await?;
        if account.disabled {
            return Err(self.turn_away(Some(&account), "disabled", from).await);
        }
        match self.shown_factor(&account, code)? {
            Some(factor) => self.complete(Proven { account, factor, index, from }, &browser, device).await,
            None => Err(self.turn_away(Some(&account), "second_factor", from).await),
        }
    }

    /// One that is there: an account whose second factor was taken off meanwhile has none to show.
    fn shown_factor(&self, account: &Account, code: &str) -> Result<Option<Factor>, AccessError> {
        match account.has_totp() {
            true => self.factor(Some(account), Second::Code(code)),
            false => Ok(None),
        }
    }

    async fn complete(
        &self,
        proven: Proven,
        browser: &BrowserSecret,
        device: &str,
    ) -> Result<(AccountId, Opened), AccessError> {
        let mut tx = self.deps.db.begin().await?;
        let first = Store::end_attempt(&mut tx, &browser.hash()).await?;
        if !(first && self.take(&mut tx, &proven).await?) {
            drop(tx);
            return Err(self.turn_away(Some(&proven.account), "second_factor", proven.from).await);
        }
        let way = Way { kind: SessionKind::Oidc, device, reason: None };
        let opened = self.open(tx, &self.deps.sessions, &proven.account, &proven.factor, &way).await?;
        Ok((proven.account.id, opened))
    }

    pub(crate) async fn described_provider(&self) -> Option<pb::Provider> {
        let provider = self.provider.as_ref()?;
        Some(pb::Provider {
            name_ja: provider.settings.name_ja.clone(),
            name_en: provider.settings.name_en.clone(),
            answers: provider.answers().await,
        })
    }
}
