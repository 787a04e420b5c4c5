//! Answers never reach participants: values that are planted in them turn up in nothing that a participant may see.
//!
//! In all 82 competitions, column after column of the made-up answers is filled with canaries: words and numbers that no submission
//! has. Whatever comes of that (a score, a refusal, a grader's fault, answers that cannot be used), it is told without them. That the
//! canaries do get as far as the graders shows in what the operator is told.

use std::path::PathBuf;
use std::sync::Arc;

use assay::{Competitions, Context, DataDir, GradeError, Submission};
use assay_tables::{key_file, read};
use assay_tests::cases::Cases;
use assay_tests::{Failure, assay, csv, service};
use assay_types::competition::Competition;
use assay_types::report::Outcome;
use serde_json::{Map, Value};

/// How many columns of a competition are tried, and how many submissions in each.
const COLUMNS: usize = 8;
const SUBMISSIONS: usize = 6;

/// What is planted.
#[derive(Clone, Copy, Debug)]
enum Canary {
    Word,
    Decimal,
    Integer,
}

impl Canary {
    fn cell(self, row: usize) -> String {
        match self {
            Canary::Word => format!("canary{row}"),
            Canary::Decimal => format!("0.7316409{row:03}"),
            Canary::Integer => format!("7316409{row:03}"),
        }
    }
}

/// What no participant may see.
fn holds_canary(text: &str) -> bool {
    text.to_lowercase().contains("canary") || text.contains("7316409")
}

/// The columns of the answers that are no keys, some of them where there are many.
fn columns(competition: &Competition, answers: &str) -> Result<Vec<String>, Failure> {
    let names: Vec<String> = if competition.data.answers.ends_with(".jsonl") {
        let first: Map<String, Value> = serde_json::from_str(answers.lines().next().ok_or("no line")?)?;
        first.keys().cloned().collect()
    } else {
        csv::rows(answers)[0].iter().map(|name| name.replace('"', "")).collect()
    };
    let names: Vec<String> = names.into_iter().filter(|name| !competition.submission.key.contains(name)).collect();
    Ok(names.iter().step_by(names.len().div_ceil(COLUMNS).max(1)).cloned().collect())
}

/// The answers with canaries in every second cell of a column, so that others remain.
fn planted(competition: &Competition, answers: &str, column: &str, canary: Canary) -> Result<String, Failure> {
    if competition.data.answers.ends_with(".jsonl") {
        let line = |(row, line): (usize, &str)| -> Result<String, Failure> {
            let mut object: Map<String, Value> = serde_json::from_str(line)?;
            if row % 2 == 0 {
                object.insert(column.to_owned(), Value::String(canary.cell(row)));
            }
            Ok(Value::Object(object).to_string() + "\n")
        };
        return answers.lines().enumerate().map(line).collect();
    }
    let mut rows = csv::rows(answers);
    let place = rows[0].iter().position(|name| name.replace('"', "") == column).ok_or("no such column")?;
    for (row, cells) in rows.iter_mut().enumerate().skip(1).step_by(2) {
        cells[place] = canary.cell(row);
    }
    Ok(csv::file(&rows, "\n"))
}

/// A competition with its answers, which a test changes in their place, and some of its submissions.
struct Subject {
    id: String,
    competition: Arc<Competition>,
    path: PathBuf,
    answers: String,
    submissions: Vec<PathBuf>,
}

/// All competitions of the cases.
fn subjects(cases: &Cases) -> impl Iterator<Item = Result<Subject, Failure>> {
    let (registry, data) = (Competitions::built_in(), DataDir::new(cases.data()));
    let ids: Vec<String> = registry.ids().map(ToOwned::to_owned).collect();
    ids.into_iter().map(move |id| {
        let competition = registry.get(&id)?;
        let path = data.answers_file(&competition);
        let answers = std::fs::read_to_string(&path)?;
        let all: Vec<_> = cases.list.iter().filter(|case| case.competition_id == id).collect();
        let some = all.iter().step_by(all.len().div_ceil(SUBMISSIONS));
        let submissions = some.map(|case| cases.folder().join(&case.submission_path)).collect();
        Ok(Subject { id, competition, path, answers, submissions })
    })
}

/// What came of all gradings with canaries.
#[derive(Debug, Default)]
struct Seen {
    scored: usize,
    invalid: usize,
    at_fault: usize,
    unusable: usize,
    operator: usize,
}

#[test]
fn what_is_planted_in_the_answers_is_never_told() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    let (assay, data) = (service(&cases.data())?, DataDir::new(cases.data()));
    let (mut seen, mut told) = (Seen::default(), Vec::new());
    for subject in subjects(&cases) {
        let Subject { id, competition, path, answers, submissions } = subject?;
        for column in columns(&competition, &answers)? {
            for canary in [Canary::Word, Canary::Decimal, Canary::Integer] {
                let planted = planted(&competition, &answers, &column, canary)?;
                assert!(holds_canary(&planted), "{id}, {column}");
                std::fs::write(&path, planted)?;
                let mut check = |visible: String| {
                    if holds_canary(&visible) {
                        told.push(format!("{id}, {canary:?} in {column}: {visible}"));
                    }
                };
                let expected = data.expected(&competition, &read::Limits::default())?;
                check(key_file::write(&competition, &expected)?);
                for file in &submissions {
                    let context = Context { name: Some("submission.csv"), ..Context::default() };
                    let graded = match assay.grade(&id, Submission::Path(file), &context) {
                        Ok(graded) => graded,
                        Err(GradeError::Prepare(error)) => {
                            check(error.to_string());
                            seen.unusable += 1;
                            break;
                        }
                        Err(error) => return Err(error.into()),
                    };
                    check(serde_json::to_string(graded.report())?);
                    let validation = assay.validate(&id, Submission::Path(file), Some(&expected), &context)?;
                    check(serde_json::to_string(&validation)?);
                    match graded.report().outcome {
                        Outcome::Scored => seen.scored += 1,
                        Outcome::InvalidSubmission => seen.invalid += 1,
                        _ => seen.at_fault += 1,
                    }
                    seen.operator += usize::from(holds_canary(&format!("{:?}", graded.operator())));
                }
            }
        }
        std::fs::write(&path, answers)?;
    }
    println!("{seen:?}");
    assert!(told.is_empty(), "{} told:\n{}", told.len(), told[..told.len().min(20)].join("\n"));
    let Seen { scored, invalid, at_fault, unusable, operator } = seen;
    assert!([scored, invalid, at_fault, operator].iter().all(|&count| count >= 100) && unusable > 0, "{seen:?}");
    Ok(())
}

/// The answers with the values of a column moved on by a row: as many bytes and the same values, for other rows.
fn moved(competition: &Competition, answers: &str, column: &str) -> Result<String, Failure> {
    if competition.data.answers.ends_with(".jsonl") {
        let mut lines: Vec<Map<String, Value>> = answers.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let mut values: Vec<Value> = lines.iter().map(|line| line.get(column).cloned().unwrap_or_default()).collect();
        values.rotate_right(1);
        for (line, value) in lines.iter_mut().zip(values) {
            line.insert(column.to_owned(), value);
        }
        return Ok(lines.into_iter().map(|line| Value::Object(line).to_string() + "\n").collect());
    }
    let mut rows = csv::rows(answers);
    let place = rows[0].iter().position(|name| name.replace('"', "") == column).ok_or("no such column")?;
    let mut cells: Vec<String> = rows[1..].iter().map(|cells| cells[place].clone()).collect();
    cells.rotate_right(1);
    for (row, cell) in rows[1..].iter_mut().zip(cells) {
        row[place] = cell;
    }
    Ok(csv::file(&rows, "\n"))
}

/// All of a report but its time and what the answers decide: outcome, score and what follows from it, and their own digest.
fn decided_by_the_submission(report: &Value) -> Value {
    let mut report = report.clone();
    if let Some(fields) = report.as_object_mut() {
        for name in ["created_at", "score", "score_exact", "any_medal", "gold_medal", "silver_medal", "bronze_medal"] {
            fields.insert(name.into(), Value::Null);
        }
        fields.insert("above_median".into(), Value::Null);
        fields["receipt"]["answers"] = Value::Null;
        // It follows from the digests.
        fields.remove("submission_is_answers");
    }
    report
}

/// Whoever may see reports learns the outcome and the score, and nothing else that the answers decide: no fuel, no size, no limit.
#[test]
fn what_participants_see_depends_on_the_submission() -> Result<(), Failure> {
    let cases = Cases::unpack(|_| true)?;
    let assay = service(&cases.data())?;
    // How many pairs there are, how many of them have another outcome or score, and how many another fuel; and where.
    let (mut pairs, mut others, mut fuels, mut competitions) = (0, 0, 0, Vec::new());
    for subject in subjects(&cases) {
        let Subject { id, competition, path, answers, submissions } = subject?;
        let before = pairs;
        for column in columns(&competition, &answers)? {
            let twin = moved(&competition, &answers, &column)?;
            assert_eq!(twin.len(), csv_length(&competition, &answers)?, "{id}, {column}");
            let graded = |answers: &str| -> Result<Vec<(Value, Option<u64>)>, Failure> {
                std::fs::write(&path, answers)?;
                let mut reports = Vec::new();
                for file in &submissions {
                    let context = Context { name: Some("submission.csv"), ..Context::default() };
                    match assay.grade(&id, Submission::Path(file), &context) {
                        Ok(graded) => reports.push((serde_json::to_value(graded.report())?, graded.operator().fuel)),
                        // Answers that cannot be used.
                        Err(GradeError::Prepare(_)) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
                Ok(reports)
            };
            for ((ours, fuel), (theirs, other_fuel)) in graded(&answers)?.into_iter().zip(graded(&twin)?) {
                pairs += 1;
                fuels += usize::from(fuel != other_fuel);
                let is_other = |field: &str| ours[field] != theirs[field];
                others += usize::from(is_other("score_exact") || is_other("outcome"));
                let [mut ours, mut theirs] = [&ours, &theirs].map(decided_by_the_submission);
                if ours["outcome"] != theirs["outcome"] {
                    // The words follow from the outcome.
                    for report in [&mut ours, &mut theirs] {
                        ["outcome", "reason", "valid_submission"].iter().for_each(|name| report[*name] = Value::Null);
                    }
                }
                assert_eq!(ours, theirs, "{id}, {column}");
            }
        }
        std::fs::write(&path, answers)?;
        competitions.extend((pairs > before).then_some(id));
    }
    println!(
        "{pairs} pairs in {} competitions: {others} have another outcome or score, {fuels} another fuel",
        competitions.len()
    );
    assert_eq!(competitions.len(), 82);
    assert!(others >= 100 && fuels >= 100, "the answers make no difference");
    Ok(())
}

/// How many bytes the answers have as the tests write them.
fn csv_length(competition: &Competition, answers: &str) -> Result<usize, Failure> {
    if competition.data.answers.ends_with(".jsonl") {
        let line = |line: &str| Ok::<_, Failure>(serde_json::from_str::<Value>(line)?.to_string().len() + 1);
        return answers.lines().map(line).sum();
    }
    Ok(csv::file(&csv::rows(answers), "\n").len())
}

/// What only the operator is told, in a table, in JSON, and in what a run on a limit says.
#[test]
fn fuel_is_the_operators() -> Result<(), Failure> {
    const COMPETITION: &str = "spooky-author-identification";
    let cases = Cases::unpack(|case| case == "no-final-newline")?;
    let log = cases.folder().join("operator.jsonl");
    let path = log.to_str().ok_or("no text")?;
    for format in ["json", "table"] {
        let participant = printed(&cases, COMPETITION, &["grade-sample", "--format", format, "--operator-log", path])?;
        let figures = participant.replace("fuel_base", "").replace("fuel_per_byte", "");
        assert!(participant.contains("scored") && !figures.contains("fuel"), "{participant}");
        let operator = printed(&cases, COMPETITION, &["grade-sample", "--format", format, "--operator"])?;
        assert!(operator.contains("fuel: "), "{operator}");
    }
    let log = std::fs::read_to_string(&log)?;
    let lines: Vec<Value> = log.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert!(lines.len() == 2 && lines.iter().all(|line| line["fuel"].as_u64() > Some(0)), "{log}");
    Ok(())
}

/// All that the program prints of a competition's ordinary submission.
fn printed(cases: &Cases, competition: &str, arguments: &[&str]) -> Result<String, Failure> {
    let submission = cases.folder().join(format!("submissions/{competition}/no-final-newline.csv"));
    let output = assay()?
        .args(&arguments[..1])
        .arg(submission)
        .args([competition, "--data-dir"])
        .arg(cases.data())
        .args(&arguments[1..])
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

#[test]
fn answers_that_cannot_be_read_are_not_quoted() -> Result<(), Failure> {
    const COMPETITION: &str = "dogs-vs-cats-redux-kernels-edition";
    let cases = Cases::unpack(|case| case == "no-final-newline")?;
    let answers_path = DataDir::new(cases.data()).answers_file(&*Competitions::built_in().get(COMPETITION)?);
    for (answers, expected) in [
        (&b"id,label\n1,\"canary"[..], "a quote opens here"),
        (b"id,label\n1,canary\0\n", "a NUL character"),
        (b"id,label\n1,canary\xff\n", "not UTF-8"),
        (b"id,label\n1,0\n2,canary,canary\n", "3 cells"),
        // pandas takes the first cell for a row label, and the label for the key.
        (b"id,label\n1,canary,0\n2,canary,1\n", "more cells than its header"),
        // The first row is taken for the header.
        (b"1,canary\n2,7316409\n", "there is no column `id`"),
        (b"1,canary\n2,\"7316409", "a quote opens here"),
        (b"1,canary\n2,7316409\xff\n", "not UTF-8"),
    ] {
        std::fs::write(&answers_path, answers)?;
        let printed = printed(&cases, COMPETITION, &["grade-sample"])?;
        assert!(printed.contains(expected), "{printed}");
        assert!(!holds_canary(&printed), "{printed}");
        let path = cases.folder().join("list.jsonl");
        let submission = format!("submissions/{COMPETITION}/no-final-newline.csv");
        std::fs::write(
            &path,
            format!("{{\"competition_id\": \"{COMPETITION}\", \"submission_path\": \"{submission}\"}}"),
        )?;
        let reports = assay_tests::reports(&path, &cases.data(), &[])?;
        let report = serde_json::to_string(&reports)?;
        assert!(report.contains("not-graded") && report.contains(expected.trim_end_matches("`id`")), "{report}");
        assert!(!holds_canary(&report), "{report}");
    }
    Ok(())
}

/// The recall of each class is for the operator: its name is a label of the answers.
#[test]
fn only_the_operator_is_told_what_the_grader_says() -> Result<(), Failure> {
    const COMPETITION: &str = "cassava-leaf-disease-classification";
    let cases = Cases::unpack(|case| case == "no-final-newline")?;
    let competition = Competitions::built_in().get(COMPETITION)?;
    let path = DataDir::new(cases.data()).answers_file(&competition);
    std::fs::write(&path, planted(&competition, &std::fs::read_to_string(&path)?, "label", Canary::Integer)?)?;
    for format in ["json", "table"] {
        let participant = printed(&cases, COMPETITION, &["grade-sample", "--format", format])?;
        assert!(participant.contains("scored") && !holds_canary(&participant), "{participant}");
        let operator = printed(&cases, COMPETITION, &["grade-sample", "--format", format, "--operator"])?;
        assert!(holds_canary(&operator), "{operator}");
        let validated = printed(&cases, COMPETITION, &["validate", "--format", format])?;
        assert!(validated.contains("valid") && !holds_canary(&validated), "{validated}");
    }
    Ok(())
}

/// A batch over all competitions, with words in the last column of the answers: neither the report nor what is printed has them.
#[test]
fn a_batch_tells_nothing_but_to_the_operator_s_log() -> Result<(), Failure> {
    let (cases, registry) = (Cases::unpack(|_| true)?, Competitions::built_in());
    for id in registry.ids() {
        let competition = registry.get(id)?;
        let path = DataDir::new(cases.data()).answers_file(&competition);
        let answers = std::fs::read_to_string(&path)?;
        let column = columns(&competition, &answers)?.pop().ok_or("no column beside the key")?;
        std::fs::write(&path, planted(&competition, &answers, &column, Canary::Word)?)?;
    }
    let [list, out, log, uses] = ["some.jsonl", "out", "log", "uses"].map(|name| cases.folder().join(name));
    let all = std::fs::read_to_string(cases.jsonl())?;
    std::fs::write(&list, all.lines().step_by(7).collect::<Vec<_>>().join("\n"))?;
    let output = assay()?
        .arg("grade")
        .args(["--submission".as_ref(), list.as_os_str(), "--data-dir".as_ref(), cases.data().as_os_str()])
        .args(["--output-dir".as_ref(), out.as_os_str(), "--operator-log".as_ref(), log.as_os_str()])
        .args(["--use-log".as_ref(), uses.as_os_str(), "--use-log-scores".as_ref()])
        .output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut visible = text(&output.stdout) + &text(&output.stderr);
    for entry in std::fs::read_dir(&out)? {
        visible += &std::fs::read_to_string(entry?.path())?;
    }
    assert!(visible.contains("competition_reports"), "{visible}");
    // The log of uses may be shown to anybody.
    visible += &std::fs::read_to_string(&uses)?;
    assert!(!holds_canary(&visible), "{}", lines_with_canaries(&visible));
    assert!(holds_canary(&std::fs::read_to_string(&log)?));
    Ok(())
}

fn lines_with_canaries(text: &str) -> String {
    text.lines().filter(|line| holds_canary(line)).take(20).collect::<Vec<_>>().join("\n")
}
