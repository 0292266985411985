//! What the protocol makes of answers, with its deadlines as moments.

use domain::ids::{StaffId, WindowId};
use domain::time::Instant;
use domain::triage::protocol::{Deadlines, Due};
use domain::triage::{Assessment, Protocol};
use jiff::ToSpan;
use on_call_rota::{Band, Calendar, Rota};
use proto::triage::v1 as pb;
use shell::grpc::timestamp;

use crate::wire::label;

/// Looked ahead for a working day: longer than any run of holidays.
const AHEAD: i64 = 21;

/// From when deadlines are counted, and by whose calendar.
pub(crate) struct Moments<'a> {
    pub(crate) rota: &'a Rota,
    pub(crate) calendar: Option<&'a Calendar>,
    pub(crate) window: Option<&'a WindowId>,
    pub(crate) author: Option<&'a StaffId>,
    pub(crate) from: Instant,
}

impl Moments<'_> {
    pub(crate) fn said(&self, assessment: &Assessment, protocol: &Protocol) -> pb::Assessment {
        let advice = || assessment.advise.iter().filter_map(|id| protocol.advice(id));
        let step =
            |advice: &domain::triage::protocol::Advice, step: &domain::triage::protocol::Step| pb::Step {
                field: format!("{}{}.{}", domain::triage::STEP, advice.id, step.id),
                label: Some(label(&step.label)),
                service: advice.service.code().to_owned(),
            };
        pb::Assessment {
            code: coded(assessment.code.map(|code| code.code())),
            suicide_level: coded(assessment.suicide_level.map(|level| level.code())),
            somatic_problem: coded(assessment.somatic_problem.map(|problem| problem.code())),
            harm_to_others: coded(assessment.harm_to_others.map(|harm| harm.code())),
            jaep_class: coded(assessment.jaep_class.map(|class| class.code())),
            reasons: reasons(assessment, protocol),
            rules: assessment.rules_fired.clone(),
            deadlines: assessment.deadlines.as_ref().map(|due| self.deadlines(due)).unwrap_or_default(),
            steps: advice()
                .flat_map(|one| one.steps.iter().map(|each| step(one, each)).collect::<Vec<_>>())
                .collect(),
            next_questions: assessment.next_questions.clone(),
        }
    }

    fn deadlines(&self, of: &Deadlines) -> Vec<pb::Deadline> {
        let all = [("page", of.page), ("referral", of.referral), ("follow_up", of.follow_up)];
        let said = |(what, due): (&str, Option<Due>)| {
            let at = due.map(|due| timestamp(self.moment(due)))?;
            Some(pb::Deadline { what: what.to_owned(), at: Some(at), origin: of.origin.clone() })
        };
        all.into_iter().filter_map(said).collect()
    }

    fn moment(&self, due: Due) -> Instant {
        match due {
            Due::Within(time) => self.from + time,
            Due::ThisShift => self.end_of_shift().unwrap_or(self.from),
            Due::NextWorkingDay => self.next_opening().unwrap_or(self.from),
        }
    }

    /// Of the author's shift; of the first to end, when the author has none.
    fn end_of_shift(&self) -> Option<Instant> {
        let on_duty = self.rota.on_duty(self.window?, self.from.timestamp()).ok()?;
        let theirs = on_duty.iter().find(|duty| Some(&duty.staff) == self.author);
        let end = theirs.map(|duty| duty.time.until).or(on_duty.iter().map(|duty| duty.time.until).min());
        end.map(Instant::from)
    }

    fn next_opening(&self) -> Option<Instant> {
        let calendar = self.calendar?;
        let today = calendar.zone().to_datetime(self.from.timestamp()).date();
        let quarters = (0..AHEAD * 96).map(|quarter| {
            let first = today.tomorrow().ok()?.to_zoned(calendar.zone().clone()).ok()?.timestamp();
            first.checked_add((15 * quarter).minutes()).ok()
        });
        let is_open = |at: &jiff::Timestamp| calendar.moment(*at).band == Band::Open;
        quarters.flatten().find(is_open).map(Instant::from)
    }
}

fn reasons(assessment: &Assessment, protocol: &Protocol) -> Vec<pb::Label> {
    let own = assessment.reasons.iter().filter_map(|id| protocol.reason(id)).map(label);
    let pages = assessment.page_reasons.iter().map(|reason| label(&reason.label()));
    own.chain(pages).collect()
}

fn coded(code: Option<&'static str>) -> String {
    code.unwrap_or_default().to_owned()
}
