//! What changed between two graders, as text.

use assay::audit::{Change, Difference, OfCase, shown};
use assay::check::Answered;
use assay_types::counted;

use crate::output;

/// How much of a value is shown, in characters.
const SHOWN: usize = 300;

pub(super) fn told(difference: &Difference, one: &str, other: &str) -> String {
    let Difference { same, changes, cases, .. } = difference;
    let mut lines = vec![format!("- {}", shown(one)), format!("+ {}", shown(other)), String::new()];
    if *same {
        lines.push("the same component: every byte is the same".into());
    }
    for Change { what, one, other } in changes {
        lines.push(what.clone());
        for (sign, value) in [('-', one), ('+', other)] {
            lines.extend(value.iter().map(|value| format!("  {sign} {}", line(value))));
        }
    }
    let differ = cases.iter().filter(|case| case.differs).count();
    if cases.is_empty() {
        lines.push("no cases: `--cases DIR` names some, so that scores are compared too".into());
    } else {
        lines.extend(cases.iter().map(case));
        let of = counted(cases.len(), "case", "cases");
        lines.push(match differ {
            0 => format!("{of}: the same scores and refusals to the last bit"),
            differ => format!("scores or refusals differ on {differ} of {of}"),
        });
    }
    if !same {
        let parts = counted(changes.len(), "difference", "differences");
        lines.push(format!("not the same component: {parts} beside cases"));
    }
    lines.join("\n")
}

fn case(case: &OfCase) -> String {
    let came_to = |answered: &Option<Answered>| match answered {
        None => "cannot be tried".to_owned(),
        Some(Answered { score: Some(score), .. }) => score.to_string(),
        Some(Answered { refusal, .. }) => format!("refused: {}", line(refusal.as_deref().unwrap_or_default())),
    };
    if case.differs {
        format!("case {}\n  - {}\n  + {}", case.name, came_to(&case.one), came_to(&case.other))
    } else {
        format!("case {}: {}", case.name, came_to(&case.one))
    }
}

fn line(text: &str) -> String {
    output::shortened(&text.replace('\n', " "), SHOWN)
}
