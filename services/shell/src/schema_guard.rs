//! Notices that a newer program has changed the store so that this one must not use it any more.

use std::time::Duration;

use crate::alarms::{Alarm, Alarms};
use crate::clock::Clock;
use crate::store::{Db, Fit};

/// Between two looks: one row by its key.
const LOOK: Duration = Duration::from_secs(2);
const OUTGROWN: Alarm = Alarm { kind: "schema_outgrown", operator: None, window: None };

/// Returns when the schema has outgrown this program: the door is shut then and the alarm stands. What calls
/// still say goes to the spool, for the next run.
pub async fn outgrown(db: &Db, clock: &Clock, alarms: &Alarms) {
    db.is_there().await;
    alarms.clear(&OUTGROWN);
    loop {
        clock.sleep_until(clock.now() + LOOK).await;
        match db.fit().await {
            Ok(Fit::Outgrown) => break,
            // A store that is away says nothing about its schema.
            Ok(Fit::Older | Fit::Same | Fit::Wider) | Err(_) => {}
        }
    }
    db.shut();
    alarms.raise(OUTGROWN, None);
}
