//! Row 5b: a year of the rota audited in memory, against PostgreSQL doing the same with `range_agg`. Run
//! with no, one and a hundred planted gaps; both must find these and no others.

use anyhow::Context;
use jiff::Timestamp;
use on_call_rota::{Period, Rota};
use sqlx::{Connection, Executor, PgConnection};

use super::year::{self, Hole};
use crate::floor::Floor;
use crate::house::{Served, Service};
use crate::options::Engine;
use crate::report::{Row, say};
use crate::round::{Round, What};
use crate::rows::Run;
use crate::verdict::{Goal, Part, Promise};

const NAME: &str = "5b audit of a year";
const AUDIT: What = "audit in memory";
const SQL: What = "range_agg";

const PROMISES: [Promise; 1] =
    [Promise { part: Part::Median, system: AUDIT, floor: &[(1.0, SQL)], goal: Goal::AtMost(0.05) }];

const TABLE: &str =
    "CREATE TABLE floor_shift (planted BIGINT NOT NULL, window_id TEXT NOT NULL, during TSTZRANGE NOT NULL)";
const FILL: &str = "INSERT INTO floor_shift SELECT $1, window_id, tstzrange(to_timestamp(from_s), to_timestamp(until_s)) \
     FROM unnest($2::text[], $3::float8[], $4::float8[]) AS shift (window_id, from_s, until_s)";
const GAPS: &str = "SELECT window_id, CAST(extract(epoch FROM lower(gap)) * 1000000 AS BIGINT), \
     CAST(extract(epoch FROM upper(gap)) * 1000000 AS BIGINT) \
     FROM (SELECT window_id, range_agg(during) AS covered FROM floor_shift WHERE planted = $1 GROUP BY window_id) AS w, \
     unnest(tstzmultirange(tstzrange(to_timestamp($2), to_timestamp($3))) - covered) AS gap ORDER BY 1, 2";

/// A rota with planted gaps, in memory and in PostgreSQL.
struct Year {
    planted: i64,
    rota: Rota,
    period: Period,
    holes: Vec<Hole>,
}

pub(crate) async fn rows(run: &Run<'_>) -> anyhow::Result<Vec<Row>> {
    say(&format!("\n{NAME}"));
    let store = run.peers.store_on(Engine::Postgres).await?;
    let service = Service::start(Served::OnDuty, run.peers, &store).await?;
    let mut floor = Floor::new(&[], run.peers, &store, service.channel()?).await?;
    let mut postgres = PgConnection::connect(&store.url).await?;
    let years = filled(&mut postgres).await?;
    let (mut failures, mut turns) = (Vec::new(), 0);
    let rounds = run
        .how
        .plan()
        .play(async |round: &mut Round| {
            floor.turn(round).await?;
            let year = years.get(turns % years.len()).context("no year")?;
            turns += 1;
            let by_sql = round.time(SQL, year.by_sql(&mut postgres)).await?;
            let ours = round.time(AUDIT, async { year.rota.coverage(year.period) }).await;
            failures.extend(year.fault("PostgreSQL", by_sql));
            let hole = |gap: &on_call_rota::Gap| Hole { window: window_of(gap), time: gap.time };
            failures.extend(year.fault("the audit", ours.iter().map(hole).collect()));
            Ok(())
        })
        .await?;
    let note = format!("checked: {turns} audits found the 0, 1 or 100 planted gaps and no others");
    Ok(vec![Row::of(NAME, "memory, postgres", &PROMISES, &rounds).with_failures(failures).with_note(note)])
}

/// Each window is a group of its own.
fn window_of(gap: &on_call_rota::Gap) -> String {
    gap.group.as_str().replacen('g', "w", 1)
}

async fn filled(postgres: &mut PgConnection) -> anyhow::Result<Vec<Year>> {
    postgres.execute(TABLE).await?;
    let mut years = Vec::new();
    for planted in [0, 1, 100] {
        let (rota, holes) = year::with_holes(planted)?;
        let year = Year { planted: i64::try_from(planted)?, period: year::period(&rota), rota, holes };
        year.fill(postgres).await?;
        years.push(year);
    }
    postgres.execute("CREATE INDEX ON floor_shift (planted); ANALYZE floor_shift").await?;
    Ok(years)
}

impl Year {
    async fn fill(&self, postgres: &mut PgConnection) -> anyhow::Result<()> {
        let (mut windows, mut from, mut until) = (Vec::new(), Vec::new(), Vec::new());
        for shift in self.rota.shifts(self.period) {
            windows.extend(shift.windows.first().map(ToString::to_string));
            from.push(seconds(shift.time.from));
            until.push(seconds(shift.time.until));
        }
        let query = sqlx::query(FILL).bind(self.planted).bind(windows).bind(from).bind(until);
        query.execute(postgres).await.map(drop).context("PostgreSQL does not take the shifts")
    }

    async fn by_sql(&self, postgres: &mut PgConnection) -> anyhow::Result<Vec<Hole>> {
        let (from, until) = (seconds(self.period.from), seconds(self.period.until));
        let query = sqlx::query_as(GAPS).bind(self.planted).bind(from).bind(until);
        let rows: Vec<(String, i64, i64)> = query.fetch_all(postgres).await?;
        let hole = |(window, from, until): (String, i64, i64)| {
            let (from, until) = (Timestamp::from_microsecond(from)?, Timestamp::from_microsecond(until)?);
            Ok(Hole { window, time: Period { from, until } })
        };
        rows.into_iter().map(hole).collect()
    }

    fn fault(&self, who: &str, mut found: Vec<Hole>) -> Option<String> {
        found.sort();
        let missed: Vec<&Hole> = self.holes.iter().filter(|hole| !found.contains(hole)).collect();
        let invented: Vec<&Hole> = found.iter().filter(|hole| !self.holes.contains(hole)).collect();
        (!missed.is_empty() || !invented.is_empty())
            .then(|| format!("of {} gaps {who} missed {missed:?} and invented {invented:?}", self.planted))
    }
}

/// Whole seconds are exact in a float.
#[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
fn seconds(at: Timestamp) -> f64 {
    at.as_second() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_gap_that_is_missed_and_one_that_is_invented_are_faults() {
        let (rota, holes) = year::with_holes(2).unwrap();
        let year = Year { planted: 2, period: year::period(&rota), rota, holes };
        let found: Vec<Hole> = year
            .rota
            .coverage(year.period)
            .iter()
            .map(|gap| Hole { window: window_of(gap), time: gap.time })
            .collect();

        assert_eq!(year.fault("the audit", found.clone()), None);
        assert!(year.fault("the audit", found[1..].to_vec()).unwrap().contains("missed [Hole"));
        let other = Hole { window: "w93".into(), time: found[0].time };
        assert!(year.fault("the audit", [found, vec![other]].concat()).unwrap().contains("invented [Hole"));
    }
}
