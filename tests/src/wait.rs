//! Waiting for what another process does.

use std::time::{Duration, Instant};

/// Far above anything that is right, so that only what never comes fails.
pub const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(30);

/// Looks until there is something, and gives it.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look).await
}

/// `eventually` with a limit of its own.
pub async fn within<T>(limit: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < limit, "{what}: not within {limit:?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Something that must not happen is watched for this long.
pub async fn for_as_long(time: Duration, mut look: impl AsyncFnMut()) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        look().await;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
