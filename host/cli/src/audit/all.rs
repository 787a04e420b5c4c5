//! Everything that an audit tells.

use assay::audit::{
    Anatomy, Audit, CompetitionAudit, Export, GraderAudit, Listing, Memory, Producer, SourceAudit, Step, Table, shown,
};
use assay_sandbox::Limits;
use assay_types::counted;

use super::{Row, row};

pub(super) fn rows(audit: &Audit) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(competition) = &audit.competition {
        rows.extend(competition_rows(competition));
    }
    if let Some(source) = &audit.source {
        rows.extend(source_rows(source));
    }
    if let Some(grader) = &audit.grader {
        rows.extend(grader_rows(grader, audit.competition.is_none()));
    }
    let cases = audit.cases.iter().map(|case| format!("{} {}", if case.holds { "ok" } else { "FAIL" }, case.said));
    let cases: Vec<String> = cases.collect();
    rows.push(("cases".into(), if cases.is_empty() { vec!["none".into()] } else { cases }));
    rows
}

fn source_rows(source: &SourceAudit) -> Vec<Row> {
    let options = serde_json::to_string(&source.options).unwrap_or_else(|error| format!("not to be shown: {error}"));
    let mut rows = vec![
        row("source", &source.file),
        row("· sha256", &source.sha256),
        row("· bytes", source.bytes.to_string()),
        row("· lines", source.lines.to_string()),
        row("· version", source.version.as_deref().unwrap_or("undeclared")),
        row("· better", source.direction.map_or("undeclared".into(), |better| better.to_string())),
        row("· options", shown(&options)),
        row("· interpreter", &source.interpreter),
    ];
    rows.extend(source.refused.as_ref().map(|reason| row("· refused", reason)));
    rows
}

fn competition_rows(competition: &CompetitionAudit) -> Vec<Row> {
    let mut rows = vec![
        row("competition", &competition.id),
        row("title", &competition.title),
        row("sha256", &competition.sha256),
        row("in the lock", word(&competition.locked)),
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
        row("in the lock", word(&grader.locked)),
        row("bytes", grader.bytes.to_string()),
    ];
    if let Some(reason) = &grader.refused {
        rows.push(row("refused", reason));
    }
    rows.extend(grader.remedy.as_ref().map(|remedy| row("remedy", remedy)));
    if let Some(description) = &grader.description {
        let better = description.direction;
        let name = format!("{} {}; {better} is better", description.name, description.version);
        rows.push(("describes itself as".into(), vec![name, description.summary.clone()]));
        rows.extend(description.options.iter().map(|option| {
            let needed = if option.required { "required" } else { "optional" };
            row(&format!("option {}", option.name), format!("{} ({needed}): {}", option.kind, option.summary))
        }));
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
    rows.push(row("rebuilds", word(&grader.rebuilds)));
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
        row("core instances", anatomy.footprint.core_instances.to_string()),
        row("runtime (a claim)", anatomy.runtime.as_ref().map_or("none that is known".into(), ToString::to_string)),
        row("toolchain (a claim)", anatomy.toolchain.map_or("none that is known", |toolchain| toolchain.name())),
        row("may give NaN", counted(anatomy.hazards.nan, "instruction", "instructions")),
        row(
            "asks a system for",
            match anatomy.hazards.system.iter().map(|system| system.name()).collect::<Vec<_>>().join(", ") {
                asked if asked.is_empty() => "nothing".into(),
                asked => asked,
            },
        ),
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

/// Every limit, named as in JSON.
fn limits(limits: &Limits) -> Vec<String> {
    let limits = serde_json::to_value(limits).unwrap_or_default();
    let limits = limits.as_object().into_iter().flatten();
    limits.map(|(name, value)| format!("{}: {value}", name.replace('_', " "))).collect()
}

/// A word as JSON has it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}
