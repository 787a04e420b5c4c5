//! Names that look like one that is not there: a slip of the pen should cost one look at the message, not a search.

use assay_types::excerpt::excerpt;

/// The longest name that is compared: whoever writes longer ones did not mistype.
const LONGEST: usize = 128;

/// How many near names are told.
const TOLD: usize = 5;

/// How many letters tell the beginning of a longer name from a chance.
const BEGINNING: usize = 8;

/// The known names that look most like `name`, nearest first: those that begin with it or hold it, and those that a few letters tell
/// from it, or from their beginning. Capitals do not matter.
pub(crate) fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    if name.is_empty() || name.len() > LONGEST {
        return Vec::new();
    }
    let name = name.to_lowercase();
    let letters = name.chars().count();
    let distance = |known: &str| {
        let whole = strsim::osa_distance(&name, known);
        let beginning: String = known.chars().take(letters).collect();
        if letters < BEGINNING { whole } else { whole.min(strsim::osa_distance(&name, &beginning)) }
    };
    let mut near: Vec<(usize, bool, &str)> = known
        .into_iter()
        .filter(|known| known.len() <= LONGEST)
        .filter_map(|known| {
            let lower = known.to_lowercase();
            let steps = if lower.contains(&name) { 0 } else { distance(&lower) };
            (steps <= letters / 3).then_some((steps, !lower.starts_with(&name), known))
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(TOLD).map(|(.., name)| name.to_owned()).collect()
}

/// These names as messages ask about them, with a blank before; nothing if there are none.
pub(crate) fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => {
            let names: Vec<String> = near.iter().map(|name| excerpt(name).to_string()).collect();
            format!(" (did you mean {}?)", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_like_it() {
        let known = ["roc-auc", "log-loss", "weighted-roc-auc", "accuracy"];
        assert_eq!(near("rocauc", known), ["roc-auc"]);
        assert_eq!(near("roc-acu", known), ["roc-auc"]);
        assert_eq!(near("AUC", known), ["roc-auc", "weighted-roc-auc"]);
        assert_eq!(near("wieghted-roc", known), ["weighted-roc-auc"]);
        assert_eq!(near("auc", ["roc-auc", "auc-of-all"]), ["auc-of-all", "roc-auc"]);
        assert_eq!(near("qqqqqq", known), [""; 0]);
        assert_eq!(near("", known), [""; 0]);
        assert_eq!(near(&"x".repeat(LONGEST + 1), [&*"x".repeat(LONGEST + 1)]), [""; 0]);
    }

    #[test]
    fn they_are_asked_about() {
        assert_eq!(did_you_mean(&[]), "");
        assert_eq!(did_you_mean(&["a".into(), "\u{202e}".into()]), r" (did you mean `a`, `\u{202e}`?)");
    }
}
