//! The rota at a moment, as a ladder that does not change any more.

use std::time::Duration;

use domain::escalation::{Channel, Ladder, Person, Rung, Way};
use domain::ids::{StaffId, WindowId};
use domain::time::Instant;
use jiff::Timestamp;
use on_call_rota::{ContactPoint, Language, NotInRoster, Role, Rota};

use crate::config::Settings;

/// The name under which the operator's own contact points stand behind every ladder.
const OPERATOR: &str = "operator";

/// A ladder, and the contact points that its ways point at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frozen {
    pub(crate) ladder: Ladder,
    pub(crate) contacts: Vec<ContactPoint>,
}

/// Whom to page for this window at this moment. `supervisors_first`: what the line itself asks for is a
/// supervisor's to see before a psychiatrist is woken.
///
/// # Errors
/// When the window is unknown or the moment is outside the years of the calendar.
pub(crate) fn frozen(
    rota: &Rota,
    window: &WindowId,
    at: Instant,
    settings: &Settings,
    supervisors_first: bool,
) -> Result<Frozen, NotInRoster> {
    let at = at.timestamp();
    let mut drawn = Draw { rota, at, settings, contacts: Vec::new() };
    let supervisors = drawn.supervisors(window)?;
    let mut rungs = Vec::new();
    if supervisors_first && !supervisors.is_empty() {
        rungs.push(Rung { people: supervisors.clone(), patience: None });
    }
    for rung in rota.ladder(window, at)? {
        let people = rung.staff.iter().map(|staff| drawn.person(staff)).collect();
        let patience = rung.patience_minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
        rungs.push(Rung { people, patience });
    }
    let backstop = supervisors.into_iter().chain(drawn.operator()).collect();
    Ok(Frozen { ladder: Ladder { rungs, backstop }, contacts: drawn.contacts })
}

/// One person alone, for a drill. None when the rota does not know them.
pub(crate) fn alone(rota: &Rota, staff: &StaffId, at: Instant, settings: &Settings) -> Option<Frozen> {
    rota.person(staff)?;
    let mut drawn = Draw { rota, at: at.timestamp(), settings, contacts: Vec::new() };
    let rungs = vec![Rung { people: vec![drawn.person(staff)], patience: None }];
    Some(Frozen { ladder: Ladder { rungs, backstop: Vec::new() }, contacts: drawn.contacts })
}

struct Draw<'r> {
    rota: &'r Rota,
    at: Timestamp,
    settings: &'r Settings,
    contacts: Vec<ContactPoint>,
}

impl Draw<'_> {
    fn supervisors(&mut self, window: &WindowId) -> Result<Vec<Person>, NotInRoster> {
        let on_duty = self.rota.on_duty(window, self.at)?;
        let supervisors = on_duty.iter().filter(|duty| duty.role == Role::Supervisor);
        Ok(supervisors.map(|duty| self.person(&duty.staff)).collect())
    }

    fn person(&mut self, staff: &StaffId) -> Person {
        let speaks_japanese = self.rota.person(staff).is_none_or(|known| known.speaks(Language::JAPANESE));
        let language = if speaks_japanese { Language::JAPANESE } else { Language::ENGLISH };
        let ways = self.rota.ways(staff, self.at);
        Person { staff: staff.clone(), language, ways: self.ways(ways) }
    }

    fn operator(&mut self) -> Option<Person> {
        let points = self.settings.operator_contacts.iter().map(|point| (point.clone(), None)).collect();
        let ways = self.ways(points);
        let staff = OPERATOR.parse().ok()?;
        (!ways.is_empty()).then_some(Person { staff, language: Language::JAPANESE, ways })
    }

    /// Telephones one after the other, messages at once beside the first, unless the rota says otherwise.
    fn ways(&mut self, points: Vec<(ContactPoint, Option<Duration>)>) -> Vec<Way> {
        let mut telephones = 0;
        let mut ways = Vec::new();
        for (point, said) in points {
            let channel = channel(&point);
            let usual = match channel {
                Channel::Voice => self.settings.next_telephone * telephones,
                Channel::Mail | Channel::Webhook => Duration::ZERO,
            };
            telephones += u32::from(channel == Channel::Voice);
            ways.push(Way { channel, contact: self.contacts.len(), after: said.unwrap_or(usual) });
            self.contacts.push(point);
        }
        ways
    }
}

fn channel(point: &ContactPoint) -> Channel {
    match point {
        ContactPoint::Sip(_) | ContactPoint::Tel(_) => Channel::Voice,
        ContactPoint::Mail(_) => Channel::Mail,
        ContactPoint::Webhook { .. } => Channel::Webhook,
    }
}
