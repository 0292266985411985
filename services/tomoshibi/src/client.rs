//! How the command line reaches a running line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use proto::daily_log::v1::daily_log_service_client::DailyLogServiceClient;
use proto::escalation::v1::escalation_service_client::EscalationServiceClient;
use proto::referral::v1::referral_service_client::ReferralServiceClient;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use proto::telephony::v1::call_service_client::CallServiceClient;
use shell::access::UNCERTIFIED;
use shell::grpc::auth::Token;
use shell::grpc::{Route, channel, channel_over_tls, far};
use shell::tls::{Keeper, Source};
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::cli::{At, LineArgs};
use crate::settings::LineSettings;
use crate::{rota, serve, wiring};

const LIMIT: Duration = Duration::from_secs(10);
/// Bytes of a file that comes as one answer.
const LARGEST_FILE: usize = 64 * 1024 * 1024;

pub(crate) struct Client {
    route: Route,
    pub(crate) operator: String,
    address: String,
}

impl Client {
    /// Where the settings say that the line is, with the token that lies in its data folder.
    pub(crate) fn new(args: &LineArgs, at: &At) -> anyhow::Result<Self> {
        let (settings, _) = serve::read(args)?;
        let address = at.line.clone().unwrap_or_else(|| own_address(&settings));
        let token_file = settings.token.clone().unwrap_or_else(|| settings.data.join("token"));
        if !token_file.exists() {
            bail!(
                "there is no token at {}: start the line with `tomoshibi serve`, or name its data folder with --data",
                token_file.display()
            );
        }
        let operator = match &at.operator {
            Some(operator) => operator.clone(),
            None => first_operator(settings.rota.clone().unwrap_or_else(|| settings.data.join("rota.toml")))?,
        };
        let channel = match address.starts_with("https:") {
            true => over_tls(&settings, &address, at.line.is_some())?,
            false => channel(&address).with_context(|| no_address(&address))?,
        };
        Self::over(channel, &address, &token_file, operator)
    }

    /// A line without TLS whose token is known.
    pub(crate) fn at(address: &str, token: &Path, operator: String) -> anyhow::Result<Self> {
        let channel = channel(address).with_context(|| no_address(address))?;
        Self::over(channel, address, token, operator)
    }

    fn over(channel: Channel, address: &str, token: &Path, operator: String) -> anyhow::Result<Self> {
        let token = Token::load(token, false)?;
        Ok(Self { route: far(channel, LIMIT, &token), operator, address: address.to_owned() })
    }

    pub(crate) fn calls(&self) -> CallServiceClient<Route> {
        CallServiceClient::new(self.route.clone())
    }

    pub(crate) fn escalations(&self) -> EscalationServiceClient<Route> {
        EscalationServiceClient::new(self.route.clone())
    }

    pub(crate) fn referrals(&self) -> ReferralServiceClient<Route> {
        ReferralServiceClient::new(self.route.clone())
    }

    /// A year of days is one answer.
    pub(crate) fn daily_log(&self) -> DailyLogServiceClient<Route> {
        DailyLogServiceClient::new(self.route.clone()).max_decoding_message_size(LARGEST_FILE)
    }

    pub(crate) fn desks(&self) -> RoutingServiceClient<Route> {
        RoutingServiceClient::new(self.route.clone())
    }

    /// A refusal in words.
    pub(crate) fn refused(&self, status: &Status) -> anyhow::Error {
        let at = &self.address;
        if matches!(status.code(), Code::Unavailable | Code::Unknown) {
            anyhow::anyhow!(
                "no line answers at {at}: start it with `tomoshibi serve`, or say where it is with --line"
            )
        } else if status.code() == Code::Unauthenticated && status.message() == UNCERTIFIED {
            anyhow::anyhow!(
                "the line at {at} asks for a certificate: set services.certificate and services.key"
            )
        } else if status.code() == Code::Unauthenticated {
            anyhow::anyhow!("the line at {at} does not know this token: name its data folder with --data")
        } else {
            anyhow::anyhow!("{}", status.message())
        }
    }
}

/// Where a line with these settings is.
pub(crate) fn own_address(settings: &LineSettings) -> String {
    format!("{}://{}", settings.certificates.scheme(), settings.http)
}

fn no_address(address: &str) -> String {
    format!("the address {address} cannot be used")
}

/// The own line is known by the name in its certificate: it is asked at a bare address.
fn over_tls(settings: &LineSettings, address: &str, is_named: bool) -> anyhow::Result<Channel> {
    let dialler = wiring::tls::dialler(settings, &mut Keeper::default())?;
    let dialler = dialler
        .with_context(|| format!("{address}: set services.authorities to the file of the authority (PEM)"))?;
    let own = settings.certificates.http.as_ref().filter(|_| !is_named);
    let name = own.map(Source::own_name).transpose()?.flatten();
    channel_over_tls(address, &dialler, name.as_deref()).with_context(|| no_address(address))
}

fn first_operator(file: PathBuf) -> anyhow::Result<String> {
    let rota = rota::read(&file).context("the operator is not known: name it with --operator")?;
    Ok(rota::first_operator(&rota)?.to_string())
}
