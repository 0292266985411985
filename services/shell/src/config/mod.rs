//! Settings in layers: the commented defaults, one file, the environment.
//!
//! `Layers` gathers values with where each came from. `Settings` hands them
//! out typed; what is wrong with one is collected, not thrown, so that all
//! faults are told together. A key that nobody asks for is a fault too.

mod layer;
mod settings;

use std::fmt;

pub use layer::Layers;
pub use settings::{Row, Settings};

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// With the line, from 1.
    File(String, usize),
    /// The variable's name.
    Environment(String),
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::File(file, line) => write!(f, "{file} line {line}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "{name}"),
        }
    }
}

/// One thing that is wrong, and what would be right. Never shows a secret's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub origin: Origin,
    pub key: String,
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.is_empty() {
            true => write!(f, "{}: {}", self.origin, self.what),
            false => write!(f, "{}: {}: {}", self.origin, self.key, self.what),
        }
    }
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} faults in the settings:\n{}", .0.len(), list(.0))]
pub struct Faults(pub Vec<Fault>);

fn list(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n")
}
