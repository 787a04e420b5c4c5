//! Hostile graders that are source text, run by the interpreters that `cargo xtask interpreters` builds: an interpreter is a grader that does
//! whatever a text says, so it is held by what holds every grader.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use assay::{Answers, Assay, Cache, Competitions, Context, Execution, GraderCatalog, GraderLimits, Submission};
use assay_tests::{Failure, assay, root};
use assay_types::report::{Outcome, Report};

use super::arena::CANARY;

const ANSWERS: &str = "id,x,canary\n1,1,CANARY\n2,3,CANARY\n3,5,CANARY\n";
const SUBMISSION: &str = "id,x\n1,1\n2,2\n3,3\n";

/// By scikit-learn's `mean_absolute_error` of the above.
const HONEST_SCORE: f64 = 1.0;

/// What an attack comes to.
enum Comes {
    /// Ran into a limit, with this in the reason.
    Limit(&'static str),
    /// The grader is blamed, with this in the operator's note.
    Fault(&'static str),
    /// A limit or the grader's fault, as the interpreter has it.
    Stopped,
    /// A score, which is the same each time.
    Scored(f64),
}
use Comes::{Fault, Limit, Scored, Stopped};

/// A service whose competitions are these sources, by their names, and `honest`.
fn service(file: &str, honest: &str, attacks: &[(&str, String, Comes)]) -> Result<Option<Assay>, Failure> {
    let folder = root().join("target/interpreters");
    let built = ["python.wasm", "javascript.wasm"].iter().all(|file| folder.join(file).is_file());
    assert!(built || std::env::var_os("ASSAY_INTERPRETERS").is_none(), "run `cargo xtask interpreters` first");
    if !built {
        eprintln!("not tested: `cargo xtask interpreters` builds the interpreters");
        return Ok(None);
    }
    let mut competitions = Competitions::none();
    let mut answers = BTreeMap::new();
    let all = attacks.iter().map(|(name, source, _)| (*name, source.as_str())).chain([("honest", honest)]);
    for (name, source) in all {
        let text = format!(
            "id = \"{name}\"\ntitle = \"A competition\"\nsummary = \"Whose grader is source text.\"\n\
             data = {{ answers = \"private/answers.csv\", sample_submission = \"public/sample.csv\" }}\n\
             submission = {{ key = [\"id\"], rows = \"same\", columns = [{{ names = [\"x\"], type = \"number\" }}] }}\n\
             answers = {{ columns = [\"canary\"] }}\ngrader = {{ source = \"{file}\" }}\n"
        );
        competitions.add_with_source(&text, source)?;
        let bytes = ANSWERS.replace("CANARY", CANARY).into_bytes();
        answers.insert(name.to_owned(), Answers::Bytes(Arc::from(bytes)));
    }
    let mut graders = GraderCatalog::built_in();
    graders.add_folder(&folder)?;
    // As the limits of everybody, but for what makes a test long: what spins does so for a shorter time.
    let limits = GraderLimits { fuel_base: 1_500_000_000, ..GraderLimits::default() };
    let assay = Assay::builder()
        .competitions(competitions)
        .graders(graders)
        .answers(answers)
        .grader_limits(limits)
        .cache(Cache::open(&root().join("target/tests-cache"))?)
        .untrusted(Execution::Workers(PathBuf::from(assay()?.get_program()).into()))
        .build()?;
    Ok(Some(assay))
}

/// Grades by each attack twice, each time between honest gradings by the same interpreter.
fn hold(file: &str, honest: &str, attacks: &[(&str, String, Comes)]) -> Result<(), Failure> {
    let Some(assay) = service(file, honest, attacks)? else { return Ok(()) };
    let graded = |id: &str| -> Result<(Report, String, Option<u64>), Failure> {
        let graded = assay.grade(id, Submission::Bytes(SUBMISSION.as_bytes()), &Context::default())?;
        let operator = graded.operator();
        Ok((graded.report().clone(), operator.note.clone().unwrap_or_default(), operator.fuel))
    };
    let (first, _, fuel) = graded("honest")?;
    assert_eq!((first.score_exact, first.outcome), (Some(HONEST_SCORE), Outcome::Scored), "{:?}", first.reason);
    for (name, _, comes) in attacks {
        let begun = Instant::now();
        let (one, note, _) = graded(name)?;
        let took = begun.elapsed();
        eprintln!("{name}: {:?}, {} ms: {note:.120}", one.outcome, took.as_millis());
        let (other, again, _) = graded(name)?;
        assert_eq!((one.outcome, one.score_exact, &note), (other.outcome, other.score_exact, &again), "{name}");
        let reason = one.reason.clone().unwrap_or_default();
        match comes {
            Limit(said) => {
                assert_eq!(one.outcome, Outcome::LimitExceeded, "{name}: {reason}; {note}");
                assert!(reason.contains(said), "{name}: {reason}");
            }
            Fault(said) => {
                assert_eq!(one.outcome, Outcome::GraderFault, "{name}: {reason}; {note}");
                assert!(note.contains(said), "{name}: {note}");
            }
            Stopped => {
                let blamed = matches!(one.outcome, Outcome::LimitExceeded | Outcome::GraderFault);
                assert!(blamed, "{name}: {}: {reason}; {note}", one.outcome);
            }
            Scored(score) => assert_eq!(one.score_exact, Some(*score), "{name}: {}: {reason}; {note}", one.outcome),
        }
        // Its time is bounded by its fuel: the limit by the clock is there for slower machines.
        assert!(took < Duration::from_secs(60), "{name}: {took:?}");
        // No participant sees an answer, and nobody's terminal is played tricks on.
        assert!(!serde_json::to_string(&one)?.contains(CANARY), "{name}: {one:?}");
        let tricks = |text: &str| text.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}'));
        assert!(!tricks(&reason) && !tricks(&note), "{name}: {reason:?}; {note:?}");
        let (next, note, next_fuel) = graded("honest")?;
        assert_eq!(next.score_exact, Some(HONEST_SCORE), "after {name}: {:?}; {note}", next.reason);
        assert_eq!(next_fuel, fuel, "after {name}: the fuel of an honest grading");
    }
    Ok(())
}

const FUEL: &str = "used up its fuel";

const PYTHON: &str = "DIRECTION = \"lower-is-better\"\n";

fn python(text: &str) -> String {
    format!("{PYTHON}{text}\n")
}

/// A function `score` in Python with these lines.
fn score(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    python(&format!("def score(solution, submission, row_id_column_name):\n{lines}"))
}

const HONEST_PYTHON: &str = "DIRECTION = \"lower-is-better\"\ndef score(solution, submission, row_id_column_name):\n    \
     return (solution[\"x\"] - submission[\"x\"]).abs().mean()\n";

#[test]
fn python_that_never_ends_or_takes_everything() -> Result<(), Failure> {
    let attacks = [
        ("spins", score("while True: pass"), Limit(FUEL)),
        ("spins-when-it-is-loaded", python("while True: pass"), Limit(FUEL)),
        ("spins-in-validate", score("return 1.0") + "def validate(submission):\n    while True: pass\n", Limit(FUEL)),
        (
            "problems-without-end",
            score("return 1.0") + "def validate(submission):\n    while True: yield 'no'\n",
            Stopped,
        ),
        (
            "spins-where-it-is-converted",
            python("class S:\n    def __float__(self):\n        while True: pass\ndef score(a, b, key): return S()"),
            Limit(FUEL),
        ),
        ("memory", score("cells = [0]\nwhile True: cells = cells + cells"), Stopped),
        ("a-giant-string", score("return len('a' * 2 * 10**9)"), Stopped),
        ("a-giant-number", score("return 10 ** 10 ** 9 % 7"), Stopped),
        (
            "a-regular-expression",
            score("import re\nreturn 1.0 if re.match('(a+)+$', 'a' * 60 + 'b') else 0.0"),
            Limit(FUEL),
        ),
        ("prints-without-end", score("while True: print('x' * 10000)"), Stopped),
        ("recursion", score("return score(solution, submission, row_id_column_name)"), Fault("RecursionError")),
        (
            "recursion-beyond-the-limit",
            score("import sys\nsys.setrecursionlimit(10**9)\nreturn score(solution, submission, row_id_column_name)"),
            Stopped,
        ),
        ("nested-text", score("return eval('(' * 100000 + ')' * 100000)"), Stopped),
        ("nested-lists", score("cells = []\nfor _ in range(10**6): cells = [cells]\nreturn len(repr(cells))"), Stopped),
    ];
    hold("score.py", HONEST_PYTHON, &attacks)
}

#[test]
fn python_that_tells_or_reaches_for_what_is_not_its_own() -> Result<(), Failure> {
    let attacks = [
        (
            "answers-in-an-error",
            score("raise ValueError('\\x1b[2J\\u202e' + solution['canary'][0])"),
            Fault(r"ValueError: "),
        ),
        (
            "answers-in-a-refusal",
            python(
                "class ParticipantVisibleError(Exception): pass\ndef score(a, b, key): raise ParticipantVisibleError(a['canary'][0])",
            ),
            Fault(CANARY),
        ),
        ("answers-printed", score("print(solution['canary'][0])\nraise ValueError"), Fault(CANARY)),
        (
            "an-error-without-words",
            python("class E(Exception):\n    def __str__(self): raise E\ndef score(a, b, key): raise E"),
            Stopped,
        ),
        (
            "an-error-that-spins",
            python(
                "class E(Exception):\n    def __str__(self):\n        while True: pass\ndef score(a, b, key): raise E",
            ),
            Stopped,
        ),
        (
            "answers-in-validate",
            python(&format!(
                "{}\ndef validate(submission):\n    import gc\n    found = [text for text in gc.get_objects() if isinstance(text, str) and 'canary-' in text]\n    return found\n",
                "def score(a, b, key): return 1.0"
            )),
            Scored(1.0),
        ),
        ("files", score("return len(open('/etc/passwd').read())"), Fault("there is no file")),
        ("files-by-another-door", score("import io\nreturn len(io.FileIO('/etc/passwd').read())"), Stopped),
        ("files-by-a-third", score("import sys\nreturn len(sys.modules['_io'].open('/etc/passwd').read())"), Stopped),
        ("a-system", score("import os\nreturn os.system('ls')"), Stopped),
        ("folders", score("import os\nreturn len(os.listdir('/'))"), Stopped),
        ("ends-the-process", score("import os\nos._exit(0)"), Stopped),
        ("exits", score("raise SystemExit(0)"), Fault("SystemExit")),
        ("sockets", score("return __import__('socket').socket()"), Fault("there is no module `socket`")),
        ("threads", score("import _thread\nreturn _thread.start_new_thread(score, ())"), Stopped),
        ("foreign-functions", score("import ctypes"), Fault("there is no module `ctypes`")),
        (
            "the-clock-by-another-door",
            score("import datetime\nreturn datetime.datetime.now().timestamp() * 0 + 1"),
            Stopped,
        ),
        ("text-that-is-no-code", python("a = '\0'"), Fault("null bytes")),
        ("code-in-code", score("return eval(\"(lambda: exec('a = 1') or 3.0)()\")"), Scored(3.0)),
    ];
    hold("score.py", HONEST_PYTHON, &attacks)
}

#[test]
fn python_that_leaves_something_behind() -> Result<(), Failure> {
    let attacks = [
        (
            "counts",
            score("import builtins\nbuiltins.n = getattr(builtins, 'n', 0) + 1\nreturn builtins.n"),
            Scored(1.0),
        ),
        (
            "changes-builtins",
            score("import builtins\nbuiltins.len = builtins.abs = builtins.sum = lambda *_: 7\nreturn 2.0"),
            Scored(2.0),
        ),
        (
            "changes-tables",
            score(
                "import pandas\npandas.Series.mean = lambda self: 9.0\npandas.DataFrame.__getitem__ = lambda self, name: 9.0\nreturn 2.0",
            ),
            Scored(2.0),
        ),
        (
            "changes-the-interpreter",
            score(
                "import sys\nfor module in list(sys.modules.values()):\n    for name in ('Grading', 'Score', 'Table', '_run', '_frame'):\n        if hasattr(module, name): setattr(module, name, None)\nreturn 2.0",
            ),
            Stopped,
        ),
        (
            "writes-to-the-tables",
            score("solution['x'] = submission['x']\nreturn (solution['x'] - submission['x']).abs().mean()"),
            Scored(0.0),
        ),
        (
            "writes-to-the-submission",
            score("submission['x'] = solution['x']\nreturn (solution['x'] - submission['x']).abs().mean()"),
            Scored(0.0),
        ),
        ("not-a-number", score("return float('nan')"), Fault("graded against themselves, the answers score NaN")),
        ("a-number-too-large", score("return 10 ** 400"), Fault("OverflowError")),
        ("text", score("return 'a'"), Fault("ValueError")),
        ("nothing", score("return None"), Fault("TypeError")),
        ("a-complex-number", score("return 1j"), Fault("TypeError")),
        ("a-table", score("return solution"), Stopped),
        (
            "many-details",
            python(
                "from assay import Score\ndef score(a, b, key): return Score(1.0, {str(n): 1.0 for n in range(2000)})",
            ),
            Limit("details"),
        ),
        (
            "a-detail-that-plays-tricks",
            python("from assay import Score\ndef score(a, b, key): return Score(1.0, {'\\x1b[2J': 1.0})"),
            Fault("control characters"),
        ),
        (
            "a-score-that-is-text",
            python("from assay import Score\ndef score(a, b, key): return Score('1', [])"),
            Stopped,
        ),
        ("no-function", python("score = 7"), Fault("defines neither")),
        ("another-signature", python("def score(): return 1.0"), Fault("TypeError")),
    ];
    hold("score.py", HONEST_PYTHON, &attacks)
}

const JAVASCRIPT: &str = "export const DIRECTION = \"lower-is-better\";\n";

/// A function `score` in JavaScript with this body, and whatever stands beside it.
fn js(body: &str, beside: &str) -> String {
    format!("{JAVASCRIPT}{beside}\nexport function score(solution, submission, key) {{\n{body}\n}}\n")
}

const HONEST_JAVASCRIPT: &str = "export const DIRECTION = \"lower-is-better\";\nexport function score(solution, submission) {\n  \
     const off = solution.x.map((x, row) => Math.abs(x - submission.x[row]));\n  return off.reduce((sum, x) => sum + x, 0) / off.length;\n}\n";

#[test]
fn javascript_that_never_ends_or_takes_everything() -> Result<(), Failure> {
    let attacks = [
        ("spins", js("for (;;);", ""), Limit(FUEL)),
        ("spins-when-it-is-loaded", js("return 1;", "for (;;);"), Limit(FUEL)),
        ("spins-in-validate", js("return 1;", "export function validate() { for (;;); }"), Limit(FUEL)),
        (
            "problems-without-end",
            js("return 1;", "export function* validate() { for (;;) yield new Refusal('no'); }"),
            Stopped,
        ),
        ("spins-where-it-is-converted", js("return { valueOf() { for (;;); } };", ""), Stopped),
        ("memory", js("const all = []; for (;;) all.push(new Array(100000).fill(0));", ""), Stopped),
        ("a-giant-string", js("let text = 'a'; for (;;) text += text;", ""), Stopped),
        ("a-giant-number", js("return Number((10n ** 100000000n) % 7n);", ""), Stopped),
        ("a-regular-expression", js("return /^(a+)+$/.test('a'.repeat(60) + 'b') ? 1 : 0;", ""), Stopped),
        ("prints-without-end", js("for (;;) console.log('x'.repeat(10000));", ""), Stopped),
        ("recursion", js("const deeper = () => deeper() + 1; return deeper();", ""), Stopped),
        ("nested-text", js("return JSON.parse('['.repeat(1000000) + ']'.repeat(1000000)).length;", ""), Stopped),
        ("nested-code", js("return eval('('.repeat(100000) + ')'.repeat(100000));", ""), Stopped),
    ];
    hold("score.js", HONEST_JAVASCRIPT, &attacks)
}

#[test]
fn javascript_that_tells_or_reaches_for_what_is_not_its_own() -> Result<(), Failure> {
    let attacks = [
        ("answers-in-an-error", js("throw new Error('\\u001b[2J\\u202e' + solution.canary[0]);", ""), Fault(CANARY)),
        ("answers-in-a-refusal", js("throw new Refusal(solution.canary[0]);", ""), Fault(CANARY)),
        ("answers-printed", js("console.log(solution.canary[0]); throw new Error('no');", ""), Fault(CANARY)),
        ("throws-nothing", js("throw undefined;", ""), Stopped),
        ("throws-what-throws", js("throw { get stack() { throw 1; }, toString() { throw 2; } };", ""), Stopped),
        ("throws-what-spins", js("throw { toString() { for (;;); } };", ""), Stopped),
        ("modules", js("return require('fs').readFileSync('/etc/passwd').length;", ""), Fault("require")),
        ("std", js("return std.loadFile('/etc/passwd').length;", ""), Fault("std")),
        ("os", js("return os.exec(['ls']);", ""), Fault("os")),
        ("an-import", js("return import('std').then((std) => 1);", ""), Stopped),
        ("fetches", js("return fetch('http://127.0.0.1');", ""), Fault("fetch")),
        ("the-clock", js("return Date.now();", ""), Fault("there is no Date.now")),
        ("code-in-code", js("return new Function('return 3')() + eval('0');", ""), Scored(3.0)),
        ("text-that-is-no-code", js("return 1;", "const a = '\0"), Stopped),
    ];
    hold("score.js", HONEST_JAVASCRIPT, &attacks)
}

#[test]
fn javascript_that_leaves_something_behind() -> Result<(), Failure> {
    let attacks = [
        ("counts", js("globalThis.n = (globalThis.n ?? 0) + 1; return n;", ""), Scored(1.0)),
        (
            "changes-arrays",
            js("Array.prototype.map = Array.prototype.reduce = () => 7; Math.abs = () => 7; return 2;", ""),
            Stopped,
        ),
        (
            "changes-objects",
            js("Object.fromEntries = () => ({}); Object.prototype.x = [7, 7, 7]; return 2;", ""),
            Scored(2.0),
        ),
        (
            "writes-to-the-tables",
            js("solution.x.fill(7); submission.x.fill(7); return solution.x[0] - submission.x[0];", ""),
            Scored(0.0),
        ),
        ("not-a-number", js("return NaN;", ""), Fault("graded against themselves, the answers score NaN")),
        ("text", js("return 'a';", ""), Stopped),
        ("nothing", js("", ""), Stopped),
        ("a-bigint", js("return 10n ** 400n;", ""), Stopped),
        ("a-symbol", js("return Symbol('a');", ""), Stopped),
        ("a-promise", js("return Promise.resolve(1);", ""), Stopped),
        (
            "many-details",
            js("return new Score(1, Object.fromEntries(Array.from({ length: 100000 }, (_, n) => [`d${n}`, 1])));", ""),
            Stopped,
        ),
        (
            "a-detail-that-plays-tricks",
            js("return new Score(1, { '\\u001b[2J': 1 });", ""),
            Fault("control characters"),
        ),
        ("no-function", format!("{JAVASCRIPT}export const score = 7;\n"), Stopped),
    ];
    hold("score.js", HONEST_JAVASCRIPT, &attacks)
}
