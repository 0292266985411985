//! Every figure of the log by name: what it is called, what it is counted in and how it comes about.
//! Rows, reports, the page and the exports go by this table (domain.md 7.4).

use super::tally::Tally;
use crate::codes::{CodeList, Label, codes};
use crate::escalation::{AgeBand, TriageCode};
use crate::referral::RefusalReason;
use crate::triage::lists::{CallerGroup, Disposition, PresentState, Qualification, Sex, Topic};

codes!(
    /// What a figure is about: the tables of the page, in this order.
    FigureGroup, "group", {
    Staff = "staff" ("従事者", "staff"),
    Calls = "calls" ("入電", "calls"),
    Waits = "waits" ("応答までの時間", "time to answer"),
    Handling = "handling" ("処理時間", "handling"),
    Callers = "callers" ("相談者", "callers"),
    Matter = "matter" ("相談内容", "what calls are about"),
    Risk = "risk" ("緊急度・リスク", "urgency and risk"),
    Outcome = "outcome" ("転帰", "what came of it"),
    Referrals = "referrals" ("紹介", "referrals"),
    Pages = "pages" ("医師の呼出", "pages to doctors"),
    Other = "other" ("その他", "other"),
});

codes!(
    Unit, "unit", {
    Cases = "cases" ("件", "cases"),
    People = "people" ("人", "people"),
    Hours = "hours" ("時間", "hours"),
    Minutes = "minutes" ("分", "minutes"),
    Seconds = "seconds" ("秒", "seconds"),
    /// Tenths of a percent.
    Permille = "permille" ("‰", "per mille"),
});

/// How a figure comes out of what was tallied.
#[derive(Clone, Copy, Debug)]
pub enum Measure {
    /// Counted under its own name.
    Sum,
    /// Time tallied under this name, in whole minutes.
    Minutes(&'static str),
    /// Different members of this set.
    Distinct(&'static str),
    /// Mean of these values, to the nearest whole.
    Mean(&'static str),
    /// Nearest rank: the smallest value that so many percent of the values do not exceed.
    Percentile(&'static str, u64),
    Longest(&'static str),
    /// The first time as a share of the second, at most 1000.
    Share(&'static str, &'static str),
    /// Members of the first set that are not in the second.
    Without(&'static str, &'static str),
    /// Counts by the codes of a list, under `name/code`.
    By(&'static CodeList),
    /// Counts by names that the operator gives, under `name/…`.
    ByName,
}

#[derive(Clone, Copy, Debug)]
pub struct Figure {
    pub name: &'static str,
    pub unit: Unit,
    pub group: FigureGroup,
    pub ja: &'static str,
    pub en: &'static str,
    /// The row of domain.md 7.4 that asks for it; empty for what this project adds.
    pub asked_by: &'static str,
    pub measure: Measure,
}

/// What a record does not say.
pub const UNKNOWN: &str = "unknown";

impl Figure {
    pub fn find(name: &str) -> Option<&'static Self> {
        let head = name.split('/').next().unwrap_or(name);
        FIGURES.iter().find(|figure| figure.name == head)
    }

    pub const fn label(&self) -> Label {
        Label::fixed(self.ja, self.en)
    }

    /// A count under `name/code`, not a single number.
    pub fn is_list(&self) -> bool {
        matches!(self.measure, Measure::By(_) | Measure::ByName)
    }

    /// The codes of its list in order, then what is unknown.
    pub fn values(&self) -> Vec<(&'static str, Label)> {
        let Measure::By(list) = self.measure else { return Vec::new() };
        let known = list.values.iter().map(|one| (one.code, one.label.clone()));
        let unknown = list.find(UNKNOWN).is_none().then(|| (UNKNOWN, Label::fixed("不明", "not known")));
        known.chain(unknown).collect()
    }

    /// None when it cannot be told.
    pub fn of(&self, tally: &Tally) -> Option<u64> {
        match self.measure {
            Measure::Sum => Some(tally.counted(self.name)),
            Measure::Minutes(time) => Some(tally.minutes(time)),
            Measure::Distinct(set) => Some(tally.members(set)),
            Measure::Mean(spread) => tally.spread(spread)?.mean(),
            Measure::Percentile(spread, percent) => tally.spread(spread)?.percentile(percent),
            Measure::Longest(spread) => tally.spread(spread)?.longest(),
            Measure::Share(part, whole) => tally.permille(part, whole),
            Measure::Without(all, these) => Some(tally.members_without(all, these)),
            Measure::By(_) | Measure::ByName => None,
        }
    }
}

const fn row(
    group: FigureGroup,
    name: &'static str,
    unit: Unit,
    (ja, en): (&'static str, &'static str),
    asked_by: &'static str,
    measure: Measure,
) -> Figure {
    Figure { name, unit, group, ja, en, asked_by, measure }
}

use FigureGroup::{Callers, Calls, Handling, Matter, Other, Outcome, Pages, Referrals, Risk, Staff, Waits};
use Measure::{By, ByName, Distinct, Longest, Mean, Percentile, Share, Sum, Without};
use Unit::{Cases, Hours, Minutes, People, Permille, Seconds};

const STAFF: &str = "staff_on_duty by qualification; uncovered_min";
const ON_CALL: &str = "on_call_ids";
const COUNTS: &str = "offered, blocked, answered, abandoned_lt30, abandoned_ge30, silent, redials";
const ANSWER: &str = "asa_s, p95_answer_s, longest_wait_s, in20s, in60s";
const HANDLE: &str = "aht_s, talk_s, acw_s, occupancy";
const SEX_AGE: &str = "by_sex, by_age";
const RISKS: &str = "by_triage A–G; suicidal, self_harm, harm_others";
const WHERE: &str = "advised_to_medical, referred_to_centre, to_rota_outpatient, to_rota_admission, to_somatic, to_119, to_110";
const DECIDED: &str = "referrals_accepted, rejected, pending, median_decision_min";
const PAGED: &str = "pages, ack_median_s, ack_p90_s, unacked, escalated";

/// In the order in which they are shown.
pub static FIGURES: &[Figure] = &[
    // Counsellors and supervisors, each once; doctors on call are counted apart.
    row(Staff, "staff_on_duty", People, ("従事者数", "staff on duty"), STAFF, Distinct("staff")),
    row(Staff, "staff_min", Minutes, ("従事時間", "staff time"), STAFF, Measure::Minutes("staff")),
    row(
        Staff,
        "by_qual",
        People,
        ("資格別従事者数", "staff by qualification"),
        STAFF,
        By(Qualification::LIST),
    ),
    row(
        Staff,
        "min_by_qual",
        Minutes,
        ("資格別従事時間", "staff time by qualification"),
        STAFF,
        By(Qualification::LIST),
    ),
    row(Staff, "on_call_doctors", People, ("当番医数", "doctors on call"), ON_CALL, Distinct("on_call")),
    row(
        Staff,
        "on_call_min",
        Minutes,
        ("当番医の待機時間", "doctors' time on call"),
        ON_CALL,
        Measure::Minutes("on_call"),
    ),
    row(
        Staff,
        "uncovered_min",
        Minutes,
        ("欠員時間", "uncovered time"),
        STAFF,
        Measure::Minutes("uncovered"),
    ),
    // offered = answered + blocked + abandoned_lt30 + abandoned_ge30 + cut_off + waiting.
    row(Calls, "offered", Cases, ("入電件数", "calls offered"), COUNTS, Sum),
    row(Calls, "answered", Cases, ("応答件数", "answered"), COUNTS, Sum),
    // Not answered, and nobody was on duty or signed in who could have been rung. Whoever waits because all
    // are busy and hangs up is abandoned.
    row(Calls, "blocked", Cases, ("つながらなかった件数（話中）", "blocked"), COUNTS, Sum),
    row(Calls, "abandoned_lt30", Cases, ("放棄（30秒未満）", "abandoned before 30 s"), COUNTS, Sum),
    row(Calls, "abandoned_ge30", Cases, ("放棄（30秒以上）", "abandoned at 30 s or later"), COUNTS, Sum),
    row(Calls, "cut_off", Cases, ("応答前の切断（回線）", "line lost before an answer"), "", Sum),
    row(Calls, "waiting", Cases, ("待機中", "still waiting"), "", Sum),
    // Of those answered: the record says that nobody spoke.
    row(Calls, "silent", Cases, ("無言（応答の内数）", "silent, of those answered"), COUNTS, Sum),
    // As the ledger judged when the call began: rang in vain a short time (a setting) before.
    row(Calls, "redials", Cases, ("再入電", "redials"), COUNTS, Sum),
    // A number that rings twice or more on a service date is one; so much for each day in a report.
    row(
        Calls,
        "repeat_callers",
        Cases,
        ("同日に複数回入電した番号", "numbers that rang more than once a day"),
        "",
        Sum,
    ),
    row(Calls, "call_backs", Cases, ("折返し", "call-backs"), "", Sum),
    row(
        Calls,
        "call_backs_reached",
        Cases,
        ("折返し（応答あり）", "call-backs that reached the caller"),
        "",
        Sum,
    ),
    row(Calls, "test_calls", Cases, ("試験通話", "test calls"), "", Sum),
    // From the beginning of the call until a human and the caller hear each other; whole seconds, cut off.
    row(Waits, "asa_s", Seconds, ("平均応答時間", "mean time to answer"), ANSWER, Mean("wait")),
    row(
        Waits,
        "p95_answer_s",
        Seconds,
        ("応答時間の95パーセンタイル", "95th centile of time to answer"),
        ANSWER,
        Percentile("wait", 95),
    ),
    // Answered or not.
    row(Waits, "longest_wait_s", Seconds, ("最長待ち時間", "longest wait"), ANSWER, Longest("delay")),
    row(Waits, "in20s", Cases, ("20秒以内の応答", "answered within 20 s"), ANSWER, Sum),
    row(Waits, "in60s", Cases, ("60秒以内の応答", "answered within 60 s"), ANSWER, Sum),
    // Calls in which a desk spoke and that are over, call-backs too.
    row(Handling, "handled", Cases, ("対応件数（折返しを含む）", "handled, with call-backs"), "", Sum),
    row(Handling, "aht_s", Seconds, ("平均処理時間", "mean handling time"), HANDLE, Mean("handling")),
    row(Handling, "talk_s", Seconds, ("平均通話時間", "mean talk time"), HANDLE, Mean("talk")),
    // From the end of the call to the first signature, or to the desk's next talk if that comes first.
    row(Handling, "acw_s", Seconds, ("平均後処理時間", "mean after-call work"), HANDLE, Mean("after_call")),
    // Talk and after-call work, cut at the bands' edges, as a share of the staff's time.
    row(Handling, "occupancy_permille", Permille, ("稼働率", "occupancy"), HANDLE, Share("busy", "staff")),
    // Signed records of the day's calls.
    row(Callers, "records", Cases, ("相談件数（署名済み記録）", "signed records"), "", Sum),
    row(Callers, "by_caller", Cases, ("相談者別", "by caller"), "by_caller", By(CallerGroup::LIST)),
    row(Callers, "by_sex", Cases, ("性別", "by sex"), SEX_AGE, By(Sex::LIST)),
    row(Callers, "by_age", Cases, ("年代別", "by age"), SEX_AGE, By(AgeBand::LIST)),
    row(
        Callers,
        "frequent_caller_calls",
        Cases,
        ("頻回者の相談", "calls of frequent callers"),
        "frequent_caller_calls",
        Sum,
    ),
    row(
        Callers,
        "relay_or_text_calls",
        Cases,
        ("リレー・文字による相談", "by relay or in writing"),
        "relay_or_text_calls",
        Sum,
    ),
    // A record with three topics is in three.
    row(
        Matter,
        "by_topic",
        Cases,
        ("相談内容別（重複あり）", "by topic, several each"),
        "by_topic",
        By(Topic::LIST),
    ),
    row(
        Matter,
        "by_state",
        Cases,
        ("状態像別（重複あり）", "by presentation, several each"),
        "",
        By(PresentState::LIST),
    ),
    row(Risk, "by_triage", Cases, ("トリアージ区分別", "by triage code"), RISKS, By(TriageCode::LIST)),
    row(Risk, "suicidal", Cases, ("希死念慮", "suicidal"), RISKS, Sum),
    row(Risk, "self_harm", Cases, ("自傷", "self-harm"), RISKS, Sum),
    row(Risk, "harm_others", Cases, ("他害", "harm to others"), RISKS, Sum),
    row(
        Outcome,
        "by_disposition",
        Cases,
        ("転帰別（重複あり）", "by disposition, several each"),
        "by_disposition D01–D99",
        By(Disposition::LIST),
    ),
    row(Outcome, "advised_to_medical", Cases, ("受診の勧め", "advised to see a doctor"), WHERE, Sum),
    row(
        Outcome,
        "referred_to_centre",
        Cases,
        ("精神科救急情報センターへ紹介", "referred to the centre"),
        WHERE,
        Sum,
    ),
    row(
        Outcome,
        "to_rota_outpatient",
        Cases,
        ("当番病院（外来）", "on-duty hospital, out-patient"),
        WHERE,
        Sum,
    ),
    row(Outcome, "to_rota_admission", Cases, ("当番病院（入院）", "on-duty hospital, admission"), WHERE, Sum),
    row(Outcome, "to_somatic", Cases, ("身体合併症対応", "care for a physical illness besides"), WHERE, Sum),
    row(Outcome, "to_119", Cases, ("119通報", "119"), WHERE, Sum),
    row(Outcome, "to_110", Cases, ("110通報", "110"), WHERE, Sum),
    // referrals = accepted + rejected + pending + withdrawn.
    row(Referrals, "referrals", Cases, ("紹介件数", "referrals released"), "", Sum),
    row(Referrals, "referrals_accepted", Cases, ("受諾", "accepted"), DECIDED, Sum),
    row(Referrals, "referrals_rejected", Cases, ("受入先なし", "rejected"), DECIDED, Sum),
    row(Referrals, "referrals_pending", Cases, ("回答待ち", "pending"), DECIDED, Sum),
    row(Referrals, "referrals_withdrawn", Cases, ("諾否の前に終了", "over before a decision"), "", Sum),
    row(
        Referrals,
        "median_decision_min",
        Minutes,
        ("諾否までの時間（中央値）", "median time to a decision"),
        DECIDED,
        Percentile("decision_min", 50),
    ),
    row(Referrals, "declines", Cases, ("辞退（延べ）", "refusals"), "", Sum),
    row(Referrals, "by_decline", Cases, ("辞退の理由別", "refusals by reason"), "", By(RefusalReason::LIST)),
    row(
        Referrals,
        "by_area_decline",
        Cases,
        ("地域・理由別の辞退", "refusals by area and reason"),
        "",
        ByName,
    ),
    // Hours in which somebody was refused and nobody was accepted.
    row(
        Referrals,
        "hours_without_acceptance",
        Hours,
        ("受入れのなかった時間帯", "hours without acceptance"),
        "",
        Without("declined_hours", "accepted_hours"),
    ),
    row(Pages, "escalations", Cases, ("呼出事案", "escalations"), "", Sum),
    row(Pages, "pages", Cases, ("呼出回数", "pages"), PAGED, Sum),
    // From the start of an escalation to its first yes.
    row(
        Pages,
        "ack_median_s",
        Seconds,
        ("応答時間（中央値）", "median time to a yes"),
        PAGED,
        Percentile("ack", 50),
    ),
    row(
        Pages,
        "ack_p90_s",
        Seconds,
        ("応答時間（90パーセンタイル）", "90th centile of time to a yes"),
        PAGED,
        Percentile("ack", 90),
    ),
    row(Pages, "unacked", Cases, ("応答のなかった事案", "escalations without a yes"), PAGED, Sum),
    row(
        Pages,
        "escalated",
        Cases,
        ("次の順位へ進んだ事案", "escalations that went on to the next rung"),
        PAGED,
        Sum,
    ),
    row(Other, "incidents", Cases, ("障害・特記事項", "incidents"), "incidents", Sum),
];
