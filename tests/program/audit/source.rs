//! Graders that are source text: the text is the grader, so it is what a reviewer reads.

use std::fs;
use std::path::Path;

use assay_tests::{Failure, interpreters};
use assay_types::sha256;
use serde_json::json;

use super::{audit, run, table};

const SOURCE: &str = "DIRECTION = \"lower-is-better\"\nVERSION = \"1.2\"\n\n\ndef score(solution, submission, row_id_column_name):\n    \
     return (solution[\"x\"] - submission[\"x\"]).abs().mean()\n";

/// A competition's folder whose grader is this source, with a case.
fn competition(folder: &Path, id: &str, source: &str) -> Result<String, Failure> {
    let folder = folder.join(id);
    let case = folder.join("cases/off-by-one");
    fs::create_dir_all(&case)?;
    let text = format!(
        "id = \"{id}\"\ntitle = \"A competition\"\nsummary = \"Whose grader is source text.\"\n\
         data = {{ answers = \"private/answers.csv\", sample_submission = \"public/sample.csv\" }}\n\
         submission = {{ key = [\"id\"], rows = \"same\", columns = [{{ names = [\"x\"], type = \"number\" }}] }}\n\
         grader = {{ source = \"score.py\" }}\n"
    );
    fs::write(folder.join("competition.toml"), text)?;
    fs::write(folder.join("score.py"), source)?;
    fs::write(case.join("submission.csv"), "id,x\n1,1\n2,2\n")?;
    fs::write(case.join("answers.csv"), "id,x\n1,1\n2,3\n")?;
    fs::write(case.join("case.toml"), "expected = 0.5\nsource = \"by hand\"\n")?;
    Ok(folder.display().to_string())
}

/// By the competition's name, its folder, and the file alone: the text in full with the numbers of its lines, and its digest.
#[test]
fn it_is_printed_in_full() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let competitions = folder.path().display().to_string();
    let path = competition(folder.path(), "of-a-source", SOURCE)?;
    let file = format!("{path}/score.py");
    for arguments in [vec!["of-a-source", "--competitions", &competitions], vec![path.as_str()], vec![file.as_str()]] {
        let screen = table(&arguments)?;
        for said in [
            "score.py: 6 lines, 159 bytes",
            &sha256(SOURCE.as_bytes()),
            "version 1.2; lower is better",
            "1 | DIRECTION = \"lower-is-better\"\n2 | VERSION = \"1.2\"\n3 | \n4 | \n5 | def score(",
            "6 |     return (solution[\"x\"] - submission[\"x\"]).abs().mean()",
            "the interpreter `python` is not among the graders at hand",
        ] {
            assert!(screen.contains(said), "{arguments:?}: {said}: {screen}");
        }
        let (found, code) = audit(&arguments)?;
        assert_eq!((code, &found["grader"]), (Some(1), &json!(null)), "{arguments:?}");
        assert_eq!(found["source"]["text"], SOURCE, "{arguments:?}");
    }
    Ok(())
}

/// What could play tricks on who reads it is shown for what it is.
#[test]
fn what_plays_tricks_is_escaped() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("score.py");
    let tricks = "a = 1\u{1b}[2J\r# \u{202e}\u{200b}b\n\tc = 2\n";
    fs::write(&file, tricks)?;
    let name = file.display().to_string();
    let screen = table(&[&name])?;
    assert!(screen.contains("1 | a = 1\\u{1b}[2J\\r# \\u{202e}\\u{200b}b\n2 | \\tc = 2"), "{screen}");
    let (found, _) = audit(&[&name])?;
    assert_eq!(found["source"]["text"], tricks);
    for (content, said) in [
        (b"a = '\xff'".to_vec(), "it is not UTF-8, as source is: byte 6 is none of it"),
        (vec![b'#'; (256 << 10) + 1], "more than 262144 bytes"),
        (b"DIRECTION = 'up'".to_vec(), "DIRECTION is `up`"),
    ] {
        fs::write(&file, content)?;
        let output = run(&[&name])?;
        let stderr = String::from_utf8(output.stderr)?;
        assert!(stderr.contains(said) && stderr.contains("score.py"), "{said}: {stderr}");
        assert_eq!(output.status.code(), Some(1), "{said}");
    }
    Ok(())
}

/// With the interpreter at hand, it is described too, and the source is tried on its cases.
#[test]
fn it_is_tried_by_its_interpreter() -> Result<(), Failure> {
    let Some(interpreters) = interpreters() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let path = competition(folder.path(), "of-a-source", SOURCE)?;
    let graders = interpreters.display().to_string();
    let arguments = [path.as_str(), "--graders", &graders];
    let (found, code) = audit(&arguments)?;
    assert_eq!(code, Some(0));
    assert_eq!(found["cases"][0]["said"], "off-by-one: 0.5, as it states");
    assert_eq!(found["grader"]["sha256"], sha256(&fs::read(interpreters.join("python.wasm"))?));
    assert_eq!(found["source"]["lower_is_better"], true);
    let screen = table(&arguments)?;
    let (screen, _) = screen.split_once("\nscore.py\n").ok_or("no source")?;
    assert!(screen.lines().count() <= 40, "{screen}");
    for said in ["CPython 3.", "ok off-by-one: 0.5, as it states", "nothing is built, the text below is the grader"] {
        assert!(screen.contains(said), "{said}: {screen}");
    }
    // Two sources of one competition: the same interpreter, other scores.
    let other = competition(folder.path(), "other", &SOURCE.replace(".mean()", ".max()"))?;
    let output = run(&["--diff", &path, &other, "--graders", &graders, "--format", "json"])?;
    assert_eq!(output.status.code(), Some(0));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(found["same"], false);
    let case = &found["cases"][0];
    assert_eq!(
        (&case["one"]["score"], &case["other"]["score"], &case["differs"]),
        (&json!(0.5), &json!(1.0), &json!(true))
    );
    Ok(())
}
