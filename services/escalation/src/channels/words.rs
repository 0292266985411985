//! A page in words, for eyes. Made of codes alone, so nothing personal can be in it.

use domain::escalation::{AgeBand, Priority, Reason, TriageCode};
use domain::time::Instant;
use jiff::tz::Offset;
use on_call_rota::Language;

use super::Message;

/// In a mail's list of subjects a drill must not look like a night's work.
pub(super) fn subject(message: &Message) -> String {
    let rank = rank(message.priority);
    match is_drill(message) {
        true => format!("【灯】呼出訓練（優先度{rank}） / Tomoshibi drill P{rank}"),
        false => format!("【灯】優先度{rank}の呼出 / Tomoshibi page P{rank}"),
    }
}

/// Both languages, the person's own first; Japanese before English for who has neither.
pub(super) fn both(message: &Message, link: Option<&str>) -> String {
    let (ja, en) = (japanese(message, link), english(message, link));
    let (first, second) = if message.language == Language::ENGLISH { (en, ja) } else { (ja, en) };
    format!("{first}\n----------------------------------------\n\n{second}")
}

pub(super) fn japanese(message: &Message, link: Option<&str>) -> String {
    format!(
        "優先度: {}\n理由: {}\nトリアージ区分: {}\n年代: {}\n窓口: {}\n時刻: {}\n\n\
         応答のしかた\n{}- 鳴った電話番号へ折り返す\n\n呼出番号: {}\n",
        priority_ja(message.priority),
        listed(message, reason_ja, "、"),
        message.triage_code.map_or("未記入", TriageCode::code),
        message.age_band.map_or("未記入", age_ja),
        message.window,
        moment(message.at, 9, "日本時間"),
        link.map(|link| format!("- 開く: {link}\n")).unwrap_or_default(),
        message.page,
    )
}

pub(super) fn english(message: &Message, link: Option<&str>) -> String {
    format!(
        "Priority: {}\nReasons: {}\nTriage code: {}\nAge: {}\nWindow: {}\nTime: {}\n\n\
         How to answer\n{}- ring back the number that rang you\n\nPage id: {}\n",
        priority_en(message.priority),
        listed(message, reason_en, ", "),
        message.triage_code.map_or("not given", TriageCode::code),
        message.age_band.map_or("not given", age_en),
        message.window,
        moment(message.at, 0, "UTC"),
        link.map(|link| format!("- open {link}\n")).unwrap_or_default(),
        message.page,
    )
}

fn is_drill(message: &Message) -> bool {
    message.reasons.contains(&Reason::Drill)
}

fn listed(message: &Message, word: fn(Reason) -> &'static str, between: &str) -> String {
    let each = message.reasons.iter().map(|&reason| format!("{} ({reason})", word(reason)));
    each.collect::<Vec<_>>().join(between)
}

fn moment(at: Instant, hours: i8, zone: &str) -> String {
    let local = Offset::constant(hours).to_datetime(at.timestamp());
    format!("{} ({zone})", local.strftime("%Y-%m-%d %H:%M:%S"))
}

fn rank(priority: Priority) -> u8 {
    match priority {
        Priority::P1 => 1,
        Priority::P2 => 2,
        Priority::P3 => 3,
    }
}

fn priority_ja(priority: Priority) -> &'static str {
    match priority {
        Priority::P1 => "1（即時）",
        Priority::P2 => "2（15分以内）",
        Priority::P3 => "3（勤務内）",
    }
}

fn priority_en(priority: Priority) -> &'static str {
    match priority {
        Priority::P1 => "1 (at once)",
        Priority::P2 => "2 (within 15 minutes)",
        Priority::P3 => "3 (within the shift)",
    }
}

fn reason_ja(reason: Reason) -> &'static str {
    match reason {
        Reason::RiskImminent => "自傷他害の切迫",
        Reason::InvoluntaryCare => "非自発的入院の判断",
        Reason::Medication => "薬剤",
        Reason::Somatic => "身体症状",
        Reason::PoliceRequest => "警察からの依頼",
        Reason::Legal => "法的判断",
        Reason::Other => "その他",
        Reason::CallerWaiting => "相談者が待機中",
        Reason::NobodySignedIn => "相談員の在席なし",
        Reason::CallBackOverdue => "折り返しの遅延",
        Reason::ReferralOverdue => "紹介の期限超過",
        Reason::Drill => "訓練（対応不要、応答のみ）",
    }
}

fn reason_en(reason: Reason) -> &'static str {
    match reason {
        Reason::RiskImminent => "imminent risk",
        Reason::InvoluntaryCare => "decision on involuntary care",
        Reason::Medication => "medication",
        Reason::Somatic => "somatic symptoms",
        Reason::PoliceRequest => "request of the police",
        Reason::Legal => "legal decision",
        Reason::Other => "other",
        Reason::CallerWaiting => "a caller is waiting",
        Reason::NobodySignedIn => "no counsellor is signed in",
        Reason::CallBackOverdue => "a call-back is overdue",
        Reason::ReferralOverdue => "a referral is overdue",
        Reason::Drill => "drill, nothing is wrong: only answer",
    }
}

fn age_ja(band: AgeBand) -> &'static str {
    match band {
        AgeBand::Under10 => "10歳未満",
        AgeBand::Tens => "10代",
        AgeBand::Twenties => "20代",
        AgeBand::Thirties => "30代",
        AgeBand::Forties => "40代",
        AgeBand::Fifties => "50代",
        AgeBand::Sixties => "60代",
        AgeBand::Seventies => "70代",
        AgeBand::From80 => "80歳以上",
    }
}

fn age_en(band: AgeBand) -> &'static str {
    match band {
        AgeBand::Under10 => "under 10",
        AgeBand::Tens => "10s",
        AgeBand::Twenties => "20s",
        AgeBand::Thirties => "30s",
        AgeBand::Forties => "40s",
        AgeBand::Fifties => "50s",
        AgeBand::Sixties => "60s",
        AgeBand::Seventies => "70s",
        AgeBand::From80 => "80 and over",
    }
}
