//! The second factor: codes of an authenticator (TOTP, RFC 6238), and ten codes on paper for the day it is lost.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::AccountId;
use domain::private::Private;
use domain::time::Instant;
use qrcode::QrCode;
use qrcode::render::svg;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use totp_rs::{Builder, Secret, Totp};

use super::error::AccessError;
use super::password::drawn;

const STEP_SECONDS: i64 = 30;
/// 160 bits (RFC 4226 section 4).
const SECRET_BYTES: usize = 20;
const SHORTEST_SECRET: usize = 16;
const ISSUER: &str = "Tomoshibi";
const RECOVERY_CODES: usize = 10;
/// 80 bits each: too many to be tried, so a plain hash is enough.
const RECOVERY_LETTERS: usize = 16;

/// What an authenticator and we share. Printed, it is a mask.
pub(crate) struct TotpSecret(Totp);

impl TotpSecret {
    pub(crate) fn fresh() -> Self {
        Self::of(Secret::new(Box::new(rand::random::<[u8; SECRET_BYTES]>())))
    }

    /// As `base32` writes it, or a person types it.
    pub(crate) fn read(text: &str) -> Result<Self, AccessError> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
        match Secret::try_from_base32(plain.to_uppercase()) {
            Ok(secret) if secret.as_bytes().len() >= SHORTEST_SECRET => Ok(Self::of(secret)),
            Ok(_) | Err(_) => {
                Err(AccessError::invalid("totp_secret", "is not base32 of 16 bytes or more (RFC 4648)"))
            }
        }
    }

    /// SHA-1, six digits, 30 s, one step to either side: what every authenticator speaks.
    fn of(secret: Secret) -> Self {
        Self(Builder::new().with_secret(secret).with_skew(1).build_noncompliant())
    }

    pub(crate) fn base32(&self) -> Private<String> {
        Private::new(self.0.secret().to_base32())
    }

    /// The step a code belongs to, if it belongs to one of now.
    pub(crate) fn step_of(&self, code: &str, now: Instant) -> Option<i64> {
        let seconds = u64::try_from(now.micros() / 1_000_000).ok()?;
        self.0.check(code, seconds).and_then(|step| i64::try_from(step).ok())
    }

    /// For the authenticator's camera, and for typing.
    pub(crate) fn url(&self, login: &str) -> Private<String> {
        self.base32().map(|secret| {
            format!(
                "otpauth://totp/{ISSUER}:{}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period={STEP_SECONDS}",
                login.replace('@', "%40")
            )
        })
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("▇▇▇")
    }
}

/// An SVG to be photographed.
pub(crate) fn qr(url: &Private<String>) -> Result<String, AccessError> {
    let code =
        QrCode::new(url.reveal()).map_err(|_| AccessError::invalid("login", "is too long for a QR code"))?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
}

/// Ten codes for paper.
pub(crate) fn recovery_codes() -> [Private<String>; RECOVERY_CODES] {
    std::array::from_fn(|_| Private::new(drawn::<RECOVERY_LETTERS>()))
}

/// As it is kept: of the account, in whatever way it was typed.
pub(crate) fn recovery_hash(account: AccountId, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let hash = Sha256::digest(format!("{account}/{}", plain.to_lowercase()));
    URL_SAFE_NO_PAD.encode(hash)
}

/// Whether it is among them; takes the same time wherever it is.
pub(crate) fn is_among(hashes: &[String], hash: &str) -> bool {
    hashes.iter().fold(false, |found, other| found | bool::from(other.as_bytes().ct_eq(hash.as_bytes())))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    /// RFC 6238 appendix B, of which an authenticator shows the last six digits.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let secret = TotpSecret::of(Secret::new(Box::new(*b"12345678901234567890")));

        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(secret.step_of(code, at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_counts_one_step_to_either_side_and_no_further() {
        let secret = TotpSecret::of(Secret::new(Box::new(*b"12345678901234567890")));
        let step = 1_111_111_109 / 30;

        for (later, found) in [(-60, None), (-30, Some(step)), (30, Some(step)), (60, None)] {
            assert_eq!(secret.step_of("081804", at(1_111_111_109 + later)), found, "{later}");
        }
        for odd in ["", "+81804", "81804", "０８１８０４", "0818041"] {
            assert_eq!(secret.step_of(odd, at(1_111_111_109)), None);
        }
    }

    #[test]
    fn a_secret_reads_back_and_hides_itself() {
        let secret = TotpSecret::fresh();
        let text = secret.base32();

        let again = TotpSecret::read(&format!(" {} ", text.reveal().to_lowercase())).unwrap();

        assert_eq!(again.base32(), text);
        assert!(!format!("{secret:?}{text:?}").contains(text.reveal()));
        assert!(secret.url("a@b").reveal().starts_with("otpauth://totp/Tomoshibi:a%40b?secret="));
        assert!(TotpSecret::read("JBSWY3DPEHPK3PXP").is_err(), "too short");
    }

    #[test]
    fn a_recovery_code_is_found_however_it_was_typed_and_only_for_its_account() {
        let (mine, other) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let [code, ..] = recovery_codes();
        let kept = [recovery_hash(mine, code.reveal())];

        let typed = code.reveal().replace('-', " ").to_uppercase();

        assert!(is_among(&kept, &recovery_hash(mine, &typed)));
        assert!(!is_among(&kept, &recovery_hash(other, code.reveal())));
        assert!(!is_among(&kept, &recovery_hash(mine, "")));
    }
}
