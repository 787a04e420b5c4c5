//! On which line of the file each row starts.

/// The lines of rows. Mostly the next row is on the next line, so only the others are stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    rows: usize,
    /// Rows that do not start on the line after that of the row before, and their lines.
    jumps: Vec<(usize, u64)>,
}

impl Lines {
    /// The lines of so many rows, one after the other.
    pub(super) fn consecutive(first: u64, rows: usize) -> Self {
        Lines { rows, jumps: vec![(0, first)] }
    }

    pub(super) fn push(&mut self, line: u64) {
        if self.rows == 0 || self.line(self.rows) != line {
            self.jumps.push((self.rows, line));
        }
        self.rows += 1;
    }

    /// Adds rows whose lines are counted from behind so many others.
    pub(super) fn append(&mut self, rows: &Lines, before: u64) {
        for &(row, line) in &rows.jumps {
            let (row, line) = (self.rows + row, before + line);
            if row == 0 || self.line(row) != line {
                self.jumps.push((row, line));
            }
        }
        self.rows += rows.rows;
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn line(&self, row: usize) -> u64 {
        // Asked for the row to come, it is the last jump that counts.
        let jump = match self.jumps.last() {
            Some(last) if last.0 <= row => Some(last),
            _ => self.jumps.get(self.jumps.partition_point(|jump| jump.0 <= row).wrapping_sub(1)),
        };
        jump.map_or(1, |&(first, line)| line + (row - first) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_jumps_are_stored() {
        let mut lines = Lines::default();
        let expected = [2, 3, 4, 7, 8, 10, 11];
        expected.iter().for_each(|&line| lines.push(line));
        let found: Vec<u64> = (0..expected.len()).map(|row| lines.line(row)).collect();
        assert_eq!(found, expected);
        assert_eq!(lines.jumps, [(0, 2), (3, 7), (5, 10)]);
    }

    #[test]
    fn rows_are_counted_on() {
        let (mut one, mut all) = (Lines::default(), Lines::default());
        [1, 2, 4].iter().for_each(|&line| one.push(line));
        all.append(&one, 1);
        all.append(&one, 5);
        all.append(&one, 10);
        assert_eq!((0..9).map(|row| all.line(row)).collect::<Vec<_>>(), [2, 3, 5, 6, 7, 9, 11, 12, 14]);
        assert_eq!((all.rows(), all.jumps.len()), (9, 5));
    }
}
