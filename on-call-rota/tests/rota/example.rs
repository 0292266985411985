//! The example rota, from which a newcomer's first call is answered.

use jiff::civil::date;
use on_call_rota::{Period, Rota};

fn example() -> Rota {
    match Rota::read(include_str!("../../rotas/example.toml")) {
        Ok(rota) => rota,
        Err(faults) => panic!("{}", faults.iter().map(|fault| format!("{fault}\n")).collect::<String>()),
    }
}

fn days(rota: &Rota, first: (i16, i8, i8), last: (i16, i8, i8)) -> Period {
    rota.days(date(first.0, first.1, first.2), date(last.0, last.1, last.2))
}

#[test]
fn somebody_is_on_duty_at_every_minute_of_two_years() {
    let rota = example();
    assert_eq!(rota.coverage(days(&rota, (2026, 1, 1), (2027, 12, 31))), []);
}
