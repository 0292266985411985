//! Signing as Standard Webhooks has it: the signature covers the message's id, its time and its body, and
//! there is one for each key, so that a receiver may hold the old or the new one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::private::Private;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The keys of one receiver. Cheap to look at, never printed.
#[derive(Clone, Debug)]
pub struct SigningKeys(Vec<Private<Vec<u8>>>);

impl SigningKeys {
    /// `whsec_` and base64 of 24 to 64 bytes; several, apart by blanks, while a key changes. None when there
    /// is none, or one cannot be used.
    pub fn read(secrets: &Private<String>) -> Option<Self> {
        let key = |secret: &str| {
            let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
            (24..=64).contains(&key.len()).then(|| Private::new(key))
        };
        let keys = secrets.reveal().split_whitespace().map(key).collect::<Option<Vec<_>>>()?;
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The value of `webhook-signature`. `time` is the value of `webhook-timestamp`, in seconds since 1970.
    pub fn sign(&self, id: &str, time: &str, body: &str) -> String {
        let signed = self.0.iter().filter_map(|key| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal()).ok()?;
            mac.update(format!("{id}.{time}.{body}").as_bytes());
            Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
        });
        signed.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_standards_own_example() {
        let keys = SigningKeys::read(&Private::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()));
        let body = r#"{"test": 2432232314}"#;

        let signed = keys.unwrap().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);

        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_that_is_too_short_is_no_key() {
        assert!(SigningKeys::read(&Private::new("whsec_c2hvcnQ=".to_owned())).is_none());
    }
}
