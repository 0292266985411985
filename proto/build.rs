//! Makes the code of the contracts without protoc.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;

const CONTRACTS: [&str; 8] = [
    "tomoshibi/console/v1/access.proto",
    "tomoshibi/console/v1/console.proto",
    "tomoshibi/daily_log/v1/daily_log.proto",
    "tomoshibi/escalation/v1/escalation.proto",
    "tomoshibi/referral/v1/referral.proto",
    "tomoshibi/routing/v1/routing.proto",
    "tomoshibi/telephony/v1/telephony.proto",
    "tomoshibi/triage/v1/triage.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=tomoshibi");
    let contracts = protox::compile(CONTRACTS, ["."])?;
    let descriptor = PathBuf::from(env::var("OUT_DIR")?).join("descriptor.bin");
    fs::write(descriptor, contracts.encode_to_vec())?;
    // Sent to many at once: encoded in part by hand.
    let board = (".tomoshibi.console.v1.WatchBoardResponse", "crate::board::WatchBoardResponse");
    tonic_prost_build::configure().extern_path(board.0, board.1).compile_fds(contracts)?;
    Ok(())
}
