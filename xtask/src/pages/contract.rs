//! The contract with graders as a page: every function and type of the WIT, with its comments.

use std::path::Path;

use anyhow::{Context, Result};
use wit_parser::{Docs, EnumCase, Function, Interface, Resolve, Type, TypeDef, TypeDefKind, WorldItem};

use super::in_a_cell;

const ABOUT: &str = "Made by `cargo xtask pages` of the comments in [wit/0.1.0/grader.wit](../wit/0.1.0/grader.wit); `assay wit` prints \
    that file. The SDKs have the same words in each language's spelling: [languages](languages/README.md) says how. What a grader \
    returns is bounded, and checked before use: [the specification](../SPECIFICATION.md#what-assay-promises) has the limits.";

/// The page for the package in a folder.
pub(super) fn page(folder: &Path) -> Result<String> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder)?;
    let package = resolve.packages.get(package).context("no package")?;
    let mut page = format!("# The contract: `{}`\n\n{ABOUT}\n", package.name);
    page += &paragraphs(&package.docs);
    for (name, world) in &package.worlds {
        let world = resolve.worlds.get(*world).context("no world")?;
        page += &format!("\n## World `{name}`\n{}\n```wit\nworld {name} {{\n", paragraphs(&world.docs));
        for (word, items) in [("import", &world.imports), ("export", &world.exports)] {
            for item in items.values() {
                let WorldItem::Interface { id, .. } = item else { continue };
                let name = resolve.interfaces.get(*id).and_then(|interface| interface.name.as_deref());
                page += &format!("  {word} {};\n", name.unwrap_or_default());
            }
        }
        page += "}\n```\n";
    }
    for (name, interface) in &package.interfaces {
        let interface = resolve.interfaces.get(*interface).context("no interface")?;
        page += &self::interface(&resolve, name, interface)?;
    }
    Ok(page)
}

fn interface(resolve: &Resolve, name: &str, interface: &Interface) -> Result<String> {
    let mut page = format!("\n## Interface `{name}`\n{}\n### Functions\n", paragraphs(&interface.docs));
    for function in interface.functions.values() {
        page += &self::function(resolve, function)?;
    }
    page += "\n### Types\n";
    for (name, id) in &interface.types {
        page += &definition(resolve, name, resolve.types.get(*id).context("no type")?)?;
    }
    Ok(page)
}

fn function(resolve: &Resolve, function: &Function) -> Result<String> {
    let parameters: Result<Vec<String>> = function
        .params
        .iter()
        .map(|parameter| Ok(format!("{}: {}", parameter.name, shown(resolve, &parameter.ty)?)))
        .collect();
    let result = function.result.as_ref().map(|result| shown(resolve, result)).transpose()?;
    let result = result.map_or_else(String::new, |result| format!(" -> {result}"));
    let name = &function.name;
    Ok(format!(
        "\n#### `{name}`\n\n```wit\n{name}: func({}){result}\n```\n{}",
        parameters?.join(", "),
        paragraphs(&function.docs)
    ))
}

/// A type with a name, and a table of what it is made of.
fn definition(resolve: &Resolve, name: &str, defined: &TypeDef) -> Result<String> {
    let row = |name: &str, kind: &str, docs: &Docs| {
        let kind = if kind.is_empty() { String::new() } else { format!("`{kind}`") };
        format!("| `{name}` | {kind} | {} |\n", in_a_cell(docs.contents.as_deref().unwrap_or_default()))
    };
    let (kind, header, rows) = match &defined.kind {
        TypeDefKind::Record(record) => {
            let rows: Result<String> = record
                .fields
                .iter()
                .map(|field| Ok(row(&field.name, &shown(resolve, &field.ty)?, &field.docs)))
                .collect();
            ("record", "field", rows?)
        }
        TypeDefKind::Variant(variant) => {
            let rows: Result<String> = variant
                .cases
                .iter()
                .map(|case| {
                    let holds = case.ty.as_ref().map(|held| shown(resolve, held)).transpose()?;
                    Ok(row(&case.name, &holds.unwrap_or_default(), &case.docs))
                })
                .collect();
            ("variant", "one of", rows?)
        }
        TypeDefKind::Enum(words) => {
            let line = |case: &EnumCase| {
                let docs = in_a_cell(case.docs.contents.as_deref().unwrap_or_default());
                format!("- `{}`{}{docs}\n", case.name, if docs.is_empty() { "" } else { ": " })
            };
            let lines: String = words.cases.iter().map(line).collect();
            return Ok(format!("\n#### enum `{name}`\n{}\n{lines}", paragraphs(&defined.docs)));
        }
        other => {
            let is = of_kind(resolve, other)?;
            return Ok(format!("\n#### `{name}`\n\nShort for `{is}`.\n{}", paragraphs(&defined.docs)));
        }
    };
    let docs = paragraphs(&defined.docs);
    Ok(format!("\n#### {kind} `{name}`\n{docs}\n| {header} | holds | |\n|---|---|---|\n{rows}"))
}

/// A type as WIT has it.
fn shown(resolve: &Resolve, shown: &Type) -> Result<String> {
    Ok(match shown {
        Type::Bool => "bool".into(),
        Type::U8 => "u8".into(),
        Type::U16 => "u16".into(),
        Type::U32 => "u32".into(),
        Type::U64 => "u64".into(),
        Type::S8 => "s8".into(),
        Type::S16 => "s16".into(),
        Type::S32 => "s32".into(),
        Type::S64 => "s64".into(),
        Type::F32 => "f32".into(),
        Type::F64 => "f64".into(),
        Type::Char => "char".into(),
        Type::String => "string".into(),
        Type::ErrorContext => "error-context".into(),
        Type::Id(id) => {
            let defined = resolve.types.get(*id).context("no type")?;
            match &defined.name {
                Some(name) => name.clone(),
                None => of_kind(resolve, &defined.kind)?,
            }
        }
    })
}

fn of_kind(resolve: &Resolve, kind: &TypeDefKind) -> Result<String> {
    let or_nothing =
        |of: &Option<Type>| of.as_ref().map(|of| shown(resolve, of)).transpose().map(|of| of.unwrap_or("_".into()));
    Ok(match kind {
        TypeDefKind::List(of) => format!("list<{}>", shown(resolve, of)?),
        TypeDefKind::Option(of) => format!("option<{}>", shown(resolve, of)?),
        TypeDefKind::Result(result) => format!("result<{}, {}>", or_nothing(&result.ok)?, or_nothing(&result.err)?),
        TypeDefKind::Tuple(tuple) => {
            let types: Result<Vec<String>> = tuple.types.iter().map(|of| shown(resolve, of)).collect();
            format!("tuple<{}>", types?.join(", "))
        }
        TypeDefKind::Type(of) => shown(resolve, of)?,
        other => anyhow::bail!("the page does not know how to show a {}", other.as_str()),
    })
}

/// A comment as paragraphs, each with an empty line before it.
fn paragraphs(docs: &Docs) -> String {
    docs.contents.as_deref().map_or_else(String::new, |text| format!("\n{}\n", text.trim()))
}
