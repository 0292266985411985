//! The line with something broken, told from outside: real processes, real faults, while people ring and doctors are
//! paged. `tests/run faults` plays it; each story prints what it measured.
//!
//! Each row of the design's table of failures, with the story that plays it:
//!
//! | what fails | how | story |
//! | --- | --- | --- |
//! | Redis | late, half-open, refused · frozen, killed · primary lost, moved by sentinels | `redis` |
//! | store slow or gone | 400 ms late · half-open · refused · vanished without a word | `store` |
//! | | stopped · frozen · SQLite locked by another process | `../stories/store_away.rs` |
//! | | primary killed · primary hanging, standby promoted | `failover` |
//! | | and the disk of the spool full · the disk of SQLite full | `disk` |
//! | routing gone | frozen · half-open · 400 ms late · without its store | `routing` |
//! | | killed · away while telephony starts | `../stories/services.rs` |
//! | a telephony process | killed with a call up, another lives | `telephony` |
//! | | killed and started again | `../stories/killed.rs` |
//! | escalation worker | frozen beyond its lease, and going on | `escalation` |
//! | | killed again and again while ladders are climbed | `../stories/pages_killed.rs` |
//! | a carrier | silent · refusing, for pages by voice | `trunk` |
//! | | silent, for the fallback number | `../stories/fallback.rs` |
//! | a centre away for hours | the clock moved by hand | `services/referral/tests/stories.rs` |
//! | the whole site | every telephony process killed behind Kamailio | `../stories/kamailio_front.rs` |
//! | (nothing: an upgrade) | every process replaced, two of each | `upgrade` |
//! | (the clock) | the wall steps an hour forward · back | `clock` |
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "figures are told, and they are measured by a clock of their own"
)]

mod clock;
mod disk;
mod escalation;
mod failover;
mod night;
mod redis;
mod routing;
mod store;
mod telephony;
mod trunk;
mod upgrade;
