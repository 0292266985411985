//! The contracts of the line, package `tomoshibi.<service>.v1`, and the clients
//! and servers made from them.

// Comments of the contracts are plain text, not Markdown.
#![allow(missing_docs, unreachable_pub, clippy::all, rustdoc::all)]

mod board;

pub mod console {
    pub mod v1 {
        tonic::include_proto!("tomoshibi.console.v1");
        pub use crate::board::{SharedBoard, WatchBoardResponse};
    }
}

pub mod daily_log {
    pub mod v1 {
        tonic::include_proto!("tomoshibi.daily_log.v1");
    }
}

pub mod escalation {
    pub mod v1 {
        tonic::include_proto!("tomoshibi.escalation.v1");
    }
}

pub mod referral {
    pub mod v1 {
        tonic::include_proto!("tomoshibi.referral.v1");
    }
}

pub mod routing {
    pub mod v1 {
        tonic::include_proto!("tomoshibi.routing.v1");
    }
}

pub mod telephony {
    pub mod v1 {
        tonic::include_proto!("tomoshibi.telephony.v1");
    }
}

pub mod triage {
    pub mod v1 {
        tonic::include_proto!("tomoshibi.triage.v1");
    }
}

/// For gRPC reflection.
pub const DESCRIPTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));
