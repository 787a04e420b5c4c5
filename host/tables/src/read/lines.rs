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
}
