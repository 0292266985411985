//! What happened when, how long it took, and whether its budget held.

use std::time::Duration;

use domain::time::Instant;
use serde_json::{Value, json};

use crate::say;

/// A step of the drill: its name for programs, and its words for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct What {
    pub(super) name: &'static str,
    ja: &'static str,
    en: &'static str,
}

macro_rules! steps {
    ($($constant:ident $name:literal $ja:literal $en:literal;)*) => {
        $(pub(super) const $constant: What = What { name: $name, ja: $ja, en: $en };)*
    };
}

steps! {
    LINE_STARTED "line_started" "訓練用の窓口が起動" "the drill's own line is up";
    SILENT_REGISTERED "silent_phone_registered" "応答しない席の電話を登録" "the phone that will not answer registers";
    SILENT_FREE "silent_desk_free" "その席が待機中になる" "its desk is free";
    ANSWERING_REGISTERED "answering_phone_registered" "応答する席の電話を登録" "the phone that will answer registers";
    ANSWERING_FREE "answering_desk_free" "その席が待機中になる" "its desk is free";
    ALERTED "caller_alerted" "発信者に呼出音" "the caller hears ringing";
    SILENT_RINGS "silent_phone_rings" "最初の席が鳴る" "the first desk's phone rings";
    SILENT_STOPS "silent_phone_stops" "応答がなく鳴り止む" "nobody answers: it stops ringing";
    ANSWERING_RINGS "answering_phone_rings" "次の席が鳴る" "the next desk's phone rings";
    SILENT_PAUSED "silent_desk_paused" "応答しない席が休止になる" "the silent desk is paused";
    HUMAN "human_answers" "人が応答する" "a human answers the caller";
    CALLER_HEARS "caller_hears_counsellor" "発信者に相談員の声が届く" "the caller hears the counsellor only";
    COUNSELLOR_HEARS "counsellor_hears_caller" "相談員に発信者の声が届く" "the counsellor hears the caller only";
    CALLER_RELEASED "caller_released" "相談員が切り 通話が終わる" "the counsellor hangs up, the call ends";
    WRAP_UP "answering_desk_wraps_up" "応答した席が後処理になる" "the answering desk wraps up";
    LEDGER "ledger_tells_the_call" "台帳に全段階が正しい順で残る" "the ledger has every step in order";
    FREE_AGAIN "answering_desk_free_again" "応答した席が待機中に戻る" "the answering desk is free again";
    AGAIN_ALERTED "second_caller_alerted" "二度目の発信者に呼出音" "a second caller hears ringing";
    AGAIN_RINGS "second_phone_rings" "待機中の席が鳴る" "the free desk's phone rings";
    AGAIN_STOPS "second_phone_stops" "発信者が諦め 電話が鳴り止む" "the caller gives up: it stops ringing";
    OWED "call_back_owed" "折り返しの約束が残る" "a call-back is owed";
    NOT_OWED "no_call_back_owed" "番号非通知のため 折り返しは残らない" "no call-back is owed to a withheld number";
    PICKED_UP "caller_picked_up" "人または案内が応答する" "a human or an announcement answers";
    LEDGER_HALF "ledger_tells_the_call" "台帳に入電が残る" "the ledger has the call";
    PHONES_GONE "phones_signed_out" "電話の登録を外し 席が離席になる" "the phones leave, their desks are signed out";
}

#[derive(Clone, Debug)]
struct Step {
    what: What,
    /// None: it did not come.
    at: Option<Instant>,
    /// When the caller of this step's call rang; none before the first.
    invited: Option<Instant>,
    took: Duration,
    budget: Option<Duration>,
    held: bool,
    note: Option<String>,
}

/// The story so far.
#[derive(Debug)]
pub(super) struct Timeline {
    steps: Vec<Step>,
    invited: Option<Instant>,
    factor: u32,
}

impl Timeline {
    /// Budgets are stretched by `factor`, for machines that are known to be slow.
    pub(super) fn new(factor: u32) -> Self {
        Self { steps: Vec::new(), invited: None, factor }
    }

    /// A caller rings: the steps that follow are told from here.
    pub(super) fn invited(&mut self, at: Instant) {
        self.invited = Some(at);
    }

    pub(super) fn stretched(&self, budget: Duration) -> Duration {
        budget * self.factor
    }

    /// It came at `at`, counted from `since`. Late is not held.
    pub(super) fn came(&mut self, what: What, since: Instant, at: Instant, budget: Option<Duration>) {
        let took = at.since(since);
        let budget = budget.map(|budget| self.stretched(budget));
        let held = budget.is_none_or(|budget| took <= budget);
        self.steps.push(Step { what, at: Some(at), invited: self.invited, took, budget, held, note: None });
    }

    /// It did not come, or it was not what it should be. `note` says what was seen, nothing personal.
    pub(super) fn missed(&mut self, what: What, waited: Duration, note: impl Into<String>) {
        let (invited, note) = (self.invited, Some(note.into()));
        self.steps.push(Step { what, at: None, invited, took: waited, budget: None, held: false, note });
    }

    pub(super) fn held(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(|step| step.held)
    }

    /// As one object for programs.
    pub(super) fn json(&self, line: &str, checked: &str) -> Value {
        json!({
            "line": line,
            "checked": checked,
            "budget_factor": self.factor,
            "held": self.held(),
            "steps": self.steps.iter().map(|step| self.step_json(step)).collect::<Vec<_>>(),
        })
    }

    fn step_json(&self, step: &Step) -> Value {
        json!({
            "name": step.what.name,
            "at_ms": self.at_ms(step),
            "took_ms": millis(step.took),
            "budget_ms": step.budget.map(millis),
            "held": step.held,
            "note": step.note,
        })
    }

    /// Milliseconds since the caller rang; before the first call, until that.
    fn at_ms(&self, step: &Step) -> Option<i64> {
        let first = self.steps.iter().find_map(|step| step.invited);
        let origin = step.invited.or(first)?;
        Some((step.at?.micros() - origin.micros()) / 1000)
    }

    pub(super) fn tell(&self) {
        say::line("  INVITE から   所要     予算     判定");
        say::line("  since INVITE  took     budget   held");
        for step in &self.steps {
            self.tell_step(step);
        }
        say::line(match self.held() {
            true => "全て守られた。 All held.",
            false => "守られなかった段階がある。 Something did not hold.",
        });
    }

    fn tell_step(&self, step: &Step) {
        let at = self.at_ms(step).map_or_else(|| "-".to_owned(), |at| format!("{at} ms"));
        let took = format!("{} ms", millis(step.took));
        let budget = step.budget.map_or_else(|| "-".to_owned(), |budget| format!("{} ms", millis(budget)));
        let verdict = match (step.held, step.at) {
            (true, _) => "○ held",
            (false, Some(_)) => "△ LATE",
            (false, None) => "× FAILED",
        };
        let What { ja, en, .. } = step.what;
        say::line(format_args!("{at:>14} {took:>8} {budget:>8}   {verdict:<8}  {ja} ({en})"));
        if let Some(note) = &step.note {
            say::line(format_args!("{:>14} {note}", "↳"));
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_step_that_comes_late_does_not_hold_and_one_in_time_does() {
        let mut timeline = Timeline::new(1);
        timeline.came(ALERTED, Instant::EPOCH, Instant::EPOCH + MS * 200, Some(MS * 200));
        assert!(timeline.held());

        timeline.came(SILENT_RINGS, Instant::EPOCH, Instant::EPOCH + MS * 301, Some(MS * 300));

        assert!(!timeline.held());
    }

    #[test]
    fn a_stretched_budget_forgives_lateness_and_not_absence() {
        let mut timeline = Timeline::new(10);
        timeline.came(ALERTED, Instant::EPOCH, Instant::EPOCH + MS * 1_999, Some(MS * 200));
        assert!(timeline.held());

        timeline.missed(HUMAN, MS, "nobody answered");

        assert!(!timeline.held());
    }

    #[test]
    fn a_drill_in_which_nothing_happened_has_not_held() {
        assert!(!Timeline::new(1).held());
    }

    #[test]
    fn steps_are_told_from_the_invite_of_their_own_call() {
        let mut timeline = Timeline::new(1);
        timeline.came(SILENT_FREE, Instant::EPOCH, Instant::EPOCH + MS * 40, None);
        timeline.invited(Instant::EPOCH + MS * 100);
        timeline.came(ALERTED, Instant::EPOCH + MS * 100, Instant::EPOCH + MS * 105, None);
        timeline.invited(Instant::EPOCH + MS * 900);
        timeline.came(AGAIN_ALERTED, Instant::EPOCH + MS * 900, Instant::EPOCH + MS * 907, None);

        let at: Vec<_> = timeline.steps.iter().map(|step| timeline.at_ms(step).unwrap()).collect();

        assert_eq!(at, [-60, 5, 7]);
    }
}
