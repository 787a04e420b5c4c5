//! Copies that are second names of files that go: prepared files are files of their own all the same.

use std::collections::HashSet;
use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use assay_recipes::{Folders, Recipe};

use super::made::{Nothing, Problem};

const STEPS: &str = r#"
steps = [
  { copy = { from = "raw/a.csv", to = "public/a.csv" } },
  { copy = { from = "raw/a.csv", to = "public/twice/a.csv" } },
  { copy = { from = "raw/a.csv", to = "private/a.csv" } },
  { copy = { from = "public/a.csv", to = "private/from_public.csv" } },
  { copy = { from = "raw/b.csv", to = "private/b.csv" } },
  { copy = { from = "raw/a.csv", to = "private/b.csv" } },
  { copy = { from = "raw/c.csv", to = "work/c.csv" } },
  { copy = { from = "work/c.csv", to = "public/c.csv", move = true } },
  { copy = { from = "raw/d.csv", to = "public/d.csv" } },
  { read = { file = "raw/a.csv", as = "a" } },
  { write = { table = "a", set = { y = 7 }, file = "public/d.csv" } },
  { copy = { from = "raw/folder", to = "public/folder" } },
]
"#;

fn number(path: &Path) -> Result<u64, Problem> {
    Ok(fs::metadata(path)?.ino())
}

#[test]
fn a_second_name_does_where_the_first_one_goes() -> Result<(), Problem> {
    let raw_files =
        [("a.csv", "x,y\n1,2\n"), ("b.csv", "b\n"), ("c.csv", "c\n"), ("d.csv", "d\n"), ("folder/e", "e\n")];
    for raw_stays in [false, true] {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        for name in ["raw/folder", "public", "private"] {
            fs::create_dir_all(at(name))?;
        }
        for (name, content) in raw_files {
            fs::write(at("raw").join(name), content)?;
        }
        let (raw, public, private) = (at("raw"), at("public"), at("private"));
        let folders = Folders { raw: &raw, public: &public, private: &private, raw_stays };
        let threads = NonZeroUsize::new(2).ok_or("no thread")?;
        Recipe::parse(STEPS, "preparation.toml")?.run(&folders, &Nothing, &Nothing, threads)?;
        // What was written later is not written into what has the same name.
        for (name, content) in raw_files {
            assert_eq!(fs::read_to_string(at("raw").join(name))?, content, "raw/{name}");
        }
        let made = [
            ("public/a.csv", "x,y\n1,2\n"),
            ("public/twice/a.csv", "x,y\n1,2\n"),
            ("private/a.csv", "x,y\n1,2\n"),
            ("private/from_public.csv", "x,y\n1,2\n"),
            ("private/b.csv", "x,y\n1,2\n"),
            ("public/c.csv", "c\n"),
            ("public/d.csv", "x,y\n1,7\n"),
            ("public/folder/e", "e\n"),
        ];
        let mut known = HashSet::new();
        for (name, content) in made {
            assert_eq!(fs::read_to_string(at(name))?, content, "{name}");
            assert!(known.insert(number(&at(name))?), "{name} is another file too");
        }
        for (from, to) in [("raw/a.csv", "public/a.csv"), ("raw/folder/e", "public/folder/e")] {
            assert_eq!(number(&at(from))? == number(&at(to))?, !raw_stays, "{to}");
        }
        if raw_stays {
            assert!(
                raw_files
                    .iter()
                    .all(|(name, _)| { number(&at("raw").join(name)).is_ok_and(|number| !known.contains(&number)) })
            );
        }
    }
    Ok(())
}
