//! Every category of RFC 4475 in messages written here, and a hundred thousand
//! mutated ones over UDP and TCP, while a call goes on.
//!
//! `TOMOSHIBI_TORTURE` sets another number of mutated messages.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what a test does not expect fails it"
)]

mod peers;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use peers::{Caller, Line, PATIENCE, Udp, desk, invite, request, sdp, settings, status};
use telephony::edge::{Cause, Edge, Target};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(panic);
    }));
}

/// A message, and the answers that are right; 0 is none.
type Torment = (&'static str, Vec<u8>, &'static [u16]);

const RUNS: &[u16] = &[100, 180, 200];

fn torments(line: std::net::SocketAddr, from: std::net::SocketAddr) -> Vec<Torment> {
    let call = |name: &str, more: &[&str]| invite(line, from, name, more);
    let options =
        |name: &str, more: &[&str]| request("OPTIONS", &format!("sip:1@{line}"), from, name, more, "");
    let text = |text: String| text.into_bytes();
    let swap = |message: String, one: &str, other: &str| {
        assert!(message.contains(one), "{one} is not in {message}");
        message.replacen(one, other, 1).into_bytes()
    };
    let via = format!("Via: SIP/2.0/UDP {from}");
    vec![
        // 3.1.1 valid, however strange
        (
            "wsinv",
            swap(
                call("wsinv", &[]),
                "Max-Forwards: 70",
                "MaX-fOrWaRdS\t : \r\n\t 068\r\nsubject :\r\n\tfolded\r\n text\r\nNewFangled: a;;b,,\"\\\"c\r\n ;d",
            ),
            RUNS,
        ),
        (
            "intmeth",
            text(
                options(
                    "intmeth",
                    &["Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{", "Extension: \u{fffd}\u{0416}"],
                )
                .replace("OPTIONS sip:1@", "!interesting-Method0123456789_*+`.%indeed'~ sip:1@")
                .replace("1 OPTIONS", "1 !interesting-Method0123456789_*+`.%indeed'~"),
            ),
            &[405],
        ),
        ("esc01", swap(call("esc01", &[]), "sip:0312345678@", "sip:sips%3Auser%40example.com@"), RUNS),
        ("escnull", swap(call("escnull", &[]), "sip:0312345678@", "sip:null-%00-null@"), RUNS),
        ("esc02", swap(options("esc02", &[]), "sip:1@", "sip:%Zx%b@"), RUNS),
        ("lwsdisp", text(call("lwsdisp", &["From: caller<sip:caller@example.com>;tag=323"])), RUNS),
        (
            "longreq",
            text(call(
                "longreq",
                &[
                    &format!("Subject: {}", "long ".repeat(1500)),
                    &format!("Unknown-{}: x", "Header".repeat(40)),
                ],
            )),
            RUNS,
        ),
        ("dblreq", text(options("dblreq", &[]) + "\r\nINVITE sip:again@x SIP/2.0\r\ngarbage"), RUNS),
        ("semiuri", swap(options("semiuri", &[]), "sip:1@", "sip:user;par=u%40example.net@"), RUNS),
        (
            "transports",
            swap(
                options("transports", &[]),
                "Max-Forwards: 70",
                "Max-Forwards: 70\r\nVia: SIP/2.0/SCTP t2.example.com;branch=z9hG4bK1\r\nVia: SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bK2",
            ),
            RUNS,
        ),
        (
            "mpart01",
            text(request(
                "MESSAGE",
                &format!("sip:1@{line}"),
                from,
                "mpart01",
                &["Content-Type: multipart/mixed;boundary=b"],
                "--b\r\n\r\n\0\u{1}\u{2}\r\n--b--",
            )),
            &[405],
        ),
        (
            "unreason",
            text(format!(
                "SIP/2.0 200 = 2**3 * 5**2 \u{043d}\r\n{via};branch=z9hG4bKu\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: unreason\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
            )),
            &[0],
        ),
        (
            "noreason",
            text(format!(
                "SIP/2.0 100 \r\n{via};branch=z9hG4bKn\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: noreason\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
            )),
            &[0],
        ),
        // 3.1.2 invalid
        (
            "badinv01",
            swap(
                call("badinv01", &[]),
                "Max-Forwards: 70",
                "Max-Forwards: 70\r\nContact: \"Joe\" <sip:joe@example.org>;;;;,,",
            ),
            &[100, 180, 400],
        ),
        ("clerr", swap(call("clerr", &[]), "Content-Length: ", "Content-Length: 9"), &[400]),
        ("ncl", swap(call("ncl", &[]), "Content-Length: ", "Content-Length: -"), &[400]),
        (
            "scalar02",
            text(options(
                "scalar02",
                &[
                    "CSeq: 36893488147419103232 OPTIONS",
                    "Max-Forwards: 300",
                    "Expires: 10000000000000000000000",
                ],
            )),
            &[400],
        ),
        (
            "scalarlg",
            text(format!(
                "SIP/2.0 503 Busy\r\n{via};branch=z9hG4bKs\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: scalarlg\r\nCSeq: 9292394834772304023312 OPTIONS\r\nRetry-After: 949302838503028349304023988\r\nContent-Length: 0\r\n\r\n"
            )),
            &[0],
        ),
        ("quotbal", text(call("quotbal", &["To: \"Mr. J. User <sip:j.user@example.com>"])), &[100, 180, 400]),
        (
            "ltgtruri",
            swap(
                call("ltgtruri", &[]),
                &format!("INVITE sip:0312345678@{line}"),
                &format!("INVITE <sip:0312345678@{line}>"),
            ),
            &[400],
        ),
        ("lwsruri", swap(call("lwsruri", &[]), " SIP/2.0", "; lr SIP/2.0"), &[400]),
        ("lwsstart", swap(call("lwsstart", &[]), "INVITE ", "INVITE  "), &[400]),
        ("trws", swap(options("trws", &[]), " SIP/2.0\r\n", " SIP/2.0  \r\n"), &[400]),
        (
            "escruri",
            swap(call("escruri", &[]), " SIP/2.0\r\n", "?Route=%3Csip:example.com%3E SIP/2.0\r\n"),
            &[100, 180, 400],
        ),
        ("baddate", text(call("baddate", &["Date: Fri, 01 Jan 2010 16:00:00 EST"])), RUNS),
        (
            "regbadct",
            text(request(
                "REGISTER",
                &format!("sip:{line}"),
                from,
                "regbadct",
                &["Contact: sip:user@example.com?Route=%3Csip:x%3E"],
                "",
            )),
            &[400, 401],
        ),
        (
            "badaspec",
            text(options("badaspec", &["To: \"Watson, Thomas\" < sip:t.watson@example.org >"])),
            &[200, 400],
        ),
        (
            "baddn",
            text(options("baddn", &["From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43"])),
            &[200, 400],
        ),
        ("badvers", swap(options("badvers", &[]), " SIP/2.0", " SIP/7.0"), &[505]),
        ("mismatch01", text(options("mismatch01", &["CSeq: 8 INVITE"])), &[400]),
        (
            "mismatch02",
            text(options("mismatch02", &["CSeq: 8 INVITE"]).replacen("OPTIONS", "NEWMETHOD", 1)),
            &[400],
        ),
        (
            "bigcode",
            text(format!(
                "SIP/2.0 4294967301 better\r\n{via};branch=z9hG4bKb\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: bigcode\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
            )),
            &[0],
        ),
        // 3.2 transactions
        ("badbranch", text(options("badbranch", &[&format!("{via};branch=z9hG4bK")])), &[200, 400]),
        // 3.3 what an application must catch
        (
            "insuf",
            text(format!(
                "INVITE sip:1@{line} SIP/2.0\r\n{via};branch=z9hG4bKi\r\nCSeq: 193942 INVITE\r\nContent-Length: 0\r\n\r\n"
            )),
            &[0, 400],
        ),
        (
            "unkscm",
            swap(
                options("unkscm", &[]),
                &format!("sip:1@{line}"),
                "nobodyKnowsThisScheme:totallyopaquecontent",
            ),
            &[400, 416],
        ),
        (
            "novelsc",
            swap(options("novelsc", &[]), &format!("sip:1@{line}"), "soap.beep://192.0.2.103:3002"),
            &[400, 416],
        ),
        (
            "unksm2",
            text(options("unksm2", &["To: <isbn:2983792873>", "From: <http://www.example.com>;tag=3"])),
            &[200, 400],
        ),
        (
            "bext01",
            text(options(
                "bext01",
                &[
                    "Require: nothingSupportsThis, nothingSupportsThisEither",
                    "Proxy-Require: noProxiesSupportThis",
                ],
            )),
            &[420],
        ),
        ("invut", text(call("invut", &["Content-Type: application/unknownformat"])), &[415]),
        (
            "regaut01",
            text(request(
                "REGISTER",
                &format!("sip:{line}"),
                from,
                "regaut01",
                &["Authorization: NoOneKnowsThisScheme opaque-data=here"],
                "",
            )),
            &[401],
        ),
        (
            "multi01",
            swap(
                call("multi01", &[]),
                "Max-Forwards: 70",
                "Max-Forwards: 70\r\nMax-Forwards: 5\r\nFrom: <sip:b@c>;tag=2\r\nTo: <sip:c@d>\r\nCSeq: 5 INVITE\r\nCall-ID: other",
            ),
            &[400],
        ),
        (
            "mcl01",
            swap(options("mcl01", &[]), "Content-Length: 0", "Content-Length: 0\r\nContent-Length: 13"),
            &[400],
        ),
        (
            "bcast",
            b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKbc\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK0\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: bcast\r\nCSeq: 1 INVITE\r\nContact: <sip:u@h>\r\nContent-Length: 0\r\n\r\n".to_vec(),
            &[0],
        ),
        ("zeromf", text(options("zeromf", &["Max-Forwards: 0"])), &[483]),
        (
            "cparam01",
            text(request(
                "REGISTER",
                &format!("sip:{line}"),
                from,
                "cparam01",
                &["Contact: sip:a@b;unknownparam"],
                "",
            )),
            &[401],
        ),
        (
            "cparam02",
            text(request(
                "REGISTER",
                &format!("sip:{line}"),
                from,
                "cparam02",
                &["Contact: <sip:a@b;unknownparam>"],
                "",
            )),
            &[401],
        ),
        (
            "regescrt",
            text(request(
                "REGISTER",
                &format!("sip:{line}"),
                from,
                "regescrt",
                &["Contact: <sip:a@b?Route=%3Csip:x%3E>"],
                "",
            )),
            &[401],
        ),
        ("sdp01", text(call("sdp01", &["Accept: text/nobodyKnowsThis"])), &[100, 180, 406]),
        // 3.4 from before
        (
            "inv2543",
            text(format!(
                "INVITE sip:1@{line} SIP/2.0\r\n{via}\r\nFrom: <sip:a@b>\r\nTo: <sip:1@x>\r\nCall-ID: inv2543\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n"
            )),
            &[400],
        ),
        // beyond the RFC: what scanners and broken phones send
        ("nul", swap(options("nul", &[]), "Max-Forwards: 70", "Max-Forwards: 70\r\nX: a\0b"), &[400]),
        (
            "lines",
            text(
                options("lines", &[])
                    .replacen("Max-Forwards: 70", &"X: y\r\n".repeat(500), 1)
                    .replace("X: y\r\n\r\n", "X: y\r\n"),
            ),
            &[0, 513],
        ),
        ("binary", (0..=255).cycle().take(1400).collect(), &[0]),
        ("blank", b"\r\n\r\n".to_vec(), &[0]),
        ("empty", Vec::new(), &[0]),
        ("half", options("half", &[]).into_bytes()[..90].to_vec(), &[0]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_torment_of_rfc_4475_is_answered_rightly_and_the_line_lives() {
    count_panics();
    let line = Line::start(settings()).await;
    let probe = Udp::to(line.address()).await;
    for (n, (name, message, right)) in torments(line.address(), probe.address()).into_iter().enumerate() {
        let udp = Udp::to(line.address()).await;
        // Each comes from a socket of its own, so that answers are not mixed up.
        let (there, here) = (probe.address().to_string(), udp.address().to_string());
        let message = replaced(&message, there.as_bytes(), here.as_bytes());
        udp.send(&message).await;

        let patience = if right == [0] { Duration::from_millis(150) } else { Duration::from_secs(3) };
        let code = udp.read_within(patience).await.map_or(0, |answer| status(&answer));
        assert!(right.contains(&code), "{name}: answered {code}, right is {right:?}");
        let ping = request(
            "OPTIONS",
            &format!("sip:1@{}", line.address()),
            probe.address(),
            &format!("p{n}"),
            &[],
            "",
        );
        assert_eq!(probe.ask(ping).await, 200, "after {name}");
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(from) {
            out.extend_from_slice(to);
            rest = after;
        } else {
            out.push(rest[0]);
            rest = &rest[1..];
        }
    }
    out
}

/// xorshift: the same messages every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % n.max(1)
    }

    fn mutate(&mut self, message: &[u8], other: &[u8]) -> Vec<u8> {
        const WORDS: [&str; 12] = [
            "\0",
            "\r\n",
            ": ",
            "4294967296",
            "-1",
            "%00",
            "<",
            "\"",
            ";;",
            "\u{ff}",
            "99999999999999999999",
            "z9hG4bK",
        ];
        let mut bytes = message.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let end = (at + self.below(40)).min(bytes.len());
            match self.below(7) {
                0 if !bytes.is_empty() => bytes[at] = u8::try_from(self.below(256)).unwrap_or(0),
                1 => drop(bytes.drain(at..end)),
                2 => drop(bytes.splice(at..at, WORDS[self.below(WORDS.len())].bytes())),
                3 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
                4 => {
                    drop(bytes.splice(at..end, other.iter().skip(self.below(other.len())).take(60).copied()))
                }
                5 if self.below(4) == 0 => bytes.truncate(at),
                _ => bytes.reverse_line(at),
            }
        }
        bytes
    }
}

trait ReverseLine {
    fn reverse_line(&mut self, at: usize);
}

impl ReverseLine for Vec<u8> {
    /// Moves the line at that place to the end of the head.
    fn reverse_line(&mut self, at: usize) {
        let start =
            self[..at.min(self.len())].iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
        let end = self[start..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(self.len(), |found| start + found + 1);
        let line: Vec<u8> = self.drain(start..end).collect();
        let head =
            self.windows(4).position(|window| window == b"\r\n\r\n").map_or(self.len(), |found| found + 2);
        self.splice(head..head, line);
    }
}

fn seeds(line: std::net::SocketAddr, from: std::net::SocketAddr) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = torments(line, from).into_iter().map(|(_, message, _)| message).collect();
    let to = "To: <sip:1@x>;tag=y";
    for method in ["BYE", "ACK", "CANCEL", "INFO", "UPDATE", "PRACK", "REFER", "INVITE"] {
        let message =
            request(method, &format!("sip:1@{line}"), from, &format!("s{method}"), &[to], "Signal=1\r\n");
        seeds.push(message.into_bytes());
    }
    let proof = peers::authorization("bm9uY2U", "desk-1", "x", "REGISTER", "sip:x", 1);
    let contact = "Contact: <sip:desk-1@10.0.0.1>;q=0.5;expires=60;+sip.instance=\"<urn:uuid:0>\", *";
    seeds.push(request("REGISTER", "sip:x", from, "sreg", &[&proof, contact], "").into_bytes());
    seeds.push(
        invite(line, from, "sinv", &["P-Asserted-Identity: \"A\" <tel:+8190>, <sip:b@c>", "Privacy: id;x"])
            .into_bytes(),
    );
    seeds
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_mutated_messages_end_no_call_and_leave_nothing() {
    count_panics();
    let count = std::env::var("TOMOSHIBI_TORTURE").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000_usize);
    let line = Line::start(settings()).await;
    let mut caller = Caller::calls(line.address(), "through", &[]).await;
    let call = line.call(0).await;
    line.edge.answer(call.leg);
    caller.is_answered("").await;
    line.answered(call.leg).await;
    line.bridge_all_but(call.leg, Target::Desk(desk("desk-3")));

    let udp = Udp::to(line.address()).await;
    let seeds = seeds(line.address(), udp.address());
    let mut chance = Chance(0x2026_1121_0000_4475);
    let mut stream: Option<TcpStream> = None;
    for n in 0..count {
        let (one, other) = (chance.below(seeds.len()), chance.below(seeds.len()));
        let message = chance.mutate(&seeds[one], &seeds[other]);
        if n % 5 == 4 {
            stream = over_tcp(stream, line.address(), &message).await;
        } else {
            udp.send(&message[..message.len().min(60_000)]).await;
        }
        if n % 200 == 0 {
            // The kernel's queue is not what is tried here: let it be read.
            drain(&udp).await;
        }
        if n % 5_000 == 0 {
            assert_eq!(status(&caller_asks(&mut caller).await), 200, "after {n}");
        }
    }

    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    assert_eq!(status(&caller_asks(&mut caller).await), 200);
    assert_eq!(status(&caller.asks("BYE", &[], "").await), 200);
    assert_eq!(line.ended(call.leg).await, Cause::HungUp);
    drop(stream);
    line.is_clean().await;
    let held = line.edge.holding();
    assert!(held.transactions + held.remembered <= count, "{held:?}");
}

/// A key of the living call, and its answer.
async fn caller_asks(caller: &mut Caller) -> String {
    loop {
        let answer = caller.asks("INFO", &["Content-Type: application/dtmf"], "1").await;
        if peers::header(&answer, "CSeq").is_some_and(|cseq| cseq.ends_with("INFO")) {
            return answer;
        }
    }
}

/// Reads what there is; refusals that nobody acknowledges are repeated faster than one can read.
async fn drain(udp: &Udp) {
    for _ in 0..400 {
        if udp.read_within(Duration::from_millis(1)).await.is_none() {
            return;
        }
    }
}

async fn over_tcp(
    stream: Option<TcpStream>,
    line: std::net::SocketAddr,
    message: &[u8],
) -> Option<TcpStream> {
    let mut stream = match stream.filter(is_open) {
        Some(stream) => stream,
        None => TcpStream::connect(line).await.ok()?,
    };
    stream.write_all(message).await.ok()?;
    Some(stream)
}

/// Reads what came back, or the line would wait for us; false at the end of the stream.
fn is_open(stream: &TcpStream) -> bool {
    let mut scratch = [0; 4096];
    loop {
        match stream.try_read(&mut scratch) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(fault) => return fault.kind() == std::io::ErrorKind::WouldBlock,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_never_end_are_closed() {
    let line = Line::start(settings()).await;
    let endless = "OPTIONS sip:a@b SIP/2.0\r\nSubject: ".to_owned() + &"x".repeat(40_000);
    let huge = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 18446744073709551615\r\n\r\n".to_owned();
    let negative = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n".to_owned();
    for bad in [endless, huge, negative] {
        let mut stream = TcpStream::connect(line.address()).await.unwrap();
        stream.write_all(bad.as_bytes()).await.ok();
        let mut rest = Vec::new();
        let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        assert!(end.is_ok(), "stays open after {:?}", &bad[..60.min(bad.len())]);
    }
    let mut good = TcpStream::connect(line.address()).await.unwrap();
    let from = good.local_addr().unwrap();
    let message = request("OPTIONS", &format!("sip:1@{}", line.address()), from, "good", &[], &sdp(from, ""));
    let (one, two) = message.split_at(100);
    good.write_all(b"\r\n\r\n").await.unwrap();
    good.write_all(one.as_bytes()).await.unwrap();
    good.flush().await.unwrap();
    good.write_all((two.to_owned() + &message.replace("z9hG4bKgood", "z9hG4bKmore")).as_bytes())
        .await
        .unwrap();
    let mut heard = String::new();
    let mut chunk = [0; 4096];
    while heard.matches("SIP/2.0 200").count() < 2 {
        let length = tokio::time::timeout(PATIENCE, good.read(&mut chunk)).await.unwrap().unwrap();
        assert!(length > 0, "closed after {heard}");
        heard.push_str(&String::from_utf8_lossy(&chunk[..length]));
    }
}
