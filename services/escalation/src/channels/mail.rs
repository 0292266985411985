//! A page by mail: one connection an attempt, one deadline over all of it.
//!
//! No pool: lettre's limit ends with the connect, and a reply that comes after
//! our deadline would be read as the answer to the next page.

use std::time::{Duration, SystemTime};

use domain::escalation::Priority;
use domain::ids::PageId;
use domain::time::Instant;
use lettre::address::{Address, Envelope};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Mail};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::settings::{ChannelFault, MailSettings, MailTls};
use super::{Message, Sent, words};

/// The server has the mail: how long it is waited for to part politely.
const GOODBYE: Duration = Duration::from_secs(1);

pub(super) struct MailChannel {
    host: String,
    port: u16,
    from: Mailbox,
    login: Option<Credentials>,
    tls: MailTls,
    limit: Duration,
}

impl MailChannel {
    pub(super) fn new(settings: &MailSettings) -> Result<Self, ChannelFault> {
        let mut wrong = Vec::new();
        let server = host_and_port(&settings.server);
        if server.is_none() {
            wrong.push("mail.server is no host:port".to_owned());
        }
        let from = settings.from.parse::<Mailbox>().ok();
        if from.is_none() {
            wrong.push("mail.from is no mail address".to_owned());
        }
        let login = match (&settings.user, &settings.password) {
            (Some(user), Some(password)) => Some(Credentials::new(user.clone(), password.reveal().clone())),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                wrong.push("mail.user and mail.password go together".to_owned());
                None
            }
        };
        let (Some((host, port)), Some(from), true) = (server, from, wrong.is_empty()) else {
            return Err(ChannelFault(wrong));
        };
        Ok(Self { host, port, from, login, tls: settings.tls, limit: settings.limit })
    }

    pub(super) async fn send(&self, to: &str, message: &Message, link: Option<&str>) -> Sent {
        let Some((envelope, mail)) = self.written(to, message, link) else {
            return Sent::refused("bad_address");
        };
        match tokio::time::timeout(self.limit, self.deliver(&envelope, &mail)).await {
            Ok(Ok(connection)) => {
                part(connection).await;
                Sent::Delivered
            }
            Ok(Err(error)) => judged(&error),
            Err(_) => Sent::again("timeout"),
        }
    }

    /// None when the address is none to a mail server.
    fn written(&self, to: &str, message: &Message, link: Option<&str>) -> Option<(Envelope, Vec<u8>)> {
        let to: Address = to.parse().ok()?;
        let mail = Mail::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(words::subject(message))
            .date(wall(message.at))
            .message_id(Some(self.message_id(message.page)))
            .header(AutoSubmitted)
            .header(PageHeader(message.page))
            .header(ContentType::TEXT_PLAIN);
        let mail = match message.priority {
            Priority::P1 => mail.header(Importance),
            Priority::P2 | Priority::P3 => mail,
        };
        let mail = mail.body(words::both(message, link)).ok()?;
        Some((mail.envelope().clone(), mail.formatted()))
    }

    /// The same for every attempt, so that a mailbox shows a repeated one once.
    fn message_id(&self, page: PageId) -> String {
        format!("<page.{page}@{}>", self.from.email.domain())
    }

    /// The server has taken it when this returns.
    async fn deliver(&self, envelope: &Envelope, mail: &[u8]) -> Result<AsyncSmtpConnection, Error> {
        let name = ClientId::default();
        let tls = || TlsParameters::new(self.host.clone());
        let wrapped = match self.tls {
            MailTls::Tls => Some(tls()?),
            MailTls::None | MailTls::StartTls => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.limit), &name, wrapped, None).await?;
        if self.tls == MailTls::StartTls {
            connection.starttls(tls()?, &name).await?;
        }
        if let Some(login) = &self.login {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await?;
        }
        connection.send(envelope, mail).await?;
        Ok(connection)
    }
}

async fn part(mut connection: AsyncSmtpConnection) {
    let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
}

/// The server's own text stays behind: it names the address.
fn judged(error: &Error) -> Sent {
    match error.status() {
        Some(code) if error.is_permanent() => Sent::refused(format!("smtp_{code}")),
        Some(code) => Sent::again(format!("smtp_{code}")),
        None if error.is_timeout() => Sent::again("timeout"),
        None if error.is_tls() => Sent::again("tls"),
        // No STARTTLS, no way to log in: the server's set-up, which may be mended.
        None if error.is_client() => Sent::again("unsupported"),
        None => Sent::again("connect"),
    }
}

fn host_and_port(server: &str) -> Option<(String, u16)> {
    let (host, port) = server.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = port.parse().ok().filter(|port| *port != 0)?;
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

fn wall(at: Instant) -> SystemTime {
    SystemTime::UNIX_EPOCH + at.since(Instant::EPOCH)
}

/// A header of one fixed word.
macro_rules! fixed_header {
    ($(#[$doc:meta])* $name:ident, $header:literal, $value:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        struct $name;

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($header)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self)
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), $value.to_owned())
            }
        }
    };
}

fixed_header!(
    /// No holiday replies (RFC 3834).
    AutoSubmitted, "Auto-Submitted", "auto-generated");
fixed_header!(
    /// Some telephones break their silence for it.
    Importance, "Importance", "high");

#[derive(Clone)]
struct PageHeader(PageId);

impl Header for PageHeader {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Tomoshibi-Page")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.parse()?))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.to_string())
    }
}
