//! What is wrong with a submission, said so that its author can mend it.

use std::fmt;

use crate::excerpt::excerpt;

/// How many places of each kind are named; the rest is counted.
const NAMED: usize = 5;

/// One kind of thing that is wrong, the first places where it is, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    message: String,
    remedy: Option<String>,
    places: Vec<Place>,
    count: usize,
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    line: Option<u64>,
    value: String,
}

impl Finding {
    /// Something that is wrong; places may follow.
    pub fn new(message: impl Into<String>) -> Self {
        Finding { message: message.into(), remedy: None, places: Vec::new(), count: 0 }
    }

    /// What would be right.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Counts a place; the first few are kept. `describe` gives its line and the value there.
    pub fn add(&mut self, describe: impl FnOnce() -> (Option<u64>, String)) {
        if self.places.len() < NAMED {
            let (line, value) = describe();
            self.places.push(Place { line, value });
        }
        self.count += 1;
    }

    /// True if no place was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (index, place) in self.places.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { ", " })?;
            match place.line {
                Some(line) if place.value.is_empty() => write!(f, "line {line}")?,
                Some(line) => write!(f, "line {line}: {}", excerpt(&place.value))?,
                None => write!(f, "{}", excerpt(&place.value))?,
            }
        }
        if self.count > self.places.len() {
            write!(f, ", … ({} in all)", self.count)?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "; {remedy}")?;
        }
        Ok(())
    }
}
