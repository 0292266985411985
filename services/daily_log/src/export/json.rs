//! One object a row; what cannot be told is null, what is not published `"*"`.

use serde_json::{Map, Value};

use super::table::{Cell, HIDDEN, Table};

pub(super) fn write(table: &Table) -> Vec<u8> {
    let columns = table.columns();
    let names: Vec<&str> = table.keys.iter().copied().chain(columns.iter().map(String::as_str)).collect();
    let rows = table.lines.iter().map(|line| {
        let cells = table.cells(line, &columns).into_iter().map(said);
        Value::Object(names.iter().map(|name| (*name).to_owned()).zip(cells).collect::<Map<_, _>>())
    });
    Value::Array(rows.collect()).to_string().into_bytes()
}

fn said(cell: Cell) -> Value {
    match cell {
        Cell::Text(text) => text.into(),
        Cell::Number(number) => number.into(),
        Cell::Hidden => HIDDEN.into(),
        Cell::Empty => Value::Null,
    }
}
