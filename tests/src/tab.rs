//! A page in a browser, and how people come to it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::line::TestLine;
use crate::person::TestPerson;

/// How a page is opened.
#[derive(Clone, Copy)]
pub struct Look {
    pub language: &'static str,
    pub size: &'static str,
}

impl Look {
    pub const JAPANESE: Self = Self { language: "ja", size: "desktop" };
}

/// One page, found on by role and name as a person finds their way. Every verb waits until it can be done.
pub struct Tab {
    browser: Arc<Browser>,
    name: String,
}

impl Tab {
    pub async fn opens(browser: &Arc<Browser>, name: &str, url: &str, look: Look) -> Self {
        let tab = Self { browser: Arc::clone(browser), name: name.to_owned() };
        tab.asks("open", json!({ "url": url, "size": look.size, "language": look.language })).await;
        tab
    }

    async fn asks(&self, verb: &str, asked: Value) -> Value {
        self.browser.asks(&self.name, verb, asked).await
    }

    async fn told(&self, verb: &str, asked: Value) -> String {
        self.asks(verb, asked).await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn goes(&self, path: &str) {
        self.asks("go", json!({ "path": path })).await;
    }

    pub async fn presses(&self, button: &str) {
        self.asks("press", json!({ "name": button })).await;
    }

    /// In the dialog, region or group of that name.
    pub async fn presses_in(&self, place: &str, button: &str) {
        self.asks("press", json!({ "name": button, "where": place })).await;
    }

    pub async fn follows(&self, link: &str) {
        self.asks("press", json!({ "role": "link", "name": link })).await;
    }

    pub async fn fills(&self, field: &str, text: &str) {
        self.asks("fill", json!({ "name": field, "text": text })).await;
    }

    /// Chooses a file of that name and text.
    pub async fn chooses_file(&self, field: &str, file: &str, text: &str) {
        self.asks("choose_file", json!({ "name": field, "file": file, "text": text })).await;
    }

    /// Presses a button that hands over a file, and reads it.
    pub async fn downloads(&self, button: &str) -> String {
        self.told("download", json!({ "name": button })).await
    }

    /// With buttons, a list or words: whatever asks under that name.
    pub async fn answers(&self, question: &str, answer: &str) {
        self.asks("answer", json!({ "group": question, "name": answer })).await;
    }

    pub async fn has_chosen(&self, question: &str, option: &str) -> bool {
        self.asks("is_chosen", json!({ "group": question, "name": option })).await == json!(true)
    }

    pub async fn sees(&self, text: &str) {
        self.asks("see", json!({ "text": text })).await;
    }

    pub async fn sees_in(&self, place: &str, text: &str) {
        self.asks("see", json!({ "text": text, "where": place })).await;
    }

    /// Waits until it is gone.
    pub async fn sees_no_more(&self, text: &str) {
        self.asks("see_gone", json!({ "text": text })).await;
    }

    pub async fn sees_button(&self, name: &str) {
        self.asks("see_role", json!({ "name": name })).await;
    }

    pub async fn sees_dialog(&self, name: &str) {
        self.asks("see_dialog", json!({ "name": name })).await;
    }

    /// Waits until nothing is being loaded.
    pub async fn settles(&self) {
        self.asks("settle", json!({})).await;
    }

    pub async fn sees_heading(&self, name: &str) {
        self.asks("see_role", json!({ "role": "heading", "name": name })).await;
    }

    /// Waits until the door has let somebody in: there are pages to go to.
    async fn is_in(&self) {
        self.asks("see_role", json!({ "role": "navigation", "name": "" })).await;
    }

    pub async fn field(&self, field: &str) -> String {
        self.told("value", json!({ "name": field })).await
    }

    /// Waits until that field holds that text.
    pub async fn reads_in_field(&self, field: &str, text: &str) {
        self.asks("see_field", json!({ "name": field, "text": text })).await;
    }

    pub async fn everything(&self) -> String {
        self.told("read", json!({})).await
    }

    /// Waits until the tab's title has that text, and gives it.
    pub async fn has_title(&self, text: &str) -> String {
        self.told("title", json!({ "text": text })).await
    }

    /// Waits until every word is with the server.
    pub async fn is_saved(&self) {
        self.asks("is_saved", json!({})).await;
    }

    /// Waits until the draft stands so: saved, kept, merging, refused.
    pub async fn stands(&self, standing: &str) {
        self.asks("standing", json!({ "text": standing })).await;
    }

    pub async fn hits(&self, key: &str) {
        self.asks("key", json!({ "name": key })).await;
    }

    pub async fn types(&self, text: &str) {
        self.asks("type", json!({ "text": text })).await;
    }

    /// By the Tab key alone.
    pub async fn tabs_to_field(&self, field: &str) {
        self.asks("tab_to", json!({ "name": field })).await;
    }

    pub async fn tabs_to_button(&self, button: &str) {
        self.asks("tab_to", json!({ "name": button, "role": "button" })).await;
    }

    /// In the dialog of that name: what lies behind it may have a button of the same name.
    pub async fn tabs_to_button_in(&self, place: &str, button: &str) {
        self.asks("tab_to", json!({ "name": button, "role": "button", "where": place })).await;
    }

    pub async fn tabs_to_link(&self, link: &str) {
        self.asks("tab_to", json!({ "name": link, "role": "link" })).await;
    }

    /// The same with Tab, arrows, Space and letters.
    pub async fn answers_by_keys(&self, question: &str, answer: &str) {
        self.asks("answer_by_keys", json!({ "group": question, "name": answer })).await;
    }

    /// A field of local time, with digits and the arrow key; `at` as the field tells it: `2026-11-21T23:45`.
    pub async fn types_moment(&self, field: &str, at: &str) {
        self.asks("type_moment", json!({ "name": field, "text": at })).await;
    }

    /// Waits until the page begins one more tone that can be heard.
    pub async fn sounds(&self) {
        self.asks("sound", json!({})).await;
    }

    /// Opens what is folded under that name, by its own key.
    pub async fn unfolds(&self, summary: &str) {
        self.asks("unfold", json!({ "name": summary })).await;
    }

    /// What is written in the frame of that name.
    pub async fn reads_frame(&self, frame: &str) -> String {
        self.told("read_frame", json!({ "name": frame })).await
    }

    /// How often that key sends a frame of the page to the printer.
    pub async fn prints_with(&self, key: &str) -> u64 {
        self.asks("print_with", json!({ "name": key })).await.as_u64().unwrap()
    }

    /// Waits until the address has that text, and gives the address.
    pub async fn is_at(&self, text: &str) -> String {
        self.told("await_path", json!({ "text": text })).await
    }

    pub async fn speaks(&self, language: &str) {
        self.asks("speak", json!({ "language": language })).await;
    }

    pub async fn reloads(&self) {
        self.asks("reload", json!({})).await;
    }

    /// Faults of accessibility and of width in every look of the page: desktop and phone, light and dark.
    /// `BROWSER_SHOTS` names a folder for pictures of them.
    pub async fn faults(&self, name: &str) -> Vec<String> {
        let folder = std::env::var("BROWSER_SHOTS").ok();
        let told = self.asks("look", json!({ "name": name, "folder": folder })).await;
        serde_json::from_value(told).unwrap()
    }

    /// What the page told the browser's own console as an error since the last time.
    pub async fn errors(&self) -> Vec<String> {
        serde_json::from_value(self.asks("errors", json!({})).await).unwrap()
    }
}

impl TestPerson {
    /// Opens the page in a browser of its own and signs in with password and code.
    pub async fn comes(&self, line: &TestLine, browser: &Arc<Browser>, look: Look) -> Tab {
        self.comes_as(&self.login, line, browser, look).await
    }

    /// The tab has a name of its own.
    pub async fn comes_as(&self, name: &str, line: &TestLine, browser: &Arc<Browser>, look: Look) -> Tab {
        let tab = Tab::opens(browser, name, &line.address(), look).await;
        let [login, password, code, sign_in] = look.sign_in_words();
        tab.fills(login, &self.login).await;
        tab.fills(password, &self.password).await;
        tab.fills(code, &self.code().await).await;
        tab.presses(sign_in).await;
        tab.is_in().await;
        tab
    }
}

impl Look {
    fn sign_in_words(self) -> [&'static str; 4] {
        match self.language {
            "en" => ["Login", "Password", "Code", "Sign in"],
            _ => ["ログイン名", "パスワード", "確認コード", "サインイン"],
        }
    }
}

impl TestLine {
    /// Where browsers find it.
    pub fn address(&self) -> String {
        format!("http://{}/", self.http)
    }
}
