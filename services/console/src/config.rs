//! Settings of the console.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use domain::ids::DeskId;

use crate::night::{Budget, SilentPrompt};

#[derive(Clone, Debug)]
pub struct Settings {
    pub rota: PathBuf,
    /// How often the rota file is looked at.
    pub rota_check: Duration,
    /// Desks whose phone picks up when the call is accepted on the screen.
    pub console_first: BTreeSet<DeskId>,
    /// How long a sign-in to a desk holds when the page is gone.
    pub desk_lease: Duration,
    /// Shown beside the timers.
    pub budgets: Vec<Budget>,
    /// What to say to a caller who says nothing.
    pub silent_prompts: Vec<SilentPrompt>,
}
