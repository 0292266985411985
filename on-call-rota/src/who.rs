//! Everything about one instant, window by window.

use jiff::{SignedDuration, Timestamp};

use crate::calendar::Moment;
use crate::ids::WindowId;
use crate::ladder::Rung;
use crate::period::Period;
use crate::roster::{NotInRoster, OnDuty, Roster};
use crate::rota::Rota;

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Who {
    pub window: WindowId,
    /// The window that answers for it: itself if it is open.
    pub answering: Option<WindowId>,
    /// By the operator's calendar.
    #[serde(flatten)]
    pub moment: Moment,
    pub on_duty: Vec<OnDuty>,
    pub ladder: Vec<Rung>,
}

impl Rota {
    /// Who answers, is on duty and is paged at `at`, for every window. Fails
    /// outside 1980 to 2099.
    pub fn who(&self, at: Timestamp) -> Result<Vec<Who>, NotInRoster> {
        let roster = self.moment(at);
        let who = |window: &crate::rota::Window| {
            Ok(Who {
                window: window.id.clone(),
                answering: roster.answering(&window.id, at)?.cloned(),
                moment: self.calendar(window).moment(at),
                on_duty: roster.on_duty(&window.id, at)?.to_vec(),
                ladder: roster.ladder(&window.id, at)?,
            })
        };
        self.windows().iter().map(who).collect()
    }

    /// Who is on duty at one instant. For many questions, `compile`.
    pub fn on_duty(&self, window: &WindowId, at: Timestamp) -> Result<Vec<OnDuty>, NotInRoster> {
        self.moment(at).on_duty(window, at).map(<[OnDuty]>::to_vec)
    }

    /// Whom to page, in order, at one instant. For many questions, `compile`.
    pub fn ladder(&self, window: &WindowId, at: Timestamp) -> Result<Vec<Rung>, NotInRoster> {
        self.moment(at).ladder(window, at)
    }

    /// The window that answers for `window` at one instant. For many questions, `compile`.
    pub fn answering(&self, window: &WindowId, at: Timestamp) -> Result<Option<WindowId>, NotInRoster> {
        self.moment(at).answering(window, at).map(Option::<&WindowId>::cloned)
    }

    fn moment(&self, at: Timestamp) -> Roster {
        let until = at.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
        self.compile(Period { from: at, until })
    }
}
