//! Cells set in columns, for a terminal.
//!
//! In: rows of cells. Out: lines of text. The meaning of the cells is the caller's.

use unicode_width::UnicodeWidthStr;

/// A table of cells: the first column is aligned to the left, the others to the right.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with `heading` as its first row.
    pub(super) fn new(heading: &[&str]) -> Self {
        Self {
            rows: vec![heading.iter().map(|cell| (*cell).to_owned()).collect()],
        }
    }

    /// Adds a row, which may be shorter than the first.
    pub(super) fn row(&mut self, cells: impl Into<Vec<String>>) {
        self.rows.push(cells.into());
    }

    /// Draws the table, a line for each row.
    pub(super) fn finish(self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut drawn = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let padding = " ".repeat(width - cell.width());
                if column == 0 {
                    line += cell;
                    line += &padding;
                } else {
                    line += "  ";
                    line += &padding;
                    line += cell;
                }
            }
            drawn += line.trim_end();
            drawn += "\n";
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let mut table = Table::new(&["set", "MCC"]);
        table.row(["müsli 東".to_owned(), "0.250".to_owned()]);
        table.row(["a".to_owned(), "-".to_owned()]);
        assert_eq!(
            table.finish(),
            "set         MCC\nmüsli 東  0.250\na             -\n"
        );
    }
}
