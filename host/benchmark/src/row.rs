//! A row of the reference's public leaderboard: the share of any medal by complexity, each as mean ± standard error.

use std::fmt;

use crate::aggregate::Metric;

/// The header of that leaderboard.
pub const HEADER: &str = "| Agent | LLM(s) used | Low == Lite (%) | Medium (%) | High (%) | All (%) | Running Time (hours) | Date | Grading Reports Available | Source Code Available |";

/// The splits of its columns, in their order.
pub const SPLITS: [&str; 4] = ["low", "medium", "high", "split75"];

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The agent's name.
    pub agent: String,
    /// The models that it used.
    pub models: String,
    /// The share of competitions with any medal, of each of [`SPLITS`]; none where there are no complete seeds.
    pub medals: [Option<Metric>; 4],
    /// How long a run may take, in hours.
    pub hours: Option<f64>,
    /// The day.
    pub date: String,
    /// Whether the source is public.
    pub source: Option<bool>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
        write!(f, "| {} | {} ", cell(&self.agent), cell(&self.models))?;
        for medals in &self.medals {
            match medals {
                Some(metric) => write!(f, "| {:.2} ± {:.2} ", metric.mean, metric.standard_error)?,
                None => f.write_str("| N/A ")?,
            }
        }
        let hours = self.hours.map_or_else(|| "N/A".to_owned(), |hours| hours.to_string());
        let source = match self.source {
            Some(true) => "✓",
            Some(false) => "X",
            None => "N/A",
        };
        write!(f, "| {hours} | {} | ✓ | {source} |", cell(&self.date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form of a row of the published leaderboard.
    #[test]
    fn a_row_is_that_of_the_leaderboard() {
        let medals = [Some(Metric::of(&[34.3])), Some(Metric::of(&[6.0, 8.0])), None, Some(Metric::of(&[16.9]))];
        let row = Row {
            agent: "A|B".into(),
            models: "m".into(),
            medals,
            hours: Some(24.0),
            date: "2024-10-08".into(),
            source: Some(true),
        };
        let expected = "| A\\|B | m | 34.30 ± 0.00 | 7.00 ± 1.00 | N/A | 16.90 ± 0.00 | 24 | 2024-10-08 | ✓ | ✓ |";
        assert_eq!(row.to_string(), expected);
        assert_eq!(HEADER.matches('|').count(), expected.replace("\\|", "").matches('|').count());
    }
}
