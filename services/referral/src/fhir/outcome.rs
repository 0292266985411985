//! What a request came to, as FHIR says it.

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperationOutcome {
    resource_type: &'static str,
    issue: [Issue; 1],
}

#[derive(Debug, Serialize)]
struct Issue {
    severity: &'static str,
    /// Of FHIR's list `issue-type`.
    code: &'static str,
    diagnostics: String,
    /// Where in the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<[String; 1]>,
}

impl OperationOutcome {
    pub(crate) fn done(what: &str) -> Self {
        Self::of(Issue {
            severity: "information",
            code: "informational",
            diagnostics: what.to_owned(),
            expression: None,
        })
    }

    pub(crate) fn refused(code: &'static str, why: String, at: Option<String>) -> Self {
        Self::of(Issue { severity: "error", code, diagnostics: why, expression: at.map(|at| [at]) })
    }

    fn of(issue: Issue) -> Self {
        Self { resource_type: "OperationOutcome", issue: [issue] }
    }
}
