//! TLS with certificates that change while the line is up.

#![allow(clippy::unwrap_used, reason = "a test says what failed by failing")]

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use domain::time::Instant;
use rustls::pki_types::ServerName;
use shell::access::Came;
use shell::alarms::{Alarms, Raised};
use shell::clock::Clock;
use shell::ids::Ids;
use shell::shutdown::Shutdown;
use shell::testkit::{Authority, TlsFolder, operator, sqlite};
use shell::tls::{Dialler, Door, Keeper, Looks, TlsStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LOOKS: Looks = Looks { every: Duration::from_secs(10), warn_before: Duration::from_secs(21 * 86_400) };
const START: Instant = Instant::from_micros(1_800_000_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);
const NAME: &str = "routing.line.test";

/// A process with its certificates: it can be visited, and visits others.
struct Town {
    folder: TlsFolder,
    clock: Clock,
    alarms: Alarms,
    address: SocketAddr,
    dialler: Dialler,
    _data: (tempfile::TempDir, tempfile::TempDir),
}

impl Town {
    /// Tells each visitor how it came, then says again what it hears.
    async fn of(authority: &Authority, until: Instant) -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = TlsFolder::new(data.path(), authority, &authority.signs_until(&[NAME], until));
        let mut keeper = Keeper::default();
        let acceptor = keeper.accept(folder.source(), &[]).unwrap();
        let dialler = keeper.dial(folder.source(), &[]).unwrap();
        let clock = Clock::by_hand(START);
        let (store, db) = sqlite().await;
        let (alarms, _) = Alarms::start(db, clock.clone(), Ids::seeded(clock.clone(), 7));
        keeper.follow(LOOKS, &clock, Some(alarms.clone()), &Shutdown::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut door = Door::new(listener, Some(acceptor)).unwrap();
        let address = door.address();
        tokio::spawn(async move {
            loop {
                let (mut stream, visitor) = door.enter().await;
                tokio::spawn(async move {
                    stream.write_u8(u8::from(visitor.came == Came::Certified)).await.unwrap();
                    while let Ok(heard) = stream.read_u8().await {
                        stream.write_u8(heard).await.unwrap();
                    }
                });
            }
        });
        Self { folder, clock, alarms, address, dialler, _data: (data, store) }
    }

    async fn visit(&self, dialler: &Dialler) -> std::io::Result<Visit> {
        let stream = TcpStream::connect(self.address).await?;
        let mut stream = dialler.dial(ServerName::try_from(NAME).unwrap(), stream).await?;
        let certified = stream.read_u8().await? == 1;
        Ok(Visit { stream, certified })
    }

    /// Moves the clock by looks until it is so.
    async fn comes_to<T>(&self, mut so: impl AsyncFnMut() -> Option<T>) -> T {
        let looked = async {
            loop {
                if let Some(found) = so().await {
                    return found;
                }
                self.clock.advance(LOOKS.every);
            }
        };
        tokio::time::timeout(Duration::from_secs(30), looked).await.unwrap()
    }

    async fn shows_alarm(&self, kind: &str, stands: bool) -> Raised {
        self.comes_to(async || {
            let listed = self.alarms.list(&operator(), 10).await.unwrap();
            listed.into_iter().find(|one| one.kind == kind && one.cleared_us.is_none() == stands)
        })
        .await
    }
}

struct Visit {
    stream: TlsStream,
    certified: bool,
}

impl Visit {
    fn was_shown(&self) -> Vec<u8> {
        self.stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    }

    async fn still_talks(&mut self) {
        self.stream.write_u8(7).await.unwrap();
        assert_eq!(self.stream.read_u8().await.unwrap(), 7);
    }
}

fn dialler_with(folder: &TlsFolder, shows_one: bool) -> Dialler {
    let mut source = folder.source();
    source.own = source.own.filter(|_| shows_one);
    Keeper::default().dial(source, &[]).unwrap()
}

#[tokio::test]
async fn a_replaced_certificate_is_shown_to_the_next_visitor_and_nobody_who_is_in_is_sent_away() {
    let authority = Authority::new("house");
    let town = Town::of(&authority, START + DAY * 90).await;
    let mut before = town.visit(&town.dialler).await.unwrap();
    let new = authority.signs(&[NAME]);
    town.folder.holds(&new);

    let mut after = town
        .comes_to(async || {
            let visit = town.visit(&town.dialler).await.unwrap();
            (visit.was_shown() == new.der).then_some(visit)
        })
        .await;

    after.still_talks().await;
    before.still_talks().await;
    assert!(before.certified && after.certified && before.was_shown() != new.der);
}

#[tokio::test]
async fn a_faulty_new_file_changes_nothing_but_an_alarm_until_it_is_put_right() {
    let authority = Authority::new("house");
    let town = Town::of(&authority, START + DAY * 90).await;
    let shown = town.visit(&town.dialler).await.unwrap().was_shown();
    let right = fs::read_to_string(&town.folder.certificate).unwrap();
    fs::write(&town.folder.certificate, "not a certificate").unwrap();

    let alarm = town.shows_alarm("certificate_faulty", true).await;

    let subject = alarm.subject.unwrap();
    assert!(
        subject.starts_with("http.tls_certificate: ") && subject.contains("holds no certificate"),
        "{subject}"
    );
    assert_eq!(town.visit(&town.dialler).await.unwrap().was_shown(), shown);
    fs::write(&town.folder.certificate, right).unwrap();
    town.shows_alarm("certificate_faulty", false).await;
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_an_alarm_until_it_is_replaced() {
    let authority = Authority::new("house");
    let town = Town::of(&authority, START + DAY * 20).await;

    let alarm = town.shows_alarm("certificate_ends", true).await;

    assert!(alarm.subject.unwrap().starts_with("http.tls_certificate ends at 2027-02-04"), "when it ends");
    town.folder.holds(&authority.signs(&[NAME]));
    town.shows_alarm("certificate_ends", false).await;
}

#[tokio::test]
async fn a_line_starts_with_a_certificate_that_has_ended_and_says_so() {
    let town = Town::of(&Authority::new("house"), START - DAY).await;

    let alarm = town.shows_alarm("certificate_ends", true).await;

    assert!(alarm.subject.unwrap().contains("ends at 2027-01-14"), "it says when");
}

#[tokio::test]
async fn one_that_has_ended_does_not_take_the_place_of_one_that_holds() {
    let authority = Authority::new("house");
    let town = Town::of(&authority, START + DAY * 90).await;
    let shown = town.visit(&town.dialler).await.unwrap().was_shown();
    town.folder.holds(&authority.signs_until(&[NAME], START));

    let alarm = town.shows_alarm("certificate_faulty", true).await;

    assert!(alarm.subject.unwrap().contains("ended at 2027-01-15"));
    assert_eq!(town.visit(&town.dialler).await.unwrap().was_shown(), shown);
}

#[tokio::test]
async fn who_shows_nothing_is_let_in_as_unknown_and_a_foreign_certificate_not_at_all() {
    let authority = Authority::new("house");
    let town = Town::of(&authority, START + DAY * 90).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let stranger = Authority::new("stranger");
    let foreign = TlsFolder::new(elsewhere.path(), &authority, &stranger.signs(&[NAME]));

    let browser = town.visit(&dialler_with(&town.folder, false)).await.unwrap();

    assert!(!browser.certified);
    assert!(town.visit(&dialler_with(&foreign, true)).await.is_err());
}

#[tokio::test]
async fn a_server_of_another_name_or_another_authority_is_not_believed() {
    let authority = Authority::new("house");
    let town = Town::of(&authority, START + DAY * 90).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let others = TlsFolder::new(elsewhere.path(), &Authority::new("stranger"), &authority.signs(&[NAME]));
    assert!(town.visit(&dialler_with(&others, true)).await.is_err());

    town.folder.holds(&authority.signs(&["escalation.line.test"]));

    town.comes_to(async || town.visit(&town.dialler).await.is_err().then_some(())).await;
}

#[tokio::test]
async fn slow_handshakes_hold_nobody_up() {
    let town = Town::of(&Authority::new("house"), START + DAY * 90).await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(TcpStream::connect(town.address).await.unwrap());
    }

    town.visit(&town.dialler).await.unwrap().still_talks().await;
    drop(silent);
}

#[test]
fn each_fault_of_a_file_names_its_setting_and_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("house");
    let (ours, other) = (authority.signs(&[NAME]), authority.signs(&[NAME]));
    let told = |break_it: &dyn Fn(&TlsFolder)| {
        let files = TlsFolder::new(folder.path(), &authority, &ours);
        break_it(&files);
        let said = Keeper::default().accept(files.source(), &[]).unwrap_err().to_string();
        said.replace(&folder.path().display().to_string(), "")
    };

    let key = told(&|files| fs::write(&files.key, &other.key).unwrap());
    assert_eq!(
        key,
        "http.tls_key: /tls.key does not belong to the certificate: right is the key that it was made for"
    );
    let open = told(&|files| chmod(files, 0o644));
    assert!(open.starts_with("http.tls_key: /tls.key can be read by everybody (mode 644)"), "{open}");
    let gone = told(&|files| fs::remove_file(&files.authority).unwrap());
    assert!(gone.starts_with("http.client_authorities: /ca.crt cannot be read (entity not found)"), "{gone}");
    let swapped = told(&|files| fs::write(&files.key, &ours.certificate).unwrap());
    assert!(swapped.starts_with("http.tls_key: /tls.key holds no private key"), "{swapped}");
}

fn chmod(files: &TlsFolder, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&files.key, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_first_name_in_a_certificate_is_how_its_own_commands_know_it() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("house");
    let files = TlsFolder::new(folder.path(), &authority, &authority.signs(&["10.0.0.7", NAME, "other"]));

    assert_eq!(files.source().own_name().unwrap().as_deref(), Some(NAME));
}
