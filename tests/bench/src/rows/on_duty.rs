//! Row 5: who is on call at T, asked over gRPC of a rota in memory, as every service of the line keeps one.
//! Every answer is checked against a scan of all shifts.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use on_call_rota::{Period, Roster, Rota, WindowId};
use rand::RngExt;
use tonic::{Request, Response, Status};

use super::year;
use crate::contract as pb;
use crate::contract::on_duty_service_client::OnDutyServiceClient;
use crate::contract::on_duty_service_server::OnDutyService;
use crate::floor::{ECHO, Floor, Part as FloorPart};
use crate::house::{Served, Service};
use crate::report::{Row, say};
use crate::round::{Round, What};
use crate::rows::Run;
use crate::verdict::{Goal, Part, Promise};

const NAME: &str = "5 on call at T";
const ASKED: What = "on call at T";

const PROMISES: [Promise; 2] = [
    Promise { part: Part::Median, system: ASKED, floor: &[(1.0, ECHO)], goal: Goal::AtMost(1.1) },
    Promise { part: Part::Tail, system: ASKED, floor: &[(1.0, ECHO)], goal: Goal::AtMost(1.5) },
];

/// The server.
#[derive(Clone, Debug)]
pub(crate) struct OnDutyAnswers(Arc<Roster>);

impl OnDutyAnswers {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let rota = year::whole()?;
        Ok(Self(Arc::new(rota.compile(year::period(&rota)))))
    }
}

#[tonic::async_trait]
impl OnDutyService for OnDutyAnswers {
    async fn list_on_duty(
        &self,
        request: Request<pb::ListOnDutyRequest>,
    ) -> Result<Response<pb::ListOnDutyResponse>, Status> {
        let asked = request.into_inner();
        let window: WindowId = asked.window_id.parse().map_err(|_| Status::invalid_argument("window_id"))?;
        let at = Timestamp::from_microsecond(asked.at_micros);
        let at = at.map_err(|_| Status::invalid_argument("at_micros"))?;
        let on_duty = self.0.on_duty(&window, at).map_err(|error| Status::not_found(error.to_string()))?;
        let staff_ids = on_duty.iter().map(|one| one.staff.to_string()).collect();
        Ok(Response::new(pb::ListOnDutyResponse { staff_ids }))
    }
}

pub(crate) async fn rows(run: &Run<'_>) -> anyhow::Result<Vec<Row>> {
    say(&format!("\n{NAME}"));
    let store = run.peers.store().await?;
    let service = Service::start(Served::OnDuty, run.peers, &store).await?;
    let mut floor = Floor::new(&[FloorPart::Echo], run.peers, &store, service.channel()?).await?;
    let mut client = OnDutyServiceClient::new(service.channel()?);
    let (scan, mut failures, mut checked) = (Scan::new()?, Vec::new(), 0_usize);
    let rounds = run
        .how
        .plan()
        .play(async |round: &mut Round| {
            floor.turn(round).await?;
            let (window, at) = scan.question();
            let asked = pb::ListOnDutyRequest { window_id: window.clone(), at_micros: at.as_microsecond() };
            let answer = round.time(ASKED, client.list_on_duty(asked)).await?.into_inner();
            failures.extend(scan.fault(&window, at, answer.staff_ids));
            checked += 1;
            Ok(())
        })
        .await?;
    let note = format!("checked: {checked} answers against a scan of all shifts");
    Ok(vec![Row::of(NAME, store.db.engine(), &PROMISES, &rounds).with_failures(failures).with_note(note)])
}

/// Every shift, looked through one by one.
struct Scan {
    period: Period,
    by_window: HashMap<String, Vec<(Period, String)>>,
    /// Moments of which some are asked about again and again: changes of the clock.
    changes: Vec<Timestamp>,
}

impl Scan {
    fn new() -> anyhow::Result<Self> {
        let rota: Rota = year::whole()?;
        let period = year::period(&rota);
        let mut by_window: HashMap<String, Vec<(Period, String)>> = HashMap::new();
        for shift in rota.shifts(period) {
            for window in &shift.windows {
                let shifts = by_window.entry(window.to_string()).or_default();
                shifts.push((shift.time, shift.staff.to_string()));
            }
        }
        let zone = year::zone()?;
        let instant = |local: jiff::civil::DateTime| local.to_zoned(zone.clone()).map(|at| at.timestamp());
        let changes = year::EDGES.into_iter().map(instant).collect::<Result<_, _>>();
        Ok(Self { period, by_window, changes: changes.context("an edge of the year")? })
    }

    /// By chance: any moment, an edge of a shift, or a moment about a change of the clock.
    fn question(&self) -> (String, Timestamp) {
        let mut random = rand::rng();
        let window = year::window(random.random_range(0..year::WINDOWS));
        let (from, until) = (self.period.from.as_microsecond(), self.period.until.as_microsecond());
        let any = Timestamp::from_microsecond(random.random_range(from..until)).unwrap_or(self.period.from);
        let shifts = self.by_window.get(&window).map_or(&[][..], Vec::as_slice);
        let edge = match (random.random_range(0..3), shifts.get(random.random_range(0..shifts.len().max(1))))
        {
            (0, Some((time, _))) => {
                if random.random() {
                    time.from
                } else {
                    time.until
                }
            }
            (1, _) => {
                let change = self.changes.get(random.random_range(0..self.changes.len().max(1)));
                let about = SignedDuration::from_secs(random.random_range(-7200..=7200));
                change.and_then(|change| change.checked_add(about).ok()).unwrap_or(any)
            }
            (_, _) => any,
        };
        (window, if self.period.contains(edge) { edge } else { any })
    }

    fn fault(&self, window: &str, at: Timestamp, mut answered: Vec<String>) -> Option<String> {
        let shifts = self.by_window.get(window)?;
        let mut right: Vec<String> =
            shifts.iter().filter(|(time, _)| time.contains(at)).map(|(_, staff)| staff.clone()).collect();
        right.sort();
        answered.sort();
        (answered != right).then(|| format!("at {at} {window} has {right:?}, and {answered:?} were named"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_lies_in_the_year_and_the_roster_agrees_with_the_scan() {
        let (scan, answers) = (Scan::new().unwrap(), OnDutyAnswers::new().unwrap());

        for _ in 0..2000 {
            let (window, at) = scan.question();
            let named = answers.0.on_duty(&window.parse().unwrap(), at).unwrap();
            let named = named.iter().map(|one| one.staff.to_string()).collect();
            assert_eq!(scan.fault(&window, at, named), None);
        }
    }

    #[test]
    fn a_wrong_person_is_a_fault() {
        let scan = Scan::new().unwrap();
        let (window, at) = scan.question();

        assert!(scan.fault(&window, at, vec!["somebody".into()]).is_some());
    }
}
