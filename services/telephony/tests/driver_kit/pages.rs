//! What paged people do, and what escalation is told of it.

use domain::ids::{CallId, LegId, PageId};
use domain::private::Private;
use proto::escalation::v1 as wire;
use proto::escalation::v1::take_voice_pages_response::Work;
use proto::escalation::v1::voice_page::Target;
use shell::testkit::operator;
use telephony::edge::{EdgeEvent, IncomingCall, Source};
use telephony::media::page_words::Word;
use telephony::media::prompts::Language;
use uuid::Uuid;

use super::edge::Did;
use super::escalation::Heard;
use super::verbs::TELLTALE;
use super::{TestLine, until};

pub const PAGE: PageId = PageId(Uuid::from_u128(0xa9e));
/// Told nowhere, as a caller's.
pub const DOCTOR: &str = TELLTALE;
pub const CALLER: &str = "+81311111111";

fn page(call: Option<CallId>) -> wire::VoicePage {
    wire::VoicePage {
        operator_id: operator().to_string(),
        page_id: PAGE.to_string(),
        escalation_id: Uuid::from_u128(0xe5c).to_string(),
        staff_id: "dr-abe".into(),
        target: Some(Target::Number(DOCTOR.into())),
        language: "ja".into(),
        priority: "P1".into(),
        reasons: vec!["risk_imminent".into()],
        window_id: "main".into(),
        call_id: call.map(|call| call.to_string()).unwrap_or_default(),
        ring_for: Some(prost_types::Duration { seconds: 30, nanos: 0 }),
        drill: call.is_none(),
        ..wire::VoicePage::default()
    }
}

impl TestLine {
    /// A page for this call is due; without a call it is a drill.
    pub async fn doctor_is_paged(&self, call: Option<CallId>) {
        self.edge.is_paged(DOCTOR);
        self.escalation_wants(Work::Ring(page(call))).await;
    }

    pub async fn escalation_wants(&self, work: Work) {
        until("telephony takes the work", || self.escalation.wants(work.clone()).then_some(())).await;
    }

    pub async fn page_is_called_off(&self, taken_over_by: &str) {
        let told = wire::CalledOff { page_id: PAGE.to_string(), taken_over_by: taken_over_by.into() };
        self.escalation_wants(Work::CalledOff(told)).await;
    }

    /// The doctor's telephone rings, they lift, and hear what it is about.
    pub async fn doctor_lifts(&self) -> LegId {
        let leg = self.telephone_is_lifted().await;
        self.is_told(leg, 1).await;
        leg
    }

    pub async fn telephone_is_lifted(&self) -> LegId {
        let leg = self.is_rung(DOCTOR).await;
        self.tell(EdgeEvent::Ringing { leg });
        self.lifts(leg);
        leg
    }

    /// What it is about was told so often.
    pub async fn is_told(&self, leg: LegId, times: usize) {
        let words = &self.deps.page_words;
        let clip = words.intro(domain::escalation::Priority::P1, Language::Ja).name();
        let often = || self.edge.how_often(|did| *did == Did::Play { leg, clip });
        until("it is told", || (often() >= times).then_some(())).await;
        assert_eq!(often(), times);
    }

    pub fn presses(&self, leg: LegId, keys: &str) {
        for digit in keys.chars() {
            self.tell(EdgeEvent::Digit { leg, digit });
        }
    }

    pub async fn hears_word(&self, leg: LegId, word: Word) {
        let clip = self.deps.page_words.say(word, Language::Ja).name();
        until(&format!("{word:?} is heard"), || self.edge.when(|did| *did == Did::Play { leg, clip })).await;
    }

    pub async fn escalation_hears(&self, heard: &Heard) {
        let known = || self.escalation.heard();
        until(&format!("escalation hears {heard:?}"), || known().contains(heard).then_some(())).await;
    }

    pub async fn page_ends(&self, news: wire::PageNews, detail: &str) {
        let heard = Heard::News { page: PAGE.to_string(), news, detail: detail.into() };
        self.escalation_hears(&heard).await;
    }

    pub async fn doctor_did(&self, act: &str) {
        self.escalation_hears(&Heard::Act { staff: "dr-abe".into(), act: act.into() }).await;
    }

    /// Somebody who was paged rings the line.
    pub fn doctor_rings(&self, number: &str) -> LegId {
        let leg = self.deps.ids.leg();
        self.edge.is_doctors(leg);
        self.edge.comes_in(IncomingCall {
            leg,
            at: self.clock.now(),
            source: Source::Trunk("carrier".into()),
            called: "100".into(),
            caller: Some(Private::new(number.to_owned())),
        });
        leg
    }

    /// A caller talks to a counsellor, and a doctor is paged for them.
    pub async fn talks_and_pages(&self) -> (super::Caller, LegId) {
        self.signs_in("ito").await;
        let caller = self.rings_from(Some(CALLER), "100").await;
        let ito = self.phone_is_lifted("ito").await;
        self.talk(caller.leg, ito).await;
        self.doctor_is_paged(Some(caller.call)).await;
        (caller, ito)
    }
}
