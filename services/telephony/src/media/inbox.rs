//! What the media thread is asked to do. Asking takes a lock for as long as
//! it takes to push one value, and never waits for the thread.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

use domain::ids::{LegId, RoomId};
use tokio::sync::mpsc;

use super::Frame;
use super::clip::Clip;
use super::event::Counters;
use super::ports::PortPair;
use super::remote::RemoteMedia;
use super::settings::MediaError;
use crate::edge::Repeat;

/// More than this unread means that the thread is gone or hopelessly behind.
const LONGEST: usize = 65_536;

#[derive(Debug)]
pub(super) enum Command {
    Open(LegId, PortPair, Arc<Counters>),
    Connect(LegId, RemoteMedia),
    Join(LegId, RoomId),
    /// Hears the room and is not heard there.
    Attend(LegId, RoomId),
    Leave(LegId),
    Play(LegId, Clip, Repeat),
    StopPlay(LegId),
    SendDigits(LegId, Vec<u8>),
    Listen(LegId, mpsc::Sender<Frame>),
    Close(LegId),
    Stop,
}

impl Command {
    /// Refusing these would keep a party in a room, or a port bound, for ever.
    fn must_be_taken(&self) -> bool {
        match self {
            Self::Leave(_) | Self::Close(_) | Self::Stop => true,
            Self::Open(..) | Self::Connect(..) | Self::Join(..) | Self::Attend(..) => false,
            Self::Play(..) | Self::StopPlay(_) | Self::SendDigits(..) | Self::Listen(..) => false,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    queue: Mutex<VecDeque<Command>>,
    bell: Condvar,
}

impl Inbox {
    pub(super) fn push(&self, command: Command) -> Result<(), MediaError> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.len() >= LONGEST && !command.must_be_taken() {
            return Err(MediaError::Busy);
        }
        queue.push_back(command);
        drop(queue);
        self.bell.notify_one();
        Ok(())
    }

    /// Everything asked so far; when that is nothing, waits for the first until `deadline`.
    pub(super) fn take(&self, deadline: Instant) -> VecDeque<Command> {
        let patience = deadline.saturating_duration_since(Instant::now());
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(queue, patience, |queue| queue.is_empty());
        let (mut queue, _timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *queue)
    }
}
