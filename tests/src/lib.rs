//! The line from outside: the real program as a process, real telephones, real
//! stores.
//!
//! `TestLine` is the program on free ports with a folder of its own,
//! `TestDesk` a counsellor's telephone, `TestDoctor` a psychiatrist's,
//! `TestCaller` somebody who rings, `TestCarrier` the network behind a trunk,
//! `TestPerson` somebody with an account, `Tab` their page in a `Browser`. What
//! they tell is what a human could see: telephones, `tomoshibi calls`, the log. Nothing here sleeps for a
//! time; everything waits for an event, far longer than is right.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a harness fails loudly, has its own clock, and watches other processes"
)]

mod baresip;
mod book;
mod browser;
mod caller;
mod carrier;
mod collector;
mod desk;
mod doctor;
mod front;
mod gateway;
mod japan;
mod line;
mod line_rpc;
mod outsider;
mod pages;
mod peers;
mod person;
mod program;
mod proxy;
mod record;
mod referral;
mod rota;
mod rpc;
mod sentinel;
mod sounds;
mod standby;
mod tab;
mod wait;
mod web;

pub use baresip::Baresip;
pub use book::{ToldCall, ToldStep};
pub use browser::Browser;
pub use caller::TestCaller;
pub use carrier::{TestCarrier, trunk_to};
pub use collector::{TestCollector, ToldSpan};
pub use desk::{TestDesk, password_of, sipp_desk, sipp_desks_at, sipp_free_desk};
pub use doctor::{TestDoctor, sipp_doctor};
pub use front::FrontKamailio;
pub use gateway::PagedTo;
pub use japan::now_in_japan;
pub use line::{LineSetup, Said, TestLine, dialler};
pub use outsider::Outsider;
pub use peers::{Caller, Kamailio, Sipp, SmtpSink, Udp, free_port, header, invite, reply, status};
pub use person::{Authenticator, Session, TestPerson, stranger};
pub use program::line_program;
pub use proxy::{FaultProxy, Way, address_of};
pub use record::value;
pub use rota::{
    CENTRE, EVERYBODY, OPERATOR, OTHER_OPERATOR, centre, ladder_of, ladder_of_messages, ladder_of_telephones,
    rota, two_operators,
};
pub use rpc::{Answer, COOKIE, Road, SESSION, Shows, ask, ask_raw, framed, web_answer};
pub use sentinel::Sentinels;
pub use sounds::{Sound, Voice};
pub use standby::{Standby, postgres_dies};
pub use tab::{Look, Tab};
pub use wait::{PATIENCE, eventually, for_as_long, within};
pub use web::{Sent, get, over_tls, post, post_from};
