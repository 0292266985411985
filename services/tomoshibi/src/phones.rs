//! The phone accounts of desks: a file of `[[phone]]`, made at the first start
//! with one account for each counsellor and a random password.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use domain::ids::{DeskId, StaffId};
use on_call_rota::{ContactPoint, Rota, Staff};
use shell::config::{Layers, Row, Settings};
use shell::folder::{create_secret, read_secret};
use telephony::driver::Seat;
use telephony::sip::{Account, Password};

/// Letters and digits that are not mistaken for each other when read aloud.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
const PASSWORD_LENGTH: usize = 20;

pub(crate) struct Phones {
    pub(crate) accounts: Vec<Account>,
    /// Whom a phone signs in.
    pub(crate) seats: HashMap<DeskId, Seat>,
}

/// Reads the file; makes it from the rota first when it is missing.
pub(crate) fn load(path: &Path, rota: &Rota) -> anyhow::Result<Phones> {
    if !path.exists() {
        create_secret(path, &fresh(rota))?;
    }
    let text = read_secret(path)?;
    let settings = Settings::new(Layers::default().file(&path.display().to_string(), &text));
    let phones = settings.rows("phone", |row| phone(row, rota));
    settings.finish().context("the phone accounts cannot be used")?;
    let mut all = Phones { accounts: Vec::new(), seats: HashMap::new() };
    for (account, seat) in phones {
        if let Some(seat) = seat {
            all.seats.insert(account.desk.clone(), seat);
        }
        all.accounts.push(account);
    }
    Ok(all)
}

fn phone(row: &Row<'_>, rota: &Rota) -> Option<(Account, Option<Seat>)> {
    let desk = row.must("desk", "the phone's user name, such as \"ito\"");
    let password = row.secret("password", "password_file");
    let staff: Option<StaffId> = row.parsed("staff", "a staff id of the rota, such as \"ito\"");
    if password.is_none() {
        row.fault("password", "is missing: give password or password_file");
    }
    let desk = DeskId::parse(&desk?).map_err(|fault| row.fault("desk", fault.to_string())).ok()?;
    let seat = match staff {
        Some(staff) => Some(seat(row, rota, staff)?),
        None => None,
    };
    let password = Password::new(password?.into_inner());
    Some((Account { desk, password }, seat))
}

fn seat(row: &Row<'_>, rota: &Rota, staff: StaffId) -> Option<Seat> {
    match rota.person(&staff) {
        Some(person) => Some(Seat { operator: person.operator.clone(), staff }),
        None => {
            row.fault(
                "staff",
                format!("{staff} is not in the rota: name a person of it, or leave staff out"),
            );
            None
        }
    }
}

fn fresh(rota: &Rota) -> String {
    let mut text = String::from(
        "# Phone accounts of the desks. `staff` is signed in while the phone is registered; leave it out where\n\
         # people sign in at the console. Give each phone its own password and keep this file to yourself.\n",
    );
    for (desk, person) in rota.staff().iter().filter_map(|person| Some((sip_user(person)?, person))) {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[[phone]]\ndesk = \"{desk}\"\nstaff = \"{}\"\npassword = \"{}\"\n",
            person.id,
            password()
        );
    }
    text
}

fn sip_user(person: &Staff) -> Option<String> {
    person.contacts.iter().find_map(|contact| match &contact.point {
        ContactPoint::Sip(user) => Some(user.to_string()),
        ContactPoint::Tel(_) | ContactPoint::Mail(_) | ContactPoint::Webhook { .. } => None,
    })
}

fn password() -> String {
    let letter = |random: u8| char::from(LETTERS[usize::from(random) % LETTERS.len()]);
    rand::random::<[u8; PASSWORD_LENGTH]>().into_iter().map(letter).collect()
}
