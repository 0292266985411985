//! What accounts need of the house.

use std::sync::Arc;

use on_call_rota::Rota;
use shell::access::{Browser, Sessions};
use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::clock::Clock;
use shell::ids::Ids;
use shell::seal::Sealer;
use shell::store::Db;
use tokio::sync::watch;

#[derive(Clone, Debug)]
pub struct AccountsDeps {
    pub db: Db,
    pub clock: Clock,
    pub ids: Ids,
    pub alarms: Alarms,
    pub sealer: Sealer,
    pub sessions: Sessions,
    pub audit: Audit,
    pub browser: Browser,
    /// Names of operators, and who is staff.
    pub rota: watch::Receiver<Arc<Rota>>,
}
