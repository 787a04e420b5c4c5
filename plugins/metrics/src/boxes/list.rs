//! Lists of tokens in groups of one length: `word number number word number number …`.

use std::error::Error;
use std::fmt;

/// What stands between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// A single blank, as Python's `split(" ")`. *Blanks count*: two blanks, or one at either end, make an empty token, which
    /// mostly breaks the list; tabs do not separate. A corrected grader splits at white space.
    Blank,
    /// White space, as Python's `split()`.
    WhiteSpace,
}

/// Where the word of a group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Before the numbers.
    First,
    /// After the numbers.
    Last,
    /// There is none: all tokens are numbers.
    Absent,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What stands between tokens.
    pub separator: Separator,
    /// Where the word of a group stands.
    pub word: Word,
    /// True: a text of white space alone is an empty list, whatever the separator.
    pub blank_is_empty: bool,
}

/// One group: a word and its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a, const N: usize> {
    /// The word; empty if the layout has none.
    pub word: &'a str,
    /// The numbers, in their order.
    pub numbers: [f64; N],
}

/// A token of a list that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListError {
    /// Which token it is, counted from 1.
    pub position: usize,
    /// The token as it stands in the text, cut to 40 characters.
    pub token: String,
    /// What is wrong with it.
    pub problem: ListProblem,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListProblem {
    /// Python's `float()` does not read it.
    NotANumber,
    /// An infinite number where none can be.
    Infinite,
    /// The list ends here, within a group of so many tokens.
    Incomplete(usize),
}

const EXCERPT: usize = 40;

/// Reads a list whose groups hold `N` numbers, and a word if the layout has one. Numbers are what Python's `float()` reads, NaN and
/// infinities included.
///
/// # Errors
///
/// At the first token that is no number where one must be, or at the last token if the last group is not whole.
pub fn parse_list<const N: usize>(text: &str, layout: Layout) -> Result<Vec<Entry<'_, N>>, ListError> {
    if layout.blank_is_empty && text.chars().all(pytext::is_whitespace) {
        return Ok(Vec::new());
    }
    match layout.separator {
        Separator::Blank => groups(text.split(' '), layout.word),
        Separator::WhiteSpace => groups(pytext::split(text), layout.word),
    }
}

fn groups<'a, const N: usize>(
    tokens: impl Iterator<Item = &'a str>,
    word: Word,
) -> Result<Vec<Entry<'a, N>>, ListError> {
    const { assert!(N > 0, "a group has at least one number") };
    let width = if word == Word::Absent { N } else { N + 1 };
    let word_at = match word {
        Word::First => Some(0),
        Word::Last => Some(N),
        Word::Absent => None,
    };
    let mut entries = Vec::new();
    let mut entry = Entry { word: "", numbers: [0.0; N] };
    let mut last = (0, "");
    for (index, token) in tokens.enumerate() {
        last = (index + 1, token);
        let within = index % width;
        if word_at == Some(within) {
            entry.word = token;
        } else if let Some(number) = entry.numbers.get_mut(within - usize::from(word == Word::First)) {
            *number =
                pytext::parse_float(token).ok_or_else(|| ListError::new(index + 1, token, ListProblem::NotANumber))?;
        }
        if within + 1 == width {
            entries.push(entry);
        }
    }
    let (position, token) = last;
    if position % width != 0 {
        return Err(ListError::new(position, token, ListProblem::Incomplete(width)));
    }
    Ok(entries)
}

impl ListError {
    pub(super) fn new(position: usize, token: &str, problem: ListProblem) -> Self {
        let mut excerpt: String = token.chars().take(EXCERPT).collect();
        if excerpt.len() < token.len() {
            excerpt.push('…');
        }
        ListError { position, token: excerpt, problem }
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ListError { position, token, .. } = self;
        match self.problem {
            ListProblem::NotANumber if token.is_empty() => {
                write!(f, "token {position} is empty: put one blank between two tokens, and none at the ends")
            }
            ListProblem::NotANumber => {
                write!(f, "token {position} (`{token}`) is not a number: write one such as `12.5`")
            }
            ListProblem::Infinite => write!(f, "token {position} (`{token}`) is infinite: give a finite number"),
            ListProblem::Incomplete(width) => write!(
                f,
                "the list has {position} tokens, which is no multiple of {width}: write {width} for each entry, one blank between two"
            ),
        }
    }
}

impl Error for ListError {}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD_FIRST: Layout = Layout { separator: Separator::Blank, word: Word::First, blank_is_empty: false };

    fn entry<'a, const N: usize>(word: &'a str, numbers: [f64; N]) -> Entry<'a, N> {
        Entry { word, numbers }
    }

    #[test]
    fn the_word_is_where_the_layout_says() {
        let first = parse_list("a 1 2 b 3 4", WORD_FIRST);
        assert_eq!(first, Ok(vec![entry("a", [1.0, 2.0]), entry("b", [3.0, 4.0])]));
        let last = parse_list("1 2 a", Layout { word: Word::Last, ..WORD_FIRST });
        assert_eq!(last, Ok(vec![entry("a", [1.0, 2.0])]));
        let absent = parse_list("1 2_0 inf １e1", Layout { word: Word::Absent, ..WORD_FIRST });
        assert_eq!(absent, Ok(vec![entry("", [1.0, 20.0]), entry("", [f64::INFINITY, 10.0])]));
    }

    /// What Python's `split(" ")`, `split()` and `float()` make of these texts.
    #[test]
    fn blanks_count_where_the_layout_says() {
        let fault = |text| parse_list::<2>(text, WORD_FIRST).map_err(|error| (error.position, error.problem));
        assert_eq!(fault("a  2"), Err((2, ListProblem::NotANumber)));
        assert_eq!(fault("a 1 2 "), Err((4, ListProblem::Incomplete(3))));
        assert_eq!(fault(" "), Err((2, ListProblem::NotANumber)));
        assert_eq!(fault("a\t1\t2"), Err((1, ListProblem::Incomplete(3))));
        assert_eq!(fault(" 1 2"), Ok(vec![entry("", [1.0, 2.0])]));
        let white_space = Layout { separator: Separator::WhiteSpace, ..WORD_FIRST };
        assert_eq!(parse_list("\u{a0}a\t1  2 ", white_space), Ok(vec![entry("a", [1.0, 2.0])]));
        assert_eq!(parse_list::<2>(" \u{1f}", white_space), Ok(vec![]));
        assert_eq!(parse_list::<2>(" \u{1f}", Layout { blank_is_empty: true, ..WORD_FIRST }), Ok(vec![]));
    }
}
