//! A grader's options on the first screen of an audit.

use assay_sandbox::{OptionSpec, SettingKind};

use super::summary::WIDTH;
use crate::output;

/// How many lines they may take.
const LINES: usize = 6;

/// How much of a default is shown, in characters.
const DEFAULT: usize = 30;

/// Options with their kinds and texts, in which defaults stand.
pub(super) fn options(options: &[OptionSpec]) -> Vec<String> {
    if options.is_empty() {
        return vec!["none".into()];
    }
    // A text is shown in full where there is room.
    let lines_each = if options.len() <= LINES / 2 { 2 } else { 1 };
    let shown = if options.len() > LINES { LINES - 1 } else { options.len() };
    let mut lines: Vec<String> = options.iter().take(shown).map(|spec| option(spec, lines_each)).collect();
    if options.len() > shown {
        lines.push(format!("… and {} more", options.len() - shown));
    }
    lines
}

fn option(spec: &OptionSpec, lines: usize) -> String {
    let OptionSpec { name, kind, required, summary } = spec;
    let kind = match kind {
        SettingKind::Boolean => "boolean",
        SettingKind::Integer => "integer",
        SettingKind::Number => "number",
        SettingKind::Text => "text",
        SettingKind::Texts => "texts",
        SettingKind::Numbers => "numbers",
        SettingKind::Column => "column",
        SettingKind::Columns => "columns",
    };
    let summary = summary.replace('\n', " ");
    let default = default(&summary).filter(|_| !required);
    // What is told beside the kind need not be told twice.
    let rest = default.as_ref().and_then(|default| summary.strip_suffix(&format!("{default})")));
    let rest = rest.and_then(|rest| rest.rsplit_once('(')).filter(|(_, word)| word.starts_with("default"));
    let told = rest.map_or(summary.as_str(), |(before, _)| before.trim_end());
    let default = default.map(|default| format!(", default {default}")).unwrap_or_default();
    let needed = if *required { "required" } else { "optional" };
    let start = format!("{name} ({kind}, {needed}{default}): ");
    let room = (WIDTH * lines).saturating_sub(start.chars().count() + 1).max(20);
    format!("{start}{}", output::shortened(told, room))
}

/// The default that an option's text states, in a few words: the contract has no other place for it.
fn default(summary: &str) -> Option<String> {
    let at = summary.to_ascii_lowercase().find("default")?;
    let rest = summary.get(at..)?.trim_start_matches(|c: char| c.is_alphabetic());
    let words =
        rest.trim_start_matches([':', ' ', '=', ',']).split([')', ';', '\n']).next()?.trim_end_matches(['.', ' ']);
    let words = words.strip_prefix("is ").unwrap_or(words);
    (!words.is_empty()).then(|| output::shortened(words, DEFAULT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_read_off_texts() {
        for (text, expected) in [
            ("how much more recall weighs (default 1)", Some("1")),
            ("the columns (default: all columns of the contract)", Some("all columns of the contract")),
            ("Its exponent. Default is 2.0.", Some("2.0")),
            ("the column", None),
        ] {
            assert_eq!(default(text).as_deref(), expected, "{text}");
        }
    }
}
