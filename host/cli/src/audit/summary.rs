//! The first screen of an audit: may this grader touch anything, which digest has it, who uses it, does it pass?

use assay::audit::{Audit, CompetitionAudit, GraderAudit};
use assay_types::counted;

use super::{Row, row};
use crate::output;

/// How many names stand in a line.
const NAMED: usize = 4;

/// How much of a text is shown, in characters.
const SHOWN: usize = 200;

/// At most 20 lines, if none is wider than the screen.
pub(super) fn rows(audit: &Audit) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(competition) = &audit.competition {
        rows.extend(of_competition(competition));
    }
    rows.extend(of_grader(&audit.grader));
    rows.push(row("more", "`--details` shows what it is made of, its limits, and the way to a score"));
    rows
}

fn of_competition(competition: &CompetitionAudit) -> Vec<Row> {
    vec![
        row("competition", output::shortened(&format!("{}: {}", competition.id, competition.title), SHOWN)),
        row("sha256", &competition.sha256),
        row("· of contract", &competition.contract),
        row("· of options", &competition.options),
        row("· of thresholds", &competition.thresholds),
    ]
}

fn of_grader(grader: &GraderAudit) -> Vec<Row> {
    let mut rows = vec![
        row("grader", &grader.name),
        row("source", output::shortened(&grader.source, SHOWN)),
        row("sha256", &grader.sha256),
        row(
            "passes",
            match &grader.refused {
                None => "yes: it is a grader, and would be run".into(),
                Some(reason) => format!("no: {reason}"),
            },
        ),
        row("may touch", touches(grader)),
    ];
    if let Some(description) = &grader.description {
        let better = description.direction;
        let name = format!("{} {}; {better} is better", description.name, description.version);
        rows.push(row("describes itself as", output::shortened(&name, SHOWN)));
    }
    if grader.same_as.total > 0 {
        rows.push(row("same bytes as", names(&grader.same_as.first, grader.same_as.total)));
    }
    let users: Vec<&str> = grader.used_by.first.iter().map(|user| user.competition_id.as_str()).collect();
    let used = match users.as_slice() {
        [] => "no competition at hand".into(),
        users => {
            let competitions = counted(grader.used_by.total, "competition", "competitions");
            format!("{competitions}: {}", names(users, grader.used_by.total))
        }
    };
    rows.push(row("used by", used));
    rows
}

/// What the component can reach beside what it is handed. Whatever it imports, it is refused if it imports anything.
fn touches(grader: &GraderAudit) -> String {
    match &grader.anatomy {
        None => "unknown: it cannot be read".into(),
        Some(anatomy) if anatomy.imports.total == 0 => "nothing but what it is handed: it imports nothing".into(),
        Some(anatomy) => {
            let imports: Vec<&str> = anatomy.imports.first.iter().map(|import| import.name.as_str()).collect();
            format!("what it asks for, so it is refused: it imports {}", names(&imports, anatomy.imports.total))
        }
    }
}

/// The first few names, and how many there are beside them.
fn names(names: &[impl AsRef<str>], total: usize) -> String {
    let first: Vec<String> = names.iter().take(NAMED).map(|name| output::shortened(name.as_ref(), 60)).collect();
    let more = total - first.len();
    if more > 0 { format!("{} … and {more} more", first.join(", ")) } else { first.join(", ") }
}
