//! The whole drill: one phone that stays silent, one that answers, a call that
//! is talked through, and one that is given up.

use std::time::Duration;

use domain::ids::LegId;
use domain::time::Instant;
use proto::routing::v1::{PauseReason, Presence, ResumeDeskRequest};
use proto::telephony::v1::Call;
use shell::clock::Clock;
use telephony::drill::{Heard, Party};
use telephony::edge::EdgeEvent;
use telephony::sip::Login;

use super::stage::{Listener, Stage, answered, ended, phone_rings, rings};
use super::timeline::{self as step, What};
use super::told;
use crate::client::Client;

/// design.md 8: INVITE → the caller's phone hears us; also what any word may take through the line.
pub(super) const HEARS_US: Duration = Duration::from_millis(200);
/// Telephony asks routing → the phone rings.
const ROUTED: Duration = Duration::from_millis(300);
/// Something happens → it can be seen.
pub(super) const SEEN: Duration = Duration::from_millis(500);
/// The drill's registrations end by themselves after this, should it die.
const LIFE: Duration = Duration::from_secs(600);
/// Nobody picks up at the first ring.
const RINGS_A_MOMENT: Duration = Duration::from_millis(300);
const CALLER_HZ: u32 = 440;
const COUNSELLOR_HZ: u32 = 660;
/// From the answer until each hears the other clearly; a drill's own budget, design.md names none.
const CLEAR: Duration = Duration::from_secs(1);
/// How long both listen, in milliseconds.
const LISTENS: u32 = 2_000;

/// Who plays, and what the line has promised.
pub(super) struct Cast {
    pub(super) number: String,
    /// None: only the phone that answers.
    pub(super) silent: Option<Login>,
    pub(super) answering: Login,
    pub(super) desk_rings: Duration,
    pub(super) wrap_up: Duration,
    pub(super) human: Duration,
    /// The caller shows a number, so that a call-back is owed. Never on a running line: a debt to
    /// the drill would be paid by counsellors.
    pub(super) owed: bool,
}

pub(super) struct Full<'a> {
    pub(super) stage: &'a mut Stage,
    pub(super) caller: &'a mut Listener,
    pub(super) phones: &'a mut Listener,
    pub(super) cast: &'a Cast,
}

impl Full<'_> {
    /// Plays until the end, or until a step does not come.
    pub(super) async fn play(&mut self) -> Option<()> {
        self.come_in().await?;
        self.talk().await?;
        self.give_up().await
    }

    /// The silent one first: idle longest, it is rung first.
    async fn come_in(&mut self) -> Option<()> {
        if let Some(silent) = &self.cast.silent {
            self.register(silent, step::SILENT_REGISTERED, step::SILENT_FREE).await?;
        }
        self.register(&self.cast.answering, step::ANSWERING_REGISTERED, step::ANSWERING_FREE).await
    }

    async fn register(&mut self, login: &Login, registered: What, free: What) -> Option<()> {
        let begun = self.stage.clock.now();
        let outcome = self.phones.party.register(login, LIFE).await;
        let now = self.stage.clock.now();
        match outcome {
            Ok(()) => self.stage.timeline.came(registered, begun, now, None),
            Err(fault) => {
                let note = format!("desk {}: {fault}", login.user);
                self.stage.timeline.missed(registered, now.since(begun), note);
                return None;
            }
        }
        let look = async |client: &Client| client.desk_doing(&login.user, Presence::Available).await;
        self.stage.see(free, now, Some(SEEN), look).await.map(drop)
    }

    async fn talk(&mut self) -> Option<()> {
        let before = self.known_calls().await;
        let (leg, rang) = self.ring();
        self.stage.expect(step::ALERTED, rang, Some(HEARS_US), self.caller, rings(leg)).await?;
        let asked = match &self.cast.silent {
            Some(silent) => self.leave_unanswered(silent, rang).await?,
            None => rang,
        };
        let desk = &self.cast.answering.user;
        let found = phone_rings(desk);
        let (_, phone) =
            self.stage.expect(step::ANSWERING_RINGS, asked, Some(ROUTED), self.phones, found).await?;
        if let Some(silent) = &self.cast.silent {
            self.is_paused(silent, asked).await?;
        }
        tokio::time::sleep(RINGS_A_MOMENT).await;
        self.phones.party.answer(phone);
        let human = Some(self.cast.human);
        self.stage.expect(step::HUMAN, rang, human, self.caller, answered(leg)).await?;
        self.hear_each_other(leg, phone).await?;
        self.part(leg, phone, &before).await
    }

    /// Until the silent desk has stopped ringing; when that was.
    async fn leave_unanswered(&mut self, silent: &Login, rang: Instant) -> Option<Instant> {
        let found = phone_rings(&silent.user);
        let (began, phone) =
            self.stage.expect(step::SILENT_RINGS, rang, Some(ROUTED), self.phones, found).await?;
        let rings = Some(self.cast.desk_rings + HEARS_US);
        let stopped = self.stage.expect(step::SILENT_STOPS, began, rings, self.phones, ended(phone)).await?;
        Some(stopped.0)
    }

    async fn is_paused(&mut self, silent: &Login, since: Instant) -> Option<()> {
        let seen = async |client: &Client| {
            let desk = client.desk_doing(&silent.user, Presence::Paused).await?;
            match desk.pause_reason() {
                PauseReason::NoAnswer => Ok(()),
                other @ (PauseReason::Unspecified | PauseReason::Own | PauseReason::Unreachable) => {
                    Err(format!("desk {} is paused for another reason: {}", silent.user, other.as_str_name()))
                }
            }
        };
        self.stage.see(step::SILENT_PAUSED, since, Some(SEEN), seen).await
    }

    async fn hear_each_other(&mut self, caller: LegId, phone: LegId) -> Option<()> {
        let began = self.stage.clock.now();
        let limit = self.stage.limit(None);
        if self.phones.until(limit, answered(phone)).await.is_none() {
            self.stage.timeline.missed(
                step::COUNSELLOR_HEARS,
                limit,
                "the line never acknowledged the answer",
            );
            return None;
        }
        self.caller.party.say(caller, CALLER_HZ);
        self.phones.party.say(phone, COUNSELLOR_HZ);
        let clock = &self.stage.clock;
        let (at_caller, at_phone) = tokio::join!(
            hears(&self.caller.party, caller, (COUNSELLOR_HZ, CALLER_HZ), clock, limit),
            hears(&self.phones.party, phone, (CALLER_HZ, COUNSELLOR_HZ), clock, limit),
        );
        let caller_hears = self.note(step::CALLER_HEARS, began, at_caller);
        let counsellor_hears = self.note(step::COUNSELLOR_HEARS, began, at_phone);
        caller_hears.and(counsellor_hears)
    }

    fn note(&mut self, what: What, since: Instant, outcome: Result<Instant, String>) -> Option<()> {
        match outcome {
            Ok(at) => {
                self.stage.timeline.came(what, since, at, Some(CLEAR));
                Some(())
            }
            Err(note) => {
                self.stage.timeline.missed(what, self.stage.clock.now().since(since), note);
                None
            }
        }
    }

    /// The counsellor hangs up.
    async fn part(&mut self, leg: LegId, phone: LegId, before: &[String]) -> Option<()> {
        let now = self.stage.clock.now();
        self.phones.party.hang_up(phone);
        let released = Some(HEARS_US);
        self.stage.expect(step::CALLER_RELEASED, now, released, self.caller, ended(leg)).await?;
        let desk = &self.cast.answering.user;
        if self.cast.wrap_up > SEEN {
            let wraps_up = async |client: &Client| client.desk_doing(desk, Presence::WrapUp).await;
            self.stage.see(step::WRAP_UP, now, Some(SEEN), wraps_up).await?;
        }
        let expected = self.talked();
        let is_told = async |client: &Client| ledger_has(client, before, desk, &expected).await;
        self.stage.see(step::LEDGER, now, Some(SEEN), is_told).await?;
        let free = async |client: &Client| client.desk_doing(desk, Presence::Available).await;
        self.stage.see(step::FREE_AGAIN, now, Some(self.cast.wrap_up + SEEN), free).await.map(drop)
    }

    /// What the ledger is to tell of the call that was talked through.
    fn talked(&self) -> Vec<String> {
        let silent = self.cast.silent.iter().flat_map(|Login { user, .. }| {
            [format!("offered {user}"), "ringing".to_owned(), format!("offer_ended {user} no_answer")]
        });
        let desk = &self.cast.answering.user;
        let answering = [format!("offered {desk}"), "ringing".to_owned(), format!("answered {desk}")];
        let ended = ["ended completed".to_owned()];
        std::iter::once("begun".to_owned()).chain(silent).chain(answering).chain(ended).collect()
    }

    /// Somebody rings and cannot wait.
    async fn give_up(&mut self) -> Option<()> {
        let before = self.known_calls().await;
        let (leg, rang) = self.ring();
        self.stage.expect(step::AGAIN_ALERTED, rang, Some(HEARS_US), self.caller, rings(leg)).await?;
        let desk = &self.cast.answering.user;
        let found = phone_rings(desk);
        let (_, phone) = self.stage.expect(step::AGAIN_RINGS, rang, Some(ROUTED), self.phones, found).await?;
        tokio::time::sleep(RINGS_A_MOMENT).await;
        let now = self.stage.clock.now();
        self.caller.party.hang_up(leg);
        let stops = self.stage.expect(step::AGAIN_STOPS, now, Some(HEARS_US), self.phones, ended(phone));
        stops.await?;
        let owed = self.cast.owed;
        let is_owed = async |client: &Client| {
            let expected = [format!("offered {desk}"), "ended abandoned_in_queue".to_owned()];
            let call = ledger_has(client, &before, desk, &expected).await?;
            let debts = client.call_backs().await?;
            match debts.iter().any(|debt| debt.call_id == call) {
                is_owed if is_owed == owed => Ok(()),
                true => Err("a call-back is owed to a caller who withheld the number".to_owned()),
                false => Err("no call-back is owed to the caller who gave up".to_owned()),
            }
        };
        let what = if owed { step::OWED } else { step::NOT_OWED };
        self.stage.see(what, now, Some(SEEN), is_owed).await
    }

    fn ring(&mut self) -> (LegId, Instant) {
        let rang = self.stage.clock.now();
        self.stage.timeline.invited(rang);
        (self.caller.party.ring(&self.cast.number), rang)
    }

    /// Calls that are not ours.
    async fn known_calls(&self) -> Vec<String> {
        let calls = self.stage.client.newest_calls().await.unwrap_or_default();
        calls.into_iter().map(|call| call.call_id).collect()
    }

    /// Leaves the line as it was: the phones go, a desk that the drill made silent is not left paused.
    pub(super) async fn leave(&mut self) {
        while let Some((_, leg)) = self.phones.until(Duration::ZERO, any_call).await {
            self.phones.party.decline(leg);
        }
        if let Some(silent) = &self.cast.silent {
            let (operator_id, desk_id) = (self.stage.client.operator.clone(), silent.user.clone());
            // Refused when it is not paused.
            let _ = self.stage.client.desks().resume_desk(ResumeDeskRequest { operator_id, desk_id }).await;
        }
        let begun = self.stage.clock.now();
        for login in self.cast.silent.iter().chain([&self.cast.answering]) {
            if let Err(fault) = self.phones.party.unregister(login).await {
                let waited = self.stage.clock.now().since(begun);
                let note = format!("desk {}: {fault}; its registration ends by itself", login.user);
                return self.stage.timeline.missed(step::PHONES_GONE, waited, note);
            }
        }
        self.stage.timeline.came(step::PHONES_GONE, begun, self.stage.clock.now(), None);
    }
}

fn any_call(event: &EdgeEvent) -> Option<LegId> {
    if let EdgeEvent::Incoming(call) = event { Some(call.leg) } else { None }
}

/// The call of ours in which this desk was rung, when the ledger tells it as expected: its id.
async fn ledger_has(
    client: &Client,
    before: &[String],
    desk: &str,
    expected: &[String],
) -> Result<String, String> {
    let offered = format!("offered {desk}");
    let calls = client.newest_calls().await?;
    let is_ours = |call: &&Call| !before.contains(&call.call_id) && told::steps(call).contains(&offered);
    // A call-back that is already being paid comes after the call that left it.
    let ours = calls.iter().rfind(is_ours);
    let ours = ours.ok_or_else(|| format!("the ledger has no call in which desk {desk} was rung"))?;
    told::check(ours, expected).map(|()| ours.call_id.clone())
}

/// Since when the first of the tones was heard clearly for `LISTENS`, the other one never.
async fn hears(
    party: &Party,
    leg: LegId,
    (there, not): (u32, u32),
    clock: &Clock,
    limit: Duration,
) -> Result<Instant, String> {
    let mut sound = party.listen(leg).map_err(|fault| fault.to_string())?;
    match tokio::time::timeout(limit, sound.hears(there)).await {
        Ok(true) => {}
        Ok(false) => return Err("the call ended before anything was heard".to_owned()),
        Err(_) => return Err(format!("the other side's tone of {there} Hz was not heard")),
    }
    let until = clock.now() + limit;
    loop {
        let at = clock.now();
        let Some(heard) = sound.listen(there, not, LISTENS).await else {
            return Err("the call ended while both were listening".to_owned());
        };
        let Heard { stretches, gaps, own } = heard;
        if heard.is_mixed() {
            return Err(format!("the own tone of {not} Hz came back at {own:.0} of 16000"));
        } else if heard.is_clear() {
            return Ok(at);
        } else if clock.now() >= until {
            return Err(format!("{there} Hz broke off in {gaps} of {stretches} stretches of 200 ms"));
        }
    }
}
