//! A workbook of one sheet. Texts are written as texts, never as formulas.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::table::{Cell, HIDDEN, Table};
use crate::error::LogError;

pub(super) fn write(table: &Table) -> Result<Vec<u8>, LogError> {
    workbook(table).map_err(LogError::File)
}

fn workbook(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same table is the same file: the library would write when it was made.
    let epoch = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
    let sheet = book.add_worksheet();
    sheet.set_name("日報")?;
    let bold = Format::new().set_bold();
    let columns = table.columns();
    let names = table.keys.iter().copied().chain(columns.iter().map(String::as_str));
    for (column, name) in (0_u16..).zip(names) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    for (row, line) in (1_u32..).zip(&table.lines) {
        for (column, cell) in (0_u16..).zip(table.cells(line, &columns)) {
            match cell {
                Cell::Text(text) => sheet.write_string(row, column, text)?,
                Cell::Number(number) => sheet.write_number(row, column, exact(number))?,
                Cell::Hidden => sheet.write_string(row, column, HIDDEN)?,
                Cell::Empty => continue,
            };
        }
    }
    sheet.set_freeze_panes(1, u16::try_from(table.keys.len()).unwrap_or(0))?;
    book.save_to_buffer()
}

/// A sheet knows floats alone; counts stay far below where these are not exact.
fn exact(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
