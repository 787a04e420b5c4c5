//! A grader's source as it is shown: in full, each line with its number.

use assay::audit::SourceAudit;
use assay_types::excerpt::printable;

/// The lines of a source. What would move the cursor, reorder text or hide is escaped, so that a reader sees what the interpreter reads.
pub(super) fn numbered(source: &SourceAudit) -> String {
    let width = source.lines.to_string().len();
    let line = |(number, line): (usize, &str)| format!("{:>width$} | {}", number + 1, printable(line));
    let lines: Vec<String> = source.text.lines().enumerate().map(line).collect();
    format!("\n{}\n{}", source.file, lines.join("\n"))
}
