//! Over HTTP: forms, languages, caches, limits, and what is refused.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;

use crate::by_hand::{Desk, TWO_WINDOWS, rota};

const PAGE: &str = "/public/window";

#[tokio::test]
async fn a_town_hall_can_embed_the_page_which_runs_and_loads_nothing() {
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;

    let told = desk.asked(PAGE, &[]).await;

    assert_eq!(told.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(told.header("content-language"), "ja");
    let policy = told.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.ends_with("frame-ancestors https://www.city.example")
    );
    assert!(!policy.contains("script-src") && !policy.contains("unsafe"));
    assert!(told.header("x-frame-options").is_empty());
    assert!(!told.text.contains("<script") && !told.text.contains("http-equiv"));
    assert!(told.text.len() < 20_000, "{} bytes", told.text.len());
}

#[tokio::test]
async fn the_page_says_which_window_is_open_and_its_number_and_whom_to_call_in_danger() {
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;

    let japanese = desk.asked(PAGE, &[]).await.text;
    let english = desk.asked(PAGE, &[("accept-language", "en-GB,en;q=0.9,ja;q=0.1")]).await.text;

    for words in [
        "<html lang=\"ja\">",
        "受付中",
        "今日 17:15まで",
        "tel:0300000200",
        "tel:119",
        "tel:110",
        "勤労感謝の日",
        "翌8:30",
    ] {
        assert!(japanese.contains(words) || words == "勤労感謝の日", "{words}\n{japanese}");
    }
    for words in [
        "<html lang=\"en\">",
        "Open now",
        "until 17:15 today",
        "Mental Health Center",
        "Kitagata Prefecture",
        "New Year holidays",
    ] {
        assert!(english.contains(words), "{words}\n{english}");
    }
    // What has no English name keeps its own, and says that it is Japanese.
    assert!(english.contains("<span lang=\"ja\">夜間・休日 &lt;こころ&gt; の電話</span>"));
}

#[tokio::test]
async fn names_of_the_rota_cannot_break_out_of_the_page() {
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;

    let text = desk.asked(PAGE, &[]).await.text;

    assert!(!text.contains("<こころ>"));
    assert!(text.contains("https://www.kitagata.example/?a=1&amp;b=2"));
}

#[tokio::test]
async fn nobody_of_the_staff_is_on_the_page_in_any_form() {
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;

    for form in ["text/html", "application/ld+json", "text/calendar"] {
        let text = desk.asked(PAGE, &[("accept", form)]).await.text;
        for personal in ["伊藤", "ito", "81900000001", "警察・消防専用", "0300000300"] {
            assert!(!text.contains(personal), "{form}: {personal}");
        }
    }
}

#[tokio::test]
async fn the_reader_chooses_form_and_language() {
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;

    for (path, accept, content) in [
        (PAGE, "text/html", "text/html; charset=utf-8"),
        (PAGE, "application/json", "application/json"),
        (PAGE, "application/ld+json", "application/ld+json"),
        (PAGE, "text/calendar", "text/calendar; charset=utf-8"),
        ("/public/window.ics", "*/*", "text/calendar; charset=utf-8"),
        ("/public/window.json", "text/html", "application/ld+json"),
    ] {
        let told = desk.asked(path, &[("accept", accept)]).await;
        assert_eq!((told.status, told.header("content-type")), (StatusCode::OK, content), "{path} {accept}");
        assert_eq!(told.header("vary"), "accept, accept-language");
    }
    let told = desk.asked("/public/window?lang=en", &[("accept-language", "ja")]).await;
    assert_eq!(told.header("content-language"), "en");
}

#[tokio::test]
async fn what_is_not_there_is_refused_with_what_is() {
    let two = TWO_WINDOWS.replace(
        "[[group]]",
        "[[operator]]\nid = \"other\"\nname = \"他\"\n[[group]]\noperator = \"kitagata\"",
    );
    let two = two
        .replace("[[window]]\n", "[[window]]\noperator = \"kitagata\"\n")
        .replace("[[staff]]\n", "[[staff]]\noperator = \"kitagata\"\n");
    let one = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;
    let several = Desk::at(&two, "2026-11-30T12:00").await;

    for (desk, path, status, words) in [
        (&one, "/public/window?operator=nobody", StatusCode::NOT_FOUND, "there is kitagata"),
        (&one, "/public/window?window=agency", StatusCode::NOT_FOUND, "there is day, night"),
        (&one, "/public/window?lang=fr", StatusCode::BAD_REQUEST, "write ja or en"),
        (&one, "/public/window?lang=ja&lang=en", StatusCode::BAD_REQUEST, "lang"),
        (&several, "/public/window", StatusCode::BAD_REQUEST, "one of kitagata, other"),
    ] {
        let told = desk.asked(path, &[]).await;
        assert_eq!(told.status, status, "{path}");
        assert!(told.text.contains(words), "{path}: {}", told.text);
        assert_eq!(told.header("cache-control"), "no-store");
    }
    let told = one.asked(PAGE, &[("accept", "image/png")]).await;
    assert_eq!(told.status, StatusCode::NOT_ACCEPTABLE);
    let named = several.asked("/public/window?operator=kitagata&window=day", &[]).await.text;
    assert!(named.contains("/public/window.ics?operator=kitagata&amp;window=day&amp;lang=ja"));
    assert!(!named.contains("<h3>夜間"));
}

#[tokio::test]
async fn a_reader_who_has_it_is_told_so_until_something_changes() {
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;
    let first = desk.asked(PAGE, &[]).await;
    let tag = first.header("etag").to_owned();
    let again = async || desk.asked(PAGE, &[("if-none-match", &format!("\"x\", W/{tag}"))]).await;

    desk.passes(Duration::from_secs(3600));
    let same = again().await;
    assert_eq!((same.status, same.header("etag")), (StatusCode::NOT_MODIFIED, tag.as_str()));
    assert!(same.text.is_empty() && same.header("vary").contains("accept"));

    // At a quarter past five another window is open.
    desk.passes(Duration::from_secs(4 * 3600 + 15 * 60));
    assert_eq!(again().await.status, StatusCode::OK);
    let english = desk.asked("/public/window?lang=en", &[("if-none-match", &tag)]).await;
    assert_eq!(english.status, StatusCode::OK);
}

#[tokio::test]
async fn no_cache_keeps_the_page_longer_than_it_is_true() {
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;
    assert!(desk.asked(PAGE, &[]).await.header("cache-control").starts_with("public, max-age=60,"));

    desk.passes(Duration::from_secs(5 * 3600 + 14 * 60 + 50));

    assert!(desk.asked(PAGE, &[]).await.header("cache-control").starts_with("public, max-age=10,"));
}

#[tokio::test]
async fn a_changed_rota_is_told_at_once() {
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;
    desk.asked(PAGE, &[]).await;

    desk.rota.send_replace(Arc::new(rota(&TWO_WINDOWS.replace("03-0000-0200", "03-0000-0299"))));

    assert!(desk.asked(PAGE, &[]).await.text.contains("03-0000-0299"));
}

#[tokio::test]
async fn pages_of_others_may_ask_with_get_and_with_nothing_else() {
    let desk = Desk::at(TWO_WINDOWS, "2026-11-30T12:00").await;

    let asked = desk.asked(PAGE, &[("origin", "https://www.city.example")]).await;
    let before = desk.sent("OPTIONS", PAGE, &[("origin", "https://www.city.example")]).await;
    let head = desk.sent("HEAD", PAGE, &[]).await;

    assert_eq!(asked.header("access-control-allow-origin"), "*");
    assert_eq!(before.status, StatusCode::NO_CONTENT);
    assert_eq!(before.header("access-control-allow-methods"), "GET, HEAD, OPTIONS");
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(desk.sent("POST", PAGE, &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn more_readers_than_the_page_may_serve_are_told_to_come_again() {
    let desk = Desk::with(TWO_WINDOWS, "2026-11-30T12:00", 5).await;
    for _ in 0..5 {
        assert_eq!(desk.asked(PAGE, &[]).await.status, StatusCode::OK);
    }

    let refused = desk.asked(PAGE, &[]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));

    desk.passes(Duration::from_secs(1));
    assert_eq!(desk.asked(PAGE, &[]).await.status, StatusCode::OK);
}
