//! Covers 交代: who must agree, and how the rota file would say it. Pure.

use std::collections::BTreeSet;

use domain::access::{Person, Role};
use domain::ids::StaffId;
use jiff::tz::TimeZone;
use on_call_rota::{Rota, Shift};

/// One shift goes to somebody else; with a swap, one of theirs comes back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proposal {
    pub(crate) shift: Shift,
    pub(crate) by: StaffId,
    pub(crate) in_return: Option<Shift>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("nobody stands in for themselves: name another person")]
    Themselves,
    #[error("the shift given in return is not one of {0}")]
    NotTheirs(StaffId),
    #[error("this cover is between others: a supervisor or a rota manager may propose it")]
    BetweenOthers,
    #[error("{0} cannot take this shift: {1}")]
    DoesNotFit(StaffId, String),
    #[error("the shift has begun: only a supervisor changes it now")]
    Begun,
}

impl Proposal {
    /// Who has to say yes before it counts. Nobody, when a supervisor or a rota manager puts a stand-in.
    ///
    /// # Errors
    /// When this person may not propose it, or it makes no sense.
    pub(crate) fn waiting_for(
        &self,
        proposer: &Person,
        now: jiff::Timestamp,
    ) -> Result<BTreeSet<StaffId>, Refused> {
        self.makes_sense()?;
        let in_charge = proposer.roles.has_any(&[Role::Supervisor, Role::RotaManager]);
        if in_charge && self.in_return.is_none() {
            return Ok(BTreeSet::new());
        }
        let concerned = BTreeSet::from([self.shift.staff.clone(), self.by.clone()]);
        let among = proposer.staff.as_ref().is_some_and(|staff| concerned.contains(staff));
        match (in_charge, among, self.shift.time.from <= now) {
            (false, false, _) => Err(Refused::BetweenOthers),
            (false, true, true) => Err(Refused::Begun),
            _ => Ok(concerned.into_iter().filter(|staff| Some(staff) != proposer.staff.as_ref()).collect()),
        }
    }

    fn makes_sense(&self) -> Result<(), Refused> {
        if self.shift.staff == self.by {
            return Err(Refused::Themselves);
        }
        match &self.in_return {
            Some(back) if back.staff != self.by => Err(Refused::NotTheirs(self.by.clone())),
            Some(_) | None => Ok(()),
        }
    }

    /// Entries of a rota file. A swap is two stand-ins that are agreed in one.
    pub(crate) fn entry(&self, zone: &TimeZone) -> String {
        let back = self.in_return.as_ref().map(|back| stand_in(back, &self.shift.staff, zone));
        [stand_in(&self.shift, &self.by, zone), back.unwrap_or_default()].concat()
    }
}

fn stand_in(shift: &Shift, by: &StaffId, zone: &TimeZone) -> String {
    let local = |at: jiff::Timestamp| zone.to_datetime(at).strftime("%Y-%m-%dT%H:%M").to_string();
    format!(
        "\n[[cover]]\nkind = \"stand-in\"\nstaff = \"{}\"\nby = \"{by}\"\nduty = \"{}\"\nfrom = \"{}\"\nuntil = \"{}\"\n",
        shift.staff,
        shift.duty,
        local(shift.time.from),
        local(shift.time.until),
    )
}

/// The rota as it would be.
///
/// # Errors
/// What the rota file's own rules have against it, such as somebody in two places at once.
pub(crate) fn laid_over(text: &str, proposal: &Proposal, zone: &TimeZone) -> Result<Rota, Refused> {
    Rota::read(&[text, &proposal.entry(zone)].concat()).map_err(|faults| {
        let why = faults.first().map(ToString::to_string).unwrap_or_default();
        Refused::DoesNotFit(proposal.by.clone(), why)
    })
}
