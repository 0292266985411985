//! How long the questions to one small rota take: `cargo bench -p on-call-rota`.
//! Prints medians; nothing is asserted, so a busy machine fails no test. The
//! year of 94 rotas is measured, against PostgreSQL, by `cargo run --release -p bench -- audit`.

#![allow(clippy::expect_used, reason = "nothing to measure without it")]
#![allow(clippy::disallowed_methods, reason = "a measurement needs a clock")]
#![allow(clippy::print_stdout, reason = "a measurement is told on stdout")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::civil::date;
use on_call_rota::Rota;

fn main() {
    let example = read(include_str!("../rotas/example.toml"));
    let year = |rota: &Rota| rota.days(date(2027, 1, 1), date(2027, 12, 31));

    println!(
        "read and check the example   {:>12?}",
        median(21, || read(include_str!("../rotas/example.toml")))
    );
    println!("audit a year of the example  {:>12?}", median(101, || example.coverage(year(&example))));
    println!("compile a year of it         {:>12?}", median(101, || example.compile(year(&example))));

    let (roster, window) = (example.compile(year(&example)), "main".parse().expect("an id"));
    let start = year(&example).from.as_second();
    let mut step = 0_i64;
    let asked = median(101, || {
        for _ in 0..10_000 {
            step = (step + 7_654_321) % (365 * 86_400);
            let at = jiff::Timestamp::from_second(start + step).expect("a time of the year");
            black_box(roster.on_duty(&window, at).map(<[_]>::len).ok());
        }
    });
    println!("on duty at T, one of 10,000  {:>12?}", asked / 10_000);
}

fn read(text: &str) -> Rota {
    Rota::read(text).expect("a rota without faults")
}

fn median<T>(times: usize, mut work: impl FnMut() -> T) -> Duration {
    let mut took: Vec<Duration> = (0..times)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .collect();
    took.sort();
    took[times / 2]
}
