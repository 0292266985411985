//! What callers and counsellors live through, told from the telephone's side:
//! the real driver, routing, ledger and store between a telephone network with
//! a memory and a clock moved by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

mod driver_kit;
mod driver_stories {
    mod answering;
    mod call_backs;
    mod consoles;
    mod handing_over;
    mod measures;
    mod outages;
    mod paging;
    mod phones;
    mod policy;
    mod queue;
    mod recovery;
    mod ring_back;
    mod waiting;
}
