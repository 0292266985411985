//! The resources of FHIR R4 (4.0.1) that a referral needs, and of each the elements that we send. Closed
//! lists are closed enums: what is not in R4 cannot be written.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bundle {
    pub(crate) resource_type: &'static str,
    pub(crate) identifier: Identifier,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) timestamp: String,
    pub(crate) entry: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) full_url: String,
    pub(crate) resource: Resource,
}

#[derive(Debug, Serialize)]
#[serde(tag = "resourceType")]
pub(crate) enum Resource {
    MessageHeader(MessageHeader),
    ServiceRequest(Box<ServiceRequest>),
    Task(Box<Task>),
    Patient(Patient),
    RelatedPerson(RelatedPerson),
    Organization(Organization),
    Observation(Observation),
    QuestionnaireResponse(QuestionnaireResponse),
    Communication(Communication),
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Reference {
    pub(crate) reference: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Identifier {
    pub(crate) system: &'static str,
    pub(crate) value: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Coding {
    pub(crate) system: String,
    pub(crate) code: String,
    pub(crate) display: String,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Concept {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) coding: Vec<Coding>,
    pub(crate) text: String,
}

impl Concept {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { coding: Vec::new(), text: text.into() }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Text {
    pub(crate) text: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Period {
    pub(crate) end: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageHeader {
    pub(crate) event_uri: String,
    pub(crate) destination: Vec<Destination>,
    pub(crate) source: Source,
    pub(crate) focus: Vec<Reference>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Destination {
    pub(crate) name: String,
    pub(crate) endpoint: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Source {
    pub(crate) software: &'static str,
    pub(crate) endpoint: String,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RequestStatus {
    Active,
    Revoked,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TaskStatus {
    Requested,
    Cancelled,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Intent {
    Order,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Priority {
    Routine,
    Urgent,
    Asap,
    Stat,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Gender {
    Male,
    Female,
    Other,
    Unknown,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceRequest {
    pub(crate) identifier: Vec<Identifier>,
    pub(crate) status: RequestStatus,
    pub(crate) intent: Intent,
    pub(crate) priority: Priority,
    pub(crate) code: Concept,
    pub(crate) subject: Reference,
    pub(crate) authored_on: String,
    pub(crate) requester: Reference,
    pub(crate) performer: Vec<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reason_code: Vec<Concept>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) supporting_info: Vec<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) note: Vec<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Task {
    /// The referral's: what a centre answers with `PUT /fhir/Task/{id}`, whichever message it answers.
    pub(crate) id: String,
    pub(crate) identifier: Vec<Identifier>,
    pub(crate) status: TaskStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_reason: Option<Concept>,
    pub(crate) intent: Intent,
    pub(crate) priority: Priority,
    pub(crate) focus: Reference,
    #[serde(rename = "for")]
    pub(crate) subject: Reference,
    pub(crate) authored_on: String,
    pub(crate) requester: Reference,
    pub(crate) owner: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) restriction: Option<Restriction>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Restriction {
    pub(crate) period: Period,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Patient {
    pub(crate) name: Vec<Text>,
    pub(crate) gender: Gender,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) birth_date: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) address: Vec<Text>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RelatedPerson {
    pub(crate) patient: Reference,
    pub(crate) relationship: Vec<Concept>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) name: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) telecom: Vec<Telecom>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Telecom {
    pub(crate) system: &'static str,
    pub(crate) value: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Organization {
    pub(crate) identifier: Vec<Identifier>,
    pub(crate) name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Observation {
    pub(crate) status: &'static str,
    pub(crate) code: Concept,
    pub(crate) subject: Reference,
    pub(crate) effective_date_time: String,
    pub(crate) value_codeable_concept: Concept,
}

#[derive(Debug, Serialize)]
pub(crate) struct QuestionnaireResponse {
    pub(crate) status: &'static str,
    pub(crate) subject: Reference,
    pub(crate) authored: String,
    pub(crate) item: Vec<Item>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    pub(crate) link_id: String,
    pub(crate) text: String,
    pub(crate) answer: Vec<Answer>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    pub(crate) value_string: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Communication {
    pub(crate) status: &'static str,
    pub(crate) subject: Reference,
    pub(crate) about: Vec<Reference>,
    pub(crate) sent: String,
    pub(crate) recipient: Vec<Reference>,
    pub(crate) payload: Vec<Payload>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payload {
    pub(crate) content_string: String,
}
