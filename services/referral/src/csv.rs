//! CSV as spreadsheets write and read it: RFC 4180, with the mark of UTF-8 that Excel wants in front.

const MARK: char = '\u{feff}';

/// One line of cells, and where it begins in the text, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) cells: Vec<String>,
}

/// With or without the mark, with any line ends. Empty lines are left out.
///
/// # Errors
/// The line of a quotation mark that is never closed, or stands where none may.
pub(crate) fn read(text: &str) -> Result<Vec<Line>, usize> {
    let mut reader = Reader { rest: text.strip_prefix(MARK).unwrap_or(text), number: 1 };
    let mut lines = Vec::new();
    while !reader.rest.is_empty() {
        let line = Line { number: reader.number, cells: reader.line()? };
        if line.cells.iter().any(|cell| !cell.is_empty()) {
            lines.push(line);
        }
    }
    Ok(lines)
}

struct Reader<'t> {
    rest: &'t str,
    number: usize,
}

impl Reader<'_> {
    fn line(&mut self) -> Result<Vec<String>, usize> {
        let mut cells = Vec::new();
        loop {
            cells.push(match self.rest.strip_prefix('"') {
                Some(rest) => {
                    self.rest = rest;
                    self.quoted()?
                }
                None => self.plain()?,
            });
            match self.rest.strip_prefix(',') {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        self.ends().then_some(cells).ok_or(self.number)
    }

    fn plain(&mut self) -> Result<String, usize> {
        let end = self.rest.find([',', '\r', '\n', '"']).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        if rest.starts_with('"') {
            return Err(self.number);
        }
        self.rest = rest;
        Ok(cell.trim().to_owned())
    }

    /// Up to the closing mark; two of them are one.
    fn quoted(&mut self) -> Result<String, usize> {
        let (begun, mut cell) = (self.number, String::new());
        loop {
            let end = self.rest.find('"').ok_or(begun)?;
            let (part, rest) = self.rest.split_at(end);
            self.number += part.matches('\n').count();
            cell.push_str(part);
            self.rest = &rest[1..];
            match self.rest.strip_prefix('"') {
                Some(rest) => {
                    cell.push('"');
                    self.rest = rest;
                }
                None => return Ok(cell.trim().to_owned()),
            }
        }
    }

    /// Whether the line is over here.
    fn ends(&mut self) -> bool {
        let over = ["\r\n", "\n", "\r"].iter().find_map(|end| self.rest.strip_prefix(end));
        match over {
            Some(rest) => (self.rest, self.number) = (rest, self.number + 1),
            None if self.rest.is_empty() => {}
            None => return false,
        }
        true
    }
}

pub(crate) fn written<'c>(lines: impl IntoIterator<Item = Vec<&'c str>>) -> String {
    let mut text = String::from(MARK);
    for cells in lines {
        let cells: Vec<String> = cells.into_iter().map(cell).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn cell(text: &str) -> String {
    match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        read(text).unwrap().into_iter().map(|line| (line.number, line.cells)).collect()
    }

    #[test]
    fn what_is_written_is_read_again_and_a_line_keeps_its_number_past_a_cell_of_two_lines() {
        let text = written([vec!["a", "b"], vec!["1\n2", "say \"no\", twice"], vec!["", "x"]]);

        assert!(text.starts_with(MARK) && text.ends_with("\r\n"));
        let read = cells(&text);
        assert_eq!(read.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(read[1].1, ["1\n2", "say \"no\", twice"]);
    }

    #[test]
    fn files_without_the_mark_with_other_line_ends_and_empty_lines_are_read() {
        assert_eq!(
            cells("a , b\n\n,,\r\n c,d"),
            [(1, vec!["a".into(), "b".into()]), (4, vec!["c".into(), "d".into()])]
        );
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_or_out_of_place_names_its_line() {
        assert_eq!(read("a\n\"b\nc"), Err(2));
        assert_eq!(read("a\nb\"c\n"), Err(2));
        assert_eq!(read("a\n\"b\"c\n"), Err(2));
    }
}
