//! The Mersenne Twister MT19937, by Matsumoto and Nishimura.

/// Words of the state.
const WORDS: usize = 624;
/// How far the word is away that is mixed in.
const MIDDLE: usize = 397;

/// The Mersenne Twister: 32-bit words from a state of 624 words.
#[derive(Clone, Debug)]
pub struct Mt19937 {
    state: [u32; WORDS],
    /// The next word of the state to be given out.
    next: usize,
}

impl Mt19937 {
    /// Started from one number, as numpy's `RandomState(seed)` is.
    #[must_use]
    pub fn from_seed(seed: u32) -> Self {
        let mut state = [seed; WORDS];
        for at in 1..WORDS {
            let before = state[at - 1];
            state[at] = 1_812_433_253_u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(at as u32);
        }
        Mt19937 { state, next: WORDS }
    }

    /// Started from a key of words, as Python's `random.seed` does it. An empty key counts as a zero.
    #[must_use]
    pub fn from_key(key: &[u32]) -> Self {
        let key = if key.is_empty() { &[0] } else { key };
        let mut state = Mt19937::from_seed(19_650_218).state;
        let (mut at, mut of_key) = (1, 0);
        for _ in 0..WORDS.max(key.len()) {
            let before = state[at - 1];
            state[at] = (state[at] ^ (before ^ (before >> 30)).wrapping_mul(1_664_525))
                .wrapping_add(key[of_key])
                .wrapping_add(of_key as u32);
            at += 1;
            of_key = (of_key + 1) % key.len();
            if at == WORDS {
                state[0] = state[WORDS - 1];
                at = 1;
            }
        }
        for _ in 1..WORDS {
            let before = state[at - 1];
            state[at] = (state[at] ^ (before ^ (before >> 30)).wrapping_mul(1_566_083_941)).wrapping_sub(at as u32);
            at += 1;
            if at == WORDS {
                state[0] = state[WORDS - 1];
                at = 1;
            }
        }
        state[0] = 0x8000_0000;
        Mt19937 { state, next: WORDS }
    }

    /// The next word.
    pub fn word(&mut self) -> u32 {
        if self.next == WORDS {
            self.twist();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// A double from 0 to below 1 with 53 random bits, of two words.
    pub fn double(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    fn twist(&mut self) {
        for at in 0..WORDS {
            let mixed = (self.state[at] & 0x8000_0000) | (self.state[(at + 1) % WORDS] & 0x7fff_ffff);
            let odd = if mixed & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[at] = self.state[(at + MIDDLE) % WORDS] ^ (mixed >> 1) ^ odd;
        }
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_pythons_random() {
        // random.seed(0); [random.getrandbits(32) for _ in range(4)]
        let mut python = Mt19937::from_key(&[0]);
        assert_eq!([(); 4].map(|()| python.word()), [3_626_764_237, 1_654_615_998, 3_255_389_356, 3_823_568_514]);
    }

    #[test]
    fn doubles_are_those_of_numpys_random_state() {
        // numpy.random.RandomState(0).random_sample(3)
        let mut numpy = Mt19937::from_seed(0);
        assert_eq!(
            [(); 3].map(|()| numpy.double()),
            [0.548_813_503_927_324_8, 0.715_189_366_372_419_5, 0.602_763_376_071_643_9]
        );
    }
}
