//! numpy's `default_rng`: the generator PCG64 (XSL RR 128/64, by O'Neill), started through a seed sequence.

const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// numpy's `default_rng`, started from one seed.
#[derive(Clone, Debug)]
pub struct DefaultRng {
    state: u128,
    increment: u128,
}

impl DefaultRng {
    /// `numpy.random.default_rng(seed)`.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        let [first, second, third, fourth] = seed_sequence(seed);
        let wide = |high: u64, low: u64| (u128::from(high) << 64) | u128::from(low);
        let mut generator = DefaultRng { state: 0, increment: (wide(third, fourth) << 1) | 1 };
        generator.step();
        generator.state = generator.state.wrapping_add(wide(first, second));
        generator.step();
        generator
    }

    /// The next word of 64 bits.
    pub fn word(&mut self) -> u64 {
        self.step();
        let (high, low) = ((self.state >> 64) as u64, self.state as u64);
        (high ^ low).rotate_right((self.state >> 122) as u32)
    }

    /// `random()`: a double from 0 to below 1.
    pub fn double(&mut self) -> f64 {
        (self.word() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn step(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }
}

/// The four words that `SeedSequence(seed)` gives a generator of 128 bits.
fn seed_sequence(seed: u32) -> [u64; 4] {
    let mut constant = 0x43b0_d7e5_u32;
    let mut hash = |value: u32| {
        let mut value = value ^ constant;
        constant = constant.wrapping_mul(0x931e_8875);
        value = value.wrapping_mul(constant);
        value ^ (value >> 16)
    };
    let mix = |one: u32, other: u32| {
        let mixed = 0xca01_f9dd_u32.wrapping_mul(one).wrapping_sub(0x4973_f715_u32.wrapping_mul(other));
        mixed ^ (mixed >> 16)
    };
    let mut pool = [seed, 0, 0, 0].map(&mut hash);
    for from in 0..pool.len() {
        for into in 0..pool.len() {
            if into != from {
                pool[into] = mix(pool[into], hash(pool[from]));
            }
        }
    }
    let mut constant = 0x8b51_f9dd_u32;
    let mut words = (0..8).map(|at| {
        let mut value = pool[at % pool.len()] ^ constant;
        constant = constant.wrapping_mul(0x58f3_8ded);
        value = value.wrapping_mul(constant);
        value ^ (value >> 16)
    });
    let mut pair = || {
        let (low, high) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        (u64::from(high) << 32) | u64::from(low)
    };
    [pair(), pair(), pair(), pair()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_numpys() {
        let mut generator = DefaultRng::new(0);
        assert_eq!(
            [(); 6].map(|()| generator.double()),
            [
                0.636_961_687_321_454_3,
                0.269_786_713_763_870_3,
                0.040_973_523_936_194_69,
                0.016_527_635_528_529_094,
                0.813_270_239_200_272_4,
                0.912_755_577_277_721_7
            ]
        );
    }

    #[test]
    fn words_are_numpys() {
        let mut generator = DefaultRng::new(0);
        assert_eq!(
            [(); 3].map(|()| generator.word()),
            [11_749_869_230_777_074_271, 4_976_686_463_289_251_617, 755_828_109_848_996_024]
        );
    }
}
