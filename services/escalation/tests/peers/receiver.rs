//! A gateway that takes webhooks, remembers them and answers as it is told.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test file uses its own part, and what a helper of a test does not expect fails the test"
)]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use tokio::sync::watch;

const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Debug)]
pub enum Answer {
    Status(u16),
    /// Says nothing for an hour.
    Hang,
    /// Points elsewhere.
    Redirect(String),
    /// 200, and then a body without end.
    Flood,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

#[derive(Clone)]
struct Desk {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    came: watch::Sender<Vec<Request>>,
}

pub struct Receiver {
    address: SocketAddr,
    desk: Desk,
    task: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// The first requests are answered so, all later ones with 200.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        let desk = Desk { answers, came: watch::Sender::new(Vec::new()) };
        let app = Router::new().fallback(take).with_state(desk.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, desk, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Everything that came, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.desk.came.borrow().clone()
    }

    /// Waits for the request of this number, from 0.
    pub async fn request(&self, number: usize) -> Request {
        let mut came = self.desk.came.subscribe();
        let there = came.wait_for(|requests| requests.len() > number);
        let there = tokio::time::timeout(PATIENCE, there).await;
        there.unwrap_or_else(|_| panic!("request {number} never came")).unwrap()[number].clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(desk): State<Desk>, uri: axum::http::Uri, headers: HeaderMap, body: Bytes) -> Response {
    let request = Request { path: uri.path().to_owned(), headers, body };
    desk.came.send_modify(|requests| requests.push(request));
    let answer = desk.answers.lock().unwrap().pop_front();
    match answer {
        None => StatusCode::OK.into_response(),
        Some(Answer::Status(code)) => StatusCode::from_u16(code).unwrap().into_response(),
        Some(Answer::Redirect(to)) => Redirect::temporary(&to).into_response(),
        Some(Answer::Hang) => std::future::pending().await,
        Some(Answer::Flood) => {
            let more =
                futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 4096])));
            Body::from_stream(more).into_response()
        }
    }
}
