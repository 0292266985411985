//! Enums that are written as codes: in files, in rows, on screens.

/// An enum whose every variant has one code (domain.md 7.5), used wherever it is written.
macro_rules! coded {
    ($vis:vis $name:ident, $error:ty, $refusal:expr, { $($variant:ident = $code:literal),+ $(,)? }) => {
        impl $name {
            $vis const ALL: &'static [Self] = &[$(Self::$variant),+];
            $vis fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }
        impl std::str::FromStr for $name {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                Self::ALL.iter().copied().find(|one| one.code() == text).ok_or($refusal)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.code())
            }
        }
        as_text!($name, $error);
    };
}
pub(crate) use coded;
