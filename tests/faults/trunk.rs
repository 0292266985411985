//! The first trunk is silent, or refuses every call; a doctor is paged by telephone.

use std::time::{Duration, Instant};

use tests::{LineSetup, TestCaller, TestDesk, TestDoctor, free_port, ladder_of, reply, trunk_to};
use tokio::net::UdpSocket;

const DOCTOR: &str = "+819000000077";
/// The trunk's patience is 4 s; this is far more.
const SOON: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_is_rung_by_the_second_trunk_when_the_first_is_silent() {
    let silent = UdpSocket::bind(("127.0.0.1", free_port())).await.unwrap();
    rings_the_doctor("silent", silent.local_addr().unwrap().port()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_is_rung_by_the_second_trunk_when_the_first_refuses() {
    let refuses = UdpSocket::bind(("127.0.0.1", free_port())).await.unwrap();
    let port = refuses.local_addr().unwrap().port();
    let refusing = tokio::spawn(refuse(refuses));
    rings_the_doctor("refusing", port).await;
    refusing.abort();
}

/// It lives, and takes no call.
async fn refuse(socket: UdpSocket) {
    let mut buffer = vec![0; 65_536];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let code = if message.starts_with("INVITE ") { 503 } else { 200 };
        if !message.starts_with("ACK ") && !message.starts_with("SIP/2.0") {
            let _ = socket.send_to(reply(&message, code, "t", &[], "").as_bytes(), from).await;
        }
    }
}

async fn rings_the_doctor(how: &str, first: u16) {
    let second = free_port();
    let trunks = trunk_to("first", first) + &trunk_to("second", second);
    let setup = LineSetup::new().rota(ladder_of(&["aoki"], &format!("\"tel:{DOCTOR}\"")));
    let line = setup.settings(&trunks).start().await;
    let doctor = TestDoctor::on_trunk(&line, DOCTOR, second).await;
    let desk = TestDesk::that_lifts(&line, "ito").await;
    let caller = TestCaller::with_number(&line, "anonymous").await;
    caller.rings().await;
    caller.is_connected(1).await;

    for nth in 1..=2 {
        let begun = Instant::now();
        let escalation = line.escalates("", "P1", &format!("emergency-{nth}")).await;
        doctor.is_rung(nth).await;
        let rung = begun.elapsed();
        println!("first trunk {how}: page {nth} rings by the second after {rung:.1?}");
        assert!(rung < SOON, "{rung:?}");
        line.withdraws(&escalation.escalation_id).await;
        doctor.is_let_go(nth).await;
    }

    let heard = caller.phone.heard();
    caller.hears(heard).await;
    caller.hangs_up().await;
    line.calls_ended(1).await.iter().for_each(tests::ToldCall::is_whole);
    drop(desk);
}
