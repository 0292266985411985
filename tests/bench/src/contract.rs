//! The code made from `floor.proto`.

#![allow(missing_docs, unreachable_pub, clippy::all, reason = "made by tonic-prost-build")]

tonic::include_proto!("tomoshibi.bench.v1");
