//! Accounts for the command line and the example line: no server needs to run.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use domain::access::Role;
use domain::ids::OperatorId;
use domain::private::Private;
use on_call_rota::{ContactPoint, Qualification, Rota, Staff};
use shell::folder::{SecretFault, create_secret};

use super::deps::AccountsDeps;
use super::error::AccessError;
use super::factor::TotpSecret;
use super::house::{AccountsFault, House};
use super::oidc;
use super::password::Password;
use super::roster::{By, Given, Wanted};
use super::settings::AccountsSettings;
use super::store::Account;

/// An account to be made. With a password it is not changed at the first sign-in, with a secret the
/// second factor is set up: whoever provisions by machine knows them.
#[derive(Clone, Debug)]
pub struct AddAccount {
    pub operator: OperatorId,
    pub login: String,
    pub name: String,
    /// Empty for those who are not in the rota.
    pub staff: String,
    pub roles: Vec<String>,
    pub password: Option<Private<String>>,
    /// In base32.
    pub totp_secret: Option<Private<String>>,
}

/// An account, for a list. No names: a terminal is read over shoulders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub operator: String,
    pub login: String,
    pub staff: String,
    pub roles: Vec<String>,
    pub disabled: bool,
    pub has_totp: bool,
    pub must_change: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum CommandFault {
    #[error(transparent)]
    House(#[from] AccountsFault),
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    File(#[from] SecretFault),
}

impl From<AccessError> for CommandFault {
    fn from(error: AccessError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Makes an account; answers the one-time password, none when a password was given.
///
/// # Errors
/// What is wrong with it, or that the store is away.
pub async fn add(
    settings: &AccountsSettings,
    deps: &AccountsDeps,
    new: &AddAccount,
) -> Result<Option<Private<String>>, CommandFault> {
    let house = House::new(settings.clone(), deps.clone())?;
    made(&house, new).await
}

async fn made(house: &House, new: &AddAccount) -> Result<Option<Private<String>>, CommandFault> {
    if house.deps.rota.borrow().operator(&new.operator).is_none() {
        return Err(AccessError::invalid("operator", "is an operator of the rota").into());
    }
    let wanted = Wanted { login: &new.login, name: &new.name, staff: &new.staff, roles: &new.roles };
    let given = given(new, house.settings.password_letters)?;
    let (_, drawn) = house.create(By::Command, &new.operator, wanted, given).await?;
    Ok(drawn.map(Password::into_private))
}

fn given(new: &AddAccount, least: usize) -> Result<Given, AccessError> {
    let password = new.password.as_ref();
    let totp = new.totp_secret.as_ref();
    Ok(Given {
        password: password
            .map(|text| Password::chosen(text.reveal(), "password", &new.login, least))
            .transpose()?,
        totp: totp.map(|text| TotpSecret::read(text.reveal())).transpose()?,
    })
}

/// A new one-time password; the second factor is taken off and sessions end.
///
/// # Errors
/// When nobody has this login, or the store is away.
pub async fn reset(
    settings: &AccountsSettings,
    deps: &AccountsDeps,
    login: &str,
) -> Result<Private<String>, CommandFault> {
    let house = House::new(settings.clone(), deps.clone())?;
    let account = house.store.by_login(login).await?.ok_or(AccessError::NotFound("login"))?;
    Ok(house.reset(By::Command, &account).await?.into_private())
}

/// Ties an account to a subject of the provider; an empty one takes the link off. Sessions end.
///
/// # Errors
/// When nobody has this login, there is no provider, or the subject is another account's.
pub async fn link(
    settings: &AccountsSettings,
    deps: &AccountsDeps,
    login: &str,
    subject: &str,
) -> Result<(), CommandFault> {
    let house = House::new(settings.clone(), deps.clone())?;
    let account = house.store.by_login(login).await?.ok_or(AccessError::NotFound("login"))?;
    Ok(oidc::link(&house, By::Command, &account, subject).await?)
}

/// Every account of the installation.
///
/// # Errors
/// When the store is away.
pub async fn list(settings: &AccountsSettings, deps: &AccountsDeps) -> Result<Vec<Listed>, CommandFault> {
    let house = House::new(settings.clone(), deps.clone())?;
    Ok(house.store.all().await?.iter().map(listed).collect())
}

fn listed(account: &Account) -> Listed {
    Listed {
        operator: account.operator.to_string(),
        login: account.login.clone(),
        staff: account.staff.as_ref().map(ToString::to_string).unwrap_or_default(),
        roles: account.roles.iter().map(|role| role.code().to_owned()).collect(),
        disabled: account.disabled,
        has_totp: account.has_totp(),
        must_change: account.must_change,
    }
}

/// Once, on a line that has no account yet: an administrator, a counsellor and a psychiatrist of the rota,
/// their passwords in a file of mode 0600. False when there were accounts.
///
/// # Errors
/// When the file cannot be written or the store is away.
pub async fn example(
    settings: &AccountsSettings,
    deps: &AccountsDeps,
    file: &Path,
) -> Result<bool, CommandFault> {
    let house = House::new(settings.clone(), deps.clone())?;
    if !house.store.all().await?.is_empty() {
        return Ok(false);
    }
    forget(file)?;
    let people = cast(&deps.rota.borrow(), &house.home);
    // The file first: a password that is in the store alone helps nobody.
    create_secret(file, &written(&people))?;
    for person in &people {
        made(&house, person).await?;
    }
    Ok(true)
}

/// Of a start that came no further, or of another store: its passwords open nothing here.
fn forget(file: &Path) -> Result<(), SecretFault> {
    match fs::remove_file(file) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(SecretFault::Uncreatable { path: file.display().to_string(), source })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn cast(rota: &Rota, home: &OperatorId) -> Vec<AddAccount> {
    let one = |login: &str, name: &str, staff: &str, roles: &[Role]| AddAccount {
        operator: home.clone(),
        login: login.to_owned(),
        name: name.to_owned(),
        staff: staff.to_owned(),
        roles: roles.iter().map(|role| role.code().to_owned()).collect(),
        password: Some(Password::one_time().into_private()),
        totp_secret: None,
    };
    let of =
        |person: &Staff, role| one(person.id.as_str(), person.name.reveal(), person.id.as_str(), &[role]);
    let admin = [Role::OperatorAdmin, Role::Supervisor, Role::RotaManager, Role::Auditor];
    let staff = || rota.staff().iter().filter(|person| person.operator == *home);
    let counsellor = staff().find(|person| has_desk(person)).map(|person| of(person, Role::Counsellor));
    let doctor = staff().find(|person| is_doctor(person)).map(|person| of(person, Role::Psychiatrist));
    [Some(one("admin", "admin", "", &admin)), counsellor, doctor].into_iter().flatten().collect()
}

fn has_desk(person: &Staff) -> bool {
    person.contacts.iter().any(|contact| match contact.point {
        ContactPoint::Sip(_) => true,
        ContactPoint::Tel(_) | ContactPoint::Mail(_) | ContactPoint::Webhook { .. } => false,
    })
}

fn is_doctor(person: &Staff) -> bool {
    person.qualifications.contains(&Qualification::DesignatedPhysician)
}

fn written(people: &[AddAccount]) -> String {
    let mut text = String::from(
        "# Accounts of the example line. The second factor is set up at the first sign-in.\n\
         # Change the passwords there, and delete this file.\n",
    );
    for person in people {
        let password =
            person.password.as_ref().map(|password| password.reveal().as_str()).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\nlogin    {}\npassword {password}\nroles    {}\n",
            person.login,
            person.roles.join(", ")
        );
    }
    text
}
