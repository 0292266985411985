//! Row 1: a call comes, routing decides, a telephone is to ring.

mod arrivals;
mod closed;
pub(crate) mod open;
pub(crate) mod probe;

use crate::floor::{CLAIM, ECHO, OUTBOX, Part as FloorPart};
use crate::house::{Served, Service};
use crate::peers::Store;
use crate::round::What;
use crate::rows::{Run, nation};
use crate::verdict::{Goal, Part, Promise};

use probe::Probe;

pub(crate) use arrivals::arrivals;
pub(crate) use closed::one_in_flight;
pub(crate) use open::open_loop;

const CALL: What = "call";

/// Commit, claim, and the way there and back.
const FLOOR: &[FloorPart] = &[FloorPart::Outbox, FloorPart::Claim, FloorPart::Echo];

fn promises() -> [Promise; 2] {
    let floor = &[(1.0, OUTBOX), (1.0, CLAIM), (1.0, ECHO)];
    [
        Promise { part: Part::Median, system: CALL, floor, goal: Goal::AtMost(1.4) },
        Promise { part: Part::Tail, system: CALL, floor: &[(1.0, OUTBOX)], goal: Goal::AtMost(2.0) },
    ]
}

/// Routing with everybody at their desks.
async fn line(run: &Run<'_>) -> anyhow::Result<(Store, Service, Probe)> {
    let store = run.peers.store().await?;
    std::fs::write(store.path("rota.toml"), nation::rota())?;
    let service = Service::start(Served::Routing, run.peers, &store).await?;
    let mut probe = Probe::new(service.route()?, &store.db);
    probe.all_sign_in().await?;
    Ok((store, service, probe))
}
