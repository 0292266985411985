//! Answers that are made once and kept until something changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use on_call_rota::{OperatorId, Rota, WindowId};
use sha2::{Digest, Sha256};

use crate::accept::Form;
use crate::calendar::calendar;
use crate::html::Page;
use crate::json::json;
use crate::language::Tongue;
use crate::notice::Notice;
use crate::texts::Texts;

/// What an answer is kept under. The ids are those of the rota, so there are only so many.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    pub(crate) operator: OperatorId,
    pub(crate) window: Option<WindowId>,
    pub(crate) form: Form,
    pub(crate) tongue: Tongue,
    /// Whether the reader named the operator: then the links of the page do so too.
    pub(crate) named: bool,
}

/// An answer without its head.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    pub(crate) tag: String,
    pub(crate) until: Timestamp,
}

#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    /// What they were made from.
    rota: Option<Arc<Rota>>,
    answers: HashMap<Asked, Arc<Answer>>,
}

impl Kept {
    /// One at a time makes an answer; who asks for the same meanwhile gets that one. None for an operator
    /// that the rota does not have.
    pub(crate) fn answer(
        &self,
        rota: &Arc<Rota>,
        texts: &Texts,
        asked: &Asked,
        now: Timestamp,
    ) -> Option<Arc<Answer>> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.rota.as_ref().is_none_or(|of| !Arc::ptr_eq(of, rota)) {
            *pages = Pages { rota: Some(rota.clone()), answers: HashMap::new() };
        }
        if let Some(kept) = pages.answers.get(asked).filter(|kept| now < kept.until) {
            return Some(kept.clone());
        }
        let made = Arc::new(make(rota, texts, asked, now)?);
        pages.answers.insert(asked.clone(), made.clone());
        Some(made)
    }
}

fn make(rota: &Rota, texts: &Texts, asked: &Asked, now: Timestamp) -> Option<Answer> {
    let operator = rota.operator(&asked.operator)?;
    let notice = Notice::at(rota, operator, asked.window.as_ref(), now);
    let body = match asked.form {
        Form::Html => Page { notice: &notice, texts, tongue: asked.tongue, asked: asked.query() }.html(),
        Form::JsonLd | Form::Json => json(&notice, texts, asked.tongue),
        Form::Calendar => calendar(&notice, asked.tongue),
    };
    let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(body.as_bytes())[..12]);
    let tag = format!("\"{}-{digest}\"", asked.form.media_type().replace(['/', '+'], "-"));
    Some(Answer { body: body.into(), tag, until: notice.until })
}

impl Asked {
    fn query(&self) -> String {
        let operator = self.named.then(|| format!("operator={}&", self.operator));
        let window = self.window.as_ref().map(|window| format!("window={window}&"));
        [operator, window].into_iter().flatten().collect()
    }
}
