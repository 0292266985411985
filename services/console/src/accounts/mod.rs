//! Who may come in: signing in, one's own account, the accounts of an operator.
//!
//! A password and a second factor, both judged before any answer, so that an
//! answer tells nothing of what was wrong nor of who has an account. Guesses
//! count against the login that was typed, whether somebody has it or not. A provider
//! (`oidc`) may stand in for the password.

mod access_server;
mod admin_server;
mod command;
mod deps;
mod error;
mod factor;
mod guesses;
mod hashing;
mod house;
mod oidc;
mod one_self;
mod password;
mod roster;
mod settings;
mod sign_in;
mod source;
mod store;
mod wire;

pub use access_server::AccessServer;
pub use admin_server::AdminServer;
pub use command::{AddAccount, CommandFault, Listed, add, example, link, list, reset};
pub use deps::AccountsDeps;
pub use house::{Accounts, AccountsFault, start};
pub use oidc::{Claim, OidcFault, OidcSettings, OidcWritten};
pub use settings::{AccountsSettings, Hashing, Locking, PromptShown, SettingShown, SourceLimit};
