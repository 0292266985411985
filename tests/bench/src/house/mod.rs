//! One service of the line in a process of its own, behind the gate and over a socket, with the echo
//! beside it: what the binary does, for one service, so that a row can measure it and kill it.

mod far;
mod serve;
mod services;

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;
use shell::access::{Access, Limits, Sessions};
use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::grpc::auth::Token;
use shell::ids::Ids;
use shell::process::{Process, ProcessId};
use shell::reconciler::Status;
use shell::seal::Sealer;
use shell::seal::data_keys::DataKeys;
use shell::shutdown::Shutdown;
use shell::store::{Db, StoreSettings};

pub(crate) use far::Service;
pub(crate) use serve::serve;

/// Connections of the binary's default.
const CONNECTIONS: u32 = 16;
/// What a service may wait for another.
const LIMIT: Duration = Duration::from_secs(20);
/// Nobody is signed out in the middle of a run.
const SESSION: Duration = Duration::from_secs(12 * 3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Served {
    Routing,
    Escalation,
    /// With escalation, which pays what codes owe.
    Triage,
    /// With triage, whose records are handed over, and escalation.
    Referral,
    /// A rota in memory.
    OnDuty,
}

impl Served {
    fn word(self) -> &'static str {
        match self {
            Self::Routing => "routing",
            Self::Escalation => "escalation",
            Self::Triage => "triage",
            Self::Referral => "referral",
            Self::OnDuty => "on-duty",
        }
    }
}

/// What every service needs. The folder has the rota, the token and the keys.
struct House {
    db: Db,
    clock: Clock,
    ids: Ids,
    bus: Bus,
    alarms: Alarms,
    shutdown: Shutdown,
    sealer: Sealer,
    data_keys: DataKeys,
    access: Access,
    token: Token,
    status: Status,
    process: Process,
}

impl House {
    async fn open(what: Served, url: &str, redis: &str, folder: &Path) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let ids = Ids::new(clock.clone());
        let db = Db::open(&StoreSettings { connections: CONNECTIONS, ..StoreSettings::at(url) }).await?;
        let process = Process { id: ProcessId(ids.draw()), node: what.word().to_owned() };
        process.arrive(&db, clock.now()).await?;
        let shutdown = Shutdown::new();
        tokio::spawn({
            let (process, db, clock, shutdown) =
                (process.clone(), db.clone(), clock.clone(), shutdown.clone());
            async move { process.stay(&db, &clock, &shutdown).await }
        });
        let (alarms, _raising) = Alarms::start(db.clone(), clock.clone(), ids.clone());
        let token = Token::load(&folder.join("token"), true)?;
        let sealer = Sealer::at(&folder.join("keys.toml"), true)?;
        let audit = Audit::new(db.clone(), clock.clone(), &sealer);
        let sessions = sessions(&db, &clock, &ids);
        Ok(Self {
            data_keys: DataKeys::new(db.clone(), clock.clone(), ids.clone(), sealer.clone()),
            access: Access::new(token.clone(), sessions, audit, clock.clone()),
            bus: Bus::on_redis(redis)?,
            status: Status::default(),
            db,
            clock,
            ids,
            alarms,
            shutdown,
            sealer,
            token,
            process,
        })
    }
}

/// As the bench opens them and the gate finds them.
pub(crate) fn sessions(db: &Db, clock: &Clock, ids: &Ids) -> Sessions {
    let limits = Limits { idle: SESSION, absolute: SESSION, fresh: SESSION };
    Sessions::new(db.clone(), clock.clone(), ids.clone(), limits)
}
