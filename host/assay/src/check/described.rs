//! What the grader says of itself, and what it makes of its options.

use std::collections::BTreeMap;

use assay_types::competition::Setting;
use assay_types::grader::{Description, OptionSpec, SettingKind};

use super::catalogue::{DESCRIBES_ITSELF, OPTION_IGNORED, OPTIONS_CHECKED};
use super::ledger::Ledger;
use super::tables::columns_reversed;
use super::trial::{Dataset, Seen, Stop, Trial};

/// Holds what the grader says of itself against what the contract with graders asks for.
pub(super) fn description(description: &Description, ledger: &mut Ledger) {
    let said = |summary: &str| summary.split_whitespace().count() >= 3;
    if !said(&description.summary) {
        ledger.warn(DESCRIBES_ITSELF, "the summary does not say what is computed");
    }
    if !description.version.starts_with(|c: char| c.is_ascii_digit()) {
        ledger.warn(DESCRIBES_ITSELF, "the version does not start with a number");
    }
    for option in &description.options {
        if option.summary.trim().is_empty() {
            ledger.warn(DESCRIBES_ITSELF, format!("option `{}` has no summary", option.name));
        } else if !option.required && !option.summary.to_lowercase().contains("default") {
            ledger
                .warn(DESCRIBES_ITSELF, format!("the summary of option `{}` does not state its default", option.name));
        }
    }
    ledger.pass(DESCRIBES_ITSELF, format!("{} {}", description.name, description.version));
}

/// Leaves options out, gives them other kinds and other values. `effects` says of each option whether another value of it had an effect.
pub(super) fn options(
    trial: &Trial<'_>,
    data: &Dataset,
    effects: &mut BTreeMap<String, bool>,
    ledger: &mut Ledger,
) -> Result<(), Stop> {
    for spec in &data.description.options {
        let given = data.options.iter().find(|(name, _)| *name == spec.name).map(|(_, value)| value);
        let others: Vec<_> = data.options.iter().filter(|(name, _)| *name != spec.name).cloned().collect();
        let with = |value: Setting| [others.clone(), vec![(spec.name.clone(), value)]].concat();
        let name = &spec.name;
        if spec.required {
            let seen = trial.grade(&data.given, &others)?;
            if let Some(crash) = seen.crash() {
                ledger.fail(OPTIONS_CHECKED, format!("without option `{name}`: {crash}"));
            } else if seen.score().is_some() {
                ledger.warn(
                    OPTIONS_CHECKED,
                    format!("option `{name}` is declared as required, and there is a score without it"),
                );
            }
        }
        if let Some(crash) = trial.grade(&data.given, &with(odd(spec.kind)))?.crash() {
            ledger.fail(OPTIONS_CHECKED, format!("with option `{name}` of another kind: {crash}"));
        }
        ledger.pass(OPTIONS_CHECKED, "options that are missing or of another kind are refused");

        let values = values(spec, given);
        if values.is_empty() {
            continue;
        }
        let mut effect = false;
        for base in data.bases().flat_map(|base| [base.clone(), base.with(columns_reversed(&base.submission))]) {
            let mut seen: Vec<Seen> = vec![trial.grade(&base, &data.options)?];
            for value in values.clone() {
                seen.push(trial.grade(&base, &with(value))?);
            }
            effect |= seen.windows(2).any(|two| matches!(two, [one, other] if !one.same(other)));
        }
        *effects.entry(spec.name.clone()).or_default() |= effect;
    }
    Ok(())
}

/// Tells which options never had an effect.
pub(super) fn ignored(effects: &BTreeMap<String, bool>, ledger: &mut Ledger) {
    for (name, effect) in effects {
        if *effect {
            ledger.pass(OPTION_IGNORED, format!("`{name}` has an effect"));
        } else {
            ledger.warn(OPTION_IGNORED, format!("no value of option `{name}` made a difference"));
        }
    }
}

/// A value that the option does not take.
fn odd(kind: SettingKind) -> Setting {
    match kind {
        SettingKind::Boolean => Setting::Text("é".into()),
        _ => Setting::Boolean(true),
    }
}

/// Other values that the option takes.
fn values(spec: &OptionSpec, given: Option<&Setting>) -> Vec<Setting> {
    match (spec.kind, given) {
        (SettingKind::Boolean, _) => vec![Setting::Boolean(false), Setting::Boolean(true)],
        (SettingKind::Integer, _) => [1, 2, 7].map(Setting::Integer).to_vec(),
        (SettingKind::Number, _) => [0.25, 0.5, 3.0].map(Setting::Number).to_vec(),
        (SettingKind::Numbers, Some(Setting::Numbers(numbers))) => {
            let changed = numbers.iter().enumerate().map(|(at, number)| number * 2.0 + at as f64 + 1.0);
            vec![Setting::Numbers(changed.collect())]
        }
        (SettingKind::Column, Some(Setting::Text(_))) => vec![Setting::Text("a column that is not there".into())],
        (SettingKind::Columns, Some(Setting::Texts(_))) => {
            vec![Setting::Texts(vec!["a column that is not there".into()])]
        }
        _ => Vec::new(),
    }
}
