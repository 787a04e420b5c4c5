//! Values of the answers in their order, of which a piece that is long enough cannot be guessed.

use std::collections::{BTreeSet, HashMap};

use super::BITS;
use crate::checks::tokens::{Token, windows};

/// How long a sequence may be, in words. Labels that are nearly always the same would need longer ones, and are not looked for.
const LONGEST: usize = 4000;
const SHORTEST: usize = 8;

/// Words of the answers in their order, and how many bits each tells.
pub(super) struct Sequence {
    words: Vec<Token>,
    bits: Vec<f32>,
    /// How long a piece of it is that no guess meets.
    pub(super) window: usize,
}

impl Sequence {
    pub(super) fn begun() -> Self {
        Sequence { words: Vec::new(), bits: Vec::new(), window: 0 }
    }

    pub(super) fn add(&mut self, word: Token, bits: f32) {
        self.words.push(word);
        self.bits.push(bits);
    }

    /// The same, if it tells enough that a piece of it cannot be guessed.
    pub(super) fn whole(mut self) -> Option<Self> {
        let sum: f64 = self.bits.iter().map(|&bits| f64::from(bits)).sum();
        let mean = sum / self.words.len().max(1) as f64;
        if mean <= 0.0 {
            return None;
        }
        self.window = ((BITS / mean).ceil() as usize).max(SHORTEST);
        (self.window <= LONGEST && self.window <= self.words.len()).then_some(self)
    }

    /// The places in other words where pieces of it stand.
    pub(super) fn places(&self, words: &[Token]) -> BTreeSet<usize> {
        if words.len() < self.window {
            return BTreeSet::new();
        }
        let mut first: HashMap<u64, usize> = HashMap::new();
        for (at, hash) in windows(words, self.window).enumerate() {
            first.entry(hash).or_insert(at);
        }
        let mut places = BTreeSet::new();
        let mut told: f64 = self.bits.iter().take(self.window).map(|&bits| f64::from(bits)).sum();
        for (at, hash) in windows(&self.words, self.window).enumerate() {
            // A piece that is nearly the same throughout tells less than others.
            let is_telling = told >= BITS * 0.75;
            let bits = |at: usize| self.bits.get(at).copied().map_or(0.0, f64::from);
            told += bits(at + self.window) - bits(at);
            let Some(&place) = first.get(&hash).filter(|_| is_telling) else { continue };
            if self.words[at..at + self.window] == words[place..place + self.window] {
                places.insert(place);
            }
        }
        places
    }
}
