//! Numbers as people read them.

/// A number of bytes: `17 bytes`, `114.6 KiB`, `32 MiB`.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [(u32, &str); 3] = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = UNITS.iter().find(|(shift, _)| count >> shift > 0);
    match unit {
        None => assay_types::counted(count, "byte", "bytes"),
        Some((shift, unit)) => {
            let number = format!("{:.1}", count as f64 / f64::from(1_u32 << shift));
            format!("{} {unit}", number.strip_suffix(".0").unwrap_or(&number))
        }
    }
}

/// A number with a comma before every third digit from the right.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let told = [1, 1023, 1024, 117_350, 32 << 20, 1 << 30].map(bytes);
        assert_eq!(told, ["1 byte", "1023 bytes", "1 KiB", "114.6 KiB", "32 MiB", "1 GiB"]);
        assert_eq!([0, 999, 1000, 10_000_000_000].map(grouped), ["0", "999", "1,000", "10,000,000,000"]);
    }
}
