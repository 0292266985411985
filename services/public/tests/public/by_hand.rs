//! A small prefecture, its page, and a hand on the clock.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::time::Instant;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use on_call_rota::Rota;
use public::{Frames, Kit, Notice, Shown, Texts, pages};
use shell::clock::Clock;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// By day an office, by night and on days off another one, and a line for the police that is nobody else's.
pub(crate) const TWO_WINDOWS: &str = r#"
revision = 4
[[operator]]
id = "kitagata"
name = "北潟県"
[operator.public]
name_en = "Kitagata Prefecture"
url = "https://www.kitagata.example/?a=1&b=2"
[[operator.calendar.own_day]]
date = 2026-12-10
name = "県民の日"
[[group]]
id = "all-day"
[[window]]
id = "day"
group = "all-day"
name = "こころの健康センター"
numbers = ["+81300000200"]
hours = { weekday = "08:30-17:15", holiday = [] }
next = ["night"]
[window.public]
number = "03-0000-0200"
name_en = "Mental Health Center"
place = "北潟市港町1-1"
hours = "平日 8時30分から17時15分まで"
[[window]]
id = "night"
group = "all-day"
name = "夜間・休日 <こころ> の電話"
numbers = ["100", "+81300000100"]
languages = ["ja", "en"]
hours = { weekday = "17:15-08:30", holiday = "08:30-08:30" }
next = ["day"]
[[window]]
id = "agency"
group = "all-day"
name = "警察・消防専用"
numbers = ["+81300000300"]
hours = { weekday = "00:00-24:00", holiday = "00:00-24:00" }
priority = true
[[staff]]
id = "ito"
name = "伊藤 さくら"
qualifications = ["nurse"]
contacts = ["sip:ito", "tel:+81900000001"]
"#;

pub(crate) fn rota(text: &str) -> Rota {
    Rota::read(text).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// Without the night and the line for agencies.
pub(crate) fn day_only() -> String {
    let night = TWO_WINDOWS.find("[[window]]\nid = \"night\"").unwrap();
    let staff = TWO_WINDOWS.find("[[staff]]").unwrap();
    let text = format!("{}{}", &TWO_WINDOWS[..night], &TWO_WINDOWS[staff..]);
    text.replace("next = [\"night\"]\n", "fallback = \"+81300000190\"\n")
        .replace("id = \"all-day\"\n", "id = \"all-day\"\nall_day = false\n")
}

/// A local time in Tokyo.
pub(crate) fn at(local: &str) -> Timestamp {
    let local: DateTime = local.parse().unwrap();
    TimeZone::get("Asia/Tokyo").unwrap().to_timestamp(local).unwrap()
}

pub(crate) fn notice(text: &str, local: &str) -> Notice {
    let rota = rota(text);
    Notice::at(&rota, &rota.operators()[0], None, at(local))
}

pub(crate) fn window<'a>(notice: &'a Notice, id: &str) -> &'a Shown {
    notice.windows.iter().find(|window| window.id.as_str() == id).unwrap()
}

/// The pages behind their door.
pub(crate) struct Desk {
    pub(crate) clock: Clock,
    pub(crate) rota: watch::Sender<Arc<Rota>>,
    routes: axum::Router,
}

pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) head: HeaderMap,
    pub(crate) text: String,
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.head.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl Desk {
    pub(crate) async fn at(text: &str, local: &str) -> Self {
        Self::with(text, local, 1000).await
    }

    pub(crate) async fn with(text: &str, local: &str, most_per_second: u32) -> Self {
        let clock = Clock::by_hand(Instant::from(at(local)));
        let (sender, rota) = watch::channel(Arc::new(rota(text)));
        let texts = Texts::at(None).await.unwrap();
        let frames = Frames::new(&["https://www.city.example".to_owned()]).unwrap();
        let routes = pages(Kit { rota, clock: clock.clone(), texts, frames, most_per_second });
        Self { clock, rota: sender, routes }
    }

    pub(crate) fn passes(&self, time: Duration) {
        self.clock.advance(time);
    }

    pub(crate) async fn asked(&self, path: &str, head: &[(&str, &str)]) -> Told {
        self.sent("GET", path, head).await
    }

    pub(crate) async fn sent(&self, method: &str, path: &str, head: &[(&str, &str)]) -> Told {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in head {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let answer = self.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Told { status: parts.status, head: parts.headers, text }
    }
}
