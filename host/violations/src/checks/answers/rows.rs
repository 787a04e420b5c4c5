//! The rows of answers, and what each of their values tells whoever guesses.

use std::collections::HashMap;

use super::records::Records;
use super::sequence::Sequence;
use super::{Answers, KnownAnswers};
use crate::checks::tokens::{Token, tokens};

/// How many words answers may have.
const WORDS: usize = 16_000_000;

/// The shortest key that is told from numbers that stand everywhere, in bytes.
const KEY: usize = 6;

/// The secret values of a row, and how many bits they tell.
pub(super) struct Row {
    pub(super) values: Vec<Token>,
    pub(super) bits: f32,
}

/// The cells of answers that tell something.
pub(super) struct Rows {
    /// For each row, the words of each cell, in the order of columns.
    words: Vec<Vec<Token>>,
    /// How many words each cell of `words` has, row by row.
    cells: Vec<Vec<u16>>,
    /// Which columns are secret.
    secret: Vec<bool>,
    /// The one column that is the key, if there is one.
    key: Option<usize>,
    /// The last words of keys that are long enough.
    keys: Vec<Option<Token>>,
}

impl Rows {
    pub(super) fn read(text: &[u8], answers: &Answers) -> Result<Rows, String> {
        let mut records = Records::of(text);
        let header = records.next().ok_or("there is no header")?;
        let is = |names: &[String], name: &String| names.contains(name);
        let mut secret: Vec<bool> =
            header.iter().map(|name| is(&answers.predicted, name) && !is(&answers.key, name)).collect();
        if !secret.contains(&true) {
            secret = header.iter().map(|name| !is(&answers.key, name) && !is(&answers.public, name)).collect();
        }
        if !secret.contains(&true) {
            return Err("they have no column that participants lack".into());
        }
        let key = match &answers.key[..] {
            [key] => header.iter().position(|name| name == key),
            _ => None,
        };
        let mut rows = Rows { words: Vec::new(), cells: Vec::new(), secret, key, keys: Vec::new() };
        let mut count = 0;
        for record in records {
            let (mut words, mut cells) = (Vec::new(), Vec::new());
            for cell in record.iter().take(header.len()) {
                let before = words.len();
                words.extend(tokens(cell).take(usize::from(u16::MAX)));
                cells.push(u16::try_from(words.len() - before).unwrap_or(u16::MAX));
            }
            count += words.len();
            if count > WORDS {
                return Err(format!("they have more than {WORDS} words"));
            }
            let key = key.and_then(|key| record.get(key)).filter(|key| key.len() >= KEY);
            rows.keys.push(key.and_then(|key| last_long(key)));
            rows.words.push(words);
            rows.cells.push(cells);
        }
        Ok(rows)
    }

    /// For each row and cell, its column and its words.
    fn each(&self) -> impl Iterator<Item = (usize, usize, &[Token])> {
        self.words.iter().zip(&self.cells).enumerate().flat_map(|(row, (words, cells))| {
            let mut from = 0;
            cells.iter().enumerate().map(move |(column, &count)| {
                let cell = &words[from..from + usize::from(count)];
                from += usize::from(count);
                (row, column, cell)
            })
        })
    }

    pub(super) fn into_known(self, known: &mut KnownAnswers) {
        let columns = self.secret.len();
        // How often each word stands in its column, of which a guess that knows that much would take its pick.
        let mut counts: Vec<HashMap<Token, u32>> = vec![HashMap::new(); columns];
        let mut totals = vec![0_u32; columns];
        for (_, column, cell) in self.each().filter(|(_, column, _)| self.secret[*column]) {
            for word in cell {
                *counts[column].entry(*word).or_default() += 1;
                totals[column] += 1;
            }
        }
        let bits = |column: usize, word: &Token| -> f32 {
            let count = counts[column].get(word).copied().unwrap_or(1);
            (f64::from(totals[column]) / f64::from(count)).log2() as f32
        };
        let mut all = Sequence::begun();
        let mut single: Vec<Sequence> = (0..columns).map(|_| Sequence::begun()).collect();
        for (row, column, cell) in self.each() {
            let is_secret = self.secret[column];
            for word in cell {
                let told = if is_secret { bits(column, word) } else { 0.0 };
                all.add(*word, told);
                if is_secret {
                    single[column].add(*word, told);
                }
            }
            let Some(key) = self.keys[row].filter(|_| is_secret) else { continue };
            let entry = known.keyed.entry(key).or_insert_with(|| Row { values: Vec::new(), bits: 0.0 });
            if entry.values.len() + cell.len() <= 16 {
                entry.values.extend(cell);
                entry.bits += cell.iter().map(|word| bits(column, word)).sum::<f32>();
            }
        }
        if self.key.is_none() {
            known.keyed.clear();
        }
        let sequences = std::iter::once(all).chain(single);
        known.sequences.extend(sequences.filter_map(Sequence::whole));
    }
}

/// The last word of a key, if it is not a short one.
fn last_long(key: &str) -> Option<Token> {
    let word = key.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).next()?;
    if word.len() < KEY { None } else { tokens(word).last() }
}
