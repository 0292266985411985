//! Whom a call may ring in each circle, from the narrowest to the widest.

use std::collections::HashMap;

use domain::ids::WindowId;
use domain::routing::{Circle, Strategy};
use on_call_rota::Qualification;
use serde::Deserialize;

use crate::plan::{Plan, Window};

/// What one circle asks of the people it rings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CircleRule {
    /// Only these qualifications; all when empty.
    #[serde(default)]
    pub qualifications: Vec<Qualification>,
    /// Only people with psychiatric experience 精神科の臨床経験.
    #[serde(default)]
    pub psychiatric_experience: bool,
    /// Only people who speak the caller's language.
    #[serde(default)]
    pub language: bool,
    /// Only people who know the caller's region.
    #[serde(default)]
    pub region: bool,
    /// Also the people of the windows that help out.
    #[serde(default)]
    pub next_windows: bool,
}

/// The circles of every window and how each window rings.
#[derive(Clone, Debug)]
pub(crate) struct Circles {
    /// At least one.
    pub(crate) rules: Vec<CircleRule>,
    pub(crate) strategy: Strategy,
    pub(crate) by_window: HashMap<WindowId, Strategy>,
}

impl Circles {
    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.rules.len()).unwrap_or(u32::MAX)
    }

    /// Beyond the last circle means the last. A closed window's circle is that of the window that
    /// answers for it; with none open it is its own, where nobody is on duty.
    pub(crate) fn circle(&self, plan: &Plan, window: &Window, number: u32) -> Circle {
        let here =
            window.answered_by.as_ref().and_then(|id| plan.window(&window.operator, id)).unwrap_or(window);
        let place = usize::try_from(number).unwrap_or(usize::MAX).min(self.rules.len().saturating_sub(1));
        let rule = self.rules.get(place);
        let mut windows = vec![here.id.clone()];
        if rule.is_some_and(|rule| rule.next_windows) {
            windows.extend(here.next.iter().filter(|id| **id != here.id).cloned());
        }
        Circle {
            windows,
            qualifications: rule.map(|rule| rule.qualifications.clone()).unwrap_or_default(),
            psychiatric_experience: rule.is_some_and(|rule| rule.psychiatric_experience),
            language: rule.is_some_and(|rule| rule.language),
            region: rule.is_some_and(|rule| rule.region),
            strategy: self.by_window.get(&here.id).copied().unwrap_or(self.strategy),
        }
    }
}

/// This window's nurses, PSWs, public health nurses and psychologists who know psychiatry and
/// speak the caller's language; then anybody on duty here; then the next windows too.
pub(crate) fn usual() -> Vec<CircleRule> {
    let anybody = CircleRule {
        qualifications: Vec::new(),
        psychiatric_experience: false,
        language: false,
        region: false,
        next_windows: false,
    };
    let narrow = CircleRule {
        qualifications: vec![
            Qualification::Nurse,
            Qualification::Psw,
            Qualification::Phn,
            Qualification::Psychologist,
        ],
        psychiatric_experience: true,
        language: true,
        ..anybody.clone()
    };
    vec![narrow, anybody.clone(), CircleRule { next_windows: true, ..anybody }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(id: &str, answered_by: Option<&str>, next: &[&str]) -> Window {
        Window {
            operator: "pref".parse().unwrap(),
            id: id.parse().unwrap(),
            name: id.into(),
            called_numbers: vec![],
            agency: false,
            answered_by: answered_by.map(|id| id.parse().unwrap()),
            fallback: None,
            language: None,
            next: next.iter().map(|id| id.parse().unwrap()).collect(),
            crew: 0..0,
        }
    }

    fn plan() -> Plan {
        Plan {
            windows: vec![
                window("day", Some("night"), &["night"]),
                window("night", Some("night"), &["city"]),
            ],
            ..Plan::default()
        }
    }

    fn circles() -> Circles {
        let by_window = HashMap::from([("night".parse().unwrap(), Strategy::RingGroup(3))]);
        Circles { rules: usual(), strategy: Strategy::RingOne, by_window }
    }

    fn windows(circle: &Circle) -> Vec<&str> {
        circle.windows.iter().map(WindowId::as_str).collect()
    }

    #[test]
    fn a_closed_window_is_answered_by_the_one_that_takes_over_in_its_own_manner() {
        let plan = plan();

        let circle = circles().circle(&plan, &plan.windows[0], 0);

        assert_eq!(windows(&circle), ["night"]);
        assert_eq!(circle.strategy, Strategy::RingGroup(3));
    }

    #[test]
    fn the_last_circle_looks_at_the_next_windows_and_anything_beyond_it_is_the_last() {
        let plan = plan();

        let circle = circles().circle(&plan, &plan.windows[1], 9);

        assert_eq!(windows(&circle), ["night", "city"]);
        assert!(!circle.psychiatric_experience && circle.qualifications.is_empty());
    }
}
