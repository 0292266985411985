//! What accounts need to know from outside. Every value is a setting with its origin in
//! `tomoshibi/default.toml`.

use std::net::IpAddr;
use std::time::Duration;

use super::oidc::OidcSettings;

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub struct AccountsSettings {
    pub hashing: Hashing,
    pub locking: Locking,
    pub per_source: SourceLimit,
    /// Letters that a new password has at least; 8 is the least that the guideline for medical systems allows
    /// beside a second factor.
    pub password_letters: usize,
    /// The second way in, if there is one.
    pub oidc: Option<OidcSettings>,
    /// How long an emergency sign-in holds.
    pub break_glass_lasts: Duration,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// Effective settings, secrets masked, for those who may see them.
    pub settings: Vec<SettingShown>,
    pub prompts: Vec<PromptShown>,
}

impl Default for AccountsSettings {
    fn default() -> Self {
        Self {
            hashing: Hashing::default(),
            locking: Locking::default(),
            per_source: SourceLimit::default(),
            password_letters: 12,
            oidc: None,
            break_glass_lasts: 60 * MINUTE,
            proxies: Vec::new(),
            settings: Vec::new(),
            prompts: Vec::new(),
        }
    }
}

/// argon2id (RFC 9106). The default is OWASP's first choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashing {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
    /// Passwords hashed at the same time: each takes the memory and a core.
    pub at_once: usize,
    /// Sign-ins that wait for that; beyond it they are told to come again.
    pub waiting: usize,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1, at_once: 2, waiting: 64 }
    }
}

/// Guesses at one login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locking {
    /// This many failures, then the login rests.
    pub failures: u32,
    /// The first rest; each further failure doubles it.
    pub first: Duration,
    pub most: Duration,
    /// Without a failure for so long, all is forgotten.
    pub forget: Duration,
}

impl Default for Locking {
    fn default() -> Self {
        Self { failures: 5, first: MINUTE, most: 15 * MINUTE, forget: 24 * 60 * MINUTE }
    }
}

/// Guesses from one address, at whatever logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLimit {
    pub failures: u32,
    pub within: Duration,
}

impl Default for SourceLimit {
    fn default() -> Self {
        Self { failures: 30, within: 10 * MINUTE }
    }
}

/// A setting as it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingShown {
    pub key: String,
    pub value: String,
    pub origin: String,
    pub note: String,
}

/// A clip that the line can play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptShown {
    pub prompt: String,
    pub language: String,
    pub words: String,
    pub milliseconds: u32,
}
