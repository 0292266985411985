//! The last plan that routing told: windows, and whom to ring when routing is
//! gone.
//!
//! Held in memory and refreshed at each change, so that a call never waits for
//! a question that could have been asked before.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{DeskId, OperatorId, WindowId};
use domain::private::Private;
use proto::routing::v1 as wire;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use shell::grpc::Route;
use tokio::sync::watch;
use tracing::{info, warn};

use super::kept_plan::KeptPlan;
use crate::edge::{Number, Target};

/// Between two attempts to hear the plan from routing.
const AGAIN: Duration = Duration::from_millis(500);

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub windows: Vec<Window>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub operator: OperatorId,
    pub id: WindowId,
    pub name: String,
    /// As callers dial it, digits only.
    pub called: Vec<String>,
    pub agency: bool,
    pub fallback: Option<Number>,
    pub language: String,
    pub circles: u32,
    pub ring_list: Vec<Listed>,
}

/// A desk to ring when routing does not answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub desk: DeskId,
    pub target: Target,
    pub free: bool,
}

impl Plan {
    /// The window whose number was dialled. A number that no window has goes to the first one:
    /// a misprint in a trunk's settings must not silence the line.
    pub fn window_for(&self, called: &str) -> Option<&Window> {
        let dialled = digits(called);
        let exact =
            self.windows.iter().find(|window| window.called.iter().any(|number| same(number, &dialled)));
        exact.or_else(|| self.windows.first())
    }

    pub fn operators(&self) -> BTreeSet<OperatorId> {
        self.windows.iter().map(|window| window.operator.clone()).collect()
    }

    pub fn window(&self, id: &WindowId) -> Option<&Window> {
        self.windows.iter().find(|window| window.id == *id)
    }
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// `0300000100` dialled at home is `+81300000100` abroad: the national form ends alike.
fn same(ours: &str, dialled: &str) -> bool {
    ours == dialled
        || dialled.strip_prefix('0').is_some_and(|national| national.len() >= 8 && ours.ends_with(national))
}

/// Follows routing's plan for ever; while routing is away the last plan stands.
pub(super) async fn follow(
    mut routing: RoutingServiceClient<Route>,
    plan: watch::Sender<Arc<Plan>>,
    kept: Option<KeptPlan>,
) {
    loop {
        match routing.watch_plan(wire::WatchPlanRequest {}).await {
            Ok(news) => {
                let mut news = news.into_inner();
                while let Ok(Some(told)) = news.message().await {
                    info!(windows = told.windows.len(), "plan received");
                    if let Some(kept) = &kept {
                        kept.keep(&told);
                    }
                    plan.send_replace(Arc::new(Plan::from(told)));
                }
                warn!("routing stopped telling its plan; the last one stands");
            }
            Err(status) => {
                warn!(code = ?status.code(), "routing does not tell its plan; the last one stands")
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

impl From<wire::WatchPlanResponse> for Plan {
    fn from(told: wire::WatchPlanResponse) -> Self {
        Self { windows: told.windows.into_iter().filter_map(window).collect() }
    }
}

fn window(told: wire::Window) -> Option<Window> {
    Some(Window {
        operator: told.operator_id.parse().ok()?,
        id: told.window_id.parse().ok()?,
        name: told.name,
        called: told.called_numbers.iter().map(|number| digits(number)).collect(),
        agency: told.agency,
        fallback: Some(told.fallback_number).filter(|number| !number.is_empty()).map(Private::new),
        language: told.language,
        circles: told.circles.max(1),
        ring_list: told.ring_list.into_iter().filter_map(listed).collect(),
    })
}

fn listed(told: wire::RingListEntry) -> Option<Listed> {
    Some(Listed { desk: DeskId::parse(&told.desk_id).ok()?, target: target(told.target?)?, free: told.free })
}

/// Where a desk rings, as routing says it.
pub(super) fn target(told: wire::Target) -> Option<Target> {
    match told.kind? {
        wire::target::Kind::Phone(phone) => DeskId::parse(&phone).ok().map(Target::Desk),
        wire::target::Kind::Number(number) => Some(Target::Outside(Private::new(number))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(id: &str, called: &[&str]) -> Window {
        Window {
            operator: "pref".parse().unwrap(),
            id: id.parse().unwrap(),
            name: String::new(),
            called: called.iter().map(|number| digits(number)).collect(),
            agency: false,
            fallback: None,
            language: "ja".into(),
            circles: 3,
            ring_list: vec![],
        }
    }

    fn reached(dialled: &str) -> String {
        let plan = Plan {
            windows: vec![window("day", &["+81300000100"]), window("night", &["+81300000200", "200"])],
        };
        plan.window_for(dialled).unwrap().id.to_string()
    }

    #[test]
    fn a_number_reaches_its_window_however_it_is_written() {
        assert_eq!(
            [reached("+81300000200"), reached("81300000200"), reached("0300000200"), reached("200")],
            ["night"; 4]
        );
    }

    #[test]
    fn a_number_that_no_window_has_reaches_the_first_window_instead_of_nobody() {
        assert_eq!(reached("+81399999999"), "day");
    }
}
