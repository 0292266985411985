//! The other side's half of digest, written from RFC 7616 and not from ours.

use md5::{Digest as _, Md5};

fn md5(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A value inside `Digest …`.
pub fn param(line: &str, name: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!("{name}="))?;
    let rest = rest.trim_start_matches('"');
    Some(rest.chars().take_while(|letter| !matches!(letter, '"' | ',' | ' ' | '\r')).collect())
}

/// The Authorization line for a nonce, with that count.
pub fn authorization(nonce: &str, user: &str, password: &str, method: &str, uri: &str, count: u32) -> String {
    let ha1 = md5(&format!("{user}:tomoshibi:{password}"));
    let ha2 = md5(&format!("{method}:{uri}"));
    let response = md5(&format!("{ha1}:{nonce}:{count:08x}:c:auth:{ha2}"));
    format!(
        r#"Authorization: Digest username="{user}", realm="tomoshibi", nonce="{nonce}", uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc={count:08x}, cnonce="c""#
    )
}

/// Whether an Authorization or Proxy-Authorization line proves that password.
pub fn proves(line: &str, password: &str, method: &str) -> bool {
    let get = |name: &str| param(line, name).unwrap_or_default();
    let ha1 = md5(&format!("{}:{}:{password}", get("username"), get(" realm")));
    let ha2 = md5(&format!("{method}:{}", get(" uri")));
    get("response") == md5(&format!("{ha1}:{}:{}:{}:auth:{ha2}", get(" nonce"), get(" nc"), get("cnonce")))
}
