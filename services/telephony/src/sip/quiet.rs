//! rsipstack writes whole messages into its log lines at `info`, and a message
//! carries numbers. Whatever runs its code runs under this, so that none of its
//! lines reaches a subscriber. Our own lines are written outside.

use std::future::Future;

use tracing::instrument::{WithDispatch, WithSubscriber};
use tracing::subscriber::NoSubscriber;

pub(super) fn quiet<F: Future>(future: F) -> WithDispatch<F> {
    future.with_subscriber(NoSubscriber::default())
}

pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    tracing::subscriber::with_default(NoSubscriber::default(), work)
}
