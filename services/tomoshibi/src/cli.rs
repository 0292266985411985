//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

/// 灯 Tomoshibi: a 24-hour psychiatric consultation line. Without a command it serves, with an example line.
#[derive(Debug, Parser)]
#[command(name = "tomoshibi", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub line: LineArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the line: all services, or only the ones named
    Serve {
        #[arg(value_enum)]
        services: Vec<Service>,
    },
    /// Check settings, rota and phones without opening anything, and print the effective values
    Check {
        /// Print the commented defaults instead
        #[arg(long)]
        defaults: bool,
    },
    /// Bring the schema of the store up to date and end; several at once are harmless
    Migrate,
    /// Calls as the ledger has them
    Calls {
        /// Go on with every new entry
        #[arg(long)]
        follow: bool,
        #[arg(long)]
        json: bool,
        /// Only this call
        #[arg(long, value_name = "ID")]
        call: Option<String>,
        /// At most this many, newest first
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: u32,
        #[command(flatten)]
        at: At,
    },
    /// Desks: who sits where, and what they are doing
    Desks {
        #[command(subcommand)]
        command: Option<DeskCommand>,
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
    /// Whom cases are handed to, as a file for spreadsheets
    Target {
        #[command(subcommand)]
        command: TargetCommand,
        #[command(flatten)]
        at: At,
    },
    /// The days 日報: how each was sealed and reviewed, whether it is as it was, and files of them
    DailyLog {
        #[command(subcommand)]
        command: DailyLogCommand,
        #[command(flatten)]
        at: At,
    },
    /// The psychiatrist on call: start a ladder, see it climbed, answer it
    Page {
        #[command(subcommand)]
        command: PageCommand,
        #[command(flatten)]
        at: At,
    },
    /// A drill over real SIP: rings the line, answers as counsellors, listens both ways, shows the budgets;
    /// exit code 2 where something did not hold
    Rehearse(RehearseArgs),
    /// Who is on duty: check, ask and compare rota files
    #[command(subcommand)]
    Rota(RotaCommand),
    /// Who did what: whether the log is as it was written; no line needs to run
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The keys that seal personal data
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Who may sign in to the console: add, reset, list; no line needs to run
    #[command(subcommand)]
    Account(AccountCommand),
}

/// Where the settings come from. Defaults < file < environment (TOMOSHIBI_…) < these flags.
#[derive(Clone, Debug, Default, Args)]
pub struct LineArgs {
    /// Settings file (TOML); see `default.toml` for every key
    #[arg(long, global = true, env = "TOMOSHIBI_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data folder: embedded store, keys, spool, phone accounts
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Rota file
    #[arg(long = "rota-file", global = true, value_name = "FILE")]
    pub rota: Option<PathBuf>,
    /// SIP address, UDP and TCP; may be given more than once
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub sip: Vec<String>,
    /// HTTP and gRPC address
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub http: Option<String>,
}

/// A service of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Service {
    Routing,
    Telephony,
    Escalation,
    Triage,
    Referral,
    #[value(alias = "daily_log")]
    DailyLog,
    Console,
    /// The page that anybody may read; needs no store
    Public,
}

impl Service {
    pub const ALL: [Self; 8] = [
        Self::Routing,
        Self::Telephony,
        Self::Escalation,
        Self::Triage,
        Self::Referral,
        Self::DailyLog,
        Self::Console,
        Self::Public,
    ];

    /// As it is written on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

#[derive(Clone, Debug, Subcommand)]
pub enum PageCommand {
    /// Page whoever is on call, rung by rung, until somebody acts
    Start(PageStart),
    /// Escalations with their story and every page
    List {
        /// Go on with every change
        #[arg(long)]
        follow: bool,
        #[arg(long)]
        json: bool,
        /// Only what is not settled
        #[arg(long)]
        open: bool,
        /// Only of this call
        #[arg(long, value_name = "ID")]
        call: Option<String>,
    },
    /// Say yes for somebody who is on the ladder; code 2 when another was faster
    Accept {
        escalation: String,
        /// Who says yes
        #[arg(long = "as", value_name = "STAFF")]
        staff: String,
    },
    /// Say no for somebody who is on the ladder
    Decline {
        escalation: String,
        #[arg(long = "as", value_name = "STAFF")]
        staff: String,
    },
    /// Make it more urgent
    Raise {
        escalation: String,
        #[arg(long, value_name = "P1|P2")]
        priority: String,
    },
    /// Give it up, with a reason
    Withdraw {
        escalation: String,
        /// resolved, mistaken, answered, caller_gone, taken_over or other
        #[arg(long, value_name = "CODE")]
        reason: String,
    },
    /// Write down what the doctor said (read from standard input)
    Advise {
        escalation: String,
        #[arg(long = "as", value_name = "STAFF")]
        staff: String,
        /// It was read back to them and they agreed
        #[arg(long)]
        read_back: bool,
    },
    /// Try whether a person can be reached, by each of their contact points; code 2 when not
    Test {
        staff: String,
        #[arg(long)]
        json: bool,
    },
    /// People who wait for a doctor's call-back
    Callers,
    /// Such a person was reached, or need not be rung any more
    Settle {
        #[arg(long, value_name = "ID")]
        call: String,
        /// reached, came_back, doctor_called or other
        #[arg(long, value_name = "CODE")]
        how: String,
    },
    /// Counsellor and doctor talk alone, the caller is on hold
    Consult {
        #[arg(long, value_name = "ID")]
        call: String,
    },
    /// All three hear each other again
    Together {
        #[arg(long, value_name = "ID")]
        call: String,
    },
}

#[derive(Clone, Debug, Args)]
pub struct PageStart {
    /// The call it is about
    #[arg(long, value_name = "ID", required_unless_present = "window")]
    pub call: Option<String>,
    /// Whose ladder; the call's window when left out
    #[arg(long, value_name = "ID")]
    pub window: Option<String>,
    #[arg(long, value_name = "P1|P2|P3")]
    pub priority: String,
    /// risk_imminent, involuntary_care, medication, somatic, police_request, legal or other; may be given again
    #[arg(long, required = true, value_name = "CODE")]
    pub reason: Vec<String>,
    #[arg(long, value_name = "A..G")]
    pub triage_code: Option<String>,
    /// under_10, 10s … 70s, 80_and_over
    #[arg(long, value_name = "CODE")]
    pub age_band: Option<String>,
    /// Who asks for it
    #[arg(long, value_name = "STAFF")]
    pub by: Option<String>,
    /// A word of your own: used twice it is one escalation
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Debug, Subcommand)]
pub enum TargetCommand {
    /// All targets as CSV, to standard output or into a file
    Export {
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Take over every line of a CSV file, or none where one has a fault
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub enum DailyLogCommand {
    /// Days, newest first
    List {
        /// Only this window's
        #[arg(long, value_name = "ID")]
        window: Option<String>,
        #[command(flatten)]
        days: Days,
        #[arg(long)]
        json: bool,
    },
    /// One day with all its figures
    Show {
        #[command(flatten)]
        day: DayArgs,
        #[arg(long)]
        json: bool,
    },
    /// Whether a sealed day is as it was, and comes out the same counted again; exit code 2 where not
    Verify {
        #[command(flatten)]
        day: DayArgs,
    },
    /// Days as a file; it is in the audit
    Export(ExportArgs),
}

#[derive(Clone, Debug, Args)]
pub struct DayArgs {
    #[arg(long, value_name = "ID")]
    pub window: String,
    /// The service date
    #[arg(long, value_name = "DATE")]
    pub date: Date,
    /// A sealed version; the latest when left out
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub version: u32,
}

#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// Only this window's
    #[arg(long, value_name = "ID")]
    pub window: Option<String>,
    #[command(flatten)]
    pub days: Days,
    /// csv, xlsx or json
    #[arg(long, default_value = "csv", value_name = "FORMAT")]
    pub format: String,
    /// What the days of one window are counted from instead, one JSON value a line: ledger, signed records, duty
    #[arg(long, conflicts_with_all = ["format", "publish"])]
    pub raw: bool,
    /// For publishing: counts of 1 to 4 are left out
    #[arg(long)]
    pub publish: bool,
    /// Where it is written; under its own name when left out
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum DeskCommand {
    /// The desk is not rung until it resumes
    Pause { desk: String },
    /// Ends a pause or a wrap-up
    Resume { desk: String },
}

/// A running line.
#[derive(Clone, Debug, Args)]
pub struct At {
    /// Where it is
    #[arg(long = "line", env = "TOMOSHIBI_LINE", value_name = "URL")]
    pub line: Option<String>,
    /// The operator of the rota; the first one when left out
    #[arg(long, value_name = "ID")]
    pub operator: Option<String>,
}

/// Without options the drill starts a line of its own, unless one answers at the configured address.
#[derive(Clone, Debug, Args)]
pub struct RehearseArgs {
    #[arg(long)]
    pub json: bool,
    /// A line of the drill's own, even when another one runs
    #[arg(long, conflicts_with_all = ["line", "call", "silent", "answering", "phones"])]
    pub own: bool,
    /// Which number of the running line to ring; --sip says where, when it is not where the line says
    #[arg(long, value_name = "NUMBER")]
    pub call: Option<String>,
    /// The desk whose phone rings and does not answer; it is resumed afterwards
    #[arg(long, value_name = "DESK", requires = "answering")]
    pub silent: Option<String>,
    /// The desk whose phone answers; its own phone is off meanwhile. Without it half is checked
    #[arg(long, value_name = "DESK", requires = "call")]
    pub answering: Option<String>,
    /// The phone accounts of the line, when they are not in its data folder
    #[arg(long, value_name = "FILE", requires = "answering")]
    pub phones: Option<PathBuf>,
    /// Stretches every budget, for a machine that is known to be slow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub budget_factor: u32,
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Add an account; prints a one-time password, once
    Add(AccountAdd),
    /// Give a new one-time password, take the second factor off and end the sessions
    Reset { login: String },
    /// Say who an account is at the provider (oidc.claim = "sub"); without --subject the link is taken off
    Link {
        login: String,
        /// The provider's `sub`, letter by letter
        #[arg(long, value_name = "SUB")]
        subject: Option<String>,
    },
    /// Every account of the installation, without names
    List {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub struct AccountAdd {
    /// 3 to 64 of a-z 0-9 . _ - @
    pub login: String,
    /// The operator of the rota; the first one when left out
    #[arg(long, value_name = "ID")]
    pub operator: Option<String>,
    /// counsellor, psychiatrist, supervisor, centre, rota_manager, operator_admin, auditor; may be given again
    #[arg(long = "role", required = true, value_name = "ROLE")]
    pub roles: Vec<String>,
    /// The same person in the rota
    #[arg(long, value_name = "ID")]
    pub staff: Option<String>,
    /// As others see it; the rota's name, or the login, when left out
    #[arg(long)]
    pub name: Option<String>,
    /// A password that was agreed elsewhere, in a file of mode 0600; it need not be changed
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The second factor's secret in base32, in a file of mode 0600
    #[arg(long, value_name = "FILE", requires = "password_file")]
    pub totp_secret_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recompute every chain and name each changed, removed or inserted entry; exit code 2 where one is found
    Verify {
        /// Only this operator's
        #[arg(long, value_name = "ID")]
        operator: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// A new current key in the key ring; the data keys are wrapped under it. Older keys stay and still open
    Rotate,
    /// Only wrap the data keys under the current key, after the secret was changed by other means
    Rewrap,
}

#[derive(Debug, Subcommand)]
pub enum RotaCommand {
    /// List every fault of rota files, with lines and what would be right
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Who is on duty at a moment
    Who {
        #[arg(long, value_name = "FILE")]
        rota: PathBuf,
        /// RFC 3339, such as 2026-12-31T23:30:00+09:00
        #[arg(long, value_name = "TIME")]
        at: Timestamp,
        #[arg(long)]
        json: bool,
    },
    /// Every uncovered stretch; exit code 2 where there are gaps
    Coverage {
        #[arg(long, value_name = "FILE")]
        rota: PathBuf,
        #[command(flatten)]
        days: Days,
        #[arg(long)]
        json: bool,
    },
    /// What a change breaks and mends; exit code 2 where it opens a gap
    Diff {
        old: PathBuf,
        new: PathBuf,
        #[command(flatten)]
        days: Days,
        #[arg(long)]
        json: bool,
    },
    /// The holidays of 祝日法
    Holidays {
        #[arg(long, value_name = "YEAR")]
        from: i16,
        #[arg(long, value_name = "YEAR")]
        to: i16,
        #[arg(long)]
        json: bool,
    },
    /// One person's or one window's shifts as iCalendar
    Ics {
        #[arg(long, value_name = "FILE")]
        rota: PathBuf,
        #[arg(long, value_name = "ID", conflicts_with = "window", required_unless_present = "window")]
        staff: Option<String>,
        #[arg(long, value_name = "ID")]
        window: Option<String>,
        #[command(flatten)]
        days: Days,
    },
}

/// Whole local days, both included.
#[derive(Clone, Copy, Debug, Args)]
pub struct Days {
    #[arg(long, value_name = "DATE")]
    pub from: Date,
    #[arg(long, value_name = "DATE")]
    pub to: Date,
}
