//! Makes the code of the bench's own contract without protoc.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=floor.proto");
    let contract = protox::compile(["floor.proto"], ["."])?;
    tonic_prost_build::configure().compile_fds(contract)?;
    Ok(())
}
