//! The phones of the desks: who is registered where, until when. Pure: time
//! comes in, changes go out; `phones.rs` speaks SIP around it.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::DeskId;
use domain::time::Instant;
use rsipstack::sip::Headers;

use super::binding::Binding;
use super::field::{self, Address};
use super::settings::Limits;

#[derive(Default)]
pub(super) struct Registrar {
    /// Those that registered here, or with the process before.
    phones: HashMap<DeskId, Vec<Binding>>,
    /// Those that registered with other replicas, as the store had them last. They ring here too; their
    /// replica keeps their time.
    others: HashMap<DeskId, Vec<Binding>>,
}

/// What a REGISTER changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) put: Vec<Binding>,
    pub(super) removed: Vec<Binding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 400: no Contact that we could ring, or `*` beside something else.
    Contact,
    /// 423 with this many seconds.
    TooBrief(u64),
    /// 500: a REGISTER older than the last one.
    OutOfOrder,
    /// 403: more phones than a desk may have.
    TooMany,
}

/// What a REGISTER asks, read from its fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Show,
    ForgetAll,
    Contacts(Vec<(Address, Duration)>),
}

impl Wish {
    pub(super) fn read(headers: &Headers, limits: &Limits) -> Result<Self, Refusal> {
        let contacts = field::items(headers, "Contact");
        let general = field::first(headers, "Expires").and_then(seconds);
        if contacts.is_empty() {
            return Ok(Self::Show);
        }
        if contacts.iter().any(|contact| contact == "*") {
            let alone = contacts.len() == 1 && general == Some(Duration::ZERO);
            return if alone { Ok(Self::ForgetAll) } else { Err(Refusal::Contact) };
        }
        let wish = |text: &String| {
            let contact =
                Address::parse(text).filter(|contact| is_ringable(&contact.uri)).ok_or(Refusal::Contact)?;
            let expires =
                contact.param("expires").and_then(seconds).or(general).unwrap_or(limits.expires_max);
            match expires {
                Duration::ZERO => Ok((contact, expires)),
                short if short < limits.expires_min => Err(Refusal::TooBrief(limits.expires_min.as_secs())),
                long => Ok((contact, long.min(limits.expires_max))),
            }
        };
        contacts.iter().map(wish).collect::<Result<_, _>>().map(Self::Contacts)
    }
}

fn seconds(text: &str) -> Option<Duration> {
    // Beyond 2^32 a number counts as the largest (RFC 3261 20.19 is malformed then; be lenient).
    let digits = text.trim();
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| Duration::from_secs(digits.parse::<u64>().unwrap_or(u64::from(u32::MAX))))
}

fn is_ringable(uri: &str) -> bool {
    let scheme = uri.split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("sip")
        && uri.len() <= 512
        && !uri.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
        && rsipstack::sip::Uri::try_from(uri).is_ok()
}

impl Registrar {
    /// Bindings of an earlier process.
    pub(super) fn restore(&mut self, bindings: Vec<Binding>, now: Instant) {
        for binding in bindings.into_iter().filter(|binding| binding.until > now) {
            self.phones.entry(binding.desk.clone()).or_default().push(binding);
        }
    }

    /// What the store has now. A phone that has moved to another replica since is that one's.
    pub(super) fn learn(&mut self, stored: Vec<Binding>) {
        self.others.clear();
        for binding in stored {
            let own = self.phones.entry(binding.desk.clone()).or_default();
            own.retain(|one| one.phone != binding.phone || one.registered >= binding.registered);
            if !own.iter().any(|one| one.phone == binding.phone || one.contact == binding.contact) {
                self.others.entry(binding.desk.clone()).or_default().push(binding);
            }
        }
        self.phones.retain(|_, phones| !phones.is_empty());
    }

    /// Takes the wished contacts in the place of older ones of the same phone.
    pub(super) fn register(&mut self, wished: Vec<Binding>, most: usize) -> Result<Change, Refusal> {
        let mut change = Change::default();
        let Some(desk) = wished.first().map(|binding| binding.desk.clone()) else { return Ok(change) };
        let phones = self.phones.entry(desk.clone()).or_default();
        if wished.iter().any(|new| phones.iter().any(|old| old.phone == new.phone && old.cseq >= new.cseq)) {
            return Err(Refusal::OutOfOrder);
        }
        let mut after = phones.clone();
        let others = self.others.entry(desk).or_default();
        for new in wished {
            let replaced = |old: &Binding| old.phone == new.phone || old.contact == new.contact;
            change.removed.extend(after.iter().chain(&*others).filter(|old| replaced(old)).cloned());
            after.retain(|old| !replaced(old));
            others.retain(|old| !replaced(old));
            if new.until > new.registered {
                after.push(new.clone());
                change.put.push(new);
            }
        }
        if after.len() > most {
            return Err(Refusal::TooMany);
        }
        *phones = after;
        change.removed.retain(|old| !change.put.iter().any(|new| new.contact == old.contact));
        Ok(change)
    }

    pub(super) fn forget_all(&mut self, desk: &DeskId) -> Change {
        let here = self.phones.remove(desk).unwrap_or_default();
        let elsewhere = self.others.remove(desk).unwrap_or_default();
        Change { put: Vec::new(), removed: here.into_iter().chain(elsewhere).collect() }
    }

    /// Removes what has run out.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Binding> {
        let mut gone = Vec::new();
        for phones in self.phones.values_mut() {
            gone.extend(phones.iter().filter(|phone| phone.until <= now).cloned());
            phones.retain(|phone| phone.until > now);
        }
        self.phones.retain(|_, phones| !phones.is_empty());
        gone
    }

    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.phones.values().flatten().map(|phone| phone.until).min()
    }

    /// The phones of a desk that can be rung now: preferred ones first, then the newest.
    pub(super) fn phones(&self, desk: &DeskId, now: Instant) -> Vec<Binding> {
        let others = self.others.get(desk).into_iter().flatten().filter(|phone| phone.until > now);
        let mut phones: Vec<Binding> =
            self.phones.get(desk).into_iter().flatten().chain(others).cloned().collect();
        phones.sort_by_key(|phone| std::cmp::Reverse((phone.q, phone.registered)));
        phones
    }

    pub(super) fn is_registered(&self, desk: &DeskId, now: Instant) -> bool {
        !self.phones(desk, now).is_empty()
    }

    /// Whether a phone registered from exactly there.
    pub(super) fn knows(&self, source: std::net::SocketAddr) -> bool {
        self.phones.values().flatten().any(|phone| phone.source == source)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Binding> {
        self.phones.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(1_000_000_000);

    fn desk() -> DeskId {
        DeskId::parse("desk-1").unwrap()
    }

    fn phone(name: &str, port: u16, cseq: u32, at: Instant, seconds: u64) -> Binding {
        Binding {
            desk: desk(),
            contact: format!("sip:desk-1@10.0.0.1:{port}"),
            phone: name.to_owned(),
            source: ([10, 0, 0, 1], port).into(),
            tcp: false,
            q: 1000,
            cseq,
            registered: at,
            until: at + Duration::from_secs(seconds),
        }
    }

    fn contacts(registrar: &Registrar) -> Vec<u16> {
        registrar.phones(&desk(), NOW).iter().map(|phone| phone.source.port()).collect()
    }

    #[test]
    fn a_phone_of_another_replica_rings_here_until_its_time_is_over_or_the_store_forgets_it() {
        let mut registrar = Registrar::default();
        registrar.register(vec![phone("a", 1, 1, NOW, 60)], 5).unwrap();
        registrar.learn(vec![phone("a", 1, 1, NOW, 60), phone("b", 2, 1, NOW, 60)]);
        assert_eq!(contacts(&registrar), [1, 2]);
        let late = NOW + Duration::from_secs(60);
        assert_eq!(registrar.expire(late).len(), 1, "only its own phones are this replica's to end");
        assert!(!registrar.is_registered(&desk(), late));

        registrar.learn(Vec::new());
        assert!(contacts(&registrar).is_empty());
    }

    #[test]
    fn a_phone_that_moved_to_another_replica_is_rung_where_it_is_now() {
        let mut registrar = Registrar::default();
        registrar.register(vec![phone("a", 1, 1, NOW, 60)], 5).unwrap();

        registrar.learn(vec![phone("a", 7, 2, NOW + Duration::from_secs(5), 60)]);

        assert_eq!(contacts(&registrar), [7]);
        assert!(registrar.expire(NOW + Duration::from_secs(60)).is_empty());
    }

    #[test]
    fn the_newest_phone_rings_first_and_a_phone_replaces_itself() {
        let mut registrar = Registrar::default();
        registrar.register(vec![phone("a", 1, 1, NOW, 60)], 5).unwrap();
        registrar.register(vec![phone("b", 2, 1, NOW + Duration::from_secs(1), 60)], 5).unwrap();
        assert_eq!(contacts(&registrar), [2, 1]);

        registrar.register(vec![phone("a", 9, 2, NOW + Duration::from_secs(2), 60)], 5).unwrap();

        assert_eq!(contacts(&registrar), [9, 2]);
    }

    #[test]
    fn an_old_register_that_arrives_late_changes_nothing() {
        let mut registrar = Registrar::default();
        registrar.register(vec![phone("a", 1, 7, NOW, 60)], 5).unwrap();

        assert_eq!(registrar.register(vec![phone("a", 2, 7, NOW, 60)], 5), Err(Refusal::OutOfOrder));
        assert_eq!(contacts(&registrar), [1]);
    }

    #[test]
    fn a_phone_that_says_nothing_more_is_gone_at_its_hour() {
        let mut registrar = Registrar::default();
        registrar.register(vec![phone("a", 1, 1, NOW, 60)], 5).unwrap();
        assert_eq!(registrar.next_expiry(), Some(NOW + Duration::from_secs(60)));

        let gone = registrar.expire(NOW + Duration::from_secs(60));

        assert_eq!((gone.len(), registrar.is_registered(&desk(), NOW)), (1, false));
    }

    #[test]
    fn a_desk_has_no_more_phones_than_it_may() {
        let mut registrar = Registrar::default();
        registrar.register(vec![phone("a", 1, 1, NOW, 60)], 1).unwrap();

        assert_eq!(registrar.register(vec![phone("b", 2, 1, NOW, 60)], 1), Err(Refusal::TooMany));
    }

    #[test]
    fn wishes_are_held_between_the_shortest_and_the_longest() {
        let read = |contact: &str, expires: &str| {
            let headers = vec![
                rsipstack::sip::headers::make_header("Contact", contact.to_owned()),
                rsipstack::sip::headers::make_header("Expires", expires.to_owned()),
            ];
            Wish::read(&headers.into(), &Limits::default())
        };
        assert_eq!(read("<sip:a@b>", "5"), Err(Refusal::TooBrief(30)));
        assert_eq!(read("*", "60"), Err(Refusal::Contact));
        assert_eq!(read("*", "0"), Ok(Wish::ForgetAll));
        assert_eq!(read("<tel:110>", "60"), Err(Refusal::Contact));
        let Ok(Wish::Contacts(contacts)) = read("<sip:a@b>;expires=99999999999999999999999", "60") else {
            panic!()
        };
        assert_eq!(contacts[0].1, Duration::from_secs(3600));
    }
}
