//! Who may do what.
//!
//! One table (`policy`) says it for every RPC. Services may do everything: what
//! they do for a person they have judged themselves. A path that is not in the
//! table is refused to persons.

mod policy;

use std::fmt;
use std::str::FromStr;

use crate::ids::{AccountId, OperatorId, SessionId, StaffId};
use crate::time::Instant;

pub use policy::{Operator, Rule, TABLE, Who, rule};

/// What a person is to the line. One person may be several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Counsellor,
    Psychiatrist,
    Supervisor,
    /// Staff of the psychiatric emergency information centre.
    Centre,
    RotaManager,
    OperatorAdmin,
    Auditor,
}

impl Role {
    pub const ALL: [Self; 7] = [
        Self::Counsellor,
        Self::Psychiatrist,
        Self::Supervisor,
        Self::Centre,
        Self::RotaManager,
        Self::OperatorAdmin,
        Self::Auditor,
    ];

    /// The word in the store, on the wire and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Counsellor => "counsellor",
            Self::Psychiatrist => "psychiatrist",
            Self::Supervisor => "supervisor",
            Self::Centre => "centre",
            Self::RotaManager => "rota_manager",
            Self::OperatorAdmin => "operator_admin",
            Self::Auditor => "auditor",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("role is one of counsellor, psychiatrist, supervisor, centre, rota_manager, operator_admin, auditor")]
pub struct RoleFault;

impl FromStr for Role {
    type Err = RoleFault;
    fn from_str(code: &str) -> Result<Self, RoleFault> {
        Self::ALL.into_iter().find(|role| role.code() == code).ok_or(RoleFault)
    }
}

/// A set of roles.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    pub const NONE: Self = Self(0);

    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | role.bit())
    }

    pub const fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn has_any(self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// How a session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionKind {
    Password,
    Oidc,
    /// The emergency way in, with a reason, when the second factor fails.
    BreakGlass,
}

impl SessionKind {
    pub const ALL: [Self; 3] = [Self::Password, Self::Oidc, Self::BreakGlass];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Oidc => "oidc",
            Self::BreakGlass => "break_glass",
        }
    }
}

/// Somebody who signed in, for as long as one request. Their name is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub session: SessionId,
    pub account: AccountId,
    pub operator: OperatorId,
    /// Who they are in the rota; none for those who are never on duty.
    pub staff: Option<StaffId>,
    pub roles: Roles,
    /// Until then they count as having proved themselves just now.
    pub fresh_until: Instant,
    pub break_glass: bool,
    /// The password is to be changed or the second factor set up first; until then nothing else is allowed.
    pub limited: bool,
}

/// On whose behalf a request is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Another service of the line.
    Service,
    Person(Person),
    /// Somebody who has not signed in (yet).
    Stranger,
}

impl Principal {
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Service | Self::Stranger => None,
        }
    }
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("sign in first")]
    NotSignedIn,
    #[error("your roles do not allow this")]
    NotAllowed,
    #[error("change your password and set up your second factor first")]
    Unfinished,
    #[error("prove yourself again first: this asks for a sign-in of the last minutes")]
    NotFresh,
}

/// Judges a request to the RPC at this path (`/package.Service/Method`).
///
/// # Errors
/// When it may not be answered, and why.
pub fn judge(path: &str, who: &Principal, now: Instant) -> Result<(), Refusal> {
    match who {
        Principal::Service => Ok(()),
        Principal::Person(person) if person.limited && !is_of_ones_own_account(path) => {
            Err(Refusal::Unfinished)
        }
        Principal::Person(person) => judge_person(rule(path), person, now),
        Principal::Stranger => match rule(path).map(|rule| rule.who) {
            Some(Who::Anyone) => Ok(()),
            Some(Who::Services | Who::SignedIn | Who::Roles(_)) | None => Err(Refusal::NotSignedIn),
        },
    }
}

/// Where a person finishes what is asked of them.
fn is_of_ones_own_account(path: &str) -> bool {
    path.starts_with("/tomoshibi.console.v1.AccessService/")
}

fn judge_person(rule: Option<&Rule>, person: &Person, now: Instant) -> Result<(), Refusal> {
    let rule = rule.ok_or(Refusal::NotAllowed)?;
    let allowed = match rule.who {
        Who::Services => false,
        Who::Anyone | Who::SignedIn => true,
        Who::Roles(roles) => person.roles.has_any(roles),
    };
    match (allowed, rule.fresh && person.fresh_until <= now) {
        (false, _) => Err(Refusal::NotAllowed),
        (true, true) => Err(Refusal::NotFresh),
        (true, false) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    const LIST_CALLS: &str = "/tomoshibi.telephony.v1.CallService/ListCalls";
    const SEEK_DESK: &str = "/tomoshibi.routing.v1.RoutingService/SeekDesk";

    fn person(roles: &[Role]) -> Person {
        Person {
            session: SessionId(Uuid::nil()),
            account: AccountId(Uuid::nil()),
            operator: "ken".parse().unwrap(),
            staff: None,
            roles: roles.iter().copied().collect(),
            fresh_until: Instant::EPOCH + Duration::from_secs(300),
            break_glass: false,
            limited: false,
        }
    }

    fn may(path: &str, roles: &[Role]) -> Result<(), Refusal> {
        judge(path, &Principal::Person(person(roles)), Instant::EPOCH)
    }

    #[test]
    fn every_role_is_found_again_by_its_code_and_by_no_other() {
        for role in Role::ALL {
            assert_eq!(role.code().parse(), Ok(role));
            assert_eq!(Role::ALL.into_iter().filter(|other| Roles::NONE.with(role).has(*other)).count(), 1);
        }
        assert_eq!("Counsellor".parse::<Role>(), Err(RoleFault));
    }

    #[test]
    fn one_fitting_role_among_several_is_enough() {
        assert_eq!(may(LIST_CALLS, &[Role::Auditor, Role::Supervisor]), Ok(()));
        assert_eq!(may(LIST_CALLS, &[Role::RotaManager]), Err(Refusal::NotAllowed));
        assert_eq!(may(LIST_CALLS, &[]), Err(Refusal::NotAllowed));
    }

    #[test]
    fn what_services_say_to_each_other_and_what_nobody_listed_is_refused_to_persons() {
        for path in [SEEK_DESK, "/tomoshibi.routing.v1.RoutingService/Unheard", "", "/"] {
            assert_eq!(may(path, &Role::ALL), Err(Refusal::NotAllowed), "{path}");
            assert_eq!(judge(path, &Principal::Stranger, Instant::EPOCH), Err(Refusal::NotSignedIn));
            assert_eq!(judge(path, &Principal::Service, Instant::EPOCH), Ok(()));
        }
    }

    #[test]
    fn who_has_not_finished_signing_up_reaches_only_their_own_account() {
        let half = Principal::Person(Person { limited: true, ..person(&Role::ALL) });
        let judged = |path| judge(path, &half, Instant::EPOCH);

        assert_eq!(judged("/tomoshibi.console.v1.AccessService/ChangePassword"), Ok(()));
        assert_eq!(judged(LIST_CALLS), Err(Refusal::Unfinished));
        assert_eq!(judged("/tomoshibi.console.v1.AccessServiceX/Y"), Err(Refusal::Unfinished));
    }

    #[test]
    fn an_export_asks_for_a_sign_in_of_the_last_minutes() {
        let export = Rule { who: Who::Roles(&[Role::Auditor]), fresh: true, operator: Operator::Named };
        let who = person(&[Role::Auditor]);
        let judged = |now| judge_person(Some(&export), &who, now);

        assert_eq!(judged(Instant::EPOCH), Ok(()));
        assert_eq!(judged(who.fresh_until), Err(Refusal::NotFresh));
        assert_eq!(
            judge_person(Some(&export), &person(&[Role::Centre]), who.fresh_until),
            Err(Refusal::NotAllowed)
        );
    }
}
