//! The only place that knows SIP and RTP.

pub mod edge;
pub mod ledger;
pub mod media;
pub mod sip;
