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
            ways.push(Way { channel, contact: self.contact(point), after: said.unwrap_or(usual) });
        }
        ways
    }

    /// Whoever stands on a rung and behind the ladder is one person with one set of contact points: the
    /// limit of how often they are paged counts over both.
    fn contact(&mut self, point: ContactPoint) -> usize {
        let known = self.contacts.iter().position(|other| *other == point);
        known.unwrap_or_else(|| {
            self.contacts.push(point);
            self.contacts.len() - 1
        })
    }
}

fn channel(point: &ContactPoint) -> Channel {
    match point {
        ContactPoint::Sip(_) | ContactPoint::Tel(_) => Channel::Voice,
        ContactPoint::Mail(_) => Channel::Mail,
        ContactPoint::Webhook { .. } => Channel::Webhook,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::MailSettings;

    /// The example line of a newcomer: psychiatrists, behind, supervisor, then two by name.
    const EXAMPLE: &str = include_str!("../../../on-call-rota/rotas/example.toml");
    const NIGHT: Instant = Instant::from_micros(1_795_272_253_000_000);

    fn settings(operator: &[&str]) -> Settings {
        let pace = domain::escalation::Pace {
            rungs_at: vec![Duration::ZERO, Duration::from_secs(120)],
            act_within: Duration::from_secs(180),
            same_way_again: Duration::from_secs(120),
            rounds: None,
        };
        Settings {
            rota: Default::default(),
            rota_check: Duration::from_secs(3),
            owner: shell::process::ProcessId(uuid::Uuid::nil()),
            paces: crate::Paces { p1: pace.clone(), p2: pace.clone(), p3: pace },
            ring_for: Duration::from_secs(30),
            next_telephone: Duration::from_secs(30),
            mail: None::<MailSettings>,
            webhooks: Vec::new(),
            page_link: None,
            operator_contacts: operator.iter().map(|point| point.parse().unwrap()).collect(),
            safety_within: Duration::from_secs(600),
            safety_again: Duration::from_secs(600),
            late_after: Duration::from_secs(5),
            attempts: 6,
            drill_at: None,
            heartbeat: None,
        }
    }

    fn drawn(operator: &[&str], supervisors_first: bool) -> Frozen {
        let rota = Rota::read(EXAMPLE).unwrap();
        frozen(&rota, &"main".parse().unwrap(), NIGHT, &settings(operator), supervisors_first).unwrap()
    }

    #[test]
    fn a_second_telephone_waits_for_the_first_and_mail_does_not() {
        let first = &drawn(&[], false).ladder.rungs[0].people[0];

        let told: Vec<_> = first.ways.iter().map(|way| (way.channel, way.after.as_secs())).collect();

        assert_eq!(told, [(Channel::Voice, 0), (Channel::Voice, 30), (Channel::Mail, 0)]);
    }

    #[test]
    fn a_supervisor_on_a_rung_and_behind_the_ladder_has_one_set_of_contact_points() {
        let frozen = drawn(&["mailto:ops@example.jp"], false);
        let behind = &frozen.ladder.backstop[0];

        let on_rung = frozen.ladder.rungs.iter().flat_map(|rung| &rung.people);
        let same = on_rung.into_iter().find(|person| person.staff == behind.staff).unwrap();

        assert_eq!(same.ways, behind.ways);
        assert_eq!(frozen.ladder.backstop[1].staff.as_str(), OPERATOR);
    }

    #[test]
    fn what_the_line_itself_asks_for_is_a_supervisors_to_see_first() {
        let (ours, theirs) = (drawn(&[], true), drawn(&[], false));

        assert_eq!(ours.ladder.rungs.len(), theirs.ladder.rungs.len() + 1);
        assert_eq!(ours.ladder.rungs[0].people, theirs.ladder.backstop);
    }
}
