//! A text cut into pieces at ends of lines, and what a first look at all of it tells.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2_iter};

use crate::threads::Threads;

/// How large pieces are, in bytes: many for each thread, and each still in the cache when it is looked at again.
pub(super) const PIECE: usize = 1 << 20;

/// What a look at a text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Survey {
    /// It is UTF-8.
    pub(super) is_utf8: bool,
    pub(super) has_nul: bool,
    /// How many quotes it has.
    pub(super) quotes: usize,
    /// How many line feeds.
    pub(super) feeds: usize,
}

/// A piece that ends where a line does, or with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) range: Range<usize>,
    /// How many line feeds it has.
    pub(super) feeds: usize,
}

/// A text that has been looked at.
pub(super) struct Surveyed<'a> {
    bytes: &'a [u8],
    /// The pieces that were looked at, one after the other. Each ends after a line feed, wherever that is.
    looks: Vec<(Range<usize>, Survey)>,
}

impl Survey {
    fn of(bytes: &[u8]) -> Self {
        Survey {
            is_utf8: str::from_utf8(bytes).is_ok(),
            has_nul: memchr(0, bytes).is_some(),
            quotes: memchr_iter(b'"', bytes).count(),
            feeds: memchr_iter(b'\n', bytes).count(),
        }
    }
}

impl<'a> Surveyed<'a> {
    /// Looks at all of a text, in pieces of about so many bytes.
    pub(super) fn new(bytes: &'a [u8], size: usize, threads: &Threads) -> Self {
        let look = |range: Range<usize>| {
            let survey = Survey::of(bytes.get(range.clone()).unwrap_or_default());
            (range, survey)
        };
        Surveyed { bytes, looks: threads.map(cut(bytes, size), look) }
    }

    /// What all of it is.
    pub(super) fn is_utf8(&self) -> bool {
        // No character goes across a line feed, where the pieces end.
        self.looks.iter().all(|(_, survey)| survey.is_utf8)
    }

    pub(super) fn has_nul(&self) -> bool {
        self.looks.iter().any(|(_, survey)| survey.has_nul)
    }

    /// Pieces of what is behind `start`, each of which begins where a row of CSV seems to: outside quotes, as far as counting quotes tells.
    /// Quotes that are text inside a cell may mislead that.
    pub(super) fn rows(&self, start: usize) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::with_capacity(self.looks.len());
        let mut quotes = 0;
        for (range, survey) in &self.looks {
            let inside = quotes % 2 == 1;
            quotes += survey.quotes;
            if range.end <= start {
                // The header's quotes are even: it has been read.
                quotes = 0;
                continue;
            }
            let mut piece = Piece { range: range.clone(), feeds: survey.feeds };
            if range.start < start {
                let passed = self.bytes.get(range.start..start).unwrap_or_default();
                quotes -= memchr_iter(b'"', passed).count().min(quotes);
                piece = Piece { range: start..range.end, feeds: survey.feeds - feeds(passed).min(survey.feeds) };
            } else if let Some(before) = pieces.last_mut().filter(|_| inside) {
                // What is still inside quotes belongs to the piece before.
                let text = self.bytes.get(range.clone()).unwrap_or_default();
                let outside = range.start + outside(text);
                let passed = feeds(self.bytes.get(range.start..outside).unwrap_or_default());
                before.range.end = outside;
                before.feeds += passed;
                piece = Piece { range: outside..range.end, feeds: survey.feeds - passed.min(survey.feeds) };
            }
            if !piece.range.is_empty() {
                pieces.push(piece);
            }
        }
        pieces
    }
}

/// Cuts a text into pieces of about so many bytes, which end where lines do.
pub(super) fn cut(bytes: &[u8], size: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::with_capacity(bytes.len() / size.max(1) + 1);
    let mut start = 0;
    while start < bytes.len() {
        let end = after_line(bytes, start.saturating_add(size.max(1) - 1));
        ranges.push(start..end);
        start = end;
    }
    ranges
}

fn feeds(text: &[u8]) -> usize {
    memchr_iter(b'\n', text).count()
}

/// The place after the line feed that is at `at`, or follows it.
fn after_line(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr(b'\n', rest).map_or(bytes.len(), |found| at + found + 1)
}

/// Where the first line starts that is outside quotes, in a text that begins inside.
fn outside(text: &[u8]) -> usize {
    let mut inside = true;
    for found in memchr2_iter(b'"', b'\n', text) {
        match text.get(found) {
            Some(b'"') => inside = !inside,
            _ if !inside => return found + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, start: usize, size: usize) -> Vec<(&str, usize)> {
        let surveyed = Surveyed::new(text.as_bytes(), size, Threads::one());
        surveyed.rows(start).into_iter().map(|piece| (&text[piece.range], piece.feeds)).collect()
    }

    #[test]
    fn pieces_begin_outside_quotes() {
        let text = "h\n1,\"a\n\nb\"\n2\n\n3";
        assert_eq!(rows(text, 2, 1), [("1,\"a\n\nb\"\n", 3), ("2\n", 1), ("\n", 1), ("3", 0)]);
        assert_eq!(rows(text, 2, 4), [("1,\"a\n\nb\"\n", 3), ("2\n\n3", 2)]);
        assert_eq!(rows(text, 2, 100), [(&text[2..], 5)]);
        // A quote that is none leaves all that follows in one piece.
        assert_eq!(rows("h\n5\",1\n2\n3\n", 2, 1), [("5\",1\n2\n3\n", 3)]);
        assert_eq!(rows("\"h\nh\"\n1\n2\n", 6, 1), [("1\n", 1), ("2\n", 1)]);
        assert_eq!(rows("\"h\nh\"\n1\n2\n", 6, 100), [("1\n2\n", 2)]);
        assert!(rows("h", 1, 1).is_empty());
    }

    #[test]
    fn every_byte_is_looked_at() {
        for (text, is_utf8, has_nul) in [
            (&b"a\nb\xc3\xa9\n"[..], true, false),
            (b"a\nb\xc3\n\xa9", false, false),
            (b"a\n\n\n\0", true, true),
            (b"", true, false),
        ] {
            for size in [1, 3, 100] {
                let surveyed = Surveyed::new(text, size, Threads::one());
                assert_eq!((surveyed.is_utf8(), surveyed.has_nul()), (is_utf8, has_nul), "{text:?}");
                assert!(surveyed.looks.iter().flat_map(|(range, _)| range.clone()).eq(0..text.len()));
            }
        }
    }
}
