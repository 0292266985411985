//! Personal data that cannot be printed.
//!
//! `Private<T>` shows a mask to every formatter, so a log line, an error or a
//! panic message cannot carry what it holds. Whoever needs the value says so
//! with `reveal`, which is easy to search for.

use std::fmt;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Private<T>(T);

impl<T> Private<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself: for sealing, for dialling, for the eyes that may see it.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Private<U> {
        Private(change(self.0))
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("▇▇▇")
    }
}

impl<T> fmt::Display for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("▇▇▇")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_masked_however_it_is_printed() {
        let number = Private::new("+819012345678");

        let printed = format!("{number} {number:?} {:?}", Some(&number));

        assert!(!printed.contains("1234"), "{printed}");
    }
}
