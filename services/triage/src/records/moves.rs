//! The form goes on with the call: a call that another desk has now takes its draft along.

use domain::ids::{OperatorId, StaffId};

use super::{Change, NOBODY, Records};
use crate::asker::Asker;
use crate::error::TriageError;
use crate::store::{Concerned, unreadable};

impl Records {
    /// Nothing happens while nobody is known at that desk, or the draft is theirs already.
    pub(crate) async fn follow_call(&self, of: &Concerned) -> Result<(), TriageError> {
        let operator: OperatorId = of.operator_id.parse().map_err(|_| unreadable("operator"))?;
        let call = of.call_id.parse().map_err(|_| unreadable("call"))?;
        let Some(facts) = self.keeper.store.call(&operator, call).await? else { return Ok(()) };
        let to: StaffId = self.author(&facts).await?;
        if to.as_str() == NOBODY {
            return Ok(());
        }
        let account = self.keeper.store.account_of(&operator, to.as_str()).await?;
        let line = Asker { operator, who: domain::access::Principal::Service };
        let change = Change {
            by_line: true,
            also: Some("author"),
            ..Change::by(&line, "handed_over", "record.handed_over")
        };
        let effects = |record: &mut super::Loaded| {
            let effects = record.machine.take_over(to.clone())?;
            record.row.author_account = account.as_ref().map(ToString::to_string);
            Ok(effects)
        };
        match self.change(&of.record_id, &change, effects).await {
            // Signed in the meantime: it stays whose it was.
            Err(TriageError::Refused(_)) => Ok(()),
            done => done.map(drop),
        }
    }
}
