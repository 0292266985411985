//! The least that a gRPC service can do, asked over the same kind of connection as the line.

use tonic::transport::Channel;
use tonic::{Request, Response, Status};

use crate::contract as pb;
use crate::contract::echo_service_client::EchoServiceClient;
use crate::contract::echo_service_server::EchoService;

/// As long as a small request of the line.
const WORDS: [u8; 200] = [7; 200];

/// The server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EchoAnswers;

#[tonic::async_trait]
impl EchoService for EchoAnswers {
    async fn say(&self, request: Request<pb::SayRequest>) -> Result<Response<pb::SayResponse>, Status> {
        Ok(Response::new(pb::SayResponse { words: request.into_inner().words }))
    }
}

pub(super) struct Echo(EchoServiceClient<Channel>);

impl Echo {
    pub(super) fn over(channel: Channel) -> Self {
        Self(EchoServiceClient::new(channel))
    }

    pub(super) async fn say(&mut self) -> Result<(), Status> {
        self.0.say(pb::SayRequest { words: WORDS.to_vec() }).await.map(drop)
    }
}
