//! What the people of a story do, and what they notice.

use std::time::Duration;

use domain::ids::{CallId, DeskId, LegId};
use domain::ledger::{Prompt, Step};
use domain::private::Private;
use domain::time::Instant;
use proto::routing::v1 as pb;
use proto::routing::v1::routing_service_server::RoutingService;
use shell::testkit::operator;
use telephony::edge::{Cause, EdgeEvent, IncomingCall, Source};
use tonic::Request;

use super::edge::Did;
use super::{TestLine, secs};

/// A number that must be told nowhere.
pub const TELLTALE: &str = "+819080706051";
/// Against a machine that has other work.
const GENEROUS: Duration = Duration::from_secs(30);

/// Waits for what is expected of the line; nothing here waits for time to pass.
pub async fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < GENEROUS, "it never came to this: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Somebody who rings us.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    pub leg: LegId,
    pub call: CallId,
    pub at: Instant,
}

impl TestLine {
    pub async fn caller_rings(&self) -> Caller {
        self.rings_from(Some(TELLTALE), "100").await
    }

    pub async fn rings_from(&self, number: Option<&str>, called: &str) -> Caller {
        let (leg, at) = (self.deps.ids.leg(), self.clock.now());
        self.edge.comes_in(IncomingCall {
            leg,
            at,
            source: Source::Trunk("carrier".into()),
            called: called.into(),
            caller: number.map(|number| Private::new(number.to_owned())),
        });
        let call = until("the call is in the ledger", || self.call_of(leg)).await;
        Caller { leg, call, at }
    }

    pub fn call_of(&self, leg: LegId) -> Option<CallId> {
        let begun = self
            .durable
            .now()
            .into_iter()
            .find(|row| row.kind == "begun" && row.body.contains(&leg.to_string()));
        begun.map(|row| row.call.parse().unwrap())
    }

    pub fn hangs_up(&self, leg: LegId) {
        assert!(self.edge.ends(leg, Cause::HungUp), "{leg} has ended already");
    }

    pub fn is_lost(&self, leg: LegId) {
        assert!(self.edge.ends(leg, Cause::Dead), "{leg} has ended already");
    }

    pub fn ends(&self, leg: LegId, cause: Cause) {
        assert!(self.edge.ends(leg, cause), "{leg} has ended already");
    }

    pub fn lifts(&self, leg: LegId) {
        self.edge.is_lifted(leg);
    }

    /// The phone of this desk, or of this number, is asked to ring and says that it does.
    pub async fn phone_rings(&self, whose: &str) -> LegId {
        let leg = self.is_rung(whose).await;
        self.tell(EdgeEvent::Ringing { leg });
        until("the ledger knows that it rings", || self.kept(|step| *step == Step::Ringing { leg })).await;
        leg
    }

    /// The line asks for a ringing there; whether the phone rings is another matter.
    pub async fn is_rung(&self, whose: &str) -> LegId {
        until(&format!("{whose} is rung"), || self.edge.take_ring(whose)).await
    }

    pub async fn phone_is_lifted(&self, whose: &str) -> LegId {
        let leg = self.phone_rings(whose).await;
        self.lifts(leg);
        leg
    }

    /// The two hear each other, and since when.
    pub async fn talk(&self, one: LegId, other: LegId) -> Instant {
        let joined = |leg: LegId| {
            let done = self.edge.done();
            done.into_iter().rev().find_map(|(at, did)| {
                if let Did::Join(joined, room) = did { (joined == leg).then_some((at, room)) } else { None }
            })
        };
        until("the two hear each other", || match (joined(one), joined(other)) {
            (Some((at, room)), Some((_, other))) if room == other => Some(at),
            _ => None,
        })
        .await
    }

    pub async fn is_hung_up(&self, leg: LegId) -> Instant {
        until("it is hung up", || self.edge.when(|did| matches!(did, Did::HangUp(of, _) if *of == leg))).await
    }

    /// When this was first played to them.
    pub async fn hears(&self, leg: LegId, prompt: Prompt) -> Instant {
        let clip = prompt.name();
        until(&format!("{clip} is heard"), || self.edge.when(|did| *did == Did::Play { leg, clip })).await
    }

    pub fn has_heard(&self, leg: LegId, prompt: Prompt) -> bool {
        self.edge.when(|did| *did == Did::Play { leg, clip: prompt.name() }).is_some()
    }

    pub fn rung_so_often(&self, whose: &str) -> usize {
        self.edge.how_often(|did| matches!(did, Did::Ring { to, .. } if to == whose))
    }

    pub fn steps(&self, call: CallId) -> Vec<Step> {
        let of_call = self.durable.now().into_iter().filter(|row| row.call == call.to_string());
        of_call.map(|row| serde_json::from_str(&row.body).unwrap()).collect()
    }

    fn kept(&self, wanted: impl Fn(&Step) -> bool) -> Option<()> {
        let rows = self.durable.now();
        rows.iter().any(|row| wanted(&serde_json::from_str(&row.body).unwrap())).then_some(())
    }

    /// The step that a call comes to.
    pub async fn comes_to(&self, call: CallId, what: &str, wanted: impl Fn(&Step) -> bool) -> Step {
        until(what, || self.steps(call).into_iter().find(|step| wanted(step))).await
    }

    pub async fn ended(&self, call: CallId) -> Step {
        self.comes_to(call, "the call has ended", |step| matches!(step, Step::Ended { .. })).await
    }

    /// The phone of this desk registers, and the desk is signed in by it.
    pub async fn signs_in(&self, desk: &str) {
        let until = self.clock.now() + secs(8 * 3600);
        self.tell(EdgeEvent::PhoneRegistered { desk: DeskId::parse(desk).unwrap(), until, came: true });
        self.desk_is(desk, pb::Presence::Available).await;
        // Nobody sits down in the same moment: who is idle longer is rung first.
        self.advance(secs(1));
    }

    /// By hand, at the console.
    pub async fn leaves(&self, desk: &str) {
        let asked = pb::SignOutRequest { operator_id: operator().to_string(), desk_id: desk.into() };
        self.routing.server.sign_out(Request::new(asked)).await.unwrap();
    }

    pub async fn desk_is(&self, desk: &str, presence: pb::Presence) {
        let mut found = None;
        let begun = std::time::Instant::now();
        while found != Some(presence) {
            found = self.desk(desk).await.map(|desk| desk.presence());
            assert!(begun.elapsed() < GENEROUS, "{desk} is {found:?}, not {presence:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub async fn desk(&self, desk: &str) -> Option<pb::Desk> {
        let asked = Request::new(pb::ListDesksRequest { operator_id: operator().to_string() });
        let desks = self.routing.server.list_desks(asked).await.unwrap().into_inner().desks;
        desks.into_iter().find(|one| one.desk_id == desk)
    }

    /// What the ring list would ring now.
    pub async fn ring_list_is(&self, desks: &[(&str, bool)]) {
        until(&format!("the ring list is {desks:?}"), || {
            let plan = self.deps.plan.borrow().clone();
            let main = plan.windows.first().unwrap();
            let listed: Vec<_> =
                main.ring_list.iter().map(|listed| (listed.desk.as_str(), listed.free)).collect();
            (listed == desks).then_some(())
        })
        .await;
    }

    pub async fn alarm_is_raised(&self, kind: &str) {
        let begun = std::time::Instant::now();
        loop {
            let raised = self.deps.alarms.list(&operator(), 100).await.unwrap();
            if raised.iter().any(|alarm| alarm.kind == kind) {
                return;
            }
            assert!(begun.elapsed() < GENEROUS, "{kind} is not among {raised:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The calls that we owe, with the attempts so far.
    pub async fn owed(&self) -> Vec<(CallId, u32)> {
        let owed = self.house.call_backs().owed().await.unwrap();
        let mut owed: Vec<_> = owed.into_iter().map(|debt| (debt.call, debt.attempts)).collect();
        owed.sort();
        owed
    }

    pub async fn debts_are(&self, expected: &[(CallId, u32)]) {
        let mut expected = expected.to_vec();
        expected.sort();
        let begun = std::time::Instant::now();
        loop {
            let owed = self.owed().await;
            if owed == expected {
                return;
            }
            assert!(begun.elapsed() < GENEROUS, "owed are {owed:?}, not {expected:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// How a debt was settled or withdrawn, once it is.
    pub async fn debt_is_over(&self, call: CallId) -> (String, String) {
        let shell::store::Engine::Sqlite(pool) = self.house.db.read() else { unreachable!() };
        let begun = std::time::Instant::now();
        loop {
            let (state, how): (String, Option<String>) =
                sqlx::query_as("SELECT state, settled_how FROM callback WHERE callback_id = $1")
                    .bind(call.to_string())
                    .fetch_one(pool)
                    .await
                    .unwrap();
            if let Some(how) = how {
                return (state, how);
            }
            assert!(begun.elapsed() < GENEROUS, "the debt of {call} is {state}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl TestLine {
    /// Somebody else has this desk.
    pub async fn is_taken(&self, desk: &str) -> (Caller, LegId) {
        let other = self.rings_from(Some("+81311111111"), "100").await;
        let leg = self.phone_is_lifted(desk).await;
        self.talk(other.leg, leg).await;
        (other, leg)
    }

    /// Whether this call was ever put to this desk.
    pub fn put_to(&self, call: CallId, desk: &str) -> bool {
        let offered = |step: &Step| matches!(step, Step::Offered { desk: to, .. } if to.as_str() == desk);
        self.steps(call).iter().any(offered)
    }

    /// As `signs_in`, where a caller waits already: the desk is rung in the same moment.
    pub async fn signs_in_to_a_waiting_caller(&self, desk: &str) {
        let until = self.clock.now() + secs(8 * 3600);
        self.tell(EdgeEvent::PhoneRegistered { desk: DeskId::parse(desk).unwrap(), until, came: true });
    }

    /// This call was put to this desk.
    pub async fn is_put_to(&self, call: CallId, desk: &str) {
        self.comes_to(
            call,
            &format!("{desk} is rung for it"),
            |step| matches!(step, Step::Offered { desk: offered, .. } if offered.as_str() == desk),
        )
        .await;
    }
}

impl TestLine {
    pub async fn next_call_back_is(&self, expected: Instant) {
        let begun = std::time::Instant::now();
        loop {
            let next = self.house.call_backs().next_due().await.unwrap();
            if next == Some(expected) {
                return;
            }
            assert!(begun.elapsed() < GENEROUS, "the next call-back is at {next:?}, not {expected:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
