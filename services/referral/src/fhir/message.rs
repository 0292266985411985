//! From what a receiver is told to the resources that say it.

use domain::escalation::TriageCode;
use domain::referral::{Content, MessageKind};
use domain::triage::Fields;
use domain::triage::field::{Kind, OWN_CODE, field};
use domain::triage::lists::{Anonymity, Sex};
use on_call_rota::Language;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::resource::{
    Answer, Bundle, Coding, Communication, Concept, Destination, Entry, Gender, Identifier, Intent, Item,
    MessageHeader, Observation, Organization, Patient, Payload, Period, Priority, QuestionnaireResponse,
    Reference, RelatedPerson, RequestStatus, Resource, Restriction, ServiceRequest, Source, Task, TaskStatus,
    Telecom, Text,
};
use domain::time::Instant;

const REFERRALS: &str = "urn:tomoshibi:referral";
pub(super) const EVENTS: &str = "urn:tomoshibi:event";
const PARTIES: &str = "urn:tomoshibi:party";
pub(super) const LISTS: &str = "urn:tomoshibi:list";
/// Said by an Observation each.
const RISKS: &[&str] = &[OWN_CODE, "suicide_level", "harm_to_others", "somatic_problem"];
/// Said by the Patient, the RelatedPerson or the reason, and not a second time.
const SAID: &[&str] = &[
    "subject_name",
    "sex",
    "birth_date",
    "location",
    "caller_kind",
    "caller_org",
    "callback_number",
    "presenting",
];
/// FHIR has no empty text, and of blanks no more than one kind.
const NOBODY: &str = "匿名";

/// A message, with all that it tells.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) event_id: &'a str,
    pub(crate) referral_id: &'a str,
    pub(crate) kind: MessageKind,
    pub(crate) code: TriageCode,
    pub(crate) content: &'a Content,
    pub(crate) from: (&'a str, &'a str),
    pub(crate) to: (&'a str, &'a str),
    pub(crate) at: Instant,
    pub(crate) decide_by: Option<Instant>,
    /// A question of the receiver's, and what is answered.
    pub(crate) answer: Option<(&'a str, &'a str)>,
}

/// The urls of one Bundle.
struct Urls<'a>(&'a str);

impl Urls<'_> {
    /// Always the same for the same event and part.
    fn of(&self, part: &str) -> String {
        let hash = Sha256::digest(format!("{}#{part}", self.0));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        let id: Uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
        format!("urn:uuid:{id}")
    }

    fn to(&self, part: &str) -> Reference {
        Reference { reference: self.of(part) }
    }

    fn entry(&self, part: &str, resource: Resource) -> Entry {
        Entry { full_url: self.of(part), resource }
    }
}

pub(crate) fn bundle(told: &Told<'_>) -> Bundle {
    let urls = Urls(told.event_id);
    let fields = told.content.fields();
    let risks: Vec<&str> = RISKS.iter().copied().filter(|name| fields.has(name)).collect();
    let mut entry = vec![
        urls.entry("header", header(told, &urls)),
        urls.entry("request", request(told, &urls, &risks)),
        urls.entry("task", task(told, &urls)),
        urls.entry("patient", patient(fields)),
        urls.entry("caller", caller(fields, &urls)),
        urls.entry("from", organization(told.from)),
        urls.entry("to", organization(told.to)),
    ];
    entry.extend(risks.iter().map(|name| urls.entry(name, observation(name, told, &urls))));
    if let Some(rest) = rest(told, &urls) {
        entry.push(urls.entry("rest", rest));
    }
    if let Some(answer) = told.answer {
        entry.push(urls.entry("answer", communication(answer, told, &urls)));
    }
    Bundle {
        resource_type: "Bundle",
        identifier: Identifier { system: EVENTS, value: told.event_id.to_owned() },
        kind: "message",
        timestamp: moment(told.at),
        entry,
    }
}

fn header(told: &Told<'_>, urls: &Urls<'_>) -> Resource {
    let mut focus = vec![urls.to("request"), urls.to("task")];
    focus.extend(told.answer.map(|_| urls.to("answer")));
    Resource::MessageHeader(MessageHeader {
        event_uri: format!("urn:tomoshibi:referral:{}", told.kind.code()),
        destination: vec![Destination {
            name: told.to.1.to_owned(),
            endpoint: format!("{PARTIES}:{}", told.to.0),
        }],
        source: Source { software: "Tomoshibi", endpoint: format!("{PARTIES}:{}", told.from.0) },
        focus,
    })
}

fn is_over(kind: MessageKind) -> bool {
    match kind {
        MessageKind::Recall | MessageKind::StandDown => true,
        MessageKind::Referral | MessageKind::Correction | MessageKind::Answer => false,
    }
}

fn request(told: &Told<'_>, urls: &Urls<'_>, risks: &[&str]) -> Resource {
    let fields = told.content.fields();
    let reason = fields.one("presenting").and_then(written).map(Concept::text);
    let mut supporting_info: Vec<Reference> = risks.iter().map(|name| urls.to(name)).collect();
    supporting_info.extend(rest(told, urls).map(|_| urls.to("rest")));
    let status = if is_over(told.kind) { RequestStatus::Revoked } else { RequestStatus::Active };
    Resource::ServiceRequest(Box::new(ServiceRequest {
        identifier: vec![Identifier { system: REFERRALS, value: told.referral_id.to_owned() }],
        status,
        intent: Intent::Order,
        priority: priority(told.code),
        code: Concept::text(told.content.purpose().label().read(Language::JAPANESE)),
        subject: urls.to("patient"),
        authored_on: moment(told.at),
        requester: urls.to("from"),
        performer: vec![urls.to("to")],
        reason_code: reason.into_iter().collect(),
        supporting_info,
        note: journey(told.content).into_iter().map(|text| Text { text }).collect(),
    }))
}

fn task(told: &Told<'_>, urls: &Urls<'_>) -> Resource {
    let over = is_over(told.kind);
    Resource::Task(Box::new(Task {
        id: told.referral_id.to_owned(),
        identifier: vec![Identifier { system: EVENTS, value: told.event_id.to_owned() }],
        status: if over { TaskStatus::Cancelled } else { TaskStatus::Requested },
        status_reason: over.then(|| Concept::text(told.kind.label().read(Language::JAPANESE))),
        intent: Intent::Order,
        priority: priority(told.code),
        focus: urls.to("request"),
        subject: urls.to("patient"),
        authored_on: moment(told.at),
        requester: urls.to("from"),
        owner: urls.to("to"),
        restriction: told.decide_by.map(|until| Restriction { period: Period { end: moment(until) } }),
    }))
}

/// domain.md 7.3.
fn priority(code: TriageCode) -> Priority {
    match code {
        TriageCode::A => Priority::Stat,
        TriageCode::B => Priority::Asap,
        TriageCode::C => Priority::Urgent,
        TriageCode::D | TriageCode::E | TriageCode::F | TriageCode::G => Priority::Routine,
    }
}

fn patient(fields: &Fields) -> Resource {
    let is_anonymous = fields.code::<Anonymity>("anonymity") == Some(Anonymity::Anonymous);
    let name = fields.one("subject_name").filter(|_| !is_anonymous).and_then(written);
    let gender = match fields.code::<Sex>("sex") {
        Some(Sex::Male) => Gender::Male,
        Some(Sex::Female) => Gender::Female,
        Some(Sex::Other) => Gender::Other,
        Some(Sex::Unknown) | None => Gender::Unknown,
    };
    let birth = fields.one("birth_date").filter(|day| day.parse::<jiff::civil::Date>().is_ok());
    Resource::Patient(Patient {
        name: vec![Text { text: name.unwrap_or_else(|| NOBODY.to_owned()) }],
        gender,
        birth_date: birth.map(str::to_owned),
        address: fields.one("location").and_then(written).map(|text| Text { text }).into_iter().collect(),
    })
}

fn caller(fields: &Fields, urls: &Urls<'_>) -> Resource {
    let kind =
        fields.one("caller_kind").map_or_else(|| Concept::text("不明"), |kind| concept("caller_kind", kind));
    let number = fields.one("callback_number").and_then(written);
    Resource::RelatedPerson(RelatedPerson {
        patient: urls.to("patient"),
        relationship: vec![kind],
        name: fields.one("caller_org").and_then(written).map(|text| Text { text }).into_iter().collect(),
        telecom: number.map(|value| Telecom { system: "phone", value }).into_iter().collect(),
    })
}

fn organization((id, name): (&str, &str)) -> Resource {
    let name = written(name).unwrap_or_else(|| id.to_owned());
    Resource::Organization(Organization {
        identifier: vec![Identifier { system: PARTIES, value: id.to_owned() }],
        name,
    })
}

fn observation(name: &str, told: &Told<'_>, urls: &Urls<'_>) -> Resource {
    let value = told.content.fields().one(name).unwrap_or_default();
    Resource::Observation(Observation {
        status: "final",
        code: Concept::text(label(name)),
        subject: urls.to("patient"),
        effective_date_time: moment(told.at),
        value_codeable_concept: concept(name, value),
    })
}

/// What no other resource says, field by field.
fn rest(told: &Told<'_>, urls: &Urls<'_>) -> Option<Resource> {
    let is_said = |name: &str| RISKS.contains(&name) || SAID.contains(&name);
    let item: Vec<Item> = told
        .content
        .fields()
        .iter()
        .filter(|(name, _)| !is_said(name))
        .filter_map(|(name, values)| {
            let answer: Vec<Answer> = values
                .iter()
                .filter_map(|value| written(&shown(name, value)))
                .map(|value_string| Answer { value_string })
                .collect();
            (!answer.is_empty()).then(|| Item { link_id: name.to_owned(), text: label(name), answer })
        })
        .collect();
    (!item.is_empty()).then(|| {
        Resource::QuestionnaireResponse(QuestionnaireResponse {
            status: "completed",
            subject: urls.to("patient"),
            authored: moment(told.at),
            item,
        })
    })
}

fn communication((question, answer): (&str, &str), told: &Told<'_>, urls: &Urls<'_>) -> Resource {
    let payload = [question, answer].into_iter().filter_map(written);
    Resource::Communication(Communication {
        status: "completed",
        subject: urls.to("patient"),
        about: vec![urls.to("request")],
        sent: moment(told.at),
        recipient: vec![urls.to("to")],
        payload: payload.map(|content_string| Payload { content_string }).collect(),
    })
}

/// How the person comes, in lines.
pub(crate) fn journey(content: &Content) -> Vec<String> {
    let journey = content.journey();
    let read = |label: domain::codes::Label| label.read(Language::JAPANESE).to_owned();
    let mut lines = Vec::new();
    lines.extend(journey.accompanying.map(|one| format!("同行者: {}", read(one.label()))));
    lines.extend(journey.transport.map(|one| format!("移送: {}", read(one.label()))));
    let police = |involved| if involved { "警察の関与: あり" } else { "警察の関与: なし" };
    lines.extend(journey.police_involved.map(|involved| police(involved).to_owned()));
    lines.extend(journey.psychiatrist_advice.map(|_| "医師の助言: あり".to_owned()));
    lines
}

/// The name of a field, as people read it.
pub(crate) fn label(name: &str) -> String {
    field(name).map_or_else(|| name.to_owned(), |field| field.label.read(Language::JAPANESE).to_owned())
}

/// A value, as people read it.
pub(crate) fn shown(name: &str, value: &str) -> String {
    let Some(field) = field(name) else { return value.to_owned() };
    let list = match &field.kind {
        Kind::Code(list) | Kind::Codes(list, _) => list,
        Kind::Bool if value == "true" => return "はい".to_owned(),
        Kind::Bool => return "いいえ".to_owned(),
        Kind::Text(_) | Kind::Date | Kind::Instant | Kind::Staff => return value.to_owned(),
    };
    list.find(value).map_or_else(|| value.to_owned(), |one| one.label.read(Language::JAPANESE).to_owned())
}

fn concept(name: &str, value: &str) -> Concept {
    let display = shown(name, value);
    let coding =
        Coding { system: format!("{LISTS}:{name}"), code: value.to_owned(), display: display.clone() };
    Concept { coding: vec![coding], text: display }
}

/// As FHIR's `string`: no control characters besides blanks, never empty.
fn written(text: &str) -> Option<String> {
    let is_kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let kept: String = text.chars().filter(is_kept).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// To the second and beyond, in UTC.
pub(crate) fn moment(at: Instant) -> String {
    at.timestamp().to_string()
}
