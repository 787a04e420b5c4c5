"""Graders in each language, from `assay new grader` to a graded submission, as a newcomer does it: whole commands in an empty folder.

    python3 tests/benchmarks/languages.py [--languages rust,c] [--runs 5] [--with-tools]

It prints two tables in Markdown: what the steps take, and what a grader takes then. The metric is the area under the ROC curve in
examples/languages, in plugins/roc-auc for Rust, and in the template's own metric for TypeScript. `cargo xtask run competitions` builds the
program beforehand. Without `--with-tools`, each build installs its tools by itself, as `build.sh` says, into a fresh home folder; with it,
those of `cargo xtask languages` are taken. Rust and cargo are those in the path. Times are the least of so many runs (compiling: of two), of
whole processes; memory is that of the largest process; a build is made twice, in two folders, to see whether it gives the same bytes.
Graders as source text are measured where `cargo xtask interpreters` has built the interpreters.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSAY = ROOT / "target/release/assay"
TOOLS = ROOT / "target/languages"

# Each language's variables for its tools, and where its metric is from and to.
LANGUAGES = {
    "rust": ({}, "plugins/roc-auc/src/lib.rs", "src/lib.rs"),
    "c": ({"ZIG": "python/bin/python-zig"}, "examples/languages/c/roc_auc.c", "grader.c"),
    "zig": ({"ZIG": "python/bin/python-zig"}, "examples/languages/zig/roc_auc.zig", "grader.zig"),
    "go": ({"GO": "python/bin/go"}, "examples/languages/go/roc_auc.go", "grader.go"),
    "javascript": ({"COMPONENTIZE_QJS": "node_modules/.bin/componentize-qjs"}, "examples/languages/javascript/roc_auc.js", "grader.js"),
    "typescript": ({"COMPONENTIZE_QJS": "node_modules/.bin/componentize-qjs", "TSC": "node_modules/.bin/tsc"}, None, "grader.ts"),
    "python": ({"COMPONENTIZE_PY": "python/bin/componentize-py"}, "examples/languages/python/roc_auc.py", "grader.py"),
}
SIZES = (10, 1_000, 100_000)

COMPETITION = """\
id = "{id}"
title = "A competition"
summary = "Random labels."
data = {{ answers = "answers.csv", sample_submission = "answers.csv" }}
submission = {{ key = ["id"], rows = "same", columns = [{{ names = ["y"], type = "number" }}] }}
grader = {{ {grader} }}
"""


def make_data(folder: Path):
    """Answers and submissions of each size, the same in every run."""
    numbers = random.Random(7)
    for rows in SIZES:
        answers = folder / f"data/size-{rows}/prepared/answers.csv"
        answers.parent.mkdir(parents=True)
        labels = [row % 3 == 0 for row in range(rows)]
        answers.write_text("id,y\n" + "".join(f"{row},{int(label)}\n" for row, label in enumerate(labels)))
        scores = [numbers.random() + 0.3 * label for label in labels]
        text = "id,y\n" + "".join(f"{row},{score}\n" for row, score in enumerate(scores))
        (folder / f"submission-{rows}.csv").write_text(text)


def run(command, folder: Path, environment=None):
    """Seconds, the MiB of the largest process, and both outputs of a command that has to succeed."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        out.seek(0), err.seek(0)
        said = out.read().decode(), err.read().decode()
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}:\n{said[0]}{said[1]}")
    return seconds, usage.ru_maxrss / 1024, said


def grade(folder: Path, rows: int, grader: str, graders: Path, cache: Path):
    """Grades the submission of so many rows; seconds, MiB, score and fuel."""
    competition = folder / f"competitions/size-{rows}/competition.toml"
    competition.parent.mkdir(parents=True, exist_ok=True)
    competition.write_text(COMPETITION.format(id=f"size-{rows}", grader=grader))
    command = [ASSAY, "grade-sample", f"submission-{rows}.csv", f"size-{rows}", "--competitions", folder / "competitions"]
    command += ["--data-dir", folder / "data", "--graders", graders, "--cache-dir", cache, "--operator", "--format", "json"]
    seconds, memory, (out, err) = run(command, folder)
    fuel = next(line.split()[1] for line in err.splitlines() if line.startswith("fuel: "))
    return seconds, memory, json.loads(out)["score_exact"], int(fuel)


def measured(folder: Path, grader: str, graders: Path, runs: int):
    """What a grader takes, as the cells of a row."""
    firsts = []
    for attempt in range(2):
        cache = folder / f"cache-{attempt}"
        shutil.rmtree(cache, ignore_errors=True)
        firsts.append(grade(folder, SIZES[0], grader, graders, cache)[0])
    warm = {rows: [grade(folder, rows, grader, graders, cache) for _ in range(runs)] for rows in SIZES}
    cells = [shown(min(firsts))] + [shown(min(seconds for seconds, *_ in warm[rows])) for rows in SIZES]
    _, memory, score, fuel = warm[SIZES[-1]][0]
    print(f"  {graders.name}: {score!r}", file=sys.stderr)
    return cells + [f"{memory:.0f} MiB", work(warm[SIZES[1]][0][3]), work(fuel)]


def shown(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 0.995 else f"{seconds:.1f} s"


def work(fuel: int) -> str:
    return f"{fuel / 1e9:.1f} G" if fuel >= 1e9 else f"{fuel / 1e6:.1f} M"


def size(path: Path) -> str:
    kilobytes = path.stat().st_size / 1e3
    return f"{kilobytes / 1e3:.1f} MB" if kilobytes >= 1e3 else f"{kilobytes:.0f} kB"


def of_language(language: str, base: Path, arguments):
    """The rows of both tables for a language."""
    tools, source, target = LANGUAGES[language]
    folder = base / language
    folder.mkdir()
    make_data(folder)
    home = folder / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "ASSAY": str(ASSAY), "PATH": f"{ASSAY.parent}:{os.environ['PATH']}"}
    for name, path in (("CARGO_HOME", "~/.cargo"), ("RUSTUP_HOME", "~/.rustup")):
        environment.setdefault(name, os.path.expanduser(path))
    if arguments.with_tools:
        environment.update({name: str(TOOLS / path) for name, path in tools.items()})
    metric = "roc-auc" if source else "errors"
    new, *_ = run([ASSAY, "new", "grader", metric, "--language", language], folder, environment)
    place = folder / metric
    if source:
        (place / target).write_text((ROOT / source).read_text().replace("{{name}}", metric))
    first, *_ = run(["./build.sh"], place, environment)
    component = place / f"{metric}.wasm"
    # In another folder, so that nothing of the first build is left; its tools are.
    (folder / "again").mkdir()
    shutil.copytree(place, folder / "again" / metric, ignore=shutil.ignore_patterns("*.wasm", "target", "build"), symlinks=True)
    again, *_ = run(["./build.sh"], folder / "again" / metric, environment)
    same = component.read_bytes() == (folder / "again" / metric / component.name).read_bytes()
    audit = json.loads(run([ASSAY, "audit", component, "--format", "json"], folder)[2][0])
    imports = str(audit["grader"]["anatomy"]["imports"]["total"] or "none")
    graders = folder / "graders"
    graders.mkdir()
    shutil.copy(component, graders)
    options = '{ targets = ["y"] }' if language == "rust" else '{ target = "y" }'
    cells = measured(folder, f'component = "{metric}", options = {options}', graders, arguments.runs)
    steps = [language, shown(new), shown(first), shown(again), cells[0], shown(new + first + float_of(cells[0])), "yes" if same else "no"]
    return steps, [language, size(component), *cells, imports]


def float_of(cell: str) -> float:
    number, unit = cell.split()
    return float(number) / (1000 if unit == "ms" else 1)


def of_source(language: str, base: Path, arguments):
    """The row for a grader that is source text."""
    interpreters = ROOT / "target/interpreters"
    suffix = {"python": "py", "javascript": "js"}[language]
    folder = base / f"source-{language}"
    folder.mkdir()
    make_data(folder)
    text = (ROOT / f"examples/languages/{language}/roc_auc.{suffix}").read_text()
    if suffix == "js":
        text = "".join(line for line in text.splitlines(True) if not line.startswith("import "))
    declared = 'DIRECTION = "higher-is-better"\n'
    for rows in SIZES:
        place = folder / f"competitions/size-{rows}"
        place.mkdir(parents=True)
        (place / f"score.{suffix}").write_text(("const " if suffix == "js" else "") + declared + text)
    cells = measured(folder, f'source = "score.{suffix}", options = {{ target = "y" }}', interpreters, arguments.runs)
    return [f"{language}, as source", size(interpreters / f"{language}.wasm"), *cells, "none"]


def table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|---" + "|--:" * (len(header) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--with-tools", action="store_true")
    arguments = parser.parse_args()
    steps, grading = [], []
    with tempfile.TemporaryDirectory() as base:
        for language in arguments.languages.split(","):
            print(language, file=sys.stderr)
            one, other = of_language(language, Path(base), arguments)
            steps.append(one)
            grading.append(other)
        for language in ("python", "javascript"):
            if language in arguments.languages.split(",") and (ROOT / f"target/interpreters/{language}.wasm").is_file():
                grading.append(of_source(language, Path(base), arguments))
        # Before the folders are removed, which takes a while.
        table(["", "`assay new grader`", "`./build.sh`", "in another folder", "first grading", "in all", "the same bytes again"], steps)
        sizes = [f"{rows:,} rows" for rows in SIZES]
        header = ["", "size", "first grading", *sizes, "memory", "fuel of 1,000", "fuel of 100,000", "imports"]
        table(header, grading)


main()
