//! Who may ask what: every RPC of every service, asked by everybody, near and far, by both roads.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use prost::Message;
use prost_types::FileDescriptorSet;
use shell::testkit::Postgres;
use tests::{
    EVERYBODY, LineSetup, OPERATOR, OTHER_OPERATOR, Road, Session, Shows, TestLine, TestPerson, ask, rota,
    two_operators,
};
use tonic::Code;

/// The roles in the columns.
const ROLES: [&str; 7] =
    ["counsellor", "psychiatrist", "supervisor", "centre", "rota_manager", "operator_admin", "auditor"];

/// Written by hand from the contracts' words, not from the program: x is let in. `!` asks for a fresh sign-in;
/// `anyone` and `signed in` are for all roles, `services` for none.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    //                                                     co ps su ce ro ad au
    ("console.v1.AccessService/SignIn",                   "anyone"),
    ("console.v1.AccessService/BreakGlass",               "anyone"),
    ("console.v1.AccessService/DescribeProvider",         "anyone"),
    ("console.v1.AccessService/FinishOidc",               "anyone"),
    ("console.v1.AccessService/DescribeMe",               "signed in"),
    ("console.v1.AccessService/ChangePassword",           "signed in"),
    ("console.v1.AccessService/BeginTotp",                "signed in"),
    ("console.v1.AccessService/ConfirmTotp",              "signed in"),
    ("console.v1.AccessService/Reauthenticate",           "signed in"),
    ("console.v1.AccessService/ListSessions",             "signed in"),
    ("console.v1.AccessService/RevokeSession",            "signed in"),
    ("console.v1.AdminService/ListAccounts",              ".  .  .  .  .  x  x"),
    ("console.v1.AdminService/CreateAccount",             ".  .  .  .  .  x  . !"),
    ("console.v1.AdminService/ChangeAccount",             ".  .  .  .  .  x  . !"),
    ("console.v1.AdminService/ResetAccount",              ".  .  .  .  .  x  . !"),
    ("console.v1.AdminService/DisableAccount",            ".  .  .  .  .  x  . !"),
    ("console.v1.AdminService/LinkAccount",               ".  .  .  .  .  x  . !"),
    ("console.v1.AdminService/ListSettings",              ".  .  .  .  .  x  x"),
    ("console.v1.AdminService/ListPrompts",               ".  .  x  .  .  x  ."),
    ("console.v1.AdminService/ListAudit",                 ".  .  .  .  .  x  x"),
    ("console.v1.AdminService/VerifyAudit",               ".  .  .  .  .  x  x"),
    ("console.v1.ConsoleService/WatchBoard",              "x  x  x  .  x  .  ."),
    ("console.v1.ConsoleService/SignInDesk",              "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/SignOutDesk",             "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/PauseDesk",               "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/ResumeDesk",              "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/MoveDesk",                ".  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/AnswerCall",              "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/DeclineCall",             "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/HoldCall",                "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/ResumeCall",              "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/ConsultPrivately",        "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/TransferCall",            "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/HangUp",                  "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/ListenIn",                ".  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/TakeOver",                ".  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/Escalate",                "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/WithdrawEscalation",      "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/GetPageCase",             ".  x  x  .  .  .  ."),
    ("console.v1.ConsoleService/AnswerPage",              ".  x  x  .  .  .  ."),
    ("console.v1.ConsoleService/WriteAdvice",             "x  x  x  .  .  .  ."),
    ("console.v1.ConsoleService/SettleSafetyCaller",      "x  .  x  .  .  .  ."),
    ("console.v1.ConsoleService/ListAlarms",              ".  .  x  .  .  x  ."),
    ("console.v1.ConsoleService/SeeAlarm",                ".  .  x  .  .  x  ."),
    ("console.v1.RotaService/GetMonth",                   "x  x  x  .  x  .  ."),
    ("console.v1.RotaService/GetCoverage",                "x  x  x  .  x  .  ."),
    ("console.v1.RotaService/ProposeCover",               "x  x  x  .  x  .  ."),
    ("console.v1.RotaService/AnswerCover",                "x  x  x  .  x  .  ."),
    ("console.v1.RotaService/WithdrawCover",              ".  .  x  .  x  .  ."),
    ("console.v1.RotaService/ListCovers",                 "x  x  x  .  x  .  ."),
    ("console.v1.RotaService/RenewFeed",                  "x  x  x  .  x  .  ."),
    ("escalation.v1.EscalationService/StartEscalation",   "services"),
    ("escalation.v1.EscalationService/ListEscalations",   ".  .  x  .  .  .  ."),
    ("escalation.v1.EscalationService/WatchEscalations",  ".  .  x  .  .  .  ."),
    ("escalation.v1.EscalationService/AcceptPage",        "services"),
    ("escalation.v1.EscalationService/DeclinePage",       "services"),
    ("escalation.v1.EscalationService/RaisePriority",     "services"),
    ("escalation.v1.EscalationService/WithdrawEscalation", "services"),
    ("escalation.v1.EscalationService/WriteAdvice",       "services"),
    ("escalation.v1.EscalationService/ReportAct",         "services"),
    ("escalation.v1.EscalationService/TestPage",          "services"),
    ("escalation.v1.EscalationService/TakeVoicePages",    "services"),
    ("escalation.v1.EscalationService/ReportPage",        "services"),
    ("escalation.v1.EscalationService/ListSafetyCallers", "x  .  x  .  .  .  ."),
    ("escalation.v1.EscalationService/SettleSafetyCaller", "services"),
    ("routing.v1.RoutingService/SeekDesk",                "services"),
    ("routing.v1.RoutingService/ReportOffer",             "services"),
    ("routing.v1.RoutingService/ClaimDesk",               "services"),
    ("routing.v1.RoutingService/EndCall",                 "services"),
    ("routing.v1.RoutingService/ReconcileCalls",          "services"),
    ("routing.v1.RoutingService/WatchPlan",               "services"),
    ("routing.v1.RoutingService/ListDesks",               ".  .  x  .  x  .  ."),
    ("routing.v1.RoutingService/SignIn",                  "services"),
    ("routing.v1.RoutingService/SignOut",                 "services"),
    ("routing.v1.RoutingService/PauseDesk",               "services"),
    ("routing.v1.RoutingService/ResumeDesk",              "services"),
    ("telephony.v1.CallService/ListCalls",                ".  .  x  .  .  .  ."),
    ("telephony.v1.CallService/WatchCalls",               ".  .  x  .  .  .  ."),
    ("telephony.v1.CallService/ListCallBacks",            "x  .  x  .  .  .  ."),
    ("telephony.v1.CallService/ConsultPrivately",         "services"),
    ("telephony.v1.CallService/BringTogether",            "services"),
    ("telephony.v1.CallService/DescribeLine",             "services"),
    ("telephony.v1.CallControlService/AnswerOffer",       "services"),
    ("telephony.v1.CallControlService/DeclineOffer",      "services"),
    ("telephony.v1.CallControlService/HoldCaller",        "services"),
    ("telephony.v1.CallControlService/ResumeCaller",      "services"),
    ("telephony.v1.CallControlService/TransferCall",      "services"),
    ("telephony.v1.CallControlService/ListenIn",          "services"),
    ("telephony.v1.CallControlService/TakeOver",          "services"),
    ("telephony.v1.CallControlService/HangUp",            "services"),
    ("referral.v1.CentreService/Subscribe",               ".  .  .  x  .  .  ."),
    ("referral.v1.CentreService/Acknowledge",             ".  .  .  x  .  .  ."),
    ("referral.v1.CentreService/Accept",                  ".  .  .  x  .  .  ."),
    ("referral.v1.CentreService/Decline",                 ".  .  .  x  .  .  ."),
    ("referral.v1.CentreService/AskBack",                 ".  .  .  x  .  .  ."),
    ("referral.v1.CentreService/ReportArrival",           ".  .  .  x  .  .  ."),
    ("referral.v1.CentreService/ReportOutcome",           ".  .  .  x  .  .  ."),
    ("referral.v1.CentreService/ListCases",               ".  .  .  x  .  .  ."),
    ("referral.v1.CentreService/ReportPlaces",            ".  .  .  x  .  .  ."),
    ("referral.v1.ReferralService/DraftReferral",         "x  .  x  .  .  .  ."),
    ("referral.v1.ReferralService/ReleaseReferral",       "x  .  x  .  .  .  ."),
    ("referral.v1.ReferralService/RecallReferral",        "x  .  x  .  .  .  ."),
    ("referral.v1.ReferralService/CorrectReferral",       "x  .  x  .  .  .  ."),
    ("referral.v1.ReferralService/AnswerQuestion",        "x  .  x  .  .  .  ."),
    ("referral.v1.ReferralService/ListReferrals",         "x  .  x  .  .  .  x"),
    ("referral.v1.ReferralService/GetReferral",           "x  x  x  .  .  .  ."),
    ("referral.v1.ReferralService/GetSheet",              "x  .  x  x  .  .  ."),
    ("referral.v1.ReferralService/SettleByHand",          ".  .  x  .  .  .  ."),
    ("referral.v1.ReferralService/ChooseHospital",        "x  .  x  x  .  .  ."),
    ("referral.v1.ReferralService/ListTargets",           "x  .  x  x  .  x  ."),
    ("referral.v1.ReferralService/SaveTarget",            ".  .  x  .  .  x  ."),
    ("referral.v1.ReferralService/ExportTargets",         ".  .  x  .  .  x  ."),
    ("referral.v1.ReferralService/ImportTargets",         ".  .  x  .  .  x  . !"),
    ("daily_log.v1.DailyLogService/ListDays",             "x  .  x  x  .  x  x"),
    ("daily_log.v1.DailyLogService/GetDay",               "x  .  x  x  .  x  x"),
    ("daily_log.v1.DailyLogService/VerifyDay",            ".  .  x  x  .  x  x"),
    ("daily_log.v1.DailyLogService/ReviewDay",            ".  .  .  x  .  .  . !"),
    ("daily_log.v1.DailyLogService/ExportDays",           ".  .  x  x  .  x  . !"),
    ("daily_log.v1.DailyLogService/GetReport",            ".  .  x  x  .  x  x"),
    ("daily_log.v1.DailyLogService/ExportReport",         ".  .  x  x  .  x  . !"),
    ("daily_log.v1.DailyLogService/ListNightSupport",     ".  .  x  .  .  x  . !"),
    ("triage.v1.TriageService/DescribeForm",              "x  x  x  .  .  x  ."),
    ("triage.v1.TriageService/Assess",                    "x  .  x  .  .  x  ."),
    ("triage.v1.TriageService/OpenRecord",                "x  .  x  .  .  .  ."),
    ("triage.v1.TriageService/SaveRecord",                "x  .  x  .  .  .  ."),
    ("triage.v1.TriageService/SignRecord",                "x  .  x  .  .  .  ."),
    ("triage.v1.TriageService/AmendRecord",               "x  .  x  .  .  .  ."),
    ("triage.v1.TriageService/HandOverRecord",            "x  .  x  .  .  .  ."),
    ("triage.v1.TriageService/GetRecord",                 "x  x  x  .  .  .  x"),
    ("triage.v1.TriageService/ListRecords",               "x  .  x  .  .  .  x"),
    ("triage.v1.TriageService/GetCase",                   "x  x  x  .  .  .  ."),
    ("triage.v1.TriageService/FindPeople",                "x  .  x  .  .  .  ."),
    ("triage.v1.TriageService/GetPerson",                 "x  x  x  .  .  .  ."),
    ("triage.v1.TriageService/SavePerson",                "x  .  x  .  .  .  ."),
    ("triage.v1.TriageService/LinkPerson",                "x  .  x  .  .  .  ."),
    ("triage.v1.TriageService/MergePeople",               ".  .  x  .  .  .  ."),
    ("triage.v1.TriageService/PartPeople",                ".  .  x  .  .  .  ."),
    ("triage.v1.TriageService/SavePlan",                  "x  x  x  .  .  .  ."),
    ("triage.v1.TriageService/ListProtocols",             ".  .  x  .  .  x  x"),
    ("triage.v1.TriageService/CheckProtocol",             ".  .  .  .  .  x  ."),
    ("triage.v1.TriageService/PublishProtocol",           ".  .  .  .  .  x  . !"),
    ("triage.v1.TriageService/SetLegalHold",              ".  .  x  .  .  x  ."),
    ("triage.v1.TriageService/RunRetention",              ".  .  .  .  .  x  . !"),
    // The last: after it the session is no more.
    ("console.v1.AccessService/SignOut",                  "signed in"),
];

/// What the gate makes of a request. Its words are the handlers' to use as well, but not these whole ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    LetIn,
    Stranger,
    WrongRole,
    OtherOperator,
    Unfinished,
    NotFresh,
}

fn judged(code: Code, said: &str) -> Gate {
    if said == "sign in first; a service shows its token" {
        assert_eq!(code, Code::Unauthenticated);
        return Gate::Stranger;
    }
    let (gate, wanted) = match said {
        "your roles do not allow this" => (Gate::WrongRole, Code::PermissionDenied),
        "operator_id is not the operator of your account" => (Gate::OtherOperator, Code::PermissionDenied),
        "change your password and set up your second factor first" => {
            (Gate::Unfinished, Code::FailedPrecondition)
        }
        "prove yourself again first: this asks for a sign-in of the last minutes" => {
            (Gate::NotFresh, Code::FailedPrecondition)
        }
        _ => (Gate::LetIn, code),
    };
    assert_eq!(code, wanted, "{said}");
    gate
}

/// One line of the table.
#[derive(Clone, Copy)]
struct Cell {
    rpc: &'static str,
    who: &'static str,
}

impl Cell {
    fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(rpc, who)| Self { rpc, who })
    }

    fn path(self) -> String {
        format!("/tomoshibi.{}", self.rpc)
    }

    fn is_fresh(self) -> bool {
        self.who.ends_with('!')
    }

    fn is_of_ones_own(self) -> bool {
        self.rpc.starts_with("console.v1.AccessService/")
    }

    fn lets_in(self, role: &str) -> bool {
        match self.who {
            "anyone" | "signed in" => true,
            "services" => false,
            marks => {
                let column = ROLES.iter().position(|known| *known == role).unwrap();
                marks.split_whitespace().nth(column) == Some("x")
            }
        }
    }

    /// What must become of somebody's request.
    fn wanted(self, asker: &Asker) -> Gate {
        match asker.who {
            Who::Service => Gate::LetIn,
            Who::Stranger if self.who == "anyone" => Gate::LetIn,
            Who::Stranger => Gate::Stranger,
            Who::Unfinished if self.is_of_ones_own() => Gate::LetIn,
            Who::Unfinished => Gate::Unfinished,
            Who::Role(role) if self.lets_in(role) => Gate::LetIn,
            Who::Role(_) => Gate::WrongRole,
            Who::Foreign if self.who == "services" => Gate::WrongRole,
            Who::Foreign if self.who == "anyone" => Gate::LetIn,
            Who::Foreign => Gate::OtherOperator,
            Who::Stale if self.is_fresh() && self.lets_in("operator_admin") => Gate::NotFresh,
            Who::Stale => self.wanted(&Asker { who: Who::Role("operator_admin"), shows: Shows::Nothing }),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Role(&'static str),
    Stranger,
    Service,
    /// Everything that one can be, at another operator.
    Foreign,
    /// Everything that one can be, with a one-time password.
    Unfinished,
    /// An administrator whose sign-in was long ago.
    Stale,
}

struct Asker {
    who: Who,
    shows: Shows,
}

/// The accounts of a town.
struct Town {
    people: Vec<(Who, TestPerson)>,
    unfinished: Session,
}

impl Town {
    async fn of(line: &TestLine) -> Self {
        let mut people = Vec::new();
        for role in ROLES {
            people.push((Who::Role(role), TestPerson::with(line, &format!("the.{role}"), &[role]).await));
        }
        let foreign = TestPerson::of(line, OTHER_OPERATOR, "foreign", &ROLES, None).await;
        people.push((Who::Foreign, foreign));
        Self { people, unfinished: unfinished(line).await }
    }

    /// Everybody, newly signed in.
    async fn askers(&self, line: &TestLine) -> Vec<Asker> {
        let mut askers = vec![
            Asker { who: Who::Stranger, shows: Shows::Nothing },
            Asker { who: Who::Service, shows: Shows::token_of(line) },
        ];
        for (who, person) in &self.people {
            askers.push(Asker { who: *who, shows: person.signs_in(line).await.shown() });
        }
        askers
    }
}

/// With the one-time password of `account add`.
async fn unfinished(line: &TestLine) -> Session {
    let mut args = vec!["account", "add", "newcomer", "--operator", OPERATOR];
    ROLES.iter().for_each(|role| args.extend(["--role", role]));
    let said = line.run(&args).await;
    let password = said.out.lines().last().unwrap().trim().to_owned();
    let request = proto::console::v1::SignInRequest {
        login: "newcomer".into(),
        password,
        code: String::new(),
        want_token: true,
    };
    let answer = tests::stranger(line.http).sign_in(request).await.unwrap().into_inner();
    assert!(answer.me.is_some_and(|me| me.must_change_password && me.must_enrol_totp));
    Session::at(line.http, &answer.session_token, OPERATOR)
}

/// Field 1 of every request that a person may make.
fn naming(operator: &str) -> Vec<u8> {
    let length = u8::try_from(operator.len()).unwrap();
    [&[0x0a, length][..], operator.as_bytes()].concat()
}

/// Everybody asks everything; every cell that is not as it should be is told.
async fn asked(
    askers: &[Asker],
    road: Road,
    streams: &BTreeSet<String>,
    at: &impl Fn(&str, Who) -> SocketAddr,
) {
    let mut wrong = Vec::new();
    for asker in askers {
        for cell in Cell::all() {
            // Signing in names no operator.
            let message = if cell.who == "anyone" { Vec::new() } else { naming(OPERATOR) };
            let path = cell.path();
            let answer =
                ask(at(cell.rpc, asker.who), road, &asker.shows, &path, &message, streams.contains(&path))
                    .await;
            let (found, wanted) = (judged(answer.code, &answer.said), cell.wanted(asker));
            if found != wanted {
                wrong
                    .push(format!("{path} by {:?}: {found:?} instead of {wanted:?} ({answer:?})", asker.who));
            }
        }
    }
    assert!(wrong.is_empty(), "{road:?}: {} cells\n{}", wrong.len(), wrong.join("\n"));
}

/// Every RPC of the contracts, and those that answer with a stream.
fn contracts() -> (BTreeSet<String>, BTreeSet<String>) {
    let all = FileDescriptorSet::decode(proto::DESCRIPTOR).unwrap();
    let (mut paths, mut streams) = (BTreeSet::new(), BTreeSet::new());
    for file in all.file {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                if method.server_streaming() {
                    streams.insert(path.clone());
                }
                paths.insert(path);
            }
        }
    }
    (paths, streams)
}

/// Nobody grows tired: no guess of the table shuts the door, and sign-ins stay fresh.
const PATIENT: &str = "[access]\nfailures = 100\nsource_failures = 100000\nfresh = \"1h\"\n";

#[test]
fn every_line_of_the_table_is_an_rpc_of_the_contracts_and_has_a_mark_for_every_role() {
    let (paths, _) = contracts();
    let listed: Vec<String> = Cell::all().map(Cell::path).collect();

    assert_eq!(
        listed.iter().filter(|path| !paths.contains(*path)).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len(), "none is there twice");
    let marked = |cell: &Cell| cell.who.split_whitespace().filter(|mark| ["x", "."].contains(mark)).count();
    assert!(Cell::all().all(|cell| [0, ROLES.len()].contains(&marked(&cell))));
}

/// A contract may come before its service, but no service before its lines in the table.
async fn nothing_else_is_served(line: &TestLine, paths: &BTreeSet<String>, streams: &BTreeSet<String>) {
    let listed: BTreeSet<String> = Cell::all().map(Cell::path).collect();
    for path in paths.difference(&listed) {
        let token = Shows::token_of(line);
        let answer =
            ask(line.http, Road::Grpc, &token, path, &naming(OPERATOR), streams.contains(path)).await;
        assert_eq!(answer.code, Code::Unimplemented, "{path} is served and has no line in the table");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_one_process_every_rpc_is_for_those_of_the_table_and_nobody_else() {
    let line = LineSetup::new().rota(two_operators(&rota(&EVERYBODY, ""))).settings(PATIENT).start().await;
    let (town, (paths, streams)) = (Town::of(&line).await, contracts());
    nothing_else_is_served(&line, &paths, &streams).await;
    for road in [Road::Grpc, Road::Browser] {
        let mut askers = town.askers(&line).await;
        // Their session cannot be had again: the second road finds it ended by its own SignOut.
        if road == Road::Browser {
            askers.push(Asker { who: Who::Unfinished, shows: town.unfinished.shown() });
        }

        asked(&askers, road, &streams, &|_, _| line.http).await;
    }
}

/// Each service in a process of its own, on one store.
struct Far {
    processes: Vec<(&'static str, TestLine)>,
}

impl Far {
    async fn start(store: &str) -> Self {
        let mut far = Self { processes: Vec::new() };
        for service in ["routing", "escalation", "telephony", "triage", "referral", "daily_log", "console"] {
            far.add(service, store).await;
        }
        far
    }

    async fn add(&mut self, service: &'static str, store: &str) {
        let text = format!("node = \"{service}-1\"\n{PATIENT}{store}");
        let mut setup = LineSetup::new().rota(two_operators(&rota(&EVERYBODY, ""))).settings(&text);
        for (other, line) in &self.processes {
            setup = setup.beside(line).settings(&format!("[{other}]\nat = \"http://{}\"", line.http));
        }
        self.processes.push((service, setup.services(&[service]).start().await));
    }

    fn console(&self) -> &TestLine {
        &self.processes.iter().find(|(service, _)| *service == "console").unwrap().1
    }

    /// Where the process of that RPC's service listens.
    fn of(&self, rpc: &str) -> SocketAddr {
        self.processes.iter().find(|(service, _)| rpc.starts_with(service)).unwrap().1.http
    }

    /// Browsers know the console's address only; a service goes to the other itself.
    fn as_browsers_know(&self, rpc: &str, who: Who) -> SocketAddr {
        let behind_it = ["triage", "referral", "daily_log"].iter().any(|service| rpc.starts_with(service));
        match behind_it && who != Who::Service {
            true => self.console().http,
            false => self.of(rpc),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_service_in_a_process_of_its_own_the_table_is_the_same() {
    let server = Postgres::shared();
    let database = server.create_database().await;
    let far = Far::start(&format!("[store]\nurl = \"{}\"\n", server.url(&database))).await;
    let (town, (_, streams)) = (Town::of(far.console()).await, contracts());

    let mut askers = town.askers(far.console()).await;
    askers.push(Asker { who: Who::Unfinished, shows: town.unfinished.shown() });
    asked(&askers, Road::Grpc, &streams, &|rpc, _| far.of(rpc)).await;
    let askers = town.askers(far.console()).await;
    asked(&askers, Road::Browser, &streams, &|rpc, who| far.as_browsers_know(rpc, who)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_exports_or_changes_rights_asks_for_a_sign_in_of_the_last_minutes() {
    let stale = PATIENT.replace("fresh = \"1h\"", "fresh = \"10s\"");
    let line = LineSetup::new().settings(&stale).start().await;
    let admin = TestPerson::with(&line, "the.admin", &["operator_admin"]).await;
    let session = admin.signs_in(&line).await;
    tests::eventually("the sign-in is no longer fresh", async || {
        let gone = session.admin().disable_account(nobody()).await;
        gone.is_err_and(|said| said.code() == Code::FailedPrecondition).then_some(())
    })
    .await;
    let (_, streams) = contracts();
    assert_eq!(Cell::all().filter(|cell| cell.is_fresh()).count(), 12);

    for road in [Road::Grpc, Road::Browser] {
        let asker = Asker { who: Who::Stale, shows: session.shown() };
        stale_asked(&asker, road, &streams, line.http).await;
    }
}

fn nobody() -> proto::console::v1::DisableAccountRequest {
    proto::console::v1::DisableAccountRequest { operator_id: OPERATOR.into(), ..Default::default() }
}

async fn stale_asked(asker: &Asker, road: Road, streams: &BTreeSet<String>, at: SocketAddr) {
    for cell in Cell::all().filter(|cell| cell.who.contains('x')) {
        let path = cell.path();
        let answer = ask(at, road, &asker.shows, &path, &naming(OPERATOR), streams.contains(&path)).await;
        assert_eq!(judged(answer.code, &answer.said), cell.wanted(asker), "{path} by {road:?}");
    }
}
