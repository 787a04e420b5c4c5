//! A report as a page that people look at: one HTML file that holds all it needs, without scripts, and without anything from elsewhere.
//!
//! It says what the report says and nothing of its own: the same report gives the same bytes. All text in it that others wrote (names of
//! files, reasons, cards) is escaped, and the page's own policy forbids whatever a browser could load or run.

mod card;
mod escape;
mod failures;
mod figures;
mod issues;
mod medals;
mod position;
mod positions;
mod receipts;
mod runs;
mod table;
mod uncertainty;

pub use self::card::{Card, CardError, MAX_BYTES as MAX_CARD_BYTES};
pub use self::escape::escaped;
pub use self::figures::{Figures, FiguresError, MAX_BYTES as MAX_FIGURES_BYTES};

use std::fmt::Write;

use assay_types::counted;

use crate::reading::GradingReport;

/// How the page looks: one sheet, in light and dark, on a phone and on paper.
const STYLE: &str = include_str!("page/style.css");

/// What a browser may do with the page: use its own style, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What a page shows.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The report.
    pub report: &'a GradingReport,
    /// The conditions that its runs were made under.
    pub card: Option<&'a Card>,
    /// What graders said beside the scores, which is for the operator.
    pub figures: Option<&'a Figures>,
}

/// A part of the page: its anchor, its heading, and its HTML.
struct Section {
    anchor: &'static str,
    heading: &'static str,
    html: String,
}

impl Page<'_> {
    /// The page as HTML.
    #[must_use]
    pub fn html(&self) -> String {
        let name = escaped(&self.report.name);
        let sections = self.sections();
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>Grading report {name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#medals\">Skip to the medals</a>\n<header>\n<h1>Grading report</h1>\n"
        );
        let runs = counted(self.report.entries.len(), "run", "runs");
        let sha256 = escaped(&self.report.sha256);
        let _ = writeln!(
            html,
            "<p>{runs} of <code>{name}</code>, <abbr title=\"digest of the report's bytes\">sha256</abbr> <code>{sha256}</code></p>"
        );
        html += "<nav aria-label=\"Parts of this page\">\n<ul>\n";
        for Section { anchor, heading, .. } in &sections {
            let _ = writeln!(html, "<li><a href=\"#{anchor}\">{heading}</a></li>");
        }
        html += "</ul>\n</nav>\n</header>\n<main>\n";
        for Section { anchor, heading, html: part } in &sections {
            let _ = writeln!(
                html,
                "<section aria-labelledby=\"{anchor}\">\n<h2 id=\"{anchor}\">{heading}</h2>\n{part}</section>"
            );
        }
        html += "</main>\n</body>\n</html>\n";
        html
    }

    /// The parts that there is something to say in.
    fn sections(&self) -> Vec<Section> {
        let entries = &self.report.entries;
        let section = |anchor, heading, html| Section { anchor, heading, html };
        let mut sections = vec![
            section("medals", "Medals", medals::html(entries)),
            section("positions", "Positions between thresholds", positions::html(entries)),
            section("failures", "Runs without a score", failures::html(entries)),
            section("runs", "All runs", runs::html(entries)),
        ];
        if let Some(html) = uncertainty::html(entries) {
            sections.push(section("uncertainty", "Uncertainty of scores", html));
        }
        if let Some(html) = issues::html(entries) {
            sections.push(section("issues", "Known issues", html));
        }
        if let Some(figures) = self.figures {
            sections.push(section("figures", "Figures beside the scores", figures.html(entries)));
        }
        sections.push(section("card", "Run card", card::html(self.card)));
        sections.push(section("receipts", "Receipts", receipts::html(entries)));
        sections
    }
}

#[cfg(test)]
mod tests;
