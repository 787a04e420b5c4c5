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

/// How many bytes are looked at together.
const TOGETHER: usize = 32;

impl Survey {
    fn of(bytes: &[u8]) -> Self {
        let mut survey = Survey { is_utf8: true, has_nul: false, quotes: 0, feeds: 0 };
        let (chunks, rest) = bytes.as_chunks();
        // Counts are of a byte, each of a place of its own.
        chunks.chunks(usize::from(u8::MAX)).for_each(|chunks| survey.add(chunks));
        let mut last = [b' '; TOGETHER];
        last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        survey.add(&[last]);
        // So far it says whether all is ASCII.
        survey.is_utf8 = survey.is_utf8 || str::from_utf8(bytes).is_ok();
        survey
    }

    /// Looks at some more, once for everything.
    fn add(&mut self, chunks: &[[u8; TOGETHER]]) {
        let [mut all, mut nuls, mut quotes, mut feeds] = [[0_u8; TOGETHER]; 4];
        for chunk in chunks {
            for ((((byte, all), nul), quotes), feeds) in
                chunk.iter().zip(&mut all).zip(&mut nuls).zip(&mut quotes).zip(&mut feeds)
            {
                *all |= byte;
                *nul |= u8::from(*byte == 0);
                *quotes += u8::from(*byte == b'"');
                *feeds += u8::from(*byte == b'\n');
            }
        }
        let sum = |counts: [u8; TOGETHER]| counts.into_iter().map(usize::from).sum::<usize>();
        self.is_utf8 &= all.is_ascii();
        self.has_nul |= sum(nuls) > 0;
        self.quotes += sum(quotes);
        self.feeds += sum(feeds);
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

    /// Of any length, and more of each kind than a byte counts.
    #[test]
    fn what_is_counted_is_there() {
        let mut random = fastrand::Rng::with_seed(3);
        for length in [0, 1, 31, 32, 33, 8160, 8161, 20_000] {
            for kinds in [&b"\n"[..], b"\"", b"a,\n\"", b"abcdefgh\0\n"] {
                let text: Vec<u8> = (0..length).map(|_| kinds[random.usize(..kinds.len())]).collect();
                let count = |wanted: u8| text.iter().filter(|byte| **byte == wanted).count();
                let counted = Survey { is_utf8: true, has_nul: count(0) > 0, quotes: count(b'"'), feeds: count(b'\n') };
                assert_eq!(Survey::of(&text), counted);
            }
        }
        for (text, is_utf8) in [("é".repeat(99).into_bytes(), true), ([&[b'a'; 77][..], b"\xc3"].concat(), false)] {
            assert_eq!(Survey::of(&text).is_utf8, is_utf8);
        }
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
