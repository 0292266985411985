//! A message of a referral as a FHIR R4 message Bundle (domain.md 4.1): the same message is always the same
//! Bundle, whenever it is made.

mod message;
mod outcome;
mod resource;
mod task;
#[cfg(test)]
mod tests;

pub(crate) use message::{Told, bundle, journey, label, moment, shown};
pub(crate) use outcome::OperationOutcome;
pub(crate) use task::{Said, TaskUpdate};
