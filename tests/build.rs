//! Lists the hostile graders, so that one without a test does not compile, nor a test without one.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("hostile_graders");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.sort();

    let (mut variants, mut names, mut texts) = (String::new(), String::new(), String::new());
    for file in &files {
        let name = file.file_stem().and_then(|stem| stem.to_str()).ok_or("a fixture's name is not UTF-8")?;
        let text = fs::read_to_string(file)?;
        let does = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix(";; "))
            .ok_or_else(|| format!("{} does not start with a comment that says what it attacks", file.display()))?;
        writeln!(variants, "    #[doc = {does:?}]\n    {name},")?;
        writeln!(names, "            Attack::{name} => {:?},", name.replace('_', "-"))?;
        writeln!(texts, "            Attack::{name} => include_str!({:?}),", file.display().to_string())?;
    }
    let code = format!(
        "/// A hostile grader: a file of `tests/hostile_graders`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = \"variants are called as their files are\")]
pub enum Attack {{
{variants}}}

impl Attack {{
    /// Its file's name, with hyphens.
    #[must_use]
    pub const fn name(self) -> &'static str {{
        match self {{
{names}        }}
    }}

    /// Its file.
    #[must_use]
    pub const fn text(self) -> &'static str {{
        match self {{
{texts}        }}
    }}
}}
"
    );
    fs::write(Path::new(&env::var("OUT_DIR")?).join("attacks.rs"), code)?;
    Ok(())
}
