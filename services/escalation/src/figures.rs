//! How late pages go out, and whether the service can be trusted at this moment.

use std::time::Duration;

use domain::escalation::PageNumber;

use crate::keeper::Keeper;
use crate::store::Kept;

/// A page went out: the first time, it is measured how late.
pub(crate) fn went_out(keeper: &Keeper, kept: &Kept, number: PageNumber, attempt: u32) {
    let Some(page) = kept.machine.pages().get(number).filter(|_| attempt == 1) else { return };
    let late = keeper.clock.now().since(page.due);
    metrics::histogram!("tomoshibi_page_lateness_seconds", "channel" => page.channel.code())
        .record(late.as_secs_f64());
    if late > keeper.settings.late_after {
        metrics::counter!("tomoshibi_page_late_total", "channel" => page.channel.code()).increment(1);
        keeper.raise(kept, "escalation_page_late");
    }
}

/// No page is overdue by more than this, and the store answers.
pub(crate) async fn is_well(keeper: Keeper, late_after: Duration) -> bool {
    let overdue = keeper.store.debt(keeper.clock.now() - late_after).await;
    matches!(overdue, Ok((0, _)))
}
