//! Signing in and one's own account, spoken.

use domain::access::SessionKind;
use domain::private::Private;
use proto::console::v1 as pb;
use proto::console::v1::access_service_server::AccessService;
use shell::access::Opened;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

use super::error::AccessError;
use super::house::{House, oneself};
use super::oidc::BrowserSecret;
use super::password::Password;
use super::sign_in::{Second, Shown};
use super::source;

/// Letters of the reason for an emergency.
const REASON: std::ops::RangeInclusive<usize> = 10..=500;

/// Near or far, behind the gate.
#[derive(Clone, Debug)]
pub struct AccessServer {
    pub(crate) house: House,
}

impl AccessServer {
    /// A browser keeps the token where no script reads it; whoever asks for it gets it instead.
    fn handed_over<T>(
        &self,
        opened: &Opened,
        want_token: bool,
        answer: impl FnOnce(String) -> T,
    ) -> Result<Response<T>, Status> {
        if want_token {
            return Ok(Response::new(answer(opened.token.reveal().to_owned())));
        }
        let lasts = opened.until.since(self.house.deps.clock.now());
        let cookie = self.house.deps.browser.cookie(&opened.token, lasts);
        with_cookie(answer(String::new()), &cookie)
    }
}

/// What a device calls itself.
fn device(metadata: &MetadataMap) -> String {
    let said = metadata.get("x-user-agent").or_else(|| metadata.get("user-agent"));
    said.and_then(|said| said.to_str().ok()).unwrap_or_default().to_owned()
}

fn with_cookie<T>(answer: T, cookie: &str) -> Result<Response<T>, Status> {
    let mut response = Response::new(answer);
    also_cookie(&mut response, cookie)?;
    Ok(response)
}

fn also_cookie<T>(response: &mut Response<T>, cookie: &str) -> Result<(), Status> {
    let value = cookie.parse().map_err(|_| Status::internal("the session's cookie cannot be written"))?;
    response.metadata_mut().append("set-cookie", value);
    Ok(())
}

fn reason(text: &str) -> Result<Private<String>, AccessError> {
    let text = text.trim();
    match REASON.contains(&text.chars().count()) {
        true => Ok(Private::new(text.to_owned())),
        false => {
            Err(AccessError::invalid("reason", "has 10 to 500 letters: say why the second factor fails"))
        }
    }
}

#[tonic::async_trait]
impl AccessService for AccessServer {
    async fn sign_in(
        &self,
        request: Request<pb::SignInRequest>,
    ) -> Result<Response<pb::SignInResponse>, Status> {
        let (from, device) = (source::of(&request, &self.house.settings.proxies), device(request.metadata()));
        let asked = request.get_ref();
        let password = Password::read(&asked.password, "password")?;
        let shown = Shown { login: &asked.login, password, second: Second::Code(&asked.code), from };
        let (account, opened) = self.house.come_in(&shown, SessionKind::Password, &device, None).await?;
        let me = Some(self.house.me(account, opened.session).await?);
        self.handed_over(&opened, asked.want_token, |session_token| pb::SignInResponse { me, session_token })
    }

    async fn break_glass(
        &self,
        request: Request<pb::BreakGlassRequest>,
    ) -> Result<Response<pb::BreakGlassResponse>, Status> {
        let (from, device) = (source::of(&request, &self.house.settings.proxies), device(request.metadata()));
        let asked = request.get_ref();
        let reason = reason(&asked.reason)?;
        let password = Password::read(&asked.password, "password")?;
        let shown = Shown { login: &asked.login, password, second: Second::Lost, from };
        let kind = SessionKind::BreakGlass;
        let (account, opened) = self.house.come_in(&shown, kind, &device, Some(&reason)).await?;
        let me = Some(self.house.me(account, opened.session).await?);
        self.handed_over(&opened, asked.want_token, |session_token| pb::BreakGlassResponse {
            me,
            session_token,
        })
    }

    async fn describe_provider(
        &self,
        _: Request<pb::DescribeProviderRequest>,
    ) -> Result<Response<pb::DescribeProviderResponse>, Status> {
        Ok(Response::new(pb::DescribeProviderResponse { provider: self.house.described_provider().await }))
    }

    async fn finish_oidc(
        &self,
        request: Request<pb::FinishOidcRequest>,
    ) -> Result<Response<pb::FinishOidcResponse>, Status> {
        let (from, device) = (source::of(&request, &self.house.settings.proxies), device(request.metadata()));
        let (metadata, _, asked) = request.into_parts();
        let browser = BrowserSecret::shown(&metadata.into_headers());
        let (account, opened) = self.house.finish(browser, &asked.code, from, &device).await?;
        let me = Some(self.house.me(account, opened.session).await?);
        let mut response = self.handed_over(&opened, false, |_| pb::FinishOidcResponse { me })?;
        also_cookie(&mut response, &BrowserSecret::no_cookie())?;
        Ok(response)
    }

    async fn sign_out(
        &self,
        request: Request<pb::SignOutRequest>,
    ) -> Result<Response<pb::SignOutResponse>, Status> {
        self.house.sign_out(&oneself(&request)?).await?;
        with_cookie(pb::SignOutResponse {}, &self.house.deps.browser.no_cookie())
    }

    async fn describe_me(
        &self,
        request: Request<pb::DescribeMeRequest>,
    ) -> Result<Response<pb::DescribeMeResponse>, Status> {
        let person = oneself(&request)?;
        let me = Some(self.house.me(person.account, person.session).await?);
        Ok(Response::new(pb::DescribeMeResponse { me }))
    }

    async fn change_password(
        &self,
        request: Request<pb::ChangePasswordRequest>,
    ) -> Result<Response<pb::ChangePasswordResponse>, Status> {
        let person = oneself(&request)?;
        self.house.change_password(&person, request.get_ref()).await?;
        let me = Some(self.house.me(person.account, person.session).await?);
        Ok(Response::new(pb::ChangePasswordResponse { me }))
    }

    async fn begin_totp(
        &self,
        request: Request<pb::BeginTotpRequest>,
    ) -> Result<Response<pb::BeginTotpResponse>, Status> {
        let person = oneself(&request)?;
        Ok(Response::new(self.house.begin_totp(&person, &request.get_ref().password).await?))
    }

    async fn confirm_totp(
        &self,
        request: Request<pb::ConfirmTotpRequest>,
    ) -> Result<Response<pb::ConfirmTotpResponse>, Status> {
        let person = oneself(&request)?;
        let codes = self.house.confirm_totp(&person, &request.get_ref().code).await?;
        let recovery_codes = codes.into_iter().map(Private::into_inner).collect();
        let me = Some(self.house.me(person.account, person.session).await?);
        Ok(Response::new(pb::ConfirmTotpResponse { recovery_codes, me }))
    }

    async fn reauthenticate(
        &self,
        request: Request<pb::ReauthenticateRequest>,
    ) -> Result<Response<pb::ReauthenticateResponse>, Status> {
        let person = oneself(&request)?;
        self.house.reauthenticate(&person, request.get_ref()).await?;
        let me = Some(self.house.me(person.account, person.session).await?);
        Ok(Response::new(pb::ReauthenticateResponse { me }))
    }

    async fn list_sessions(
        &self,
        request: Request<pb::ListSessionsRequest>,
    ) -> Result<Response<pb::ListSessionsResponse>, Status> {
        let sessions = self.house.my_sessions(&oneself(&request)?).await?;
        Ok(Response::new(pb::ListSessionsResponse { sessions }))
    }

    async fn revoke_session(
        &self,
        request: Request<pb::RevokeSessionRequest>,
    ) -> Result<Response<pb::RevokeSessionResponse>, Status> {
        self.house.revoke(&oneself(&request)?, request.get_ref().session_id.trim()).await?;
        Ok(Response::new(pb::RevokeSessionResponse {}))
    }
}
