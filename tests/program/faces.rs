//! What a user reads: first screens that answer the question, near names, numbers with their nouns, exit codes.

use std::path::{Path, PathBuf};
use std::process::Output;

use assay_tests::{Failure, assay, root};
use serde_json::Value;
use tempfile::TempDir;

/// How many lines a first screen has.
const SCREEN: usize = 24;

fn run(arguments: &[&str]) -> Result<Output, Failure> {
    Ok(assay()?.args(arguments).output()?)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn examples() -> String {
    root().join("examples").display().to_string()
}

/// A data directory with made-up answers of one competition, and a submission.
struct Data {
    folder: TempDir,
    id: &'static str,
}

impl Data {
    fn new(id: &'static str, answers: &str, rows: &str, submission: &str) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let write = |path: PathBuf, content: &str| -> Result<(), Failure> {
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            Ok(std::fs::write(path, content)?)
        };
        write(folder.path().join("data").join(id).join("prepared/private").join(answers), rows)?;
        write(folder.path().join("submission.csv"), submission)?;
        Ok(Data { folder, id })
    }

    fn run(&self, command: &[&str]) -> Result<Output, Failure> {
        let mut assay = assay()?;
        Ok(assay.current_dir(&self.folder).args(command).args(["--data-dir", "data"]).output()?)
    }

    /// What `assay grade-sample --operator` prints: the report, and what the grader says.
    fn grade(&self) -> Result<(Value, String, Option<i32>), Failure> {
        let output = self.run(&["grade-sample", "submission.csv", self.id, "--operator", "--format", "json"])?;
        Ok((serde_json::from_slice(&output.stdout)?, text(&output.stderr), output.status.code()))
    }
}

/// Answers that no submission can be scored on: of one class, for areas under curves and for log loss of one column.
fn of_one_class() -> Result<[Data; 4], Failure> {
    Ok([
        Data::new(
            "aerial-cactus-identification",
            "test.csv",
            "id,has_cactus\na,1\nb,1\n",
            "id,has_cactus\na,0.9\nb,0.8\n",
        )?,
        Data::new(
            "dogs-vs-cats-redux-kernels-edition",
            "answers.csv",
            "id,label\n1,0\n2,0\n",
            "id,label\n1,0.9\n2,0.8\n",
        )?,
        // A perfect submission of this one is another file than the answers.
        Data::new(
            "tabular-playground-series-may-2022",
            "test.csv",
            "id,target\n1,1\n2,1\n",
            "id,target\n1,0.5\n2,0.25\n",
        )?,
        // Kappa of two sides with the same single label is 0/0.
        Data::new(
            "aptos2019-blindness-detection",
            "test.csv",
            "id_code,diagnosis\na,2\nb,2\n",
            "id_code,diagnosis\na,2\nb,2\n",
        )?,
    ])
}

#[test]
fn answers_at_fault_are_not_the_submission_s() -> Result<(), Failure> {
    for data in of_one_class()? {
        let (report, operator, code) = data.grade()?;
        let reason = report["reason"].as_str().unwrap_or_default();
        assert_eq!(report["outcome"], "grader-fault", "{}: {reason}", data.id);
        assert!(
            reason.contains("not the submission's fault: the answers, graded against themselves, have no score either"),
            "{}: {reason}",
            data.id
        );
        assert!(operator.contains("the grader: "), "{}: {operator}", data.id);
        assert_eq!(code, Some(1), "{}", data.id);
        // It is told in a batch as well, where each entry asks.
        let entry = format!("{{\"competition_id\": \"{}\", \"submission_path\": \"submission.csv\"}}\n", data.id);
        std::fs::write(data.folder.path().join("list.jsonl"), entry.repeat(3))?;
        let batch = data.run(&["grade", "--submission", "list.jsonl", "--output-dir", "out"])?;
        assert_eq!(batch.status.code(), Some(1), "{}", data.id);
        assert!(text(&batch.stderr).contains("3 could not be graded"), "{}: {}", data.id, text(&batch.stderr));
    }
    Ok(())
}

/// Where other submissions have a score, the one that has none is at fault.
#[test]
fn a_submission_that_has_no_score_beside_good_answers_is_at_fault() -> Result<(), Failure> {
    // An order of other cells than the notebook has.
    let rows = "id,cell_order\n1,a b c\n2,d e\n";
    let data = Data::new("AI4Code", "test_orders.csv", rows, "id,cell_order\n1,a b c\n2,d x\n")?;
    let (report, operator, code) = data.grade()?;
    assert_eq!(report["outcome"], "invalid-submission", "{report}");
    assert_eq!(report["reason"], "the grader refused it beside the answers; its reason is for the operator");
    assert!(operator.contains("the two orders do not hold the same items"), "{operator}");
    assert_eq!(code, Some(1));
    Ok(())
}

#[test]
fn doctor_tells_why_answers_cannot_be_graded_against() -> Result<(), Failure> {
    for data in of_one_class()?.iter().take(2) {
        for format in ["table", "json"] {
            let output = data.run(&["doctor", data.id, "--format", format])?;
            let said = text(&output.stdout);
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains("the grader says: ") && said.contains("y_true holds one class only"), "{said}");
        }
    }
    Ok(())
}

/// One that is not prepared is told in a line, however many there are.
#[test]
fn doctor_has_a_first_screen() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().display().to_string();
    let all = ["doctor", "--all", "--data-dir", &data, "--format", "table"];
    let output = run(&all)?;
    let first = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(first.lines().count() <= SCREEN, "{first}");
    assert!(first.starts_with("0 of 82 competitions are fit to grade with\n"), "{first}");
    for said in ["prepare the data", "--data-dir", "… and 62 more; `--details` shows all"] {
        assert!(first.contains(said), "{said}: {first}");
    }
    let details = text(&run(&[&all[..], &["--details"]].concat())?.stdout);
    assert_eq!(details.matches("not in ").count(), 82, "{details}");

    let example = examples();
    let one = ["doctor", "breast-cancer-wisconsin", "--competitions", &example, "--data-dir", &example];
    let fit = text(&run(&[&one[..], &["--format", "table"]].concat())?.stdout);
    assert!(fit.starts_with("breast-cancer-wisconsin is fit to grade with\n"), "{fit}");
    assert!(fit.contains("a perfect submission scores 1 and earns gold"), "{fit}");
    Ok(())
}

/// A slip of the pen is answered by what was meant, and by the command that lists what there is.
#[test]
fn near_names_are_told() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let example = std::fs::read_to_string(root().join("examples/breast-cancer-wisconsin/competition.toml"))?;
    for (id, from, to) in [
        ("option", "targets = ", "tragets = "),
        ("column", "targets = [\"malignant\"]", "targets = [\"malginant\"]"),
        ("grader", "component = \"roc-auc\"", "component = \"roc_auc\""),
    ] {
        let text = example.replace("id = \"breast-cancer-wisconsin\"", &format!("id = \"{id}\"")).replace(from, to);
        std::fs::create_dir_all(folder.path().join(id))?;
        std::fs::write(folder.path().join(id).join("competition.toml"), text)?;
    }
    let competitions = folder.path().display().to_string();
    for (arguments, expected) in [
        (vec!["competitions", "show", "spaceship-titanik"], ["`spaceship-titanic`", "`assay competitions` lists them"]),
        (vec!["competitions", "show", "dog-vs-cats-redux"], ["`dogs-vs-cats-redux-kernels-edition`", "lists them"]),
        (vec!["graders", "show", "log-los"], ["`log-loss`", "`assay graders` lists them"]),
        (
            vec!["validate", "x.csv", "option"],
            ["no option `tragets` (did you mean `targets`?)", "`assay graders show NAME`"],
        ),
        (vec!["validate", "x.csv", "column"], ["column `malginant`", "did you mean `malignant`?"]),
        (
            vec!["validate", "x.csv", "grader"],
            ["there is no grader `roc_auc` (did you mean `roc-auc`", "`assay graders`"],
        ),
        (vec!["competitions", "--split", "lwo"], ["no competition belongs to split `lwo`", "did you mean `low`?"]),
        (vec!["doctor", "--split", "Low"], ["no competition belongs to split `Low`", "did you mean `low`?"]),
    ] {
        let output = assay()?.args(&arguments).arg("--competitions").arg(&competitions).output()?;
        let stderr = text(&output.stderr);
        for expected in expected {
            assert!(stderr.contains(expected), "{arguments:?}, {expected}: {stderr}");
        }
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn one_of_a_kind_is_singular() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (list, out, log) =
        (folder.path().join("list.jsonl"), folder.path().join("out"), folder.path().join("uses.jsonl"));
    let submission = root().join("examples/breast-cancer-wisconsin/logistic-regression.csv");
    let entry = serde_json::json!({"competition_id": "breast-cancer-wisconsin", "submission_path": submission});
    std::fs::write(&list, entry.to_string())?;
    let example = examples();
    let graded = assay()?
        .args(["grade", "--data-dir", &example, "--competitions", &example])
        .args(["--submission".as_ref(), list.as_os_str(), "--output-dir".as_ref(), out.as_os_str()])
        .args(["--use-log".as_ref(), log.as_os_str()])
        .output()?;
    let summary = text(&graded.stderr);
    assert!(summary.starts_with("1 submission: 1 valid, 1 medal (0 gold, 0 silver, 1 bronze)"), "{summary}");
    let report = std::fs::read_dir(&out)?.next().ok_or("no report")??.path().display().to_string();
    let used = log.display().to_string();
    let verify = ["verify", &report, "--data-dir", &example, "--competitions", &example, "--format", "table"];
    let verified = run(&[&verify[..], &["--use-log", &used]].concat())?;
    assert_eq!(text(&verified.stdout), "1 of 1 entry is the same, bit for bit\n");
    assert!(
        text(&verified.stderr).contains("verified as schema 3\n1 entry was graded again"),
        "{}",
        text(&verified.stderr)
    );
    let log = log.display().to_string();
    let held = text(&run(&["log", "verify", &log, "--format", "table"])?.stdout);
    assert!(held.starts_with("the log holds: 2 uses, head"), "{held}");
    let used = text(&run(&["log", "summary", &log, "--format", "table"])?.stdout);
    assert!(used.contains("2 uses in 1 competition; the log holds: 2 uses,"), "{used}");
    Ok(())
}

/// Scripts for the reference expect 0 once there is a report.
#[test]
fn an_exit_code_of_0_can_be_asked_for() -> Result<(), Failure> {
    let data = Data::new("spaceship-titanic", "test.csv", "PassengerId,Transported\n1,True\n", "PassengerId\n1\n")?;
    let grade = ["grade-sample", "submission.csv", data.id, "--format", "json"];
    assert_eq!(data.run(&grade)?.status.code(), Some(1));
    let output = data.run(&[&grade[..], &["--exit-zero"]].concat())?;
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout)?["outcome"], "invalid-submission");
    // Without a report, the call is at fault all the same.
    let wrong = data.run(&["grade-sample", "submission.csv", "no-such", "--exit-zero"])?;
    assert_eq!(wrong.status.code(), Some(2));
    Ok(())
}
