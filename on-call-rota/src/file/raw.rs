//! The file as it is written: each value read by itself, with its place, and
//! nothing yet compared with anything else.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::fault::{At, Faults, Place};
use super::section::{Mixed, Section};
use crate::calendar::{EarlyMorning, Saturday, YearEnd, known_dates};
use crate::contact::{CalledNumber, ContactPoint, E164};
use crate::hours::{ClockTime, DayToken, TimeRange, WeekHours};
use crate::ids::{CentreId, DutyId, GroupId, OperatorId, RegionId, RuleId, StaffId, WindowId};
use crate::staff::{Contact, Language, Qualification, Role, StaffName};

const ID: &str = "give an id of a-z, 0-9 and -";
const DATE: &str = "write a date such as 2026-04-01";
const HOURS: &str = "write hours such as 17:00-08:30";
const STAFF: &str = "name at least one person";

/// A date for which the holiday rule holds.
#[derive(Clone, Copy)]
pub(super) struct FileDate(pub(super) Date);

impl FromStr for FileDate {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = known_dates();
        let date = text.parse().ok().filter(|date| (first..=last).contains(date) && text.len() == 10);
        date.map(Self).ok_or("write a date from 1980-01-01 to 2099-12-31 as YYYY-MM-DD")
    }
}

/// Whole days or minutes on the wall clock.
#[derive(Clone, Copy)]
pub(super) enum FileWhen {
    Date(Date),
    Time(DateTime),
}

impl FromStr for FileWhen {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(date) = text.parse::<FileDate>() {
            return Ok(Self::Date(date.0));
        }
        let known = |time: &DateTime| text.contains('T') && (1980..=2099).contains(&time.year());
        let time = text.parse().ok().filter(known);
        time.map(Self::Time).ok_or("write a date YYYY-MM-DD, or a local time YYYY-MM-DDTHH:MM")
    }
}

/// A zone of the bundled database: reading a file never reads another one.
#[derive(Clone)]
pub(super) struct Zone(pub(super) TimeZone);

impl FromStr for Zone {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        TimeZoneDatabase::bundled().get(text).map(Self).map_err(|_| "write an IANA zone such as Asia/Tokyo")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CoverKind {
    Absence,
    StandIn,
    Swap,
}

impl FromStr for CoverKind {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "absence" => Ok(Self::Absence),
            "stand-in" => Ok(Self::StandIn),
            "swap" => Ok(Self::Swap),
            _ => Err("a cover is an absence, a stand-in or a swap"),
        }
    }
}

pub(super) struct RawRota {
    pub(super) place: Place,
    pub(super) revision: u32,
    pub(super) operators: Vec<RawOperator>,
    pub(super) groups: Vec<RawGroup>,
    pub(super) windows: Vec<RawWindow>,
    pub(super) staff: Vec<RawStaff>,
    pub(super) centres: Vec<RawCentre>,
    pub(super) duties: Vec<RawDuty>,
    pub(super) covers: Vec<RawCover>,
    pub(super) rules: Vec<RawRule>,
    pub(super) ladders: Vec<RawLadder>,
}

pub(super) struct RawOperator {
    pub(super) id: Option<At<OperatorId>>,
    pub(super) name: Option<String>,
    pub(super) zone: Option<At<Zone>>,
    pub(super) service_day_starts: Option<ClockTime>,
    pub(super) early_morning: Option<EarlyMorning>,
    pub(super) published_through: Option<i64>,
    pub(super) calendars: Vec<RawCalendar>,
}

pub(super) struct RawCalendar {
    pub(super) place: Place,
    pub(super) from: Option<At<FileDate>>,
    pub(super) office_hours: Option<TimeRange>,
    pub(super) saturday: Option<Saturday>,
    pub(super) year_end: Option<YearEnd>,
    pub(super) own_days: Vec<(Option<At<FileDate>>, bool)>,
}

pub(super) struct RawGroup {
    pub(super) place: Place,
    pub(super) id: Option<At<GroupId>>,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) all_day: bool,
}

pub(super) struct RawWindow {
    pub(super) place: Place,
    pub(super) id: Option<At<WindowId>>,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) group: Option<At<GroupId>>,
    pub(super) name: Option<String>,
    pub(super) numbers: Vec<At<CalledNumber>>,
    pub(super) languages: Vec<Language>,
    pub(super) fallback: Option<E164>,
    pub(super) priority: bool,
    pub(super) next: Vec<At<WindowId>>,
    pub(super) hours: Option<WeekHours>,
}

pub(super) struct RawStaff {
    pub(super) place: Place,
    pub(super) id: Option<At<StaffId>>,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) name: Option<StaffName>,
    pub(super) qualifications: Vec<Qualification>,
    pub(super) psychiatric_experience: bool,
    pub(super) languages: Vec<Language>,
    pub(super) region: Option<RegionId>,
    pub(super) contacts: Vec<(Place, Contact)>,
}

pub(super) struct RawCentre {
    pub(super) place: Place,
    pub(super) id: Option<At<CentreId>>,
    pub(super) operator: Option<At<OperatorId>>,
    pub(super) name: Option<String>,
    pub(super) contacts: Vec<ContactPoint>,
}

pub(super) struct RawDuty {
    pub(super) place: Place,
    pub(super) id: Option<At<DutyId>>,
    pub(super) group: Option<At<GroupId>>,
    pub(super) windows: Vec<At<WindowId>>,
    pub(super) role: Role,
    pub(super) from: Option<At<FileDate>>,
    pub(super) until: Option<At<FileDate>>,
    pub(super) timing: Option<RawTiming>,
}

pub(super) enum RawTiming {
    Weekly(Vec<RawTurn>),
    Rotation(RawRotation),
    Dated { date: Date, turn: RawTurn },
}

pub(super) struct RawTurn {
    pub(super) days: Vec<DayToken>,
    pub(super) time: TimeRange,
    pub(super) staff: Vec<At<StaffId>>,
}

pub(super) struct RawRotation {
    pub(super) starts: Date,
    pub(super) cycle: Vec<Vec<TimeRange>>,
    pub(super) step: i64,
    pub(super) teams: Vec<Vec<At<StaffId>>>,
    pub(super) days: Vec<DayToken>,
}

pub(super) struct RawCover {
    pub(super) place: Place,
    pub(super) kind: Option<CoverKind>,
    pub(super) staff: Option<At<StaffId>>,
    /// Who stands in, or with whom the swap is.
    pub(super) other: Option<At<StaffId>>,
    pub(super) from: Option<At<FileWhen>>,
    pub(super) until: Option<At<FileWhen>>,
    pub(super) with_date: Option<At<FileDate>>,
    pub(super) duty: Option<At<DutyId>>,
}

pub(super) struct RawRule {
    pub(super) place: Place,
    pub(super) id: Option<At<RuleId>>,
    pub(super) group: Option<At<GroupId>>,
    pub(super) window: Option<At<WindowId>>,
    pub(super) days: Vec<DayToken>,
    pub(super) time: Option<TimeRange>,
    pub(super) at_least: u32,
    pub(super) roles: Vec<Role>,
    pub(super) qualifications: Vec<Qualification>,
    pub(super) psychiatric_experience: bool,
    pub(super) language: Option<Language>,
}

pub(super) struct RawLadder {
    pub(super) place: Place,
    pub(super) group: Option<At<GroupId>>,
    pub(super) window: Option<At<WindowId>>,
    pub(super) rungs: Vec<RawRung>,
}

pub(super) struct RawRung {
    pub(super) place: Place,
    pub(super) roles: Vec<Role>,
    pub(super) staff: Vec<At<StaffId>>,
    pub(super) patience_minutes: Option<u32>,
}

fn bare<T>(at: Option<At<T>>) -> Option<T> {
    at.map(|at| at.value)
}

fn values<T>(list: Option<Vec<At<T>>>) -> Vec<T> {
    list.unwrap_or_default().into_iter().map(|at| at.value).collect()
}

pub(super) fn rota(file: Section<'_>, faults: &Faults<'_>) -> RawRota {
    let each = |key| file.sections(key);
    let mut duties: Vec<RawDuty> = each("pattern").into_iter().map(|one| pattern(one, faults)).collect();
    duties.extend(each("rotation").into_iter().map(|one| rotation(one, faults)));
    duties.extend(each("shift").into_iter().map(|one| dated(one, faults)));
    let raw = RawRota {
        place: file.place().clone(),
        revision: file.count("revision", 0..=i64::from(u32::MAX)).unwrap_or(0) as u32,
        operators: each("operator").into_iter().map(operator).collect(),
        groups: each("group").into_iter().map(group).collect(),
        windows: each("window").into_iter().map(|one| window(one, faults)).collect(),
        staff: each("staff").into_iter().map(staff).collect(),
        centres: each("centre").into_iter().map(centre).collect(),
        duties,
        covers: each("cover").into_iter().map(cover).collect(),
        rules: each("rule").into_iter().map(rule).collect(),
        ladders: each("ladder").into_iter().map(ladder).collect(),
    };
    file.finish();
    raw
}

fn operator(from: Section<'_>) -> RawOperator {
    let raw = RawOperator {
        id: from.required("id", ID),
        name: from.name("name"),
        zone: from.optional("zone"),
        service_day_starts: bare(from.optional("service_day_starts")),
        early_morning: bare(from.optional("early_morning")),
        published_through: from.count("holidays_published_through", 1980..=2099),
        calendars: from.sections("calendar").into_iter().map(calendar).collect(),
    };
    from.finish();
    raw
}

fn calendar(from: Section<'_>) -> RawCalendar {
    let raw = RawCalendar {
        place: from.place().clone(),
        from: from.optional("from"),
        office_hours: bare(from.optional("office_hours")),
        saturday: bare(from.optional("saturday")),
        year_end: bare(from.optional("year_end")),
        own_days: from.sections("own_day").into_iter().map(own_day).collect(),
    };
    from.finish();
    raw
}

fn own_day(from: Section<'_>) -> (Option<At<FileDate>>, bool) {
    let raw = (from.required("date", DATE), from.flag("open").unwrap_or(false));
    from.name("name");
    from.finish();
    raw
}

fn group(from: Section<'_>) -> RawGroup {
    let raw = RawGroup {
        place: from.place().clone(),
        id: from.required("id", ID),
        operator: from.optional("operator"),
        all_day: from.flag("all_day").unwrap_or(true),
    };
    from.finish();
    raw
}

fn window(from: Section<'_>, faults: &Faults<'_>) -> RawWindow {
    let hours = from.section("hours");
    if hours.is_none() && !faults.is_torn() {
        faults.add(from.place(), "hours are missing", "add hours = { weekday = \"...\", holiday = \"...\" }");
    }
    let raw = RawWindow {
        place: from.place().clone(),
        id: from.required("id", ID),
        operator: from.optional("operator"),
        group: from.optional("group"),
        name: from.name("name"),
        numbers: from.required_list("numbers", "give the numbers that callers dial").unwrap_or_default(),
        languages: values(from.list("languages")),
        fallback: bare(from.optional("fallback")),
        priority: from.flag("priority").unwrap_or(false),
        next: from.list("next").unwrap_or_default(),
        hours: hours.map(week_hours),
    };
    from.finish();
    raw
}

fn week_hours(from: Section<'_>) -> WeekHours {
    let some = |key| from.list(key).map(|list| values(Some(list)));
    let all = |key| values(from.stated_list(key, "give the hours, or [] for closed"));
    let hours = WeekHours {
        weekday: all("weekday"),
        own: ["mon", "tue", "wed", "thu", "fri"].map(some),
        saturday: some("saturday"),
        sunday: some("sunday"),
        holiday: all("holiday"),
        year_end: some("year_end"),
        local: some("local"),
    };
    from.finish();
    hours
}

fn staff(from: Section<'_>) -> RawStaff {
    let contacts = from.mixed::<ContactPoint>("contacts").into_iter().filter_map(|one| match one {
        Mixed::Plain(point) => Some((point.place, Contact { point: point.value, from: None, until: None })),
        Mixed::Table(table) => contact(table),
    });
    let raw = RawStaff {
        place: from.place().clone(),
        contacts: contacts.collect(),
        id: from.required("id", ID),
        operator: from.optional("operator"),
        name: from.name("name").map(|name| StaffName::new(&name)),
        qualifications: values(from.required_list("qualifications", "name at least one qualification")),
        psychiatric_experience: from.flag("psychiatric_experience").unwrap_or(false),
        languages: values(from.list("languages")),
        region: bare(from.optional("region")),
    };
    from.finish();
    raw
}

fn contact(from: Section<'_>) -> Option<(Place, Contact)> {
    let place = from.place().clone();
    let point = from.required_private("at", "write sip:USER, tel:+NUMBER or mailto:ADDRESS");
    let date = |key| bare(from.optional::<FileDate>(key)).map(|date| date.0);
    let contact = Contact { point: bare(point)?, from: date("from"), until: date("until") };
    from.finish();
    Some((place, contact))
}

fn centre(from: Section<'_>) -> RawCentre {
    let raw = RawCentre {
        place: from.place().clone(),
        id: from.required("id", ID),
        operator: from.optional("operator"),
        name: from.name("name"),
        contacts: values(from.list("contacts")),
    };
    from.finish();
    raw
}

/// What a pattern, a rotation and a dated shift have in common.
fn duty(from: &Section<'_>, id: Option<At<DutyId>>, timing: Option<RawTiming>) -> RawDuty {
    RawDuty {
        place: from.place().clone(),
        id,
        group: from.optional("group"),
        windows: from.list("windows").unwrap_or_default(),
        role: bare(from.optional("role")).unwrap_or(Role::Counsellor),
        from: None,
        until: None,
        timing,
    }
}

fn pattern(from: Section<'_>, faults: &Faults<'_>) -> RawDuty {
    let turns = from.sections("shift");
    if turns.is_empty() {
        faults.add(
            from.place(),
            "a pattern without shifts",
            "add [[pattern.shift]] with days, time and staff",
        );
    }
    let turns = turns.into_iter().filter_map(|turn| {
        let raw = weekly_turn(&turn);
        turn.finish();
        raw
    });
    let timing = Some(RawTiming::Weekly(turns.collect()));
    let mut raw = duty(&from, from.required("id", ID), timing);
    (raw.from, raw.until) = (from.optional("from"), from.optional("until"));
    from.finish();
    raw
}

fn weekly_turn(from: &Section<'_>) -> Option<RawTurn> {
    let days = values(from.required_list("days", "write days such as [\"weekday\"] or [\"mon\", \"thu\"]"));
    let time = from.required("time", HOURS);
    let staff = from.required_list("staff", STAFF);
    Some(RawTurn { days, time: bare(time)?, staff: staff? })
}

fn dated(from: Section<'_>, faults: &Faults<'_>) -> RawDuty {
    let date = from.required::<FileDate>("date", DATE);
    let time = from.required::<TimeRange>("time", HOURS);
    let staff = from.required_list("staff", STAFF);
    let id = from.optional("id");
    let timing = bare(date).zip(bare(time)).zip(staff).map(|((date, time), staff)| {
        let turn = RawTurn { days: Vec::new(), time, staff };
        RawTiming::Dated { date: date.0, turn }
    });
    if timing.is_none() {
        faults.incomplete();
    }
    let raw = duty(&from, id, timing);
    from.finish();
    raw
}

fn rotation(from: Section<'_>, faults: &Faults<'_>) -> RawDuty {
    let timing = turning(&from, faults).map(RawTiming::Rotation);
    if timing.is_none() {
        faults.incomplete();
    }
    let mut raw = duty(&from, from.required("id", ID), timing);
    (raw.from, raw.until) = (from.optional("from"), from.optional("until"));
    from.finish();
    raw
}

/// Either `cycle` with `times` and `step`, or `time` with `turn`: everybody
/// in turn has so many days.
fn turning(from: &Section<'_>, faults: &Faults<'_>) -> Option<RawRotation> {
    let starts = from.required::<FileDate>("starts", DATE);
    let teams = from.lists::<StaffId>("staff");
    let days = values(from.list("days"));
    let in_turns = from.is_present("time") || from.is_present("turn");
    if teams.is_empty() || teams.iter().any(Vec::is_empty) {
        faults.add(from.place(), "a rotation without people", STAFF);
    }
    let cycle = match (from.is_present("cycle"), in_turns) {
        (true, false) => named_cycle(from, faults).zip(Some(from.count("step", 0..=3660).unwrap_or(1))),
        (false, true) => turns(from, teams.len()),
        (true, true) | (false, false) => {
            let right = "write either cycle and times, or time and turn (days each)";
            faults.add(from.place(), "it is not clear who works when", right);
            from.is_present("times");
            from.is_present("step");
            None
        }
    };
    let (cycle, step) = cycle?;
    let people = !teams.is_empty() && !cycle.is_empty();
    people.then_some(())?;
    Some(RawRotation { starts: bare(starts)?.0, cycle, step, teams, days })
}

fn turns(from: &Section<'_>, teams: usize) -> Option<(Vec<Vec<TimeRange>>, i64)> {
    let turn = from.count("turn", 1..=366).unwrap_or(1);
    let time = bare(from.required("time", HOURS))?;
    let mut cycle = vec![vec![time]; turn as usize];
    cycle.resize(turn as usize * teams, Vec::new());
    Some((cycle, turn))
}

fn named_cycle(from: &Section<'_>, faults: &Faults<'_>) -> Option<Vec<Vec<TimeRange>>> {
    let cycle =
        from.required_list::<String>("cycle", "write what is worked on each day, \"-\" for a day off")?;
    let Some(times) = from.section("times") else {
        let right = "add times = { day = \"08:30-17:00\", ... } with the words of the cycle";
        faults.add(from.place(), "times are missing", right);
        return None;
    };
    let times = times.entries::<TimeRange>();
    let mut found = Vec::with_capacity(cycle.len());
    for word in cycle {
        let named = times.iter().find(|(name, _)| name.value == word.value);
        match named {
            Some((_, Some(time))) => found.push(vec![time.value]),
            // Its own fault is already told.
            Some((_, None)) => found.push(Vec::new()),
            None if word.value == "-" => found.push(Vec::new()),
            None => {
                let known: Vec<&str> = times.iter().map(|(name, _)| name.value).collect();
                let right = format!("write - for a day off, or one of times: {}", known.join(", "));
                faults.add(&word.place, "unknown word in the cycle", right);
                faults.incomplete();
            }
        }
    }
    Some(found)
}

fn cover(from: Section<'_>) -> RawCover {
    let kind = bare(from.required::<CoverKind>("kind", "write absence, stand-in or swap"));
    let date = from.optional::<FileWhen>("date");
    let other = match kind {
        Some(CoverKind::StandIn) => from.required("by", "say who stands in"),
        Some(CoverKind::Swap) => from.required("with", "say with whom"),
        Some(CoverKind::Absence) => None,
        None => from.optional("by").or(from.optional("with")),
    };
    let (start, end) = match date {
        Some(date) => (Some(date.clone_when()), Some(date)),
        None => (
            from.required("from", "give date, or from and until"),
            from.required("until", "give the last date or the end"),
        ),
    };
    let raw = RawCover {
        place: from.place().clone(),
        kind,
        staff: from.required("staff", "say whose shift it is"),
        other,
        from: start,
        until: end,
        with_date: if kind == Some(CoverKind::Swap) { from.optional("with_date") } else { None },
        duty: from.optional("duty"),
    };
    from.finish();
    raw
}

impl At<FileWhen> {
    fn clone_when(&self) -> Self {
        Self { value: self.value, place: self.place.clone() }
    }
}

fn rule(from: Section<'_>) -> RawRule {
    let roles = values(from.list("roles"));
    let raw = RawRule {
        place: from.place().clone(),
        id: from.required("id", ID),
        group: from.optional("group"),
        window: from.optional("window"),
        days: values(from.list("days")),
        time: bare(from.optional("time")),
        at_least: from.count("at_least", 1..=1000).unwrap_or(1) as u32,
        roles: if roles.is_empty() { vec![Role::Counsellor] } else { roles },
        qualifications: values(from.list("qualifications")),
        psychiatric_experience: from.flag("psychiatric_experience").unwrap_or(false),
        language: bare(from.optional("language")),
    };
    from.finish();
    raw
}

fn ladder(from: Section<'_>) -> RawLadder {
    let raw = RawLadder {
        place: from.place().clone(),
        group: from.optional("group"),
        window: from.optional("window"),
        rungs: from.sections("rung").into_iter().map(rung).collect(),
    };
    from.finish();
    raw
}

fn rung(from: Section<'_>) -> RawRung {
    let raw = RawRung {
        place: from.place().clone(),
        roles: values(from.list("roles")),
        staff: from.list("staff").unwrap_or_default(),
        patience_minutes: from.count("patience_minutes", 1..=120).map(|minutes| minutes as u32),
    };
    from.finish();
    raw
}
