//! What a grader says of itself, in the words of this program.

use assay_types::Direction;
use assay_types::grader::{Description, OptionSpec, SettingKind};

use crate::bindings;

/// The same, not yet checked.
pub(crate) fn description(said: bindings::Description) -> Description {
    let options = said.options.into_iter().map(|option| OptionSpec {
        name: option.name,
        kind: kind(option.kind),
        required: option.required,
        summary: option.summary,
    });
    Description {
        name: said.name,
        version: said.version,
        summary: said.summary,
        direction: match said.direction {
            bindings::Direction::HigherIsBetter => Direction::Higher,
            bindings::Direction::LowerIsBetter => Direction::Lower,
        },
        options: options.collect(),
    }
}

fn kind(kind: bindings::SettingKind) -> SettingKind {
    match kind {
        bindings::SettingKind::Boolean => SettingKind::Boolean,
        bindings::SettingKind::Integer => SettingKind::Integer,
        bindings::SettingKind::Number => SettingKind::Number,
        bindings::SettingKind::Text => SettingKind::Text,
        bindings::SettingKind::Texts => SettingKind::Texts,
        bindings::SettingKind::Numbers => SettingKind::Numbers,
        bindings::SettingKind::Column => SettingKind::Column,
        bindings::SettingKind::Columns => SettingKind::Columns,
    }
}
