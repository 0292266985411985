//! What parties hear, told over real sockets on loopback. Time is brought by
//! the test: a beat takes place when the story says so.

mod cast;

use std::net::SocketAddr;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use self::cast::{DIGITS, Line};
use super::inbox::Command;
use super::tick::BEAT;
use super::*;

#[test]
fn three_in_a_room_hear_the_two_others_and_not_themselves() {
    let mut line = Line::at_port(40);
    let (mut caller, mut nurse, mut doctor) = (line.phone(1), line.phone(2), line.phone(3));
    line.join(&[&caller, &nurse, &doctor]);

    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700), (&mut doctor, 1_100)], 80);

    caller.assert_hears(&[700, 1_100], &[400]);
    nurse.assert_hears(&[400, 1_100], &[700]);
    doctor.assert_hears(&[400, 700], &[1_100]);
}

#[test]
fn two_rooms_do_not_hear_each_other_and_nor_does_one_who_left() {
    let mut line = Line::at_port(60);
    let (mut a, mut b, mut c) = (line.phone(1), line.phone(2), line.phone(3));
    line.join(&[&a, &b, &c]);
    line.order(Command::Leave(b.leg));
    line.order(Command::Join(c.leg, domain::ids::CallId(Uuid::from_u128(2))));

    line.talk(&mut [(&mut a, 400), (&mut b, 700), (&mut c, 1_100)], 80);

    a.assert_hears(&[], &[400, 700, 1_100]);
    b.assert_hears(&[], &[400, 700, 1_100]);
    c.assert_hears(&[], &[400, 700, 1_100]);
    assert!(a.heard.len() >= 79 * FRAME, "silence is sent all the same");
}

#[test]
fn who_listens_in_hears_all_and_is_heard_by_nobody_until_they_join() {
    let mut line = Line::at_port(420);
    let (mut caller, mut nurse, mut chief) = (line.phone(1), line.phone(2), line.phone(3));
    line.join(&[&caller, &nurse, &chief]);
    let room = line.mixer.legs[&chief.leg].room.unwrap();
    line.order(Command::Attend(chief.leg, room));

    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700), (&mut chief, 1_100)], 80);

    caller.assert_hears(&[700], &[400, 1_100]);
    nurse.assert_hears(&[400], &[700, 1_100]);
    chief.assert_hears(&[400, 700], &[1_100]);

    line.order(Command::Join(chief.leg, room));
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700), (&mut chief, 1_100)], 80);
    caller.assert_hears(&[700, 1_100], &[400]);
}

#[test]
fn an_ended_call_leaves_nothing_behind() {
    let mut line = Line::at_port(360);
    let (a, b, c) = (line.phone(1), line.phone(2), line.phone(3));
    line.join(&[&a, &b, &c]);
    line.order(Command::Leave(a.leg));
    line.order(Command::Join(b.leg, domain::ids::CallId(Uuid::from_u128(2))));

    [&a, &b, &c].iter().for_each(|phone| line.order(Command::Close(phone.leg)));

    assert!(line.mixer.legs.is_empty());
    assert!(line.mixer.rooms.is_empty());
}

#[test]
fn speech_is_understood_with_one_packet_in_ten_lost_and_others_overtaking() {
    let mut line = Line::at_port(80);
    let (mut caller, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&caller, &nurse]);
    let mut held = None;
    for n in 0..200 {
        let packet = caller.packet(400);
        match n % 10 {
            3 => {}
            6 => held = Some(packet),
            _ => caller.send(&packet),
        }
        if n % 10 == 7 {
            caller.send(&held.take().unwrap());
        }
        line.beat(&mut [&mut caller, &mut nurse]);
    }

    assert!(nurse.hears(400) > 7_000.0, "{}", nurse.hears(400));
    let stats = caller.stats();
    assert_eq!((stats.packets_in, stats.lost, stats.late), (180, 20, 0));
}

#[test]
fn who_listens_to_an_announcement_hears_it_alone_and_is_still_heard() {
    let mut line = Line::at_port(100);
    let (mut caller, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&caller, &nurse]);
    let forever = Repeat::Loop { pause: Duration::ZERO };
    line.order(Command::Play(caller.leg, Clip::tone(1_500, 1_000), forever));

    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);
    caller.assert_hears(&[1_500], &[700, 400]);
    nurse.assert_hears(&[400], &[1_500, 700]);

    line.order(Command::StopPlay(caller.leg));
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);
    caller.assert_hears(&[700], &[1_500]);
    assert!(!line.events().iter().any(|event| matches!(event, MediaEventKind::PlayFinished { .. })));
}

#[test]
fn who_listens_to_one_party_hears_it_and_not_the_room() {
    let mut line = Line::at_port(480);
    let (mut caller, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&caller, &nurse]);
    let (ear, mut heard) = mpsc::channel(100);
    line.order(Command::Listen(caller.leg, ear));

    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);

    let heard: Vec<i16> = std::iter::from_fn(|| heard.try_recv().ok()).flatten().collect();
    let last_second = &heard[heard.len() - 8_000..];
    assert_eq!(heard.len(), 80 * FRAME);
    assert!(tone::tone_level(last_second, 400) > 7_000.0 && tone::tone_level(last_second, 700) < 100.0);
    nurse.assert_hears(&[400], &[700]);
}

#[test]
fn a_listener_that_is_slow_or_gone_holds_nobody_up() {
    let mut line = Line::at_port(460);
    let (mut caller, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&caller, &nurse]);
    let (ear, mut slow) = mpsc::channel(2);
    line.order(Command::Listen(caller.leg, ear));
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 20);
    assert_eq!(std::iter::from_fn(|| slow.try_recv().ok()).count(), 2);

    drop(slow);
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);

    nurse.assert_hears(&[400], &[700]);
}

#[test]
fn a_clip_played_once_is_said_to_be_finished_when_it_was_heard_whole() {
    let mut line = Line::at_port(120);
    let mut caller = line.phone(1);
    line.order(Command::Play(caller.leg, Clip::tone(1_500, 1_000), Repeat::Once));

    (0..50).for_each(|_| line.beat(&mut [&mut caller]));
    caller.assert_hears(&[1_500], &[]);
    assert_eq!(line.events(), []);
    line.beat(&mut [&mut caller]);

    assert_eq!(line.events(), [MediaEventKind::PlayFinished { clip: "tone" }]);
}

#[test]
fn a_key_is_told_once_and_nobody_hears_it() {
    let mut line = Line::at_port(140);
    let (mut doctor, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&doctor, &nurse]);
    line.talk(&mut [(&mut doctor, 400), (&mut nurse, 700)], 10);
    line.events();

    doctor.stream.advance(1);
    for (flags, duration) in [(10, 1), (10, 2), (10, 3), (0x8a, 4), (0x8a, 4), (0x8a, 4)] {
        let packet = doctor.write(DIGITS, &[1, flags, duration, 0]);
        doctor.send(&packet);
        line.beat(&mut [&mut doctor, &mut nurse]);
    }

    assert_eq!(line.events(), [MediaEventKind::Digit('1')]);
    assert_eq!(doctor.stats().lost, 0);
}

#[test]
fn keys_we_send_arrive_as_events_in_place_of_sound() {
    let mut line = Line::at_port(160);
    let mut doctor = line.phone(1);
    line.order(Command::SendDigits(doctor.leg, super::digits::events("1#").unwrap()));

    (0..40).for_each(|_| line.beat(&mut [&mut doctor]));

    assert_eq!(doctor.keys.len(), 14);
    let ends = |key| doctor.keys.iter().filter(|(_, p)| p[0] == key && p[1] & 0x80 != 0).count();
    assert_eq!((ends(1), ends(11)), (3, 3));
    assert_eq!(doctor.heard.len(), 26 * FRAME);
}

#[test]
fn an_injector_is_not_heard_and_is_counted() {
    let mut line = Line::at_port(180);
    let (mut caller, mut nurse, mut thief) = (line.phone(1), line.phone(2), line.phone(3));
    line.join(&[&caller, &nurse]);
    line.order(Command::Close(thief.leg));
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 5);
    thief.line = caller.line;

    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700), (&mut thief, 1_500)], 80);

    nurse.assert_hears(&[400], &[1_500]);
    caller.assert_hears(&[700], &[]);
    assert_eq!(caller.stats().refused, 80);
    assert!(thief.heard.is_empty());
}

#[test]
fn behind_a_nat_sound_goes_where_it_comes_from() {
    let mut line = Line::at_port(200);
    let (mut caller, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&caller, &nurse]);
    let private = "192.0.2.77:4000".parse().unwrap();
    line.order(Command::Connect(caller.leg, RemoteMedia { rtp: private, ..caller.agreed() }));

    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);

    caller.assert_hears(&[700], &[]);
}

#[test]
fn a_party_on_hold_is_sent_nothing_and_is_not_missed() {
    let mut line = Line::at_port(220);
    let (mut caller, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&caller, &nurse]);
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 10);
    let held = RemoteMedia { direction: Direction::Inactive, ..nurse.agreed() };
    line.order(Command::Connect(nurse.leg, held));
    let before = nurse.heard.len();
    line.events();

    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);
    line.talk(&mut [(&mut caller, 400)], 600);
    nurse.listen();
    assert_eq!(nurse.heard.len(), before);
    caller.assert_hears(&[], &[700]);
    assert_eq!(line.events(), []);

    line.order(Command::Connect(nurse.leg, nurse.agreed()));
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);
    nurse.assert_hears(&[400], &[]);
    caller.assert_hears(&[700], &[]);
}

#[test]
fn a_party_who_falls_silent_is_told_once_and_told_again_when_heard() {
    let mut line = Line::at_port(240);
    let mut caller = line.phone(1);
    line.talk(&mut [(&mut caller, 400)], 5);
    assert_eq!(line.events(), [MediaEventKind::Heard]);

    (0..1_100).for_each(|_| line.beat(&mut [&mut caller]));
    let silent = line.events();
    line.talk(&mut [(&mut caller, 400)], 5);

    assert!(matches!(silent[..], [MediaEventKind::Silent { for_ }] if for_.as_secs() == 10), "{silent:?}");
    assert_eq!(line.events(), [MediaEventKind::Heard]);
}

#[test]
fn a_phone_that_starts_another_stream_in_mid_call_is_heard() {
    let mut line = Line::at_port(260);
    let (mut caller, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&caller, &nurse]);
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 20);
    caller.stream.ssrc ^= 1;
    caller.stream.timestamp = caller.stream.timestamp.wrapping_sub(10 * FRAME as u32);

    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);

    nurse.assert_hears(&[400], &[]);
    assert_eq!(caller.stats().late, 0);
}

#[test]
fn each_side_may_speak_its_own_law() {
    let mut line = Line::at_port(280);
    let (mut caller, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&caller, &nurse]);
    line.order(Command::Connect(nurse.leg, RemoteMedia { codec: Codec::Pcmu, ..nurse.agreed() }));

    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);

    nurse.assert_hears(&[400], &[]);
}

#[test]
fn reports_come_every_five_seconds_and_a_goodbye_at_the_end() {
    let mut line = Line::at_port(300);
    let mut caller = line.phone(1);
    line.talk(&mut [(&mut caller, 400)], 750);
    line.order(Command::Close(caller.leg));

    let mut buffer = [0; 256];
    let mut reports = Vec::new();
    while let Ok(length) = caller.control.recv(&mut buffer) {
        reports.push(buffer[..length].to_vec());
    }

    assert!((3..=4).contains(&reports.len()), "{} reports", reports.len());
    assert!(reports.iter().all(|report| report[1] == 200));
    let last = reports.last().unwrap();
    assert_eq!(last[last.len() - 7], 203, "the last one ends with BYE");
}

#[test]
fn reports_follow_a_phone_that_moves() {
    let mut line = Line::at_port(340);
    let (caller, moved) = (line.phone(1), line.phone(2));
    let control = SocketAddr::new(caller.line.ip(), caller.line.port() + 1);
    caller.control.send_to(&[0x80, 201, 0, 1, 0, 0, 0, 1], control).unwrap();
    (0..5).for_each(|_| line.beat(&mut []));

    line.order(Command::Connect(caller.leg, moved.agreed()));
    line.order(Command::Close(caller.leg));

    assert!(moved.control.recv(&mut [0; 256]).is_ok(), "the goodbye goes where the phone is now");
}

#[test]
fn beats_that_were_skipped_leave_no_lasting_delay() {
    let mut line = Line::at_port(320);
    let (mut caller, mut nurse) = (line.phone(1), line.phone(2));
    line.join(&[&caller, &nurse]);
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 20);
    let first = nurse.heard.len();

    (0..30).for_each(|_| caller.say(400));
    line.mixer.beat(line.now + BEAT * 29, 29);
    line.now += BEAT * 30;
    line.talk(&mut [(&mut caller, 400), (&mut nurse, 700)], 80);

    nurse.listen();
    nurse.assert_hears(&[400], &[]);
    assert_eq!(nurse.heard.len() - first, 81 * FRAME, "no burst makes up for lost time");
    let (before, after) = (nurse.times[first / FRAME - 1], nurse.times[first / FRAME]);
    assert_eq!(after.wrapping_sub(before), 30 * FRAME as u32, "the time has passed for the far side too");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_datagram_disturbs_the_beat(
        junk in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..8),
        types in prop::collection::vec(prop::sample::select(vec![0_u8, 8, 13, 101]), 8),
    ) {
        let mut line = Line::at_port(380);
        let mut phone = line.phone(1);
        let control = SocketAddr::new(phone.line.ip(), phone.line.port() + 1);
        for (mut datagram, payload_type) in junk.into_iter().zip(types) {
            phone.send(&datagram);
            phone.control.send_to(&datagram, control).unwrap();
            if datagram.len() > 2 {
                (datagram[0], datagram[1]) = (0x80, payload_type);
                phone.send(&datagram);
            }
            line.beat(&mut [&mut phone]);
        }
    }
}
