//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::house::Served;
use crate::load::LoadOptions;
use crate::round::Plan;

/// How fast the line is, measured against what no implementation can do without.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) how: How,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct How {
    /// Short rounds and few of them, to see that it works: never a result.
    #[arg(long, global = true)]
    pub(crate) quick: bool,
    /// Whole rounds, but only so many: to look at one change. Fewer than seven valid ones are never a result.
    #[arg(long, global = true)]
    pub(crate) rounds: Option<usize>,
    /// The store of the rows that have one.
    #[arg(long, global = true, value_enum, default_value_t = Engine::Postgres)]
    pub(crate) store: Engine,
    /// Where results.json and ratios.svg are written.
    #[arg(long, global = true, default_value = "target/bench")]
    pub(crate) out: PathBuf,
    /// The results.json of an earlier run: what got worse by more than rounds differ fails.
    #[arg(long, global = true)]
    pub(crate) against: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Postgres,
    Sqlite,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Every row, one after another.
    All,
    /// Row 1: call → decision → ring offered, one in flight.
    Call,
    /// Row 1 in open loop: calls come whether the line keeps up or not.
    CallOpen {
        /// Calls per second.
        #[arg(long, value_delimiter = ',', default_value = "50,200,500")]
        rates: Vec<f64>,
    },
    /// Rows 2 and 2b: escalate → paged, and how late the next rung is.
    Page,
    /// Row 3: triage outcome durable, 1 and 64 in flight.
    Triage,
    /// Row 4: referral released → received and acknowledged, 1 and 16 in flight.
    Referral,
    /// Row 5: who is on call at T.
    OnDuty,
    /// Row 5b: a year of the rota audited.
    Audit,
    /// Row 6: durable arrivals per second.
    Arrivals,
    /// Row 1 through SIP: INVITE of the caller → INVITE at a desk's telephone.
    Sip {
        /// Calls per second.
        #[arg(long, value_delimiter = ',', default_value = "50,200,500")]
        rates: Vec<f64>,
    },
    /// Work for a whole line for minutes: calls, records, consoles; its memory meanwhile.
    Load(LoadOptions),
    /// One service of the line with the echo beside it, as a process that a row starts and kills.
    #[command(hide = true)]
    Serve {
        #[arg(value_enum)]
        what: Served,
        #[arg(long)]
        url: String,
        #[arg(long)]
        redis: String,
        #[arg(long)]
        folder: PathBuf,
    },
}

impl How {
    pub(crate) fn plan(&self) -> Plan {
        let plan = if self.quick { Plan::quick() } else { Plan::whole() };
        match self.rounds {
            Some(rounds) => Plan { most: rounds, ..plan },
            None => plan,
        }
    }
}
