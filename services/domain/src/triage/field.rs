//! The data dictionary: every field a counsellor fills in, domain.md 7.1. What the line knows by itself
//! (times, window, band, who answered) is not here.

use super::assess::Assessment;
use super::fields::Fields;
use super::legal::LegalRoute;
use super::lists::{
    Anonymity, AttendingContacted, CallerKind, Consent, ConsentBasis, ContactChannel, Disposition,
    EmergencyLevel, EmergencyService, EndKind, Flag, HarmToOthers, JaepClass, NotReferredReason,
    PresentState, Sex, SomaticProblem, SubjectAware, SuicideLevel, Topic, Willingness,
};
use crate::codes::{CodeList, Label};
use crate::escalation::{AgeBand, TriageCode};

/// The counsellor's own code, beside the one the protocol computes.
pub const OWN_CODE: &str = "triage_code";
/// Why it is less urgent than the computed one.
pub const OWN_CODE_REASON: &str = "own_code_reason";

/// Why a signed record was amended; kept with each version.
pub const AMENDMENT_REASON: &str = "amendment_reason";

/// Characters in a text that tells something.
pub const LONG: usize = 20_000;
/// Characters in a name or a place.
pub const SHORT: usize = 200;
/// Characters in a telephone number as it is written down.
pub const NUMBER: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Code(&'static CodeList),
    /// At most so many, in order.
    Codes(&'static CodeList, usize),
    /// At most so many characters.
    Text(usize),
    Bool,
    /// `2026-11-21`
    Date,
    /// `2026-11-21T15:00:00+09:00`
    Instant,
    /// An id of the rota, not a name.
    Staff,
}

#[derive(Clone, Debug)]
pub enum Required {
    Always,
    When { why: Label, holds: fn(&Situation<'_>) -> bool },
    Optional,
}

/// What decides whether a field must be filled in.
#[derive(Debug)]
pub struct Situation<'a> {
    pub fields: &'a Fields,
    pub assessment: &'a Assessment,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub label: Label,
    /// Sealed by itself in the store, and shown to those only who need it.
    pub personal: bool,
    pub required: Required,
}

pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

/// Whatever is written in free words, and all that is not in the dictionary, is personal.
pub fn is_personal(name: &str) -> bool {
    field(name).is_none_or(|field| field.personal)
}

impl Situation<'_> {
    fn end(&self) -> Option<EndKind> {
        self.fields.code("end_kind")
    }

    fn had_words(&self) -> bool {
        self.end().is_none_or(EndKind::had_words)
    }

    /// A questionnaire is finished only by who had the time, and nobody holds up help for it.
    pub(super) fn had_time(&self) -> bool {
        self.end().is_none_or(EndKind::had_time) && self.code() != Some(TriageCode::A)
    }

    fn caller(&self) -> Option<CallerKind> {
        self.fields.code("caller_kind")
    }

    /// The more urgent of the two.
    pub(super) fn code(&self) -> Option<TriageCode> {
        let own = self.fields.code::<TriageCode>(OWN_CODE);
        own.into_iter().chain(self.assessment.code).min()
    }

    fn is_urgent(&self) -> bool {
        self.code().is_some_and(|code| code <= TriageCode::C)
    }

    fn came_to(&self, what: fn(Disposition) -> bool) -> bool {
        self.fields.codes("disposition").any(what)
    }

    fn was_called(&self) -> bool {
        let service = self.fields.code("emergency_service");
        matches!(service, Some(EmergencyService::Ambulance | EmergencyService::Police))
    }
}

const WORDS: Required = Required::When {
    why: Label::fixed("会話のあった相談には必要です", "needed when words were exchanged"),
    holds: |now| now.had_words(),
};

const fn plain(
    name: &'static str,
    kind: Kind,
    ja: &'static str,
    en: &'static str,
    required: Required,
) -> Field {
    Field { name, kind, label: Label::fixed(ja, en), personal: false, required }
}

const fn personal(
    name: &'static str,
    kind: Kind,
    ja: &'static str,
    en: &'static str,
    required: Required,
) -> Field {
    Field { name, kind, label: Label::fixed(ja, en), personal: true, required }
}

const fn when(ja: &'static str, en: &'static str, holds: fn(&Situation<'_>) -> bool) -> Required {
    Required::When { why: Label::fixed(ja, en), holds }
}

use Kind::{Bool, Code, Codes, Date, Instant, Staff, Text};
use Required::{Always, Optional};

/// In the order of the form.
pub static FIELDS: &[Field] = &[
    plain("channel", Code(ContactChannel::LIST), "受付手段", "channel", Always),
    plain("end_kind", Code(EndKind::LIST), "終話区分", "how the call ended", Always),
    plain("special_flags", Codes(Flag::LIST, 14), "特記", "flags", Optional),
    plain("caller_kind", Code(CallerKind::LIST), "相談者区分", "caller", Always),
    personal(
        "caller_org",
        Text(SHORT),
        "相談機関",
        "caller's organisation",
        when("機関からの相談には必要です", "needed when an agency calls", |now| {
            now.caller().is_some_and(CallerKind::is_agency)
        }),
    ),
    plain(
        "subject_aware",
        Code(SubjectAware::LIST),
        "本人の了知",
        "does the person know of the call",
        when("本人以外からの相談には必要です", "needed when somebody else calls", |now| {
            now.had_words() && now.caller().is_some_and(CallerKind::is_third_party)
        }),
    ),
    personal(
        "callback_number",
        Text(NUMBER),
        "折返し番号",
        "call-back number",
        when(
            "折返しか緊急の対応に必要です（非通知を除く）",
            "needed to call back or to send help, unless withheld",
            |now| {
                let promised = now.came_to(|disposition| disposition == Disposition::CallBack);
                !now.fields.is("number_withheld", "true")
                    && (promised || (now.had_words() && now.is_urgent()))
            },
        ),
    ),
    plain("number_withheld", Bool, "非通知", "number withheld", Optional),
    personal(
        "location",
        Text(SHORT),
        "現在地",
        "present location",
        when(
            "緊急の対応に必要です（聞けなければその旨を書く）",
            "needed to send help; write so when it was not told",
            |now| now.had_words() && now.is_urgent(),
        ),
    ),
    plain("anonymity", Code(Anonymity::LIST), "匿名区分", "anonymity", WORDS),
    personal(
        "subject_name",
        Text(SHORT),
        "対象者氏名",
        "the person's name",
        when("実名の相談には必要です", "needed when the real name was given", |now| {
            now.fields.is("anonymity", Anonymity::Named.code())
        }),
    ),
    personal("subject_kana", Text(SHORT), "ふりがな", "name in kana", Optional),
    plain("sex", Code(Sex::LIST), "性別", "sex", Optional),
    personal("birth_date", Date, "生年月日", "date of birth", Optional),
    plain("age_band", Code(AgeBand::LIST), "年代", "age", Optional),
    personal("municipality", Text(SHORT), "居住市町村", "municipality", Optional),
    plain("topic", Codes(Topic::LIST, 3), "相談内容", "topic", WORDS),
    personal("presenting", Text(LONG), "主訴", "what brings them", WORDS),
    plain("state", Codes(PresentState::LIST, 13), "状態像", "presentation", Optional),
    personal("history", Text(LONG), "既往・経過", "history", Optional),
    personal("diagnosis", Text(LONG), "診断", "diagnosis", Optional),
    personal("medication", Text(LONG), "服薬", "medication", Optional),
    personal("substance", Text(LONG), "飲酒・薬物", "alcohol and drugs", Optional),
    personal("protective", Text(LONG), "支えとなるもの", "what and who supports them", Optional),
    personal(
        "attending_hospital",
        Text(SHORT),
        "主治医・かかりつけ",
        "attending doctor or hospital",
        Optional,
    ),
    plain(
        "attending_contacted",
        Code(AttendingContacted::LIST),
        "主治医への連絡",
        "attending doctor contacted",
        WORDS,
    ),
    plain("somatic_problem", Code(SomaticProblem::LIST), "身体合併症", "physical problem", WORDS),
    plain("suicide_level", Code(SuicideLevel::LIST), "自殺リスク", "risk of suicide", WORDS),
    plain("harm_to_others", Code(HarmToOthers::LIST), "他害", "risk to others", WORDS),
    plain(OWN_CODE, Code(TriageCode::LIST), "トリアージ区分", "triage code", Always),
    personal(
        OWN_CODE_REASON,
        Text(LONG),
        "算出より低くした理由",
        "why less urgent than computed",
        when(
            "算出された区分より低い判断には理由が必要です",
            "needed when your code is less urgent than the computed one",
            |now| {
                let own = now.fields.code::<TriageCode>(OWN_CODE);
                own.zip(now.assessment.code).is_some_and(|(own, computed)| own > computed)
            },
        ),
    ),
    plain("jaep_class", Code(JaepClass::LIST), "精神科救急分類", "emergency class", WORDS),
    plain("emergency_level", Code(EmergencyLevel::LIST), "救急水準", "level of emergency care", Optional),
    plain("willingness", Code(Willingness::LIST), "受診意思", "willingness", Optional),
    plain("legal_route", Code(LegalRoute::LIST), "法的経路", "legal route", Optional),
    plain(
        "legal_route_date",
        Date,
        "法的経路の日付",
        "date of the legal route",
        when("法的経路には日付が必要です", "needed with a legal route", |now| {
            now.fields.has("legal_route")
        }),
    ),
    plain("disposition", Codes(Disposition::LIST, 16), "転帰（対応結果）", "disposition", Always),
    plain(
        "not_referred_reason",
        Code(NotReferredReason::LIST),
        "紹介しなかった理由",
        "why not referred",
        when(
            "緊急の区分で紹介しないときに必要です",
            "needed when an urgent case is not referred",
            |now| now.had_words() && now.is_urgent() && !now.came_to(Disposition::is_urgent_referral),
        ),
    ),
    plain(
        "emergency_service",
        Code(EmergencyService::LIST),
        "通報先",
        "emergency service called",
        when("119・110の要否を記録します", "say whether 119 or 110 was called", |now| {
            let called = |one| matches!(one, Disposition::Ambulance | Disposition::Police);
            now.came_to(called) || (now.had_words() && now.code() == Some(TriageCode::A))
        }),
    ),
    plain(
        "contact_confirmed_at",
        Instant,
        "接触の確認",
        "contact with the person confirmed at",
        when(
            "救急・警察が本人に会えたことを確認します",
            "confirm that help has reached the person",
            |now| now.was_called(),
        ),
    ),
    plain(
        "consent",
        Code(Consent::LIST),
        "情報提供への同意",
        "consent to share",
        when("他機関へ伝えるときに必要です", "needed when others are told", |now| {
            now.came_to(Disposition::is_shared)
        }),
    ),
    plain(
        "consent_basis",
        Code(ConsentBasis::LIST),
        "情報提供の根拠",
        "basis for sharing",
        when("他機関へ伝えるときに必要です", "needed when others are told", |now| {
            now.came_to(Disposition::is_shared)
        }),
    ),
    personal("notes", Text(LONG), "対応の経過・助言", "course of the call and advice given", WORDS),
    plain("supervisor_id", Staff, "相談した上席", "supervisor consulted", Optional),
    plain("recording_notice", Bool, "録音の告知", "notice of recording given", Optional),
    personal(AMENDMENT_REASON, Text(LONG), "訂正の理由", "why it was amended", Optional),
];
