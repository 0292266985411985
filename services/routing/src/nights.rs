//! Random nights without a store: whatever is asked in whatever order, the
//! invariants of desks and waiting hold after every round.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::desk::PauseReason;
use domain::ids::{CallId, DeskId, OfferId, OperatorId};
use domain::invariant::{each_call_has_one_desk, nobody_waits_beside_a_free_desk};
use domain::ledger::{OfferOutcome, PlaceClass};
use domain::routing::{OnDuty, Strategy as Ring};
use domain::time::Instant;
use on_call_rota::Qualification;
use proptest::prelude::*;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::board::Board;
use crate::circles::{Circles, usual};
use crate::config::Settings;
use crate::deliver::Delivery;
use crate::plan::{Duty, Person, Plan, Window};
use crate::request::{LiveCall, News, Report, Request, Seek};
use crate::round::{Round, Seekers};
use crate::turn::KeptForOthers;

const DESKS: u8 = 4;
const CALLS: u8 = 6;

#[derive(Clone, Debug)]
enum Step {
    Seek {
        call: u8,
        class: u8,
        circle: u32,
    },
    LetGo {
        call: u8,
    },
    /// Of one of the offers that were told last.
    Report {
        offer: usize,
        outcome: OfferOutcome,
    },
    End {
        call: u8,
    },
    SignIn {
        desk: u8,
        staff: u8,
    },
    SignOut {
        desk: u8,
    },
    Pause {
        desk: u8,
    },
    Resume {
        desk: u8,
    },
    Reconcile {
        live: Option<u8>,
        desk: u8,
    },
    Wait {
        secs: u64,
    },
}

fn a_step() -> impl Strategy<Value = Step> {
    let outcomes = [
        OfferOutcome::Answered,
        OfferOutcome::Answered,
        OfferOutcome::Answered,
        OfferOutcome::NoAnswer,
        OfferOutcome::Busy,
        OfferOutcome::Declined,
        OfferOutcome::Unreachable,
        OfferOutcome::Withdrawn,
    ];
    prop_oneof![
        6 => (0..CALLS, 0..3u8, 0..4u32).prop_map(|(call, class, circle)| Step::Seek { call, class, circle }),
        1 => (0..CALLS).prop_map(|call| Step::LetGo { call }),
        6 => (0..8usize, prop::sample::select(outcomes.to_vec()))
            .prop_map(|(offer, outcome)| Step::Report { offer, outcome }),
        3 => (0..CALLS).prop_map(|call| Step::End { call }),
        4 => (0..DESKS, 0..DESKS).prop_map(|(desk, staff)| Step::SignIn { desk, staff }),
        1 => (0..DESKS).prop_map(|desk| Step::SignOut { desk }),
        1 => (0..DESKS).prop_map(|desk| Step::Pause { desk }),
        3 => (0..DESKS).prop_map(|desk| Step::Resume { desk }),
        1 => (prop::option::of(0..CALLS), 0..DESKS).prop_map(|(live, desk)| Step::Reconcile { live, desk }),
        3 => prop::sample::select(vec![1_u64, 7, 16, 31, 61]).prop_map(|secs| Step::Wait { secs }),
    ]
}

fn operator() -> OperatorId {
    "example".parse().unwrap()
}

fn desk(n: u8) -> DeskId {
    DeskId::parse(&format!("desk-{n}")).unwrap()
}

fn call(n: u8) -> CallId {
    CallId(Uuid::from_u128(1000 + u128::from(n)))
}

fn plan() -> Plan {
    let staff = |n: u8| format!("staff-{n}").parse().unwrap();
    let person = |n: u8| OnDuty {
        window: "main".parse().unwrap(),
        staff: staff(n),
        qualification: if n == 0 { Qualification::OtherExpert } else { Qualification::Nurse },
        psychiatric_experience: n != 1,
        languages: vec![],
        region: None,
    };
    let window = Window {
        operator: operator(),
        id: "main".parse().unwrap(),
        name: String::new(),
        called_numbers: vec![],
        agency: false,
        answered_by: Some("main".parse().unwrap()),
        fallback: None,
        language: None,
        next: vec![],
        crew: 0..usize::from(DESKS),
    };
    Plan {
        windows: vec![window],
        duty: (0..DESKS)
            .map(|n| Duty { operator: operator(), supervisor: false, person: person(n) })
            .collect(),
        people: (0..DESKS).map(|n| (staff(n), Person { operator: operator(), target: None })).collect(),
        ..Plan::default()
    }
}

/// One replica and the telephony beside it, in memory.
struct Night {
    board: Board,
    seekers: Seekers,
    kept: KeptForOthers,
    plan: Plan,
    settings: Settings,
    circles: Circles,
    now: Instant,
    drawn: u128,
    streams: HashMap<CallId, mpsc::Receiver<News>>,
    offers: Vec<(CallId, OfferId, DeskId)>,
}

impl Night {
    fn new(strategy: Ring) -> Self {
        let settings = Settings::new("", "here");
        let circles = Circles { rules: usual(), strategy, by_window: HashMap::new() };
        Self {
            board: Board::default(),
            seekers: Seekers::new(),
            kept: KeptForOthers::default(),
            plan: plan(),
            settings,
            circles,
            now: Instant::from_micros(1_793_581_200_000_000),
            drawn: 0,
            streams: HashMap::new(),
            offers: Vec::new(),
        }
    }

    fn request(&mut self, step: &Step) -> Option<Request> {
        let operator = operator();
        Some(match *step {
            Step::Seek { call: n, class, circle } => {
                let (news, heard) = mpsc::channel(64);
                self.streams.insert(call(n), heard);
                let classes = [PlaceClass::Agency, PlaceClass::Repeat, PlaceClass::Ordinary];
                Request::Seek(Seek {
                    operator,
                    call: call(n),
                    window: "main".parse().unwrap(),
                    class: classes[usize::from(class)],
                    since: self.now,
                    circle,
                    language: None,
                    region: None,
                    owner: "telephony".into(),
                    news,
                })
            }
            Step::Report { offer, outcome } => {
                let (call, offer, desk) = self.offers.iter().rev().nth(offer)?.clone();
                Request::Report(Report { operator, call, offer, desk, outcome, takes_over: false })
            }
            Step::End { call: n } => Request::End { operator, call: call(n) },
            Step::SignIn { desk: n, staff } => {
                let staff = format!("staff-{staff}").parse().unwrap();
                Request::SignIn { operator, desk: desk(n), staff, lease: None, renewal: false }
            }
            Step::SignOut { desk: n } => Request::SignOut { operator, desk: desk(n) },
            Step::Pause { desk: n } => Request::Pause { operator, desk: desk(n), reason: PauseReason::Own },
            Step::Resume { desk: n } => Request::Resume { operator, desk: desk(n) },
            Step::Reconcile { live, desk: n } => {
                self.drawn += 1;
                let offer = OfferId(Uuid::from_u128(self.drawn));
                let live =
                    live.map(|one| LiveCall { call: call(one), at: Some((desk(n), offer)), answered: true });
                Request::Reconcile { operator, owner: "telephony".into(), live: live.into_iter().collect() }
            }
            Step::LetGo { call: n } => {
                self.streams.remove(&call(n));
                return None;
            }
            Step::Wait { secs } => {
                self.now = self.now + Duration::from_secs(secs);
                return None;
            }
        })
    }

    fn step(&mut self, step: &Step) {
        let request = self.request(step);
        let mut round =
            Round::new(self.board.clone(), &mut self.seekers, &self.plan, &self.settings, self.now);
        round.wake();
        if let Some(request) = &request {
            // A refusal is as good as an answer here.
            drop(round.carry_out(request));
        }
        let drawn = &mut self.drawn;
        let mut draw = || {
            *drawn += 1;
            OfferId(Uuid::from_u128(*drawn))
        };
        round.dispatch(&self.circles, &mut self.kept, &mut draw);
        let snapshot = round.snapshot(&operator(), &self.circles, &self.kept);
        assert_eq!(each_call_has_one_desk(&snapshot.desks), Ok(()), "after {step:?}");
        assert_eq!(nobody_waits_beside_a_free_desk(&snapshot, self.now), Ok(()), "after {step:?}");
        let Round { board, reported, nobody, .. } = round;
        self.board = board;
        Delivery { board: &self.board, plan: &self.plan, ring_for: self.settings.ring_for, now: self.now }
            .tell(&mut self.seekers, &reported, nobody);
        self.listen();
        self.agrees(step);
    }

    fn listen(&mut self) {
        for (call, heard) in &mut self.streams {
            while let Ok(news) = heard.try_recv() {
                if let News::Offer(offer) = news {
                    self.offers.push((*call, offer.offer, offer.desk));
                }
            }
        }
    }

    /// What the board, the streams and the claims say about a call is one story.
    fn agrees(&self, step: &Step) {
        let claims = self.board.claims();
        for (call, standing) in &claims {
            assert!(self.board.places.contains_key(call), "{call} is rung but does not wait, after {step:?}");
            for claim in standing {
                let told = self.offers.iter().any(|(_, offer, _)| *offer == claim.offer);
                assert!(told, "offer {} was never told, after {step:?}", claim.offer);
            }
        }
        for call in self.board.places.keys() {
            assert!(self.seekers.contains_key(call), "{call} waits without a stream, after {step:?}");
            assert_eq!(self.board.answering(*call), None, "{call} waits and talks, after {step:?}");
        }
        let sits: Vec<_> = self.board.desks.values().filter_map(|seat| seat.desk.staff.as_ref()).collect();
        let people: HashSet<_> = sits.iter().collect();
        assert_eq!(sits.len(), people.len(), "somebody sits at two desks, after {step:?}");
        let held: Vec<_> = self.seekers.values().flat_map(|seeker| &seeker.open).collect();
        let stand = claims.values().flatten().count();
        assert_eq!(held.len(), stand, "streams and claims differ, after {step:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn whatever_a_night_brings_nobody_waits_beside_a_free_desk_and_no_call_is_at_two(
        steps in prop::collection::vec(a_step(), 1..80),
        group in 1..4usize,
    ) {
        let mut night = Night::new(if group == 1 { Ring::RingOne } else { Ring::RingGroup(group) });
        for step in &steps {
            night.step(step);
        }
    }
}
