//! Functions against true values, which mpmath gave at 2,400 bits, and their special values against IEEE 754.

use super::inverse::acos;
use super::*;
use crate::sample::Sample;

fn first(pair: Pair) -> f64 {
    pair.numbers()[0]
}

fn function(name: &str, x: Pair) -> Pair {
    match name {
        "sin" => sin_cos(x).0,
        "cos" => sin_cos(x).1,
        "asin" => asin(x),
        "acos" => acos(x),
        "ln" => ln(x),
        "ln_1p" => ln_1p(x),
        other => panic!("{other} is no function"),
    }
}

/// `vectors.txt` has a name, the bits of an argument and those of the double that is nearest to the value.
#[test]
fn values_are_within_1_ulp() {
    let bits = |text: &str| u64::from_str_radix(text, 16).unwrap();
    let mut far = Vec::new();
    for line in include_str!("vectors.txt").lines() {
        let [name, x, expected] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (x, expected) = (f64::from_bits(bits(x)), bits(expected));
        // The other number of the pair does not matter, and the second place is as good as the first.
        let [value, _] = function(name, Pair::new([x, 0.3])).numbers();
        let [_, again] = function(name, Pair::new([-1e300, x])).numbers();
        assert_eq!(value.to_bits(), again.to_bits(), "{name}({x})");
        if value.to_bits().abs_diff(expected) > 1 {
            far.push(format!("{name}({x:e}) is {value:e}, not {:e}", f64::from_bits(expected)));
        }
    }
    assert!(far.is_empty(), "{far:#?}");
}

#[test]
fn special_values_are_exact() {
    let infinity = f64::INFINITY;
    for (name, x, expected) in [
        ("sin", 0.0, 0.0),
        ("sin", -0.0, -0.0),
        ("cos", 0.0, 1.0),
        ("cos", -0.0, 1.0),
        ("asin", 0.0, 0.0),
        ("asin", -0.0, -0.0),
        ("asin", 1.0, std::f64::consts::FRAC_PI_2),
        ("acos", 1.0, 0.0),
        ("acos", -1.0, std::f64::consts::PI),
        ("ln", 1.0, 0.0),
        ("ln", 0.0, -infinity),
        ("ln", -0.0, -infinity),
        ("ln", infinity, infinity),
        ("ln_1p", 0.0, 0.0),
        ("ln_1p", -0.0, -0.0),
        ("ln_1p", -1.0, -infinity),
        ("ln_1p", infinity, infinity),
    ] {
        let value = first(function(name, Pair::splat(x)));
        assert_eq!(value.to_bits(), expected.to_bits(), "{name}({x:?}) is {value:?}");
    }
    for (name, x) in [
        ("sin", infinity),
        ("cos", -infinity),
        ("asin", 1.0000000000000002),
        ("acos", -1.0000000000000002),
        ("acos", infinity),
        ("ln", -5e-324),
        ("ln", -infinity),
        ("ln_1p", -1.0000000000000002),
        ("ln_1p", -infinity),
    ] {
        assert!(first(function(name, Pair::splat(x))).is_nan(), "{name}({x:?})");
    }
    for name in ["sin", "cos", "asin", "acos", "ln", "ln_1p"] {
        assert!(first(function(name, Pair::splat(f64::NAN))).is_nan(), "{name}(NaN)");
    }
}

/// Angles around multiples of a right angle, among others, and numbers of any size.
fn numbers() -> Vec<f64> {
    let mut sample = Sample(23);
    let mut numbers = vec![0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 0.785, 1e-300, -5e-324];
    for factor in [1.0, 7.0, 4e4, 9e5] {
        numbers.extend(sample.uniform(300).iter().map(|number| (number - 0.5) * factor));
    }
    for (number, off) in sample.uniform(300).into_iter().zip(sample.uniform(300)) {
        let angle = (number * 6e5).floor() * std::f64::consts::FRAC_PI_2;
        numbers.extend([angle, -angle, angle + off * 1e-4, angle.next_up()]);
    }
    numbers
}

/// The same bits whatever the block is, and wherever a number is in it.
#[test]
fn blocks_equal_one_pair_after_the_other() {
    let bits = |pair: Pair| pair.numbers().map(f64::to_bits);
    let all = numbers();
    let alone = [f64::NAN, f64::INFINITY, 1e6, -3e22, f64::MAX].map(|number| vec![0.3, number, -2.0]);
    let blocks = all.chunks(127).map(<[f64]>::to_vec).chain(all.chunks(2).take(200).map(<[f64]>::to_vec)).chain(alone);
    let (mut sin_cos_of, mut acos_of) = (SinCos::new(), Acos::new());
    for block in blocks {
        let pairs: Vec<Pair> = block.chunks(2).map(|two| Pair::new([two[0], two[two.len() - 1]])).collect();
        let (mut angles, mut sines, mut cosines) = (zeros(), zeros(), zeros());
        angles[..pairs.len()].copy_from_slice(&pairs);
        sin_cos_of.find(pairs.len(), &angles, &mut sines, &mut cosines);
        acos_of.find(pairs.len(), &mut angles);
        for (place, x) in pairs.into_iter().enumerate() {
            let (sine, cosine) = sin_cos(x);
            assert_eq!(bits(sines[place]), bits(sine), "sin({x:?})");
            assert_eq!(bits(cosines[place]), bits(cosine), "cos({x:?})");
            assert_eq!(bits(angles[place]), bits(acos(x)), "acos({x:?})");
        }
    }
}
