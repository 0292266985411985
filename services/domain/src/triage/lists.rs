//! The code lists of a triage record: domain.md 7.5. The labels are this project's own wording.

use crate::codes::codes;

codes!(
    /// CL-CALLER: who is on the telephone.
    CallerKind, "caller_kind", {
    Person = "300" ("本人", "the person themselves"),
    Spouse = "310" ("配偶者", "spouse"),
    Parent = "311" ("親", "parent"),
    Child = "312" ("子ども", "child of the person"),
    OtherFamily = "313" ("その他の家族", "other family"),
    Medical = "320" ("医療関係者", "health professional"),
    PsychiatricHospital = "321" ("精神科医療機関", "psychiatric hospital or clinic"),
    GeneralHospital = "322" ("一般医療機関・救命救急センター", "general hospital or emergency centre"),
    HealthCentre = "330" ("保健所", "public health centre"),
    Government = "331" ("都道府県・市町村", "prefecture or municipality"),
    MentalHealthCentre = "332" ("精神保健福祉センター", "mental health and welfare centre"),
    OtherCentre = "333" ("他の情報センター", "another information centre"),
    Police = "335" ("警察", "police"),
    FireService = "336" ("消防（救急隊）", "fire service (ambulance)"),
    Welfare = "340" ("福祉関係者", "welfare worker"),
    School = "350" ("教育関係者", "school"),
    Workplace = "360" ("職場関係者", "workplace"),
    Other = "370" ("その他（友人・知人など）", "another (friend, acquaintance)"),
    Unknown = "380" ("不明", "not known"),
});

codes!(
    /// The callers of the daily log: 相談者別件数.
    CallerGroup, "caller_group", {
    Person = "person" ("本人", "the person themselves"),
    Family = "family" ("家族", "family"),
    Medical = "medical" ("医療機関", "medical institution"),
    Police = "police" ("警察", "police"),
    FireService = "fire" ("消防", "fire service"),
    Government = "government" ("行政", "public administration"),
    Other = "other" ("その他", "other"),
    Unknown = "unknown" ("不明", "not known"),
});

impl CallerKind {
    pub const fn group(self) -> CallerGroup {
        match self {
            Self::Person => CallerGroup::Person,
            Self::Spouse | Self::Parent | Self::Child | Self::OtherFamily => CallerGroup::Family,
            Self::Medical | Self::PsychiatricHospital | Self::GeneralHospital => CallerGroup::Medical,
            Self::Police => CallerGroup::Police,
            Self::FireService => CallerGroup::FireService,
            Self::HealthCentre | Self::Government | Self::MentalHealthCentre | Self::OtherCentre => {
                CallerGroup::Government
            }
            Self::Welfare | Self::School | Self::Workplace | Self::Other => CallerGroup::Other,
            Self::Unknown => CallerGroup::Unknown,
        }
    }

    /// Speaks for somebody else.
    pub const fn is_third_party(self) -> bool {
        !matches!(self, Self::Person | Self::Unknown)
    }

    /// Speaks for a body that has a name.
    pub const fn is_agency(self) -> bool {
        match self.group() {
            CallerGroup::Medical
            | CallerGroup::Police
            | CallerGroup::FireService
            | CallerGroup::Government => true,
            CallerGroup::Other => !matches!(self, Self::Other),
            CallerGroup::Person | CallerGroup::Family | CallerGroup::Unknown => false,
        }
    }
}

codes!(
    /// CL-TOPIC: what the call is about.
    Topic, "topic", {
    Relationships = "relationships" ("対人関係", "relationships"),
    Psychological = "psychological" ("心理的な悩み", "psychological distress"),
    Psychiatric = "psychiatric" ("精神医学的なこと", "psychiatric condition"),
    WorkSchool = "work_school" ("職場・学校", "work or school"),
    Home = "home" ("家庭", "home"),
    Services = "services" ("制度の利用", "use of services and benefits"),
    HealthTrouble = "health_trouble" ("精神症状に伴う身体の不調", "bodily trouble that comes with symptoms"),
    Living = "living" ("生活環境", "living conditions"),
    Other = "other" ("その他", "other"),
});

codes!(
    /// CL-STATE: what the counsellor finds.
    PresentState, "state", {
    Consciousness = "consciousness" ("意識障害", "impaired consciousness"),
    Psychosis = "psychosis" ("幻覚・妄想", "hallucinations or delusions"),
    Agitation = "agitation" ("興奮・錯乱", "agitation or confusion"),
    Violence = "violence" ("暴力", "violence"),
    Suicidal = "suicidal" ("自殺企図・希死念慮", "suicide attempt or thoughts"),
    SelfHarm = "self_harm" ("自傷", "self-harm"),
    Anxiety = "anxiety" ("不安・焦燥", "anxiety or restlessness"),
    Depression = "depression" ("抑うつ", "depression"),
    Sleep = "sleep" ("睡眠障害", "sleep disorder"),
    Intoxication = "intoxication" ("酩酊・薬物", "intoxication"),
    Dementia = "dementia" ("認知症の行動・心理症状", "behavioural symptoms of dementia"),
    SideEffects = "side_effects" ("薬の副作用", "side effects of medicines"),
    Other = "other" ("その他", "other"),
});

codes!(
    /// CL-CHANNEL: how the caller reaches us.
    ContactChannel, "channel", {
    Voice = "voice" ("電話", "telephone"),
    Relay = "relay" ("電話リレーサービス", "telephone relay service"),
    Fax = "fax" ("ファクス", "fax"),
    Mail = "mail" ("メール", "mail"),
    Chat = "chat" ("チャット", "chat"),
    Interpreter = "interpreter" ("通訳を介して", "through an interpreter"),
    InPerson = "in_person" ("来所", "in person"),
});

codes!(
    /// CL-QUAL: the licence of whoever answers.
    Qualification, "responder_qual", {
    Nurse = "nurse" ("看護師", "nurse"),
    PublicHealthNurse = "phn" ("保健師", "public health nurse"),
    SocialWorker = "psw" ("精神保健福祉士", "psychiatric social worker"),
    Psychologist = "psychologist" ("公認心理師", "certified psychologist"),
    OtherExpert = "other_expert" ("その他の専門職", "other expert"),
    Physician = "physician" ("医師", "physician"),
    DesignatedPhysician = "designated_physician" ("精神保健指定医", "designated psychiatrist"),
});

codes!(
    /// CL-END: how the call ended.
    EndKind, "end_kind", {
    Completed = "completed" ("相談を終えた", "completed"),
    CallerHungUp = "caller_hung_up" ("相談者が途中で切った", "the caller hung up"),
    Abandoned = "abandoned_in_queue" ("待つ間に切れた", "abandoned while waiting"),
    Blocked = "blocked" ("つながらなかった", "did not get through"),
    SilentClosed = "silent_closed" ("無言のまま終えた", "silent, closed with an invitation to ring again"),
    WarnedAndClosed = "warned_and_closed" ("断ったうえで終えた", "closed after a warning"),
    CutOff = "cut_off" ("回線が切れた", "cut off"),
    Transferred = "transferred" ("引き継いだ", "transferred"),
});

impl EndKind {
    /// Words were exchanged, so there is something to write down.
    pub const fn had_words(self) -> bool {
        !matches!(self, Self::Abandoned | Self::Blocked | Self::SilentClosed)
    }

    /// There was time to ask what is to be asked.
    pub const fn had_time(self) -> bool {
        matches!(self, Self::Completed | Self::Transferred)
    }
}

codes!(
    /// CL-JAEP: the emergency class of the Japanese guideline.
    JaepClass, "jaep_class", {
    NotPsychiatric = "J0" ("精神科救急ではない", "not a psychiatric emergency"),
    OutpatientNow = "J1" ("すぐに外来受診", "out-patient visit now"),
    VoluntaryAdmission = "J2" ("任意入院の可能性", "voluntary admission possible"),
    InvoluntaryAdmission = "J3" ("非自発的入院の必要性", "admission against the will may be needed"),
    SomaticComplication = "J4" ("身体合併症として調整", "to be arranged with a physical illness in mind"),
    SomaticFirst = "J5" ("身体の治療が先", "physical treatment first"),
    HarmRisk = "J6" ("自傷他害あり", "harm to self or others"),
    AdviceOnly = "J9" ("救急受診は不要（助言）", "no emergency visit, advice"),
});

impl JaepClass {
    /// Which class stands when rules disagree: the body first, then danger, then the fuller care.
    pub const fn precedence(self) -> u8 {
        match self {
            Self::NotPsychiatric => 0,
            Self::AdviceOnly => 1,
            Self::OutpatientNow => 2,
            Self::VoluntaryAdmission => 3,
            Self::InvoluntaryAdmission => 4,
            Self::HarmRisk => 5,
            Self::SomaticComplication => 6,
            Self::SomaticFirst => 7,
        }
    }
}

codes!(
    /// CL-DISPO: what came of the call, in order of weight.
    Disposition, "disposition", {
    Listened = "D01" ("傾聴・助言で終了", "listening and advice"),
    Informed = "D02" ("情報提供", "information given"),
    AdvisedVisit = "D03" ("受診の勧め（かかりつけ・翌日以降）", "advised to see a doctor, own or later"),
    Centre = "D04" ("精神科救急情報センターへ紹介", "referred to the psychiatric emergency centre"),
    Outpatient = "D05" ("初期救急（当番・外来）", "on-duty out-patient care"),
    Admission = "D06" ("二次救急（当番・入院）", "on-duty hospital for admission"),
    SomaticComplication = "D07" ("身体合併症への対応", "care for a physical illness besides"),
    Ambulance = "D08" ("身体科救急・119", "physical emergency, 119"),
    Police = "D09" ("警察・110", "police, 110"),
    LegalRoute = "D10" ("22条申請・通報の案内", "legal route explained"),
    PublicSupport = "D11" ("保健所・市町村・相談支援", "public support"),
    OtherLine = "D12" ("他の相談窓口", "another line"),
    CallBack = "D13" ("折返しの約束", "call-back promised"),
    BrokenOff = "D14" ("中断", "broken off"),
    OutOfScope = "D15" ("対象外", "out of scope"),
    Other = "D99" ("その他", "other"),
});

impl Disposition {
    /// The person is handed on to urgent care.
    pub const fn is_urgent_referral(self) -> bool {
        match self {
            Self::Centre
            | Self::Outpatient
            | Self::Admission
            | Self::SomaticComplication
            | Self::Ambulance
            | Self::Police => true,
            Self::Listened
            | Self::Informed
            | Self::AdvisedVisit
            | Self::LegalRoute
            | Self::PublicSupport
            | Self::OtherLine
            | Self::CallBack
            | Self::BrokenOff
            | Self::OutOfScope
            | Self::Other => false,
        }
    }

    /// Others are told about the person, so consent or its lawful substitute is on record.
    pub const fn is_shared(self) -> bool {
        self.is_urgent_referral() || matches!(self, Self::PublicSupport)
    }
}

codes!(
    /// CL-FLAG. A flag informs whoever answers; none of them ever turns a caller away.
    Flag, "special_flags", {
    Relay = "relay" ("リレー通話", "relay call"),
    Frequent = "frequent" ("頻回", "rings often"),
    CarePlan = "care_plan" ("クライシスプランあり", "has a crisis plan"),
    Silent = "silent" ("無言", "silent"),
    Hoax = "hoax" ("いたずら", "hoax"),
    Abusive = "abusive" ("暴言", "abusive"),
    Sexual = "sexual" ("性的", "sexual"),
    ThirdParty = "third_party" ("第三者から", "third party"),
    Minor = "minor" ("未成年", "minor"),
    ThreatToOthers = "threat_to_others" ("他害のおそれ", "threat to others"),
    Weapon = "weapon" ("凶器", "weapon"),
    Intoxicated = "intoxicated" ("酩酊", "intoxicated"),
    Interpreter = "interpreter" ("通訳", "interpreter"),
    TestCall = "test_call" ("試験通話", "test call"),
});

codes!(
    Anonymity, "anonymity", {
    Named = "named" ("実名", "real name"),
    Pseudonym = "pseudonym" ("仮名", "assumed name"),
    Anonymous = "anonymous" ("匿名", "anonymous"),
});

codes!(
    /// Whether the person agrees to what others are told.
    Consent, "consent", {
    Given = "given" ("同意あり", "given"),
    Refused = "refused" ("同意なし", "refused"),
    Impossible = "impossible" ("確認できない", "could not be asked"),
});

codes!(
    /// What allows it.
    ConsentBasis, "consent_basis", {
    Consent = "consent" ("本人の同意", "the person's consent"),
    Law = "law" ("法令", "a law"),
    Life = "life_27_1_2" ("生命・身体・財産の保護", "protection of life, body or property"),
    PublicBody = "public_body" ("公的機関への協力", "co-operation with a public body"),
});

codes!(
    /// Rising.
    SuicideLevel, "suicide_level", {
    None = "none" ("なし", "none shown"),
    Low = "low" ("低い", "low"),
    Moderate = "moderate" ("中程度", "moderate"),
    High = "high" ("高い", "high"),
    Imminent = "imminent" ("切迫", "imminent"),
});

codes!(
    /// Rising.
    HarmToOthers, "harm_to_others", {
    None = "none" ("なし", "none"),
    Threat = "threat" ("おそれあり", "threatened"),
    InProgress = "in_progress" ("起きている", "in progress"),
});

codes!(
    /// Rising.
    SomaticProblem, "somatic_problem", {
    None = "none" ("なし", "none"),
    Suspected = "suspected" ("疑いあり", "suspected"),
    Priority = "priority" ("身体が優先", "the body comes first"),
});

codes!(
    /// Whether the person wants to be seen.
    Willingness, "willingness", {
    Soft = "soft" ("受診の意思あり", "willing"),
    Hard = "hard" ("受診を拒む", "refuses"),
    Unknown = "unknown" ("不明", "not known"),
});

codes!(
    /// 救急水準.
    EmergencyLevel, "emergency_level", {
    None = "0" ("救急ではない", "not an emergency"),
    Primary = "1" ("一次（入院を要しない）", "primary, no admission"),
    Secondary = "2" ("二次（任意・医療保護入院など）", "secondary, ordinary admission"),
    Tertiary = "3" ("三次（措置・緊急措置・応急入院）", "tertiary, compulsory admission"),
});

codes!(
    Sex, "sex", {
    Male = "male" ("男", "male"),
    Female = "female" ("女", "female"),
    Other = "other" ("その他", "other"),
    Unknown = "unknown" ("不明", "not known"),
});

codes!(
    /// 本人の了知.
    SubjectAware, "subject_aware", {
    Yes = "yes" ("知っている", "knows of the call"),
    No = "no" ("知らない", "does not know"),
    Unknown = "unknown" ("不明", "not known"),
});

codes!(
    /// 主治医への連絡.
    AttendingContacted, "attending_contacted", {
    Contacted = "contacted" ("連絡した", "contacted"),
    Unreached = "unreached" ("つながらなかった", "not reached"),
    NotTried = "not_tried" ("連絡していない", "not tried"),
    NoDoctor = "no_doctor" ("主治医なし", "has no doctor"),
    Unknown = "unknown" ("不明", "not known"),
});

codes!(
    /// 紹介しなかった理由.
    NotReferredReason, "not_referred_reason", {
    Calmed = "calmed" ("話すうちに落ち着いた", "calmed while talking"),
    Refused = "refused" ("本人・家族が望まない", "declined"),
    OwnDoctor = "own_doctor" ("主治医が対応", "own doctor sees to it"),
    NotNeeded = "not_needed" ("必要がない", "not needed"),
    NoCapacity = "no_capacity" ("受け入れ先がない", "nobody could take them"),
    CutOff = "cut_off" ("途中で切れた", "cut off"),
    Other = "other" ("その他", "other"),
});

codes!(
    EmergencyService, "emergency_service", {
    Ambulance = "119" ("119（消防・救急）", "119 (ambulance)"),
    Police = "110" ("110（警察）", "110 (police)"),
    None = "none" ("通報していない", "not called"),
});
