//! The first screen of an audit: what a reviewer has to know of a grader, in about 40 lines of 100 columns.

use assay::audit::{Anatomy, Audit, CompetitionAudit, GraderAudit, SourceAudit};
use assay::check::Answered;
use assay_evidence::lock::Locked;
use assay_sandbox::Limits;
use assay_types::counted;
use assay_types::grader::{INTERFACE, WIT_VERSION};

use super::options::options;
use super::{Row, row};
use crate::output;
use crate::size::{bytes, grouped};

/// How many names stand in a line.
const NAMED: usize = 4;

/// How wide a value is, in characters, on a screen of 100 columns.
pub(super) const WIDTH: usize = 80;

/// How many cases are told.
const CASES: usize = 3;

pub(super) fn rows(audit: &Audit) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(competition) = &audit.competition {
        rows.extend(of_competition(competition));
    }
    if let Some(source) = &audit.source {
        rows.extend(of_source(source));
    }
    if let Some(grader) = &audit.grader {
        rows.extend(of_grader(grader, audit.source.is_none()));
    }
    rows.push(("cases".into(), cases(&audit.cases, audit.passes())));
    if let Some(grader) = &audit.grader {
        rows.push(row("used by", used_by(grader)));
        let of = if audit.source.is_none() {
            ""
        } else {
            "nothing is built, the text below is the grader. Its interpreter: "
        };
        rows.push(row("rebuild", text(&format!("{of}{}", grader.rebuild.join("; ")), 3)));
    }
    rows.push(row("more", "`--all` shows what it is made of, every limit, and the way to a score"));
    rows
}

/// A text of at most so many lines.
fn text(text: &str, lines: usize) -> String {
    output::shortened(&text.replace('\n', " "), WIDTH * lines - 1)
}

fn of_competition(competition: &CompetitionAudit) -> Vec<Row> {
    vec![
        row("competition", text(&format!("{}: {}", competition.id, competition.title), 1)),
        row("· sha256", &competition.sha256),
        row("· in the lock", locked(competition.locked)),
    ]
}

fn locked(locked: Locked) -> &'static str {
    match locked {
        Locked::Same => "yes: this very digest",
        Locked::Another => "NO: the lock has another digest of this name",
        Locked::Absent => "no: the lock has nothing of this name",
    }
}

fn of_source(source: &SourceAudit) -> Vec<Row> {
    let direction =
        source.direction.map_or("which score is better is not declared".into(), |better| format!("{better} is better"));
    let version = source.version.as_deref().unwrap_or("undeclared");
    let (lines, size) = (counted(source.lines, "line", "lines"), bytes(source.bytes as u64));
    let mut rows = vec![
        row("source", text(&format!("{}: {lines}, {size}, in full below", source.file), 1)),
        row("· sha256", &source.sha256),
        row("· declares", text(&format!("version {version}; {direction}"), 1)),
    ];
    if !source.options.is_empty() {
        let told = serde_json::to_string(&source.options).unwrap_or_default();
        rows.push(row("· options", text(&told, 2)));
    }
    if let Some(reason) = &source.refused {
        rows.push(row("passes", format!("no: {}", text(reason, 4))));
    }
    rows
}

fn of_grader(grader: &GraderAudit, itself: bool) -> Vec<Row> {
    let what = if itself { "grader" } else { "interpreter" };
    let mut rows = match &grader.description {
        None => vec![row(what, text(&grader.name, 1))],
        Some(description) => {
            let better = description.direction;
            let named = if itself {
                format!("{} {}; {better} is better", description.name, description.version)
            } else {
                format!("{} {}", description.name, description.version)
            };
            vec![row(what, text(&named, 1)), row("· says", text(&description.summary, 2))]
        }
    };
    rows.extend([
        row("· from", text(&grader.source, 1)),
        row("· sha256", &grader.sha256),
        row("· in the lock", locked(grader.locked)),
        row(
            "passes",
            match &grader.refused {
                None => "yes: it is a grader, and would be run".into(),
                Some(reason) => format!("no: {}", text(reason, 6)),
            },
        ),
    ]);
    rows.extend(grader.remedy.as_ref().map(|remedy| row("remedy", text(remedy, 3))));
    if let Some(anatomy) = &grader.anatomy {
        rows.extend(made_of(grader, anatomy));
    } else {
        rows.push(row("is", format!("{}, which cannot be taken apart", bytes(grader.bytes as u64))));
    }
    if grader.same_as.total > 0 {
        rows.push(row("same bytes as", names(&grader.same_as.first, grader.same_as.total)));
    }
    rows.push(("limits".into(), limits(&grader.limits)));
    if let Some(description) = grader.description.as_ref().filter(|_| itself) {
        rows.push(("options".into(), options(&description.options)));
    }
    rows
}

fn made_of(grader: &GraderAudit, anatomy: &Anatomy) -> Vec<Row> {
    let imports: Vec<&str> = anatomy.imports.first.iter().map(|import| import.name.as_str()).collect();
    let imports = match imports.as_slice() {
        [] => "nothing: it touches nothing but what it is handed".into(),
        imports => format!("what no grader may: {}", names(imports, anatomy.imports.total)),
    };
    let contract = format!("{INTERFACE}{WIT_VERSION}");
    let beyond: Vec<&str> =
        anatomy.exports.first.iter().map(|export| export.name.as_str()).filter(|name| *name != contract).collect();
    let has = anatomy.exports.first.len() > beyond.len();
    let exports = match (has, beyond.as_slice()) {
        (true, []) => format!("the contract alone: {contract}"),
        (false, []) => "nothing: not the contract either".into(),
        (has, beyond) => {
            let total = anatomy.exports.total - usize::from(has);
            format!("{} the contract: {}", if has { "beyond" } else { "not" }, names(beyond, total))
        }
    };
    let kind = if anatomy.component { "component" } else { "core module, which is no grader," };
    let footprint = &anatomy.footprint;
    let parts = [
        format!("{kind} of {}: {} functions", bytes(grader.bytes as u64), grouped(anatomy.functions as u64)),
        counted(footprint.core_instances, "core instance", "core instances"),
        counted(footprint.memories, "memory", "memories"),
        counted(footprint.tables, "table", "tables"),
    ];
    let runtime = match &anatomy.runtime {
        None => "none that is known".into(),
        Some(runtime) => format!("{runtime}, by names and texts within it: a claim"),
    };
    vec![
        row("imports", text(&imports, 2)),
        row("exports", text(&exports, 1)),
        row("is", parts.join(", ")),
        row("runtime", runtime),
        row("built by", text(&built_by(anatomy), 2)),
        ("determinism".into(), determinism(anatomy)),
    ]
}

fn built_by(anatomy: &Anatomy) -> String {
    let named =
        anatomy.claims.producers.first.iter().map(|made| format!("{} {}", made.name, made.version).trim().to_owned());
    let named: Vec<String> = named.collect();
    match (anatomy.toolchain, named.as_slice()) {
        (None, []) => "it names nothing".into(),
        (None, named) => format!("no toolchain that is known; it names {}", named.join(", ")),
        (Some(toolchain), []) => format!("{}: a claim", toolchain.name()),
        (Some(toolchain), named) => format!("{}: a claim; it names {}", toolchain.name(), named.join(", ")),
    }
}

fn instructions(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "instruction" } else { "instructions" })
}

/// A line for each hazard that was seen.
fn determinism(anatomy: &Anatomy) -> Vec<String> {
    let hazards = &anatomy.hazards;
    let mut lines = Vec::new();
    if hazards.nan > 0 {
        lines.push(format!(
            "NaN: {} may give one; the engine gives NaNs the same bits everywhere",
            instructions(hazards.nan)
        ));
    }
    if hazards.relaxed_simd > 0 {
        lines.push(format!("relaxed SIMD: {}, which the engine does not take", instructions(hazards.relaxed_simd)));
    }
    if hazards.atomics > 0 {
        lines.push(format!("threads: {}, which the engine does not take", instructions(hazards.atomics)));
    }
    if !hazards.system.is_empty() {
        let asked: Vec<&str> = hazards.system.iter().map(|system| system.name()).collect();
        let who = if anatomy.imports.total == 0 { "a stub answers" } else { "its imports answer" };
        lines.push(format!("system: asks for {}; {who}", asked.join(", ")));
    }
    if lines.is_empty() { vec!["nothing was seen that could differ between machines".into()] } else { lines }
}

fn limits(limits: &Limits) -> Vec<String> {
    vec![
        format!(
            "fuel {} and {} a byte handed over; {:?}",
            grouped(limits.fuel_base),
            grouped(limits.fuel_per_byte),
            limits.wall_clock
        ),
        format!(
            "{} in {} memories, {} of stack, {} elements in {} tables, {} core instances",
            bytes(limits.memory_bytes as u64),
            limits.memories,
            bytes(limits.stack_bytes as u64),
            grouped(limits.table_elements as u64),
            limits.tables,
            limits.core_instances
        ),
        format!(
            "component of {}; to compile: {:?} of a processor, {:?}, {}",
            bytes(limits.component_bytes as u64),
            limits.compile_processor_time,
            limits.compile_time,
            bytes(limits.compile_memory_bytes as u64)
        ),
        format!(
            "returns {}: {} details, {} problems of {}, {} options, {} a text",
            bytes(limits.returned_bytes as u64),
            grouped(limits.details as u64),
            limits.problems,
            bytes(limits.problem_bytes as u64),
            limits.options,
            bytes(limits.text_bytes as u64)
        ),
    ]
}

/// What came of cases: those that do not hold first.
fn cases(cases: &[Answered], passes: bool) -> Vec<String> {
    if cases.is_empty() {
        let none = if passes { "none at hand: `--cases DIR` names some" } else { "not tried: it would not be run" };
        return vec![none.into()];
    }
    let held = cases.iter().filter(|case| case.holds).count();
    let mut lines = vec![format!("{held} of {} come to what they state", cases.len())];
    let mut sorted: Vec<&Answered> = cases.iter().collect();
    sorted.sort_by_key(|case| case.holds);
    let told = |case: &&Answered| text(&format!("{} {}", if case.holds { "ok" } else { "FAIL" }, case.said), 1);
    lines.extend(sorted.iter().take(CASES).map(told));
    if sorted.len() > CASES {
        lines.push(format!("… and {} more", sorted.len() - CASES));
    }
    lines
}

fn used_by(grader: &GraderAudit) -> String {
    let users: Vec<&str> = grader.used_by.first.iter().map(|user| user.competition_id.as_str()).collect();
    match users.as_slice() {
        [] => "no competition at hand".into(),
        users => {
            let competitions = counted(grader.used_by.total, "competition", "competitions");
            let told = |few: usize| {
                let users = users.get(..few).unwrap_or(users);
                format!("{competitions}: {}", names(users, grader.used_by.total))
            };
            let fits = (2..=NAMED).rev().map(told).find(|told| told.chars().count() < WIDTH);
            fits.unwrap_or_else(|| told(1))
        }
    }
}

/// The first few names, and how many there are beside them.
fn names(names: &[impl AsRef<str>], total: usize) -> String {
    let first: Vec<String> = names.iter().take(NAMED).map(|name| output::shortened(name.as_ref(), 60)).collect();
    let more = total - first.len();
    if more > 0 { format!("{} … and {more} more", first.join(", ")) } else { first.join(", ") }
}
