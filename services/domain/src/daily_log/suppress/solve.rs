//! Which hidden counts come out of the sums, however cleverly they are combined.
//!
//! The hidden counts are the unknowns of the sums. One is known exactly when some combination of the sums has
//! it as its only unknown: when, with the sums brought to reduced form, it stands alone in its line. Counted
//! modulo a prime that is far larger than anything that signs of 1 and -1 can make.

use std::collections::{BTreeMap, BTreeSet};

const PRIME: u64 = (1 << 61) - 1;

/// Unknowns with their factors.
type Line = BTreeMap<usize, u64>;

/// Places of the hidden cells that can be computed.
pub(super) fn computable(sums: &[Vec<(usize, i8)>], is_hidden: &[bool]) -> BTreeSet<usize> {
    let unknown = |sum: &Vec<(usize, i8)>| -> Line {
        sum.iter()
            .filter(|(place, _)| is_hidden[*place])
            .map(|(place, sign)| (*place, factor(*sign)))
            .collect()
    };
    // From each unknown to the line that it leads; no other line has it.
    let mut solved: BTreeMap<usize, Line> = BTreeMap::new();
    for mut line in sums.iter().map(unknown) {
        reduce(&mut line, &solved);
        let Some((&lead, &by)) = line.iter().next() else { continue };
        let inverse = power(by, PRIME - 2);
        line.values_mut().for_each(|factor| *factor = times(*factor, inverse));
        for other in solved.values_mut().filter(|other| other.contains_key(&lead)) {
            subtract(other, lead, &line);
        }
        solved.insert(lead, line);
    }
    solved.into_iter().filter(|(_, line)| line.len() == 1).map(|(lead, _)| lead).collect()
}

/// Takes out what leads other lines.
fn reduce(line: &mut Line, solved: &BTreeMap<usize, Line>) {
    let leads: Vec<usize> = line.keys().copied().filter(|place| solved.contains_key(place)).collect();
    for lead in leads {
        subtract(line, lead, &solved[&lead]);
    }
}

/// As often as `place` goes away.
fn subtract(line: &mut Line, place: usize, other: &Line) {
    let Some(&by) = line.get(&place) else { return };
    for (place, factor) in other {
        let now = line.entry(*place).or_default();
        *now = (*now + PRIME - times(by, *factor)) % PRIME;
        if *now == 0 {
            line.remove(place);
        }
    }
}

fn factor(sign: i8) -> u64 {
    if sign < 0 { PRIME - 1 } else { 1 }
}

fn times(a: u64, b: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) % u128::from(PRIME)).unwrap_or_default()
}

fn power(base: u64, mut exponent: u64) -> u64 {
    let (mut base, mut product) = (base, 1);
    while exponent > 0 {
        if exponent % 2 == 1 {
            product = times(product, base);
        }
        base = times(base, base);
        exponent /= 2;
    }
    product
}
