//! What a column should hold, in the words of its contract and of the sample submission.

use crate::competition::{ColumnRule, ColumnType};
use crate::excerpt::unprintable;

/// What to write into a column's cells.
pub(super) fn write(rule: &ColumnRule) -> String {
    match rule.kind {
        ColumnType::Boolean => "write `True` or `False`".to_owned(),
        ColumnType::Integer => format!("write whole numbers, such as `{}`", example(rule, 7.0)),
        ColumnType::Number | ColumnType::Text | ColumnType::Any => {
            format!("write plain decimal numbers, such as `{}`", example(rule, 0.25))
        }
    }
}

/// A number that the rule takes: `usual`, if it is one.
fn example(rule: &ColumnRule, usual: f64) -> f64 {
    let least = rule.min.or(rule.above).unwrap_or(f64::NEG_INFINITY);
    let most = rule.max.unwrap_or(f64::INFINITY);
    let middle = least / 2.0 + most / 2.0;
    match (least <= usual && usual <= most && rule.above != Some(usual), middle.is_finite()) {
        (true, _) => usual,
        (false, true) => middle,
        (false, false) if least.is_finite() => least + 1.0,
        (false, false) => most,
    }
}

/// The range of a rule in words.
pub(super) fn range(rule: &ColumnRule) -> String {
    match (rule.min, rule.max, rule.above) {
        (Some(min), Some(max), _) => format!("values must lie between {min} and {max}"),
        (Some(min), None, _) => format!("values must be {min} or more"),
        (_, Some(max), Some(above)) => format!("values must be above {above}, and {max} or less"),
        (_, Some(max), None) => format!("values must be {max} or less"),
        (_, None, Some(above)) => format!("values must be above {above}"),
        (None, None, None) => String::new(),
    }
}

/// What is seen of cells that are no numbers, and tells why not.
#[derive(Default)]
pub(super) struct Hints {
    decimal_comma: bool,
    unseen: bool,
}

impl Hints {
    /// Looks at one of the cells.
    pub(super) fn note(&mut self, cell: &str) {
        self.unseen |= cell.chars().any(unprintable);
        self.decimal_comma |= cell.contains(',') && crate::read::number(&cell.replacen(',', ".", 1)).is_some();
    }

    /// A remedy, with what the hints add to it.
    pub(super) fn add_to(&self, mut remedy: String) -> String {
        if self.decimal_comma {
            remedy += ", with a point in place of the comma";
        }
        if self.unseen {
            remedy += ", without characters that cannot be seen (shown as escapes here)";
        }
        remedy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_what_the_rule_takes() {
        for (rule, expected) in [
            ("type = \"boolean\"", "write `True` or `False`"),
            ("type = \"integer\"", "write whole numbers, such as `7`"),
            ("type = \"integer\"\nmax = 5.0", "write whole numbers, such as `5`"),
            ("type = \"number\"", "write plain decimal numbers, such as `0.25`"),
            ("type = \"number\"\nmin = 0.0\nmax = 1.0", "write plain decimal numbers, such as `0.25`"),
            ("type = \"number\"\nmin = 1.0\nmax = 100.0", "write plain decimal numbers, such as `50.5`"),
            ("type = \"number\"\nabove = 0.25", "write plain decimal numbers, such as `1.25`"),
        ] {
            let rule: ColumnRule = toml::from_str(&format!("names = [\"y\"]\n{rule}")).unwrap();
            assert_eq!(write(&rule), expected);
        }
    }
}
