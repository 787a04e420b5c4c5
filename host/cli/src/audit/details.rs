//! Everything that an audit tells.

use assay::audit::{
    Anatomy, Audit, CompetitionAudit, Export, GraderAudit, Listing, Memory, Producer, Step, Table, shown,
};
use assay_sandbox::Limits;
use assay_types::counted;

use super::{Row, row};

pub(super) fn rows(audit: &Audit) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(competition) = &audit.competition {
        rows.extend(competition_rows(competition));
    }
    rows.extend(grader_rows(&audit.grader, audit.competition.is_none()));
    rows
}

fn competition_rows(competition: &CompetitionAudit) -> Vec<Row> {
    let mut rows = vec![
        row("competition", &competition.id),
        row("title", &competition.title),
        row("sha256", &competition.sha256),
        row("· of contract", &competition.contract),
        row("· of options", &competition.options),
        row("· of thresholds", &competition.thresholds),
    ];
    rows.extend(steps(&competition.path));
    rows
}

fn steps(steps: &[Step]) -> impl Iterator<Item = Row> {
    steps.iter().map(|Step { step, says }| (format!("→ {step}"), says.clone()))
}

fn grader_rows(grader: &GraderAudit, alone: bool) -> Vec<Row> {
    let mut rows = vec![
        row("grader", &grader.name),
        row("source", &grader.source),
        row("sha256", &grader.sha256),
        row("bytes", grader.bytes.to_string()),
    ];
    if let Some(reason) = &grader.refused {
        rows.push(row("refused", reason));
    }
    if let Some(description) = &grader.description {
        let better = description.direction;
        let name = format!("{} {}; {better} is better", description.name, description.version);
        rows.push(("describes itself as".into(), vec![name, description.summary.clone()]));
    }
    if let Some(anatomy) = &grader.anatomy {
        rows.extend(anatomy_rows(anatomy));
    }
    rows.push(("limits".into(), limits(&grader.limits)));
    if grader.same_as.total > 0 {
        rows.push(("same bytes as".into(), listed(&grader.same_as, Clone::clone)));
    }
    rows.push((
        "used by".into(),
        listed(&grader.used_by, |user| {
            let options =
                serde_json::to_string(&user.options).unwrap_or_else(|error| format!("not to be shown: {error}"));
            format!("{} {}", user.competition_id, shown(&options))
        }),
    ));
    if alone {
        rows.extend(steps(&grader.path));
    }
    rows.push(("rebuild".into(), grader.rebuild.clone()));
    rows
}

fn anatomy_rows(anatomy: &Anatomy) -> Vec<Row> {
    let kind = if anatomy.component { "a component" } else { "a core module, which is no grader" };
    let proposals = if anatomy.proposals.is_empty() { "none".into() } else { anatomy.proposals.join(", ") };
    let mut rows = vec![
        row("is", kind),
        ("imports".into(), listed(&anatomy.imports, |import| format!("{} ({})", import.name, import.kind))),
        ("exports".into(), listed(&anatomy.exports, export)),
        row("contract", anatomy.contract.as_deref().unwrap_or("none: it does not export assay:grader/grading")),
        row("core modules", anatomy.core_modules.to_string()),
        row("functions", format!("{}; {} of code", anatomy.functions, counted(anatomy.code_bytes, "byte", "bytes"))),
        row("start functions", anatomy.start_functions.to_string()),
        row("data", counted(anatomy.data_bytes, "byte", "bytes")),
        ("memories".into(), listed(&anatomy.memories, memory)),
        ("tables".into(), listed(&anatomy.tables, table)),
        ("instructions".into(), instructions(anatomy)),
        row("needs proposals", proposals),
    ];
    let claims = &anatomy.claims;
    let mut says = listed(&claims.producers, |Producer { field, name, version }| format!("{field}: {name} {version}"));
    says.extend(claims.texts.first.iter().map(|text| format!("{}: {}", text.name, text.text)));
    says.extend(claims.names.first.iter().map(|name| format!("name: {name}")));
    rows.push(("claims: nothing vouches for them".into(), says));
    let section =
        |section: &assay::audit::Section| format!("{}, {}", section.name, counted(section.bytes, "byte", "bytes"));
    rows.push(("custom sections".into(), listed(&claims.sections, section)));
    rows
}

/// The entries of a listing; "nothing" if there are none.
fn listed<T>(listing: &Listing<T>, shown: impl Fn(&T) -> String) -> Vec<String> {
    if listing.total == 0 {
        return vec!["nothing".into()];
    }
    let mut entries: Vec<String> = listing.first.iter().map(shown).collect();
    if listing.hidden() > 0 {
        entries.push(format!("… and {} more", listing.hidden()));
    }
    entries
}

fn export(export: &Export) -> String {
    let functions = if export.functions.total == 0 {
        String::new()
    } else {
        format!(": {}", listed(&export.functions, Clone::clone).join(", "))
    };
    format!("{} ({}){functions}", export.name, export.kind)
}

fn memory(memory: &Memory) -> String {
    let size =
        |pages: u64, bytes: u64| format!("{} ({})", counted(pages, "page", "pages"), counted(bytes, "byte", "bytes"));
    let most = match (memory.maximum_pages, memory.maximum_bytes) {
        (Some(pages), Some(bytes)) => size(pages, bytes),
        _ => "no maximum of its own".into(),
    };
    let shared = if memory.shared { ", shared" } else { "" };
    format!("from {} to {most}{shared}", size(memory.minimum_pages, memory.minimum_bytes))
}

fn table(table: &Table) -> String {
    let most = table.maximum.map_or("no maximum of its own".into(), |most| most.to_string());
    format!("elements: from {} to {most}", table.minimum)
}

fn instructions(anatomy: &Anatomy) -> Vec<String> {
    // The kinds are named as in JSON, and those that are not there are left out.
    let counts = serde_json::to_value(&anatomy.instructions).unwrap_or_default();
    let counts = counts.as_object().into_iter().flatten().filter(|(_, count)| **count != 0);
    counts.map(|(kind, count)| format!("{}: {count}", kind.replace('_', " "))).collect()
}

fn limits(limits: &Limits) -> Vec<String> {
    vec![
        format!("fuel: {} and {} for each byte handed over", limits.fuel_base, limits.fuel_per_byte),
        format!("time: {:?}", limits.wall_clock),
        format!("memory: {} bytes; stack: {} bytes", limits.memory_bytes, limits.stack_bytes),
        format!("table: {} elements", limits.table_elements),
        format!("returns: {} bytes, {} details", limits.returned_bytes, limits.details),
    ]
}
