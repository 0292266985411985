//! The recordings of a page, until `media::page_words` has them: silence of a fitting length, so that
//! the menu can be lived through.

use domain::escalation::{AgeBand, Priority, Reason, TriageCode};

use crate::media::clip::Clip;
use crate::media::prompts::Language;

/// At 8 kHz.
const SECOND: usize = 8000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Connecting,
    Thanks,
    TakenOver,
    Withdrawn,
    CallEnded,
    CounsellorAway,
}

#[derive(Clone, Debug, Default)]
pub struct PageWords;

impl PageWords {
    pub fn intro(&self, _: Priority, _: Language) -> Clip {
        silence("page_intro", 8)
    }

    pub fn reasons(&self, _: &[Reason], _: Option<TriageCode>, _: Option<AgeBand>, _: Language) -> Clip {
        silence("page_reasons", 5)
    }

    pub fn say(&self, word: Word, _: Language) -> Clip {
        let name = match word {
            Word::Connecting => "connecting",
            Word::Thanks => "thanks",
            Word::TakenOver => "taken_over",
            Word::Withdrawn => "withdrawn",
            Word::CallEnded => "call_ended",
            Word::CounsellorAway => "counsellor_away",
        };
        silence(name, 2)
    }
}

fn silence(name: &'static str, seconds: usize) -> Clip {
    Clip::new(name, vec![0; SECOND * seconds])
}
