//! Cases handed to centres and duty hospitals until somebody has taken them.

mod asker;
mod centre;
mod centre_server;
mod changes;
mod choose;
mod cloudevent;
mod config;
mod csv;
mod directory;
mod drafts;
mod error;
mod fhir;
mod fhir_server;
mod keeper;
mod payer;
mod postman;
mod record;
mod referral_server;
mod releaser;
mod render;
mod sheet;
mod show;
mod start;
mod store;
mod subscribe;
mod target_list;
mod waker;
mod webhook;
mod wire;

pub use centre_server::CentreServer;
pub use config::{Limits, Settings};
pub use keeper::TOPIC;
pub use referral_server::ReferralServer;
pub use start::{Deps, Referrals, StartFault, start};
pub use webhook::WebhookFault;
