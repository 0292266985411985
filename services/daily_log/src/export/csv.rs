//! RFC 4180, with a byte order mark so that spreadsheets read it as UTF-8.

use super::table::{Cell, HIDDEN, Table};

const MARK: &str = "\u{feff}";
const LINE_END: &str = "\r\n";

pub(super) fn write(table: &Table) -> Vec<u8> {
    let columns = table.columns();
    let head: Vec<String> = table.keys.iter().map(|key| (*key).to_owned()).chain(columns.clone()).collect();
    let mut text = MARK.to_owned() + &joined(head.iter().map(|name| quoted(name)));
    for line in &table.lines {
        text += &joined(table.cells(line, &columns).into_iter().map(said));
    }
    text.into_bytes()
}

fn joined(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",") + LINE_END
}

fn said(cell: Cell) -> String {
    match cell {
        Cell::Text(text) => quoted(&text),
        Cell::Number(number) => number.to_string(),
        Cell::Hidden => HIDDEN.to_owned(),
        Cell::Empty => String::new(),
    }
}

/// A text that a spreadsheet would take for a formula is made one that it does not.
fn quoted(text: &str) -> String {
    let guarded = match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match guarded.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::daily_log::Row;

    use super::super::Line;
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        let dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "a,\"b\""];

        let quoted = dangerous.map(quoted);

        assert_eq!(quoted, ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "\"a,\"\"b\"\"\""]);
    }

    #[test]
    fn a_number_that_cannot_be_told_is_empty_and_one_that_is_not_published_is_a_star() {
        let row = Row {
            band: "day".into(),
            figures: [("offered".to_owned(), 7)].into(),
            counts: [("by_area_decline/北,南/no_bed".to_owned(), 5)].into(),
            suppressed: BTreeSet::from(["answered".to_owned()]),
        };
        let table = Table { keys: &["window_id"], lines: vec![Line { keys: vec!["main".into()], row }] };

        let text = String::from_utf8(write(&table)).unwrap();

        let lines: Vec<&str> = text.strip_prefix(MARK).unwrap().split(LINE_END).collect();
        let column = |name: &str| lines[0].split(',').position(|one| one == name).unwrap();
        let cells: Vec<&str> = lines[1].split(',').collect();
        assert_eq!(
            (cells[column("offered")], cells[column("answered")], cells[column("asa_s")]),
            ("7", "*", "")
        );
        assert!(lines[0].contains("\"by_area_decline/北,南/no_bed\""));
        assert_eq!(cells[column("by_triage/A")], "0");
    }
}
