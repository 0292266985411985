//! Nonces of ours: signed, so that none has to be kept before it is used; used
//! with a strictly rising count, so that no answer is good twice.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::time::Instant;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Nonces remembered with their last count. Beyond this the oldest are no longer good.
const REMEMBERED: usize = 20_000;

pub(super) struct Nonces {
    secret: [u8; 32],
    life: Duration,
    used: HashMap<String, Used>,
    /// Nonces made before this are no longer good, because some of them are forgotten.
    not_before: Instant,
}

struct Used {
    made: Instant,
    count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Fresh,
    /// Ours, but too old or already used: ask again with `stale=true`.
    Stale,
    NotOurs,
}

impl Nonces {
    pub(super) fn new(secret: [u8; 32], life: Duration) -> Self {
        Self { secret, life, used: HashMap::new(), not_before: Instant::EPOCH }
    }

    pub(super) fn make(&self, now: Instant, salt: u64) -> String {
        let mut bytes = now.micros().to_be_bytes().to_vec();
        bytes.extend_from_slice(&salt.to_be_bytes());
        bytes.extend_from_slice(&self.sign(&bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Spends one count of a nonce; call only when the answer that carries it is right.
    pub(super) fn spend(&mut self, nonce: &str, count: Option<u32>, now: Instant) -> Verdict {
        let Some(made) = self.made(nonce) else { return Verdict::NotOurs };
        if now.since(made) > self.life || made < self.not_before || made > now + Duration::from_secs(5) {
            return Verdict::Stale;
        }
        // A client of RFC 2069 sends no count: its nonce is good once.
        let count = count.unwrap_or(u32::MAX);
        match self.used.get_mut(nonce) {
            Some(used) if count <= used.count => return Verdict::Stale,
            Some(used) => used.count = count,
            None => self.remember(nonce, made, count, now),
        }
        Verdict::Fresh
    }

    fn remember(&mut self, nonce: &str, made: Instant, count: u32, now: Instant) {
        if self.used.len() >= REMEMBERED {
            self.used.retain(|_, used| now.since(used.made) <= self.life);
        }
        if self.used.len() >= REMEMBERED {
            let mut ages: Vec<Instant> = self.used.values().map(|used| used.made).collect();
            ages.sort_unstable();
            self.not_before = ages[ages.len() / 2] + Duration::from_micros(1);
            self.used.retain(|_, used| used.made >= self.not_before);
        }
        self.used.insert(nonce.to_owned(), Used { made, count });
    }

    fn made(&self, nonce: &str) -> Option<Instant> {
        let bytes = URL_SAFE_NO_PAD.decode(nonce).ok().filter(|bytes| bytes.len() == 32)?;
        let (said, signature) = bytes.split_at(16);
        let same =
            self.sign(said).iter().zip(signature).fold(0, |differ, (ours, theirs)| differ | (ours ^ theirs));
        let made = <[u8; 8]>::try_from(&said[..8]).ok()?;
        (same == 0).then(|| Instant::from_micros(i64::from_be_bytes(made)))
    }

    fn sign(&self, bytes: &[u8]) -> [u8; 16] {
        let mut short = [0; 16];
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.secret) {
            mac.update(bytes);
            short.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        }
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_micros(1_800_000_000_000_000);
    const LIFE: Duration = Duration::from_secs(300);

    fn nonces() -> Nonces {
        Nonces::new([7; 32], LIFE)
    }

    #[test]
    fn an_answer_sent_again_is_stale() {
        let mut nonces = nonces();
        let nonce = nonces.make(NOW, 1);

        assert_eq!(nonces.spend(&nonce, Some(1), NOW), Verdict::Fresh);
        assert_eq!(nonces.spend(&nonce, Some(1), NOW), Verdict::Stale);
        assert_eq!(nonces.spend(&nonce, Some(2), NOW), Verdict::Fresh);
    }

    #[test]
    fn a_nonce_without_a_count_is_good_once() {
        let mut nonces = nonces();
        let nonce = nonces.make(NOW, 1);

        assert_eq!(nonces.spend(&nonce, None, NOW), Verdict::Fresh);
        assert_eq!(nonces.spend(&nonce, None, NOW), Verdict::Stale);
    }

    #[test]
    fn a_nonce_ends_with_its_life_and_with_the_process_that_made_it() {
        let mut nonces = nonces();
        let nonce = nonces.make(NOW, 1);

        assert_eq!(nonces.spend(&nonce, Some(1), NOW + LIFE * 2), Verdict::Stale);
        assert_eq!(Nonces::new([8; 32], LIFE).spend(&nonce, Some(1), NOW), Verdict::NotOurs);
        assert_eq!(nonces.spend("bm90IG91cnM", Some(1), NOW), Verdict::NotOurs);
    }

    #[test]
    fn what_is_forgotten_for_want_of_room_is_never_good_again() {
        let mut nonces = nonces();
        let first = nonces.make(NOW, 0);
        assert_eq!(nonces.spend(&first, Some(1), NOW), Verdict::Fresh);
        for salt in 1..=u64::try_from(REMEMBERED).unwrap() {
            let later = NOW + Duration::from_micros(salt);
            let nonce = nonces.make(later, salt);
            assert_eq!(nonces.spend(&nonce, Some(1), later), Verdict::Fresh);
        }

        assert_eq!(nonces.spend(&first, Some(1), NOW), Verdict::Stale);
        assert!(nonces.used.len() <= REMEMBERED);
    }
}
