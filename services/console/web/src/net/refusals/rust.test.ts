import { expect, it } from "vitest";
import { literalsOf } from "./rust";

const SOURCE = `
//! "A comment" is not read, /* nor */ is 'a' letter or a 'lifetime.
const LONG: &str = "one of \\
    several lines";
#[error("invalid {field}: {reason}")]
fn judge<'a>(name: &'a str) -> Result<(), Fault> {
    tracing::warn!(name, "judged");
    let quote = '"';
    Err(Fault::invalid("name", r#"says "so""#))
}
#[cfg(test)]
mod tests {
    #[test]
    fn it_is_judged() { assert_eq!(judge("x"), Err("y")); }
}
const AFTER: &str = "after the tests";
`;

it("finds the strings of a source, and what they stand in, without those of its tests", () => {
  const found = literalsOf(SOURCE).map(({ text, within, place, line }) => [text, within.at(-1), place, line]);
  expect(found).toEqual([
    ["one of several lines", "const:LONG", 0, 3],
    ["invalid {field}: {reason}", "error", 0, 5],
    ["judged", "tracing::warn!", 1, 7],
    ["name", "Fault::invalid", 0, 9],
    ['says "so"', "Fault::invalid", 1, 9],
    ["after the tests", "const:AFTER", 0, 16],
  ]);
});
