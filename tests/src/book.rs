//! A call as the line tells it.

use proto::telephony::v1 as wire;
use serde_json::Value;

#[derive(Clone, Debug)]
pub struct ToldCall {
    pub id: String,
    pub window: String,
    pub end: Option<String>,
    pub steps: Vec<ToldStep>,
}

#[derive(Clone, Debug)]
pub struct ToldStep {
    pub seq: u32,
    pub at_micros: i64,
    pub name: String,
    pub body: Value,
}

impl ToldCall {
    pub(crate) fn of(call: wire::Call) -> Self {
        let steps = call.entries.into_iter().map(ToldStep::of).collect();
        Self {
            id: call.call_id,
            window: call.window_id,
            end: Some(call.end_reason).filter(|reason| !reason.is_empty()),
            steps,
        }
    }

    pub fn names(&self) -> Vec<&str> {
        self.steps.iter().map(|step| step.name.as_str()).collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.steps(name).next().is_some()
    }

    pub fn steps(&self, name: &str) -> impl Iterator<Item = &ToldStep> {
        self.steps.iter().filter(move |step| step.name == name)
    }

    /// The values of a field of all steps of that name, in order.
    pub fn told(&self, name: &str, field: &str) -> Vec<String> {
        self.steps(name).map(|step| step.text(field)).collect()
    }

    pub fn is_answered_by(&self, desk: &str) -> bool {
        self.steps("answered").any(|step| step.body["by"]["desk"] == desk)
    }

    /// What must hold of any call that has ended: every step from 0 without holes and in the order
    /// of time, one beginning, one end, nothing after it.
    pub fn is_whole(&self) {
        let story = self.names();
        let seqs: Vec<u32> = self.steps.iter().map(|step| step.seq).collect();
        assert_eq!(seqs, (0..).take(seqs.len()).collect::<Vec<u32>>(), "{} has holes: {story:?}", self.id);
        assert!(self.steps.is_sorted_by_key(|step| step.at_micros), "{} runs backwards: {self:?}", self.id);
        assert_eq!(story.first(), Some(&"begun"), "{story:?}");
        assert_eq!(story.last(), Some(&"ended"), "{story:?}");
        for once in ["begun", "ended"] {
            assert_eq!(self.steps(once).count(), 1, "{once} twice in {}: {story:?}", self.id);
        }
    }
}

impl ToldStep {
    fn of(entry: wire::Entry) -> Self {
        let at_micros =
            entry.at.map(|at| at.seconds * 1_000_000 + i64::from(at.nanos / 1000)).unwrap_or_default();
        let body = serde_json::from_str(&entry.body).unwrap();
        Self { seq: entry.seq, at_micros, name: entry.step, body }
    }

    pub fn text(&self, field: &str) -> String {
        let value = &self.body[field];
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }
}
