//! Graders that are source text beside their competition, run by the interpreters that `cargo xtask interpreters` builds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay::{Answers, Assay, Builder, Cache, Competitions, Context, Execution, GradeError, GraderCatalog, Submission};
use assay_tests::{Failure, assay, interpreters, root};
use assay_types::Direction;
use assay_types::competition::Competition;
use assay_types::report::Outcome;
use assay_types::sha256;

const ID: &str = "of-a-source";

/// Four answers, one of them missing in the submission's order.
const ANSWERS: &str = "id,target,group\n1,0,a\n2,1,b\n3,1,b\n4,0,a\n";
const SUBMISSION: &str = "id,target\n4,0.4\n3,0.8\n2,0.35\n1,0.1\n";

fn toml(file: &str, options: &str, more: &str) -> String {
    format!(
        r#"
id = "{ID}"
title = "A competition"
summary = "Whose grader is source text."
data = {{ answers = "private/answers.csv", sample_submission = "public/sample.csv" }}
submission = {{ key = ["id"], rows = "same", columns = [{{ names = ["target"], type = "number" }}] }}
answers = {{ columns = ["group"] }}
grader = {{ source = "{file}", options = {{ {options} }} }}
{more}
"#
    )
}

/// A service with one competition, whose grader is this source.
fn service(file: &str, source: &str, options: &str, more: &str) -> Result<Option<Assay>, Failure> {
    let Some(folder) = interpreters() else { return Ok(None) };
    let mut competitions = Competitions::none();
    competitions.add_with_source(&toml(file, options, more), source)?;
    Ok(Some(serving(competitions, &folder)?.build()?))
}

/// A service with these competitions and the interpreters of a folder.
fn serving(competitions: Competitions, interpreters: &Path) -> Result<Builder, Failure> {
    let mut graders = GraderCatalog::built_in();
    graders.add_folder(interpreters)?;
    let answers = BTreeMap::from([(ID.to_owned(), Answers::Bytes(Arc::from(ANSWERS.as_bytes())))]);
    Ok(Assay::builder()
        .competitions(competitions)
        .graders(graders)
        .answers(answers)
        .cache(Cache::open(&root().join("target/tests-cache"))?)
        .untrusted(Execution::Workers(PathBuf::from(assay()?.get_program()).into())))
}

/// What the submission comes to: a score, or what the operator is told.
fn told(file: &str, source: &str, options: &str) -> Result<Option<Result<f64, String>>, Failure> {
    let Some(assay) = service(file, source, options, "")? else { return Ok(None) };
    let graded = assay.grade(ID, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default())?;
    let report = graded.report();
    let note = graded.operator().note.clone().or_else(|| report.reason.clone()).unwrap_or_default();
    Ok(Some(report.score_exact.ok_or(note)))
}

/// As it would be written for Kaggle: nothing of this program is in it. The area is scikit-learn's, of its documentation's example.
const KAGGLE: &str = r#"
import pandas as pd
import pandas.api.types


class ParticipantVisibleError(Exception):
    pass


def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, least: float = 0.0) -> float:
    del solution[row_id_column_name]
    del submission[row_id_column_name]
    for column in submission.columns:
        if not pandas.api.types.is_numeric_dtype(submission[column]):
            raise ParticipantVisibleError(f"Submission column {column} must be a number")
    if submission["target"].median() < least:
        raise ParticipantVisibleError("Predictions are too small")
    positive = submission.loc[solution["target"] == 1, "target"]
    negative = submission.loc[solution["target"] == 0, "target"]
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))
"#;

const HIGHER: &str = "DIRECTION = \"higher-is-better\"\n";

#[test]
fn a_metric_as_it_is_written_for_kaggle_runs_unchanged() -> Result<(), Failure> {
    let board = "leaderboard = { lower_is_better = false, gold = 0.9, silver = 0.8, bronze = 0.7, median = 0.5 }";
    let Some(assay) = service("score.py", KAGGLE, "", board)? else { return Ok(()) };
    let graded = assay.grade(ID, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default())?;
    let report = graded.report();
    assert_eq!(report.score_exact, Some(0.75), "{report:?} {:?}", graded.operator());
    assert!(report.medals.bronze_medal);
    let receipt = report.receipt.as_ref().ok_or("no receipt")?;
    assert_eq!(receipt.digests.source, Some(sha256(KAGGLE.as_bytes())));
    let interpreter = std::fs::read(root().join("target/interpreters/python.wasm"))?;
    assert_eq!(receipt.digests.component, sha256(&interpreter));
    assert_eq!(receipt.grader.id.as_deref(), Some("score.py"));
    // What Kaggle's metrics tell participants is a refusal here, and for the operator, since it was said beside the answers.
    let Some(assay) = service("score.py", KAGGLE, "least = 0.4", board)? else { return Ok(()) };
    let graded = assay.grade(ID, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default())?;
    assert_eq!(graded.report().outcome, Outcome::InvalidSubmission);
    assert_eq!(graded.operator().note.as_deref(), Some("Predictions are too small"));
    Ok(())
}

#[test]
fn what_a_source_declares_is_held_against_what_it_says() -> Result<(), Failure> {
    let Some(assay) = service("score.py", KAGGLE, "", "")? else { return Ok(()) };
    let refused = assay.grade(ID, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default());
    let refused = refused.err().ok_or("it is graded")?;
    assert!(matches!(refused, GradeError::Prepare(_)) && refused.to_string().contains("DIRECTION"), "{refused}");
    // Without a leaderboard there are no medals, and the direction is the source's.
    let Some(assay) = service("score.py", &format!("{HIGHER}VERSION = '1.2'\n{KAGGLE}"), "", "")? else {
        return Ok(());
    };
    let graded = assay.grade(ID, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default())?;
    let report = graded.report();
    assert_eq!((report.score_exact, report.direction), (Some(0.75), Some(Direction::Higher)));
    assert_eq!((report.thresholds.gold_threshold, report.medals.any_medal), (None, false));
    assert_eq!(report.receipt.as_ref().map(|receipt| receipt.grader.version.as_str()), Some("1.2"));
    let other = "leaderboard = { lower_is_better = true, gold = 0.1, silver = 0.2, bronze = 0.3, median = 0.5 }";
    let Some(assay) = service("score.py", &format!("{HIGHER}{KAGGLE}"), "", other)? else { return Ok(()) };
    let refused = assay.grade(ID, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default());
    let words = refused.err().ok_or("it is graded")?.to_string();
    assert!(words.contains("a higher score is the better one; `leaderboard` says otherwise"), "{words}");
    let changes = format!("{HIGHER}{KAGGLE}\nDIRECTION = DIRECTION.replace('higher', 'lower')\n");
    let told = told("score.py", &changes, "")?;
    let expected = "DIRECTION is 'lower-is-better' once score.py ran, and 'higher-is-better' where it is declared";
    assert!(told.is_none_or(|told| told == Err(expected.into())));
    Ok(())
}

/// What is wrong with a source is told with its line, and what it printed; it never traps.
#[test]
fn an_error_names_the_line() -> Result<(), Failure> {
    let score = |body: &str| format!("{HIGHER}def score(solution, submission, row_id_column_name):\n    {body}\n");
    let cases = [
        (
            format!("import numpy as np\n{}", score("return 1")),
            "ModuleNotFoundError: there is no module `numpy` for graders as source",
        ),
        (
            score("print('so far')\n    return solution['target'].nonsense"),
            "score.py:4 in score: return solution['target'].nonsense; printed: so far",
        ),
        (
            score("return solution['missing'][0]"),
            "KeyError: \"'missing'; the columns are 'id', 'target', 'group'\"; score.py:3 in score",
        ),
        (score("return (1"), "SyntaxError: '(' was never closed; score.py:3: return (1"),
        (score("return open('/etc/passwd').read()"), "there is no file for graders as source"),
        (score("import time; return time.time()"), "there is no clock for graders as source"),
        (score("return 'much'"), "ValueError: could not convert string to float: 'much'"),
        (score("return score(solution, submission, row_id_column_name)"), "RecursionError"),
        (
            HIGHER.to_owned(),
            "score.py defines neither `score(solution, submission, …)` nor `grade(submission, answers, options)`",
        ),
    ];
    for (source, expected) in cases {
        let Some(told) = told("score.py", &source, "")? else { return Ok(()) };
        assert!(told.as_ref().is_err_and(|told| told.contains(expected)), "{expected}: {told:?}");
    }
    let option = told("score.py", &score("return 1"), "beta = 2.0")?;
    let expected = "`score` takes no option `beta`; it takes none";
    assert!(option.is_none_or(|told| told == Err(expected.into())));
    Ok(())
}

/// Columns compute what pandas computes.
#[test]
fn columns_are_those_of_pandas() -> Result<(), Failure> {
    let of = |expression: &str| -> Result<Option<Result<f64, String>>, Failure> {
        let source = format!(
            "{HIGHER}import pandas as pd\ndef score(solution, submission, key):\n    s, a = submission['target'], solution['target']\n    return {expression}\n"
        );
        told("score.py", &source, "")
    };
    // As pandas 2.3.3 has them for s = 0.1, 0.35, 0.8, 0.4 and a = 0, 1, 1, 0.
    for (expression, expected) in [
        ("((a - s) ** 2).mean()", 0.158_125_000_000_000_02),
        ("s.std()", 0.289_755_644_178_561_87),
        ("s.median()", 0.375),
        ("s.clip(0.2, 0.5).sum()", 1.450_000_000_000_000_2),
        ("sum(rows['target'].sum() * len(key) for key, rows in solution.groupby('group'))", 2.0),
        ("submission.sort_values('target', ascending=False)['id'][0]", 3.0),
        ("solution['group'].str.upper().map({'A': 1, 'B': 2}).sum()", 6.0),
        ("(a.astype(bool) & (s > 0.5)).sum()", 1.0),
        ("pd.to_numeric(pd.Series(['1', 'x', '2.5']), errors='coerce').sum()", 3.5),
        ("solution.drop(columns=['group']).shape[1]", 2.0),
    ] {
        let Some(told) = of(expression)? else { return Ok(()) };
        assert_eq!(told, Ok(expected), "{expression}");
    }
    Ok(())
}

#[test]
fn javascript() -> Result<(), Failure> {
    let source = r#"export const DIRECTION = "higher-is-better";

export function score(solution, submission, rowIdColumnName, { least = 0 }) {
  if (Math.min(...submission.target) < least) throw new Refusal('Predictions are too small');
  let wins = 0, pairs = 0;
  submission.target.forEach((p, i) => submission.target.forEach((n, j) => {
    if (solution.target[i] !== 1 || solution.target[j] !== 0) return;
    pairs += 1;
    wins += p > n ? 1 : p === n ? 0.5 : 0;
  }));
  return wins / pairs;
}
"#;
    let Some(scored) = told("score.js", source, "")? else { return Ok(()) };
    assert_eq!(scored, Ok(0.75));
    assert_eq!(told("score.js", source, "least = 0.2")?, Some(Err("Predictions are too small".into())));
    let wrong = source.replace("return wins / pairs", "console.log('so far'); return nonsense");
    let told_wrong = told("score.js", &wrong, "")?.ok_or("it was there")?;
    let expected = "ReferenceError: nonsense is not defined; score.js:11 in score: console.log('so far'); return nonsense;; printed: so far ";
    assert_eq!(told_wrong, Err(expected.into()));
    for (name, nothing) in [("Math.random", "Math.random"), ("Date.now", "Date.now")] {
        let source = source.replace("return wins / pairs", &format!("return {name}()"));
        let told = told("score.js", &source, "")?.ok_or("it was there")?;
        assert!(told.is_err_and(|told| told.contains(&format!("there is no {nothing} for graders as source"))));
    }
    Ok(())
}

/// A source that sees the submission alone may refuse it, for participants to read.
#[test]
fn a_source_may_validate() -> Result<(), Failure> {
    let source = format!(
        "{HIGHER}from assay import Refusal\ndef validate(submission):\n    for row, cell in enumerate(submission['target']):\n        \
         if cell > 0.7:\n            yield Refusal('it is too sure', row, 'target')\n{KAGGLE}"
    );
    let Some(assay) = service("score.py", &source, "", "")? else { return Ok(()) };
    let graded = assay.grade(ID, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default())?;
    let reason = graded.report().reason.clone().unwrap_or_default();
    assert!(reason.contains("it is too sure") && reason.contains("line 3"), "{reason}");
    Ok(())
}

#[test]
fn a_competition_with_a_source_is_another_with_another_source() -> Result<(), Failure> {
    let text = toml("score.py", "", "");
    let digest = |source: &str| -> Result<String, Failure> {
        Ok(Competition::parse(&text, "competition.toml")?.with_source(&text, source, "score.py")?.digest)
    };
    assert_ne!(digest("a = 1\n")?, digest("a = 2\n")?);
    for (wrong, said) in [("component = 'roc-auc', source", "has both"), ("source", "must be a file beside this one")] {
        let text = text.replace("{ source", &format!("{{ {wrong}"));
        let text = if wrong == "source" { text.replace("score.py", "../score.py") } else { text };
        let error = Competition::parse(&text, "competition.toml").err().ok_or("it passes")?.to_string();
        assert!(error.contains(said), "{error}");
    }
    Ok(())
}

/// A lock of what is at hand has the competition with its source, and the interpreter; another source or interpreter is marked.
#[test]
fn a_lock_has_a_source_and_its_interpreter() -> Result<(), Failure> {
    let Some(folder) = interpreters() else { return Ok(()) };
    let mut graders = GraderCatalog::built_in();
    graders.add_folder(&folder)?;
    let of = |source: &str| -> Result<Competitions, Failure> {
        let mut competitions = Competitions::none();
        competitions.add_with_source(&toml("score.py", "", ""), source)?;
        Ok(competitions)
    };
    let source = format!("{HIGHER}{KAGGLE}");
    let other = format!("{source}# another\n");
    let locked = assay::lock::of(&graders, &of(&source)?)?;
    let without = assay::lock::of(&GraderCatalog::built_in(), &of(&source)?)?;
    let digest = sha256(format!("{}{other}", toml("score.py", "", "")).as_bytes());
    let changed = format!("competition `{ID}` sha256:{digest}");
    let interpreter = format!("grader `python` sha256:{}", sha256(&std::fs::read(folder.join("python.wasm"))?));
    for (lock, source, outside) in
        [(&locked, &source, Vec::new()), (&locked, &other, vec![changed]), (&without, &source, vec![interpreter])]
    {
        let assay = serving(of(source)?, &folder)?.lock(lock.clone()).build()?;
        let graded = assay.grade(ID, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default())?;
        assert_eq!(graded.report().score_exact, Some(0.75));
        assert_eq!(graded.report().outside_lock, outside);
    }
    Ok(())
}

/// Where no interpreter is at hand, it is said what to do.
#[test]
fn without_an_interpreter() -> Result<(), Failure> {
    let mut competitions = Competitions::none();
    competitions.add_with_source(&toml("score.py", "", ""), &format!("{HIGHER}{KAGGLE}"))?;
    let assay = Assay::builder().competitions(competitions).build()?;
    let refused = assay.grade(ID, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default());
    let words = refused.err().ok_or("it is graded")?.to_string();
    assert!(words.contains("the interpreter `python` is not among the graders at hand"), "{words}");
    Ok(())
}
