//! Covers that people agree on the screen, on both stores.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story that cannot go on fails")]

use std::collections::BTreeSet;
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use console::rota::RotaServer;
use console::{Consoles, Deps, Settings, start};
use domain::access::{Person, Principal, Role, Roles};
use domain::ids::{AccountId, SessionId};
use domain::time::Instant;
use proto::console::v1 as pb;
use proto::console::v1::rota_service_server::RotaService;
use shell::access::{Limits, Sessions};
use shell::alarms::Alarms;
use shell::audit::Audit;
use shell::bus::Bus;
use shell::clock::Clock;
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel, far};
use shell::ids::Ids;
use shell::rota_file::RotaFile;
use shell::shutdown::Shutdown;
use shell::store::Db;
use shell::testkit::{both_stores, sealer};
use tonic::{Code, Request};
use uuid::Uuid;

/// Monday, 2 November 2026, ten in the morning in Japan.
const NOW: Instant = Instant::from_micros(1_793_581_200_000_000);
const ROTA: &str = include_str!("../../../on-call-rota/rotas/example.toml");

struct Office {
    running: Consoles,
    db: Db,
    rota: PathBuf,
    clock: Clock,
    shutdown: Shutdown,
    _folder: tempfile::TempDir,
}

async fn in_each_office<Fut: Future<Output = ()>>(story: impl Fn(Office) -> Fut) {
    let story = &story;
    both_stores(|db| async move { story(Office::open(db).await).await }).await;
}

fn nowhere() -> Route {
    far(channel("http://127.0.0.1:1").unwrap(), Duration::from_secs(1), &Token::generate())
}

impl Office {
    async fn open(db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rota = folder.path().join("rota.toml");
        std::fs::write(&rota, ROTA).unwrap();
        let (clock, shutdown) = (Clock::by_hand(NOW), Shutdown::new());
        let ids = Ids::new(clock.clone());
        let (alarms, _) = Alarms::start(db.clone(), clock.clone(), ids.clone());
        let hours = |many: u64| Duration::from_secs(many * 3600);
        let limits = Limits { idle: hours(1), absolute: hours(12), fresh: hours(1) };
        let settings = Settings {
            rota: rota.clone(),
            rota_check: Duration::from_secs(5),
            console_first: BTreeSet::new(),
            desk_lease: Duration::from_secs(120),
            budgets: Vec::new(),
            silent_prompts: Vec::new(),
        };
        let deps = Deps {
            db: db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            bus: Bus::in_process(),
            alarms,
            sessions: Sessions::new(db.clone(), clock.clone(), ids, limits),
            audit: Audit::new(db.clone(), clock.clone(), &sealer()),
            sealer: sealer(),
            shutdown: shutdown.clone(),
            routing: nowhere(),
            calls: nowhere(),
            control: nowhere(),
            escalation: nowhere(),
            triage: nowhere(),
        };
        let running = start(settings, deps).await.unwrap();
        Self { running, db, rota, clock, shutdown, _folder: folder }
    }

    fn server(&self) -> &RotaServer {
        &self.running.rota
    }

    async fn month(&self) -> pb::GetMonthResponse {
        let asked = pb::GetMonthRequest { operator_id: operator(), year: 2026, month: 12 };
        self.server().get_month(by(asked, "ito", Role::Counsellor)).await.unwrap().into_inner()
    }

    /// Two shifts of counsellors, each at hours at which the other one is free.
    async fn two_shifts(&self) -> (pb::Shift, pb::Shift) {
        let shifts = self.month().await.shifts;
        let free = |staff: &str, during: &pb::Shift| {
            let seconds = |shift: &pb::Shift| (shift.from.unwrap().seconds, shift.to.unwrap().seconds);
            let (from, to) = seconds(during);
            shifts
                .iter()
                .filter(|one| one.staff_id == staff)
                .all(|one| seconds(one).1 <= from || seconds(one).0 >= to)
        };
        // Away from the edges of the month: what lies beyond is not in it.
        let inside =
            |shift: &pb::Shift| (5..20).any(|day| shift.shift_id.contains(&format!("2026-12-{day:02}")));
        let desk = || shifts.iter().filter(|shift| shift.role == "counsellor" && inside(shift));
        let pairs = desk().flat_map(|one| desk().map(move |other| (one, other)));
        let fit = |(one, other): &(&pb::Shift, &pb::Shift)| {
            one.staff_id != other.staff_id && free(&other.staff_id, one) && free(&one.staff_id, other)
        };
        let (one, other) = pairs.into_iter().find(fit).unwrap();
        (one.clone(), other.clone())
    }

    async fn propose(
        &self,
        asked: pb::ProposeCoverRequest,
        staff: &str,
        role: Role,
    ) -> Result<pb::ProposeCoverResponse, Code> {
        let answer = self.server().propose_cover(by(asked, staff, role)).await;
        answer.map(tonic::Response::into_inner).map_err(|status| status.code())
    }

    async fn answer(&self, cover: &pb::Cover, staff: &str, agree: bool) -> Result<pb::Cover, Code> {
        let asked =
            pb::AnswerCoverRequest { operator_id: operator(), cover_id: cover.cover_id.clone(), agree };
        let answer = self.server().answer_cover(by(asked, staff, Role::Counsellor)).await;
        answer.map(|answer| answer.into_inner().cover.unwrap()).map_err(|status| status.code())
    }

    /// Who has the shift's hours by the rota that every service would read now.
    async fn has(&self, shift: &pb::Shift) -> BTreeSet<String> {
        let (_, rota) = RotaFile::open_with_covers(&self.rota, &self.db).await.unwrap();
        let at = shell::grpc::instant(&shift.from.unwrap()) + Duration::from_secs(60);
        let duty = rota.on_duty(&shift.window_id.parse().unwrap(), at.timestamp()).unwrap();
        duty.iter().map(|person| person.staff.to_string()).collect()
    }
}

fn operator() -> String {
    "kitagata".to_owned()
}

fn by<T>(message: T, staff: &str, role: Role) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(Principal::Person(Person {
        session: SessionId(Uuid::nil()),
        account: AccountId(Uuid::nil()),
        operator: operator().parse().unwrap(),
        staff: Some(staff.parse().unwrap()),
        roles: Roles::NONE.with(role),
        fresh_until: NOW,
        break_glass: false,
        limited: false,
    }));
    request
}

fn stand_in(shift: &pb::Shift, by: &str) -> pb::ProposeCoverRequest {
    pb::ProposeCoverRequest {
        operator_id: operator(),
        shift_id: shift.shift_id.clone(),
        staff_id: by.to_owned(),
        note: "発熱のため".to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_supervisors_stand_in_counts_at_once_and_its_rehearsal_does_not() {
    in_each_office(|office| async move {
        let (shift, other) = office.two_shifts().await;
        let asked = stand_in(&shift, &other.staff_id);

        let rehearsed = pb::ProposeCoverRequest { rehearse: true, ..asked.clone() };
        office.propose(rehearsed, "hara", Role::Supervisor).await.unwrap();
        assert!(office.has(&shift).await.contains(&shift.staff_id));

        let done = office.propose(asked, "hara", Role::Supervisor).await.unwrap();

        assert_eq!(done.cover.unwrap().state, "agreed");
        let there = office.has(&shift).await;
        assert!(there.contains(&other.staff_id) && !there.contains(&shift.staff_id), "{there:?}");
        office.shutdown.drain(Duration::ZERO).await;
    })
    .await;
}

#[tokio::test]
async fn a_swap_counts_when_the_other_has_agreed_and_not_before() {
    in_each_office(|office| async move {
        let (mine, theirs) = office.two_shifts().await;
        let swap = pb::ProposeCoverRequest {
            in_return_shift_id: theirs.shift_id.clone(),
            ..stand_in(&mine, &theirs.staff_id)
        };

        let proposed = office.propose(swap, &mine.staff_id, Role::Counsellor).await.unwrap().cover.unwrap();
        assert_eq!(
            (proposed.state.as_str(), &proposed.waiting_for),
            ("proposed", &vec![theirs.staff_id.clone()])
        );
        assert_eq!(proposed.note, "発熱のため");
        assert!(office.has(&mine).await.contains(&mine.staff_id));

        let agreed = office.answer(&proposed, &theirs.staff_id, true).await.unwrap();

        assert_eq!(agreed.state, "agreed");
        assert!(office.has(&mine).await.contains(&theirs.staff_id));
        assert!(office.has(&theirs).await.contains(&mine.staff_id));
        assert_eq!(office.answer(&proposed, &theirs.staff_id, false).await, Err(Code::FailedPrecondition));
    })
    .await;
}

#[tokio::test]
async fn nobody_disposes_of_the_shifts_of_others() {
    in_each_office(|office| async move {
        let (shift, other) = office.two_shifts().await;
        let asked = stand_in(&shift, &other.staff_id);
        let third = |staff: &&str| **staff != *shift.staff_id && **staff != *other.staff_id;
        let third = ["ito", "abe", "mita", "sato"].into_iter().find(|staff| third(staff)).unwrap();

        let meddling = office.propose(asked.clone(), third, Role::Counsellor).await;
        assert_eq!(meddling, Err(Code::PermissionDenied));

        let proposed = office.propose(asked, &shift.staff_id, Role::Counsellor).await.unwrap().cover.unwrap();
        assert_eq!(office.answer(&proposed, third, true).await, Err(Code::FailedPrecondition));
        assert_eq!(office.answer(&proposed, &other.staff_id, false).await.unwrap().state, "refused");
        assert!(office.has(&shift).await.contains(&shift.staff_id));
    })
    .await;
}

#[tokio::test]
async fn a_cover_that_cannot_be_is_refused() {
    in_each_office(|office| async move {
        let (shift, _) = office.two_shifts().await;
        let shifts = office.month().await.shifts;
        let beside = |one: &&pb::Shift| {
            one.from == shift.from && one.staff_id != shift.staff_id && one.role == shift.role
        };
        let busy = shifts.iter().find(beside).unwrap();
        let twice = stand_in(&shift, &busy.staff_id);
        let twice = office.server().propose_cover(by(twice, "hara", Role::Supervisor)).await.unwrap_err();
        assert!(twice.message().contains("two shifts at once"), "{twice}");

        let themselves = office.propose(stand_in(&shift, &shift.staff_id), "hara", Role::Supervisor).await;
        let nobody = office.propose(stand_in(&shift, "nobody"), "hara", Role::Supervisor).await;
        let gone =
            pb::ProposeCoverRequest { shift_id: "x/2026-12-01/0/0/ito".into(), ..stand_in(&shift, "abe") };
        let gone = office.propose(gone, "hara", Role::Supervisor).await;

        assert_eq!(themselves.map(drop), Err(Code::InvalidArgument));
        assert_eq!((nobody.map(drop), gone.map(drop)), (Err(Code::NotFound), Err(Code::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn coverage_is_told_in_steps_and_a_month_has_all_its_days() {
    in_each_office(|office| async move {
        let from = NOW;
        let asked = pb::GetCoverageRequest {
            operator_id: operator(),
            from: Some(shell::grpc::timestamp(from)),
            to: Some(shell::grpc::timestamp(from + Duration::from_secs(86_400))),
        };

        let coverage = office.server().get_coverage(by(asked, "ito", Role::Counsellor)).await.unwrap();
        let backwards = pb::GetCoverageRequest {
            operator_id: operator(),
            from: Some(shell::grpc::timestamp(from)),
            to: Some(shell::grpc::timestamp(from)),
        };
        let backwards = office.server().get_coverage(by(backwards, "ito", Role::Counsellor)).await;

        let steps = coverage.into_inner().steps;
        assert!(steps.iter().filter(|step| step.window_id == "main").count() >= 2, "{steps:?}");
        assert_eq!(backwards.unwrap_err().code(), Code::InvalidArgument);
        let month = office.month().await;
        assert_eq!((month.days.len(), month.days[0].date.as_str()), (31, "2026-12-01"));
        assert!(office.clock.now() == NOW);
    })
    .await;
}
