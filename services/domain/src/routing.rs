//! Who is rung for whom.
//!
//! `dispatch` looks at one `Snapshot` (duty from the rota, desks and waiting
//! calls from the store) and answers which desks to claim for which calls. A
//! linear scan: a thousand desks cost microseconds, the commit costs a
//! hundred times more (performance.md 3g).

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use on_call_rota::{Language, Qualification, RegionId};

use crate::desk::{Desk, Presence};
use crate::ids::{CallId, DeskId, StaffId, WindowId};
use crate::ledger::{NoOneFree, PlaceClass};
use crate::time::Instant;

/// A counsellor on duty now, as the rota tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnDuty {
    pub window: WindowId,
    pub staff: StaffId,
    pub qualification: Qualification,
    pub psychiatric_experience: bool,
    pub languages: Vec<Language>,
    pub region: Option<RegionId>,
}

/// How one window rings its desks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// The one that has been idle longest.
    RingOne,
    /// The first ones in the desks' own order, one at a time.
    Sequential,
    /// This many at once; the first to lift has the call.
    RingGroup(usize),
}

impl Strategy {
    fn at_once(self) -> usize {
        match self {
            Self::RingOne | Self::Sequential => 1,
            Self::RingGroup(many) => many.max(1),
        }
    }
}

/// Whom a call may ring: circle 0 is the narrowest, each later one asks for less or looks further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    pub windows: Vec<WindowId>,
    /// Only these qualifications; all when empty.
    pub qualifications: Vec<Qualification>,
    pub psychiatric_experience: bool,
    /// The counsellor must speak the caller's language.
    pub language: bool,
    /// The counsellor must sit in the caller's region.
    pub region: bool,
    pub strategy: Strategy,
}

/// A call that wants a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub call: CallId,
    pub class: PlaceClass,
    /// Since when it waits; widening the circle or changing the window keeps it.
    pub since: Instant,
    pub language: Option<Language>,
    pub region: Option<RegionId>,
    pub circle: Circle,
    /// Desks that this call is ringing now.
    pub ringing: Vec<DeskId>,
    /// Desks that refused this call; they are asked again only in a wider circle.
    pub refused: Vec<DeskId>,
}

#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub duty: Vec<OnDuty>,
    pub desks: Vec<Desk>,
    pub waiting: Vec<Waiting>,
}

/// What to do about one waiting call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub call: CallId,
    pub outcome: Result<Vec<DeskId>, NoOneFree>,
}

/// One choice for every waiting call that wants a desk, in the order of their turn.
pub fn dispatch(snapshot: &Snapshot, now: Instant) -> Vec<Choice> {
    let seated = seated(snapshot);
    let mut turns: Vec<&Waiting> = snapshot.waiting.iter().collect();
    turns.sort_by_key(|waiting| (waiting.class, waiting.since, waiting.call));
    let mut taken = HashSet::new();
    turns
        .into_iter()
        .filter(|waiting| waiting.ringing.len() < waiting.circle.strategy.at_once())
        .map(|waiting| (waiting, choose(snapshot, &seated, waiting, &mut taken, now)))
        .filter(|(waiting, outcome)| outcome.is_ok() || waiting.ringing.is_empty())
        .map(|(waiting, outcome)| Choice { call: waiting.call, outcome })
        .collect()
}

/// A desk with everything for which the person who sits there is on duty.
struct Seated<'s> {
    desk: &'s Desk,
    duties: Vec<&'s OnDuty>,
}

impl<'s> Seated<'s> {
    fn duty_for(&self, waiting: &Waiting) -> Option<&'s OnDuty> {
        self.duties.iter().copied().find(|duty| fits(waiting, duty))
    }
}

/// Worked out once for all waiting calls: two hundred of them are looked at in one round.
fn seated(snapshot: &Snapshot) -> Vec<Seated<'_>> {
    let mut by_staff: HashMap<&StaffId, Vec<&OnDuty>> = HashMap::new();
    for duty in &snapshot.duty {
        by_staff.entry(&duty.staff).or_default().push(duty);
    }
    let seat = |desk: &'_ Desk| desk.staff.as_ref().and_then(|staff| by_staff.get(staff)).cloned();
    snapshot.desks.iter().filter_map(|desk| seat(desk).map(|duties| Seated { desk, duties })).collect()
}

fn choose<'s>(
    snapshot: &Snapshot,
    seated: &[Seated<'s>],
    waiting: &Waiting,
    taken: &mut HashSet<&'s DeskId>,
    now: Instant,
) -> Result<Vec<DeskId>, NoOneFree> {
    let mut free: Vec<(&'s Desk, &OnDuty)> = suitable(seated, waiting)
        .filter(|(desk, _)| desk.is_free(now) && !taken.contains(&desk.id))
        .collect();
    if free.is_empty() {
        return Err(why_none(snapshot, seated, waiting, now));
    }
    match waiting.circle.strategy {
        Strategy::Sequential => {}
        Strategy::RingOne | Strategy::RingGroup(_) => {
            free.sort_by_key(|(desk, duty)| (Reverse(fit(waiting, duty)), desk.idle_since));
        }
    }
    let wanted = waiting.circle.strategy.at_once() - waiting.ringing.len();
    let chosen: Vec<&'s Desk> = free.into_iter().take(wanted).map(|(desk, _)| desk).collect();
    taken.extend(chosen.iter().map(|desk| &desk.id));
    Ok(chosen.into_iter().map(|desk| desk.id.clone()).collect())
}

/// Every desk where somebody sits whom the circle asks for, with that person's duty.
fn suitable<'s>(seated: &[Seated<'s>], waiting: &Waiting) -> impl Iterator<Item = (&'s Desk, &'s OnDuty)> {
    let open = seated.iter().filter(|seat| !waiting.refused.contains(&seat.desk.id));
    open.filter_map(|seat| seat.duty_for(waiting).map(|duty| (seat.desk, duty)))
}

/// Whether this person on duty is one whom the call's circle asks for.
pub fn fits(waiting: &Waiting, duty: &OnDuty) -> bool {
    let circle = &waiting.circle;
    circle.windows.contains(&duty.window)
        && (circle.qualifications.is_empty() || circle.qualifications.contains(&duty.qualification))
        && (duty.psychiatric_experience || !circle.psychiatric_experience)
        && (speaks(waiting, duty) || !circle.language)
        && (is_near(waiting, duty) || !circle.region)
}

fn speaks(waiting: &Waiting, duty: &OnDuty) -> bool {
    waiting.language.is_none_or(|language| duty.languages.contains(&language))
}

fn is_near(waiting: &Waiting, duty: &OnDuty) -> bool {
    waiting.region.is_none() || waiting.region == duty.region
}

/// Among desks that all fit, the better one first: language, then experience, then region.
fn fit(waiting: &Waiting, duty: &OnDuty) -> (bool, bool, bool) {
    (speaks(waiting, duty), duty.psychiatric_experience, is_near(waiting, duty))
}

fn why_none(snapshot: &Snapshot, seated: &[Seated<'_>], waiting: &Waiting, now: Instant) -> NoOneFree {
    let here = |duty: &OnDuty| waiting.circle.windows.contains(&duty.window);
    if !snapshot.duty.iter().any(here) {
        return NoOneFree::NobodyOnDuty;
    }
    let mut present = seated.iter().filter(|seat| holds_place(seat.desk, now));
    if !present.any(|seat| seat.duties.iter().any(|duty| here(duty))) {
        return NoOneFree::NobodySignedIn;
    }
    let mut able =
        suitable(seated, waiting).map(|(desk, _)| desk).filter(|desk| holds_place(desk, now)).peekable();
    if able.peek().is_none() {
        return NoOneFree::NoneSuitable;
    }
    match able.all(|desk| matches!(desk.presence, Presence::Paused { .. })) {
        true => NoOneFree::AllPaused,
        false => NoOneFree::AllBusy,
    }
}

/// Signed in, or still talking after the sign-in ran out.
fn holds_place(desk: &Desk, now: Instant) -> bool {
    desk.is_signed_in(now) || matches!(desk.presence, Presence::InCall { .. })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::desk::PauseReason;
    use crate::ids::OfferId;
    use uuid::Uuid;

    const NOW: Instant = Instant::from_micros(1_000_000_000);
    const HOUR: Duration = Duration::from_secs(3600);

    fn window() -> WindowId {
        "main".parse().unwrap()
    }

    fn on_duty(staff: &str) -> OnDuty {
        OnDuty {
            window: window(),
            staff: staff.parse().unwrap(),
            qualification: Qualification::Nurse,
            psychiatric_experience: true,
            languages: vec![Language::JAPANESE],
            region: None,
        }
    }

    fn desk(staff: &str, idle: u64) -> Desk {
        let mut desk = Desk::vacant(DeskId::parse(staff).unwrap(), NOW - Duration::from_secs(idle));
        desk.sign_in(staff.parse().unwrap(), NOW + HOUR, NOW - Duration::from_secs(idle)).unwrap();
        desk
    }

    fn caller(n: u128, class: PlaceClass, waited: u64) -> Waiting {
        Waiting {
            call: CallId(Uuid::from_u128(n)),
            class,
            since: NOW - Duration::from_secs(waited),
            language: None,
            region: None,
            circle: Circle {
                windows: vec![window()],
                qualifications: vec![],
                psychiatric_experience: false,
                language: false,
                region: false,
                strategy: Strategy::RingOne,
            },
            ringing: vec![],
            refused: vec![],
        }
    }

    fn night(staff: &[(&str, u64)], waiting: Vec<Waiting>) -> Snapshot {
        Snapshot {
            duty: staff.iter().map(|(name, _)| on_duty(name)).collect(),
            desks: staff.iter().map(|(name, idle)| desk(name, *idle)).collect(),
            waiting,
        }
    }

    fn rung(choices: &[Choice]) -> Vec<(u128, &str)> {
        let desks = |choice: &Choice| choice.outcome.clone().unwrap_or_default();
        choices
            .iter()
            .flat_map(|choice| desks(choice).into_iter().map(|desk| (choice.call.0.as_u128(), desk)))
            .map(|(call, desk)| (call, if desk.as_str() == "ito" { "ito" } else { "mori" }))
            .collect()
    }

    #[test]
    fn the_longest_idle_desk_is_rung() {
        let snapshot = night(&[("ito", 5), ("mori", 50)], vec![caller(1, PlaceClass::Ordinary, 1)]);

        assert_eq!(rung(&dispatch(&snapshot, NOW)), [(1, "mori")]);
    }

    #[test]
    fn a_police_officer_is_put_before_a_caller_who_waits_longer() {
        let waiting = vec![caller(1, PlaceClass::Ordinary, 90), caller(2, PlaceClass::Agency, 1)];
        let snapshot = night(&[("ito", 5)], waiting);

        assert_eq!(rung(&dispatch(&snapshot, NOW)), [(2, "ito")]);
    }

    #[test]
    fn a_repeat_attempt_keeps_its_turn_before_a_first_one_and_after_a_call_back() {
        let classes = [PlaceClass::Ordinary, PlaceClass::Repeat, PlaceClass::CallBack];
        let waiting = classes.iter().enumerate().map(|(n, class)| caller(n as u128, *class, 10)).collect();
        let snapshot = night(&[("ito", 5), ("mori", 50)], waiting);

        assert_eq!(rung(&dispatch(&snapshot, NOW)), [(2, "mori"), (1, "ito")]);
    }

    #[test]
    fn a_ring_group_rings_as_many_as_it_says_and_no_desk_twice() {
        let mut one = caller(1, PlaceClass::Ordinary, 9);
        one.circle.strategy = Strategy::RingGroup(2);
        let mut two = caller(2, PlaceClass::Ordinary, 1);
        two.circle.strategy = Strategy::RingGroup(2);
        let snapshot = night(&[("ito", 5), ("mori", 50)], vec![one, two]);

        let choices = dispatch(&snapshot, NOW);

        assert_eq!(rung(&choices), [(1, "mori"), (1, "ito")]);
        assert_eq!(choices[1].outcome, Err(NoOneFree::AllBusy));
    }

    #[test]
    fn somebody_who_went_off_duty_is_not_rung_though_the_desk_is_signed_in() {
        let mut snapshot = night(&[("ito", 5)], vec![caller(1, PlaceClass::Ordinary, 1)]);
        snapshot.duty = vec![on_duty("mori")];

        assert_eq!(dispatch(&snapshot, NOW)[0].outcome, Err(NoOneFree::NobodySignedIn));
    }

    #[test]
    fn the_reason_tells_an_empty_rota_from_empty_desks_from_busy_ones() {
        let empty = Snapshot { waiting: vec![caller(1, PlaceClass::Ordinary, 1)], ..Snapshot::default() };
        let mut busy = night(&[("ito", 5)], vec![caller(1, PlaceClass::Ordinary, 1)]);
        busy.desks[0].claim(OfferId(Uuid::nil()), CallId(Uuid::nil()), NOW + HOUR, NOW).unwrap();
        let mut paused = night(&[("ito", 5)], vec![caller(1, PlaceClass::Ordinary, 1)]);
        paused.desks[0].pause(PauseReason::Own, NOW).unwrap();

        let why = |snapshot| dispatch(snapshot, NOW)[0].outcome.clone().unwrap_err();

        assert_eq!(why(&empty), NoOneFree::NobodyOnDuty);
        assert_eq!(why(&busy), NoOneFree::AllBusy);
        assert_eq!(why(&paused), NoOneFree::AllPaused);
    }

    #[test]
    fn a_narrow_circle_asks_for_the_language_and_a_wider_one_takes_who_is_there() {
        let mut waiting = caller(1, PlaceClass::Ordinary, 1);
        waiting.language = Some("en".parse().unwrap());
        waiting.circle.language = true;
        let mut snapshot = night(&[("ito", 5)], vec![waiting]);
        assert_eq!(dispatch(&snapshot, NOW)[0].outcome, Err(NoOneFree::NoneSuitable));

        snapshot.waiting[0].circle.language = false;

        assert_eq!(rung(&dispatch(&snapshot, NOW)), [(1, "ito")]);
    }

    #[test]
    fn a_desk_that_refused_a_call_is_not_asked_again_in_the_same_circle() {
        let mut waiting = caller(1, PlaceClass::Ordinary, 1);
        waiting.refused = vec![DeskId::parse("mori").unwrap()];
        let snapshot = night(&[("ito", 5), ("mori", 50)], vec![waiting]);

        assert_eq!(rung(&dispatch(&snapshot, NOW)), [(1, "ito")]);
    }
}
