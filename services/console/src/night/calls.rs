//! What a call looks like at this moment, read from its entries. Pure.

use domain::ids::{CallId, DeskId, LegId, OfferId, StaffId, WindowId};
use domain::ledger::{AnsweredBy, Begun, Party, PlaceClass, Step};
use domain::time::Instant;
use proto::console::v1 as pb;
use shell::grpc::timestamp;

/// An open call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    call: CallId,
    window: WindowId,
    class: PlaceClass,
    begun: Instant,
    answered: Option<Instant>,
    /// Desks that are being rung.
    ringing: Vec<(OfferId, DeskId, LegId)>,
    /// The desk that talks with the caller.
    desk: Option<DeskId>,
    doctor: Option<StaffId>,
    held: bool,
    private: bool,
}

impl Seen {
    /// None before the call has begun and once it has ended.
    pub(crate) fn read(call: CallId, entries: &[(Instant, Step)]) -> Option<Self> {
        let mut entries = entries.iter();
        let (at, first) = entries.next()?;
        let Step::Begun(begun) = first else { return None };
        let mut seen = Self::begin(call, begun, *at);
        for (at, step) in entries {
            if matches!(step, Step::Ended { .. }) {
                return None;
            }
            seen.follow(*at, step);
        }
        Some(seen)
    }

    fn begin(call: CallId, begun: &Begun, at: Instant) -> Self {
        Self {
            call,
            window: begun.window.clone(),
            class: begun.class,
            begun: at,
            answered: None,
            ringing: Vec::new(),
            desk: None,
            doctor: None,
            held: false,
            private: false,
        }
    }

    fn follow(&mut self, at: Instant, step: &Step) {
        match step {
            Step::Offered { offer, desk, leg, .. } => self.ringing.push((*offer, desk.clone(), *leg)),
            Step::OfferEnded { offer, .. } => self.ringing.retain(|(of, ..)| of != offer),
            Step::Answered { by, .. } => self.answer(at, by),
            Step::Held { held, .. } => self.held = *held,
            Step::Joined { staff, .. } => self.doctor = Some(staff.clone()),
            Step::Consulting { privately } => self.private = *privately,
            Step::Left { party } => self.leave(*party),
            Step::CounsellorLost { .. } => self.search_again(),
            Step::CallerHeld { .. } => self.held = true,
            Step::CallerResumed { .. } => self.held = false,
            Step::TransferRung { offer, desk, leg, .. } => {
                self.held = true;
                self.ringing.push((*offer, desk.clone(), *leg));
            }
            Step::TransferFailed { offer, .. } => {
                self.held = false;
                self.ringing.retain(|(of, ..)| of != offer);
            }
            Step::Transferred { desk, .. } | Step::TakenOver { desk, .. } => self.take(desk),
            Step::Begun(_)
            | Step::Sought { .. }
            | Step::NobodyFree { .. }
            | Step::Ringing { .. }
            | Step::PickedUp
            | Step::Announced { .. }
            | Step::FallbackRung { .. }
            | Step::FallbackFailed { .. }
            | Step::CallerRung { .. }
            | Step::Alarmed { .. }
            | Step::Accepted { .. }
            | Step::RungAgain { .. }
            | Step::ListenRung { .. }
            | Step::Listened { .. }
            | Step::ListenEnded { .. }
            | Step::Ended { .. } => {}
        }
    }

    fn answer(&mut self, at: Instant, by: &AnsweredBy) {
        self.answered.get_or_insert(at);
        self.ringing.clear();
        match by {
            AnsweredBy::Desk(desk) => self.desk = Some(desk.clone()),
            AnsweredBy::Doctor(staff) => self.doctor = Some(staff.clone()),
            AnsweredBy::Fallback => {}
        }
    }

    /// Another desk has the call now.
    fn take(&mut self, desk: &DeskId) {
        self.ringing.clear();
        (self.desk, self.held, self.private) = (Some(desk.clone()), false, false);
    }

    fn leave(&mut self, party: Party) {
        (self.held, self.private) = (false, false);
        match party {
            Party::Counsellor => self.desk = None,
            Party::Doctor => self.doctor = None,
            Party::Caller => {}
        }
    }

    /// Whoever loses the counsellor waits anew, as one who was already answered.
    fn search_again(&mut self) {
        (self.desk, self.held, self.private) = (None, false, false);
    }

    fn state(&self) -> &'static str {
        let talking = self.desk.is_some() || self.doctor.is_some();
        match (talking, self.private, self.held, &self.doctor) {
            (true, true, ..) => "consulting",
            (true, false, true, _) => "on_hold",
            (true, false, false, Some(_)) => "third_party",
            (true, false, false, None) => "talking",
            (false, ..) if !self.ringing.is_empty() => "ringing",
            (false, ..) if self.answered.is_some() && self.desk.is_none() => "talking",
            (false, ..) => "waiting",
        }
    }

    pub(crate) fn shown(&self) -> pb::BoardCall {
        let rung = self.ringing.iter().map(|(_, desk, _)| desk);
        pb::BoardCall {
            call_id: self.call.to_string(),
            window_id: self.window.to_string(),
            state: self.state().to_owned(),
            begun_at: Some(timestamp(self.begun)),
            answered_at: self.answered.map(timestamp),
            desk_ids: rung.chain(&self.desk).map(ToString::to_string).collect(),
            place_class: class(self.class).to_owned(),
            psychiatrist: self.doctor.as_ref().map(ToString::to_string).unwrap_or_default(),
            record_id: String::new(),
            code: String::new(),
            offer_until: None,
        }
    }
}

fn class(class: PlaceClass) -> &'static str {
    match class {
        PlaceClass::Resumed => "resumed",
        PlaceClass::Agency => "agency",
        PlaceClass::CallBack => "call_back",
        PlaceClass::Repeat => "repeat",
        PlaceClass::Ordinary => "ordinary",
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const T0: Instant = Instant::from_micros(1_000_000_000);

    fn begun() -> Step {
        serde_json::from_str(
            r#"{"step":"begun","window":"main","leg":"00000000-0000-7000-8000-000000000001",
                "origin":"incoming","class":"repeat","withheld":false,"came_by":"trunk"}"#,
        )
        .unwrap()
    }

    fn offered(n: u128, desk: &str) -> Step {
        let (offer, leg) = (OfferId(Uuid::from_u128(n)), LegId(Uuid::from_u128(n)));
        Step::Offered {
            offer,
            desk: DeskId::parse(desk).unwrap(),
            leg,
            by: domain::ledger::OfferedBy::Routing,
        }
    }

    fn answered(desk: &str) -> Step {
        Step::Answered { by: AnsweredBy::Desk(DeskId::parse(desk).unwrap()), waited_micros: 0 }
    }

    fn joined() -> Step {
        Step::Joined { staff: "mori".parse().unwrap(), leg: LegId(Uuid::nil()) }
    }

    fn after(steps: Vec<Step>) -> Option<pb::BoardCall> {
        let entries: Vec<(Instant, Step)> =
            [begun()].into_iter().chain(steps).map(|step| (T0, step)).collect();
        Seen::read(CallId(Uuid::nil()), &entries).map(|seen| seen.shown())
    }

    fn state(steps: Vec<Step>) -> String {
        after(steps).unwrap().state
    }

    #[test]
    fn a_call_waits_rings_and_waits_again_when_nobody_lifted() {
        let declined = Step::OfferEnded {
            offer: OfferId(Uuid::from_u128(1)),
            desk: DeskId::parse("ito").unwrap(),
            outcome: domain::ledger::OfferOutcome::Declined,
        };

        assert_eq!(state(vec![]), "waiting");
        let ringing = after(vec![offered(1, "ito"), offered(2, "abe")]).unwrap();
        assert_eq!((ringing.state.as_str(), ringing.desk_ids), ("ringing", vec!["ito".into(), "abe".into()]));
        assert_eq!(state(vec![offered(1, "ito"), declined]), "waiting");
    }

    #[test]
    fn a_talk_is_held_taken_up_again_and_joined_by_the_psychiatrist() {
        let hold = |held| Step::Held { by: Party::Counsellor, held };
        let talk = [offered(1, "ito"), answered("ito")];
        let with = |more: Vec<Step>| state(talk.iter().cloned().chain(more).collect());

        assert_eq!(with(vec![]), "talking");
        assert_eq!(with(vec![hold(true)]), "on_hold");
        assert_eq!(with(vec![hold(true), hold(false)]), "talking");
        assert_eq!(with(vec![joined()]), "third_party");
        assert_eq!(with(vec![joined(), Step::Consulting { privately: true }]), "consulting");
        assert_eq!(with(vec![joined(), Step::Left { party: Party::Counsellor }]), "third_party");
    }

    #[test]
    fn who_lost_the_counsellor_waits_again_and_who_hung_up_is_gone() {
        let lost = Step::CounsellorLost { desk: None };
        let end = Step::Ended { reason: domain::ledger::EndReason::Completed, owes_call_back: false };

        assert_eq!(after(vec![answered("ito"), lost]).unwrap().desk_ids, Vec::<String>::new());
        assert!(after(vec![answered("ito"), end]).is_none());
    }
}
