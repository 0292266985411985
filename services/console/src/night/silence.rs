//! What to say to a caller who says nothing, and when.

use std::time::Duration;

use proto::console::v1 as pb;

/// Shown to the counsellor once the call is silent for so long. domain.md 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilentPrompt {
    pub after: Duration,
    pub ja: String,
    pub en: String,
}

pub(crate) fn shown(prompts: &[SilentPrompt]) -> Vec<pb::SilentPrompt> {
    let said = |prompt: &SilentPrompt| pb::SilentPrompt {
        after_s: u32::try_from(prompt.after.as_secs()).unwrap_or(u32::MAX),
        ja: prompt.ja.clone(),
        en: prompt.en.clone(),
    };
    prompts.iter().map(said).collect()
}
