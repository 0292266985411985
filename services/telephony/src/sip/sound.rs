//! The sound of one leg: opened with it, closed with it, agreed on by SDP.

use std::net::{IpAddr, SocketAddr};

use domain::ids::LegId;

use crate::media::sdp::{LocalSession, SdpError};
use crate::media::{Direction, Engine, MediaError, RemoteMedia};

pub(super) struct Sound {
    engine: Engine,
    leg: LegId,
    address: SocketAddr,
    session: LocalSession,
    remote: Option<RemoteMedia>,
}

impl Sound {
    pub(super) fn open(engine: &Engine, leg: LegId, peer: IpAddr) -> Result<Self, MediaError> {
        let address = engine.open(leg, peer)?.address;
        let session = LocalSession::new(u64::from(rand::random::<u32>()));
        Ok(Self { engine: engine.clone(), leg, address, session, remote: None })
    }

    pub(super) fn offer(&mut self) -> Vec<u8> {
        self.session.offer(self.address, Direction::SendRecv).into_bytes()
    }

    /// Our answer; `connect` makes it true.
    pub(super) fn answer(&mut self, offer: &[u8]) -> Result<Vec<u8>, SdpError> {
        let answer = self.session.answer(offer, self.address, Direction::SendRecv)?;
        self.remote = Some(answer.remote);
        Ok(answer.text.into_bytes())
    }

    /// The answer to our offer.
    pub(super) fn accept(&mut self, answer: &[u8]) -> Result<(), SdpError> {
        self.remote = Some(self.session.read_answer(answer, Direction::SendRecv)?);
        Ok(())
    }

    /// Lets sound run as agreed; nothing when nothing is agreed yet.
    pub(super) fn connect(&self) {
        if let Some(remote) = self.remote {
            // Busy: the media thread is gone, and the session check will end the call.
            let _ = self.engine.connect(self.leg, remote);
        }
    }

    pub(super) fn is_held(&self) -> bool {
        self.remote.is_some_and(|remote| remote.holds_us())
    }
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.engine.close(self.leg);
    }
}
