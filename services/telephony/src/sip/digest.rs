//! HTTP digest as SIP uses it (RFC 3261 22, RFC 8760). Ours and not the
//! stack's, because the nonce count goes into the hash exactly as it was sent,
//! and so does the URI.

use md5::Md5;
use rsipstack::sip::{Header, Response};
use sha2::{Digest as _, Sha256};

use super::field;
use super::reply::{header, token};
use super::settings::{Digest, Login};

/// What a client says in Authorization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) user: String,
    pub(super) realm: String,
    pub(super) nonce: String,
    pub(super) uri: String,
    pub(super) response: String,
    pub(super) digest: Option<Digest>,
    /// qop, count and client nonce; absent in the manner of RFC 2069.
    pub(super) auth: Option<(String, String)>,
}

impl Answer {
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut answer = Self { digest: Some(Digest::Md5), ..Self::default() };
        let (mut qop, mut count, mut cnonce) = (None, None, None);
        for (key, value) in field::digest_params(value)? {
            match key.as_str() {
                "username" => answer.user = value,
                "realm" => answer.realm = value,
                "nonce" => answer.nonce = value,
                "uri" => answer.uri = value,
                "response" => answer.response = value.to_ascii_lowercase(),
                "algorithm" => answer.digest = algorithm(&value),
                "qop" => qop = Some(value),
                "nc" => count = Some(value),
                "cnonce" => cnonce = Some(value),
                _ => {}
            }
        }
        answer.auth = match (qop.as_deref(), count, cnonce) {
            (None, _, _) => None,
            (Some("auth"), Some(count), Some(cnonce)) => Some((count, cnonce)),
            (Some(_), _, _) => return None,
        };
        Some(answer)
    }

    /// The nonce count as a number.
    pub(super) fn count(&self) -> Option<u32> {
        self.auth.as_ref().map(|(count, _)| u32::from_str_radix(count, 16).unwrap_or(0))
    }

    pub(super) fn is_right(&self, password: &str, method: &str) -> bool {
        let Some(digest) = self.digest else { return false };
        let expected = response(digest, self, password, method);
        let same = expected
            .bytes()
            .zip(self.response.bytes())
            .fold(0, |differ, (ours, theirs)| differ | (ours ^ theirs));
        same == 0 && expected.len() == self.response.len()
    }
}

pub(super) fn challenge(digest: Digest, realm: &str, nonce: &str, stale: bool) -> String {
    let stale = if stale { ", stale=true" } else { "" };
    format!(r#"Digest realm="{realm}", nonce="{nonce}", algorithm={}, qop="auth"{stale}"#, digest.name())
}

/// The field that answers a 401 or 407; none when we cannot, or when only a nonce that was too old
/// would be a reason to ask again and it is not the reason.
pub(super) fn proof(
    challenge: &Response,
    login: &Login,
    method: &str,
    uri: &str,
    only_stale: bool,
) -> Option<Header> {
    let (asked, answered) = if challenge.status_code.code() == 407 {
        ("Proxy-Authenticate", "Proxy-Authorization")
    } else {
        ("WWW-Authenticate", "Authorization")
    };
    let mut lines = field::lines(&challenge.headers, asked).filter(|line| !only_stale || is_stale(line));
    let line = lines.find_map(|line| answer(line, login, method, uri, &token()))?;
    Some(header(answered, line))
}

/// Our answer to a challenge; none when it asks for what we cannot do.
pub(super) fn answer(
    challenge: &str,
    login: &Login,
    method: &str,
    uri: &str,
    cnonce: &str,
) -> Option<String> {
    let params = field::digest_params(challenge)?;
    let param = |name: &str| params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let auth = match param("qop") {
        None => None,
        Some(qop) if qop.split(',').any(|word| word.trim() == "auth") => {
            Some(("00000001".to_owned(), cnonce.to_owned()))
        }
        Some(_) => return None,
    };
    let digest = param("algorithm").map_or(Some(Digest::Md5), algorithm)?;
    let plain = |text: &str| !text.contains(['"', '\\']);
    let (realm, nonce) = (param("realm")?, param("nonce")?);
    if ![realm, nonce, uri, &login.user].into_iter().all(plain) {
        return None;
    }
    let said = Answer {
        user: login.user.clone(),
        realm: realm.to_owned(),
        nonce: nonce.to_owned(),
        uri: uri.to_owned(),
        response: String::new(),
        digest: Some(digest),
        auth,
    };
    let response = response(digest, &said, login.password.reveal(), method);
    let mut line = format!(
        r#"Digest username="{}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", algorithm={}"#,
        said.user,
        digest.name()
    );
    if let Some((count, cnonce)) = &said.auth {
        line.push_str(&format!(r#", qop=auth, nc={count}, cnonce="{cnonce}""#));
    }
    if let Some(opaque) = param("opaque").filter(|opaque| plain(opaque)) {
        line.push_str(&format!(r#", opaque="{opaque}""#));
    }
    Some(line)
}

/// Whether the challenge says that only our nonce was too old.
pub(super) fn is_stale(challenge: &str) -> bool {
    field::digest_params(challenge).is_some_and(|params| {
        params.iter().any(|(key, value)| key == "stale" && value.eq_ignore_ascii_case("true"))
    })
}

fn algorithm(name: &str) -> Option<Digest> {
    [Digest::Md5, Digest::Sha256].into_iter().find(|digest| digest.name().eq_ignore_ascii_case(name))
}

fn response(digest: Digest, said: &Answer, password: &str, method: &str) -> String {
    let who = hash(digest, &format!("{}:{}:{password}", said.user, said.realm));
    let what = hash(digest, &format!("{method}:{}", said.uri));
    match &said.auth {
        Some((count, cnonce)) => hash(digest, &format!("{who}:{}:{count}:{cnonce}:auth:{what}", said.nonce)),
        None => hash(digest, &format!("{who}:{}:{what}", said.nonce)),
    }
}

fn hash(digest: Digest, text: &str) -> String {
    let bytes = match digest {
        Digest::Md5 => Md5::digest(text.as_bytes()).to_vec(),
        Digest::Sha256 => Sha256::digest(text.as_bytes()).to_vec(),
    };
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::settings::Password;

    #[test]
    fn the_example_of_rfc_7616_comes_out() {
        let said = |algorithm: &str, response: &str| {
            format!(
                r#"Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm={algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="{response}""#
            )
        };
        let md5 = Answer::parse(&said("MD5", "8ca523f5e9506fed4657c9700eebdbec")).unwrap();
        let sha = Answer::parse(&said(
            "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ))
        .unwrap();

        assert!(md5.is_right("Circle of Life", "GET"));
        assert!(sha.is_right("Circle of Life", "GET"));
        assert!(!sha.is_right("Circle of Death", "GET"));
    }

    #[test]
    fn our_answer_is_right_to_our_own_challenge() {
        let login = Login { user: "desk-1".to_owned(), password: Password::new("x") };
        for digest in [Digest::Md5, Digest::Sha256] {
            let line = answer(&challenge(digest, "r", "n", false), &login, "INVITE", "sip:a@b", "c").unwrap();

            assert!(Answer::parse(&line).unwrap().is_right("x", "INVITE"));
        }
    }

    #[test]
    fn a_challenge_for_the_whole_body_is_not_answered() {
        let login = Login { user: "u".to_owned(), password: Password::new("x") };

        assert_eq!(
            answer(r#"Digest realm="r", nonce="n", qop="auth-int""#, &login, "INVITE", "sip:a@b", "c"),
            None
        );
    }
}
