//! The code lists of a referral: domain.md 7.3 and 7.5. The labels are this project's own wording.

use crate::codes::codes;

codes!(
    /// CL-TARGET: who a referral may go to.
    TargetKind, "target_kind", {
    Centre = "centre" ("精神科救急情報センター", "psychiatric emergency information centre"),
    EmergencyCentre = "emergency_centre" ("救急医療情報センター", "emergency medical information centre"),
    HospitalAlways = "hospital_always" ("精神科医療機関（常時対応型）", "psychiatric hospital, always open"),
    HospitalByTurn = "hospital_by_turn" ("精神科医療機関（輪番型）", "psychiatric hospital, by turn"),
    HospitalSomatic = "hospital_somatic" ("精神科医療機関（身体合併症）", "psychiatric hospital for physical illness besides"),
    GeneralHospital = "general_hospital" ("一般医療機関", "general hospital"),
    Prefecture = "prefecture" ("都道府県", "prefecture"),
    Municipality = "municipality" ("市町村", "municipality"),
    HealthCentre = "health_centre" ("保健所", "public health centre"),
    Police = "police" ("警察", "police"),
    FireService = "fire" ("消防", "fire service"),
    MentalHealthCentre = "mental_health_centre" ("精神保健福祉センター", "mental health and welfare centre"),
    VisitingNurse = "visiting_nurse" ("訪問看護", "visiting nurses"),
    ConsultationSupport = "consultation_support" ("相談支援", "consultation and support office"),
});

codes!(
    /// 紹介目的. It decides what the receiver is told.
    Purpose, "purpose", {
    Coordination = "coordination" ("受入先の調整", "find who takes the person"),
    Visit = "visit" ("外来受診", "out-patient visit"),
    Admission = "admission" ("入院", "admission"),
    Somatic = "somatic" ("身体合併症の診療", "care for a physical illness besides"),
    Application = "application" ("22条申請の取次ぎ", "hand on an application under art. 22"),
    Rescue = "rescue" ("保護・救助", "protection or rescue"),
    Support = "support" ("相談・生活支援", "support in daily life"),
});

codes!(
    /// 諾否.
    Decision, "decision", {
    Accepted = "accepted" ("受諾", "accepted"),
    Rejected = "rejected" ("辞退", "declined"),
});

codes!(
    /// 辞退の理由.
    RefusalReason, "refusal_reason", {
    NoBed = "no_bed" ("満床", "no bed"),
    OutOfArea = "out_of_area" ("担当地域外", "out of its area"),
    SomaticFirst = "somatic_first" ("身体の治療が先", "physical treatment first"),
    NotIndicated = "not_indicated" ("適応なし", "not indicated"),
    Other = "other" ("その他", "other"),
});

codes!(
    /// 同行者.
    Accompanying, "accompanying", {
    Nobody = "self" ("本人のみ", "nobody, comes alone"),
    Family = "family" ("家族", "family"),
    Supporter = "supporter" ("支援者", "a supporter"),
    Ambulance = "ambulance" ("救急隊", "ambulance crew"),
    Police = "police" ("警察", "police"),
});

codes!(
    /// 移送.
    Transport, "transport", {
    OwnMeans = "self" ("本人の足で", "by their own means"),
    Family = "family" ("家族の車など", "by the family"),
    Ambulance = "ambulance" ("救急車", "ambulance"),
    Police = "police" ("警察車両", "police"),
    Article34 = "art34" ("34条移送", "transport under art. 34"),
});

codes!(
    /// Whether the person came to who accepted them.
    Arrival, "arrival", {
    Arrived = "arrived" ("到着", "arrived"),
    NotArrived = "not_arrived" ("来院せず", "did not arrive"),
    Cancelled = "cancelled" ("キャンセル", "cancelled"),
});

codes!(
    /// CL-OUTCOME: 受診結果.
    Outcome, "outcome", {
    Outpatient = "outpatient" ("受診・外来のみ", "seen, out-patient only"),
    Voluntary = "admitted_voluntary" ("任意入院", "voluntary admission"),
    MedicalProtection = "admitted_protection" ("医療保護入院", "admission for medical protection"),
    Emergency = "admitted_emergency" ("応急入院", "emergency admission"),
    EmergencyCompulsory = "admitted_emergency_compulsory" ("緊急措置入院", "emergency compulsory admission"),
    Compulsory = "admitted_compulsory" ("措置入院", "compulsory admission"),
    General = "admitted_general" ("一般病棟に入院", "admitted to a general ward"),
    Cancelled = "cancelled" ("キャンセル", "cancelled"),
    PoliceReport = "police_report" ("23条通報へ切替", "turned into a report under art. 23"),
    SomaticEmergency = "somatic_emergency" ("身体救急へ", "to physical emergency care"),
    Unknown = "unknown" ("不明", "not known"),
});

codes!(
    /// Why a referral is called back.
    RecallReason, "recall_reason", {
    Resolved = "resolved" ("必要がなくなった", "the need has passed"),
    ConsentWithdrawn = "consent_withdrawn" ("同意の撤回", "the person withdrew their consent"),
    WrongPerson = "wrong_person" ("対象者の誤り", "sent for the wrong person"),
    Mistaken = "mistaken" ("誤って送った", "sent by mistake"),
    Other = "other" ("その他", "other"),
});

codes!(
    /// What a receiver is sent.
    MessageKind, "message_kind", {
    Referral = "referral" ("紹介", "referral"),
    Correction = "correction" ("訂正", "correction"),
    Recall = "recall" ("取消し", "recall"),
    Answer = "answer" ("照会への回答", "answer to a question"),
    /// Another has it, or it is over: nothing is asked of them any more.
    StandDown = "stand_down" ("対応不要", "no longer needed"),
});

codes!(
    /// What is waited for.
    DueKind, "due", {
    Release = "release" ("送信", "release"),
    Receipt = "receipt" ("受領", "receipt"),
    Decision = "decision" ("諾否", "decision"),
    Answer = "answer" ("照会への回答", "answer to a question"),
    /// A human takes it in hand: nobody is left to ask.
    Hand = "hand" ("責任者の対応", "a supervisor's hand"),
    Arrival = "arrival" ("到着", "arrival"),
    Outcome = "outcome" ("受診結果", "outcome"),
});

codes!(
    /// Why the supervisor is raised.
    Alarm, "referral_alarm", {
    DraftRests = "draft_rests" ("未送信のまま", "a draft was not released"),
    NotReceived = "not_received" ("受領されない", "was not received"),
    Silent = "silent" ("諾否の返事がない", "no decision came"),
    QuestionUnanswered = "question_unanswered" ("照会に未回答", "a receiver's question was not answered"),
    Exhausted = "exhausted" ("受入先が尽きた", "nobody is left to ask"),
    GivenBack = "given_back" ("受諾後に辞退", "given back after it was accepted"),
    ArrivalOverdue = "arrival_overdue" ("到着の知らせがない", "no news of the arrival"),
    NotArrived = "not_arrived" ("来院しなかった", "the person did not arrive"),
    OutcomeOverdue = "outcome_overdue" ("受診結果が未着", "no outcome was told"),
});
