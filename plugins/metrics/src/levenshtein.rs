//! Levenshtein distance.
//!
//! Written here because the well-kept crates do not fit: their generic versions fill the quadratic table, and their fast ones
//! take bytes or `char` only, while sequences of numbers are compared too.

/// The least number of insertions, deletions and substitutions that turn `a` into `b`.
///
/// Symbols may be of any ordered type: numbers, words, characters. Bit-parallel after Myers (1999) and Hyyrö (2003): 64 rows of
/// the table in one step. Cost: O(ceil(m/64) n + (m + n) log m) time and O(m + n) memory for lengths `m <= n`, after what both
/// have in common at the start and at the end has been left out.
#[must_use]
pub fn levenshtein_distance<T: Ord>(a: &[T], b: &[T]) -> usize {
    let (pattern, text) = without_common_ends(a, b);
    let mut alphabet: Vec<&T> = pattern.iter().collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let codes = |symbols: &[T]| -> Vec<usize> {
        symbols.iter().map(|symbol| alphabet.binary_search(&symbol).unwrap_or(alphabet.len())).collect()
    };
    distance(&codes(pattern), &codes(text), alphabet.len() + 1)
}

/// [`levenshtein_distance`] over the code points of two texts, which is fastest where both are ASCII.
#[must_use]
pub fn levenshtein_distance_text(a: &str, b: &str) -> usize {
    if a.is_ascii() && b.is_ascii() {
        let (pattern, text) = without_common_ends(a.as_bytes(), b.as_bytes());
        return distance(pattern, text, 128);
    }
    levenshtein_distance(&a.chars().collect::<Vec<char>>(), &b.chars().collect::<Vec<char>>())
}

/// What is left of both, the shorter first.
fn without_common_ends<'a, T: PartialEq>(a: &'a [T], b: &'a [T]) -> (&'a [T], &'a [T]) {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len() - end).unwrap_or_default(), b.get(..b.len() - end).unwrap_or_default());
    if a.len() <= b.len() { (a, b) } else { (b, a) }
}

const ROWS: usize = u64::BITS as usize;

/// The distance of two sequences of codes, which are below `alphabet`.
///
/// Works down the table in stripes of 64 rows. Between stripes only the steps along their lowest row are kept.
fn distance<C: Copy + Into<usize>>(pattern: &[C], text: &[C], alphabet: usize) -> usize {
    if pattern.is_empty() {
        return text.len();
    }
    // Along the top row of the table the distance grows by 1 at each column.
    let mut steps = vec![Step { up: true, down: false }; text.len()];
    let mut matches = vec![0_u64; alphabet];
    for rows in pattern.chunks(ROWS) {
        for (bit, &code) in rows.iter().enumerate() {
            if let Some(bits) = matches.get_mut(code.into()) {
                *bits |= 1 << bit;
            }
        }
        let mut stripe = Stripe::new(rows.len());
        for (step, &code) in steps.iter_mut().zip(text) {
            *step = stripe.advance(matches.get(code.into()).copied().unwrap_or_default(), *step);
        }
        for &code in rows {
            if let Some(bits) = matches.get_mut(code.into()) {
                *bits = 0;
            }
        }
    }
    let ups = steps.iter().filter(|step| step.up).count();
    let downs = steps.iter().filter(|step| step.down).count();
    pattern.len() + ups - downs
}

/// How the distance changes from one column to the next, along a row: by 1, by -1, or not at all.
#[derive(Clone, Copy)]
struct Step {
    up: bool,
    down: bool,
}

/// Up to 64 rows of the table at one column, as the differences between rows: bit `i` of `plus` (`minus`) is set where row `i`
/// is one more (less) than the row above.
struct Stripe {
    plus: u64,
    minus: u64,
    last: u64,
}

impl Stripe {
    fn new(rows: usize) -> Self {
        Stripe { plus: u64::MAX, minus: 0, last: 1 << (rows - 1) }
    }

    /// To the next column. `matches` has a bit for each row whose symbol is the column's; `above` is the step along the row above
    /// the stripe, and the result the step along its last row.
    fn advance(&mut self, matches: u64, above: Step) -> Step {
        let (up, down) = (u64::from(above.up), u64::from(above.down));
        let matches_or_minus = matches | self.minus;
        let matches = matches | down;
        let diagonal = ((matches & self.plus).wrapping_add(self.plus) ^ self.plus) | matches;
        let ups = self.minus | !(diagonal | self.plus);
        let downs = self.plus & diagonal;
        let step = Step { up: ups & self.last != 0, down: downs & self.last != 0 };
        let (ups, downs) = (ups << 1 | up, downs << 1 | down);
        self.plus = downs | !(matches_or_minus | ups);
        self.minus = ups & matches_or_minus;
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    // Expected values: Levenshtein.distance (rapidfuzz's library of that name).
    #[test]
    fn distances_of_texts() {
        let distance = |a: &str, b: &str| {
            let of_text = levenshtein_distance_text(a, b);
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            let (there, back) = (levenshtein_distance(&a, &b), levenshtein_distance(&b, &a));
            assert_eq!((there, there), (back, of_text));
            there
        };
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", ""), 0);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("flaw", "lawn"), 2);
        assert_eq!(distance("na\u{ef}ve", "naive"), 1);
        assert_eq!(distance("abcabcabc", "cabcab"), 3);
        assert_eq!(distance("a\u{301}", "\u{e1}"), 2);
    }

    #[test]
    fn distances_of_long_sequences() {
        let mut sample = Sample(7);
        let mut distance = |n, m, symbols| levenshtein_distance(&sample.below(symbols, n), &sample.below(symbols, m));
        assert_eq!(distance(10, 12, 3), 6);
        assert_eq!(distance(63, 64, 4), 38);
        assert_eq!(distance(64, 65, 4), 38);
        assert_eq!(distance(65, 130, 2), 65);
        assert_eq!(distance(200, 200, 5), 120);
        assert_eq!(distance(1000, 700, 4), 502);
        assert_eq!(distance(700, 1000, 100), 912);
        assert_eq!(distance(2000, 2000, 1000), 1995);
        assert_eq!(distance(129, 3, 2), 126);
        assert_eq!(distance(128, 128, 2), 37);
    }
}
