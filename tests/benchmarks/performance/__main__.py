"""What a grading costs beside what reading its files costs: whole processes, with what else would do the same work.

    cargo xtask run competitions
    python3 tests/benchmarks/performance [--quick] [--only ROW] [--runs 5] [--again]

It needs Python 3.11 and makes what else it needs below target/performance: an environment with pandas, polars, DuckDB and others, and made-up data
of the competitions' real sizes. Programs take turns; what is told are medians. Results are kept as they come, so that a run that was stopped goes on
where it was; rows whose programs have changed since are measured again. At the end it writes the table into docs/performance.md and the plot beside it.
`--quick` takes small data and one run, to see that everything works; then it prints the table and writes nothing into the documentation.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE))

import data  # noqa: E402
import report  # noqa: E402
from measure import machine, measure  # noqa: E402

WORK = ROOT / "target/performance"
ASSAY = ROOT / "target/release/assay"
NATIVE = ROOT / "target/release/examples/native_metrics"
PYTHON = WORK / "venv/bin/python"
PACKAGES = ["pandas==2.3.3", "scikit-learn", "scipy", "numpy", "polars", "duckdb", "pyarrow", "Levenshtein", "rapidfuzz", "pycocotools", "shapely"]


@dataclass
class Row:
    """One kind of work."""

    name: str
    title: str
    # Makes the data, of so many rows (in full, and for a quick run).
    make: Callable
    sizes: tuple
    competition: str
    answers: str
    # What else does it: `peers` has a module of that name, with a function for each.
    work: str = ""
    tools: tuple = ()
    runs: int = 5
    kind: str = "sample"


ROWS = [
    Row("small", "100 rows, area under the ROC curve", lambda made, size: data.scores(made, size, False), (100, 100), "auc",
        "private/answers.csv", "auc", ("native", "pandas", "polars", "duckdb"), 21),
    Row("ordered", "1 M rows, area under the ROC curve, whole numbers as ids, in order", lambda made, size: data.scores(made, size, False),
        (1_000_000, 10_000), "auc", "private/answers.csv", "auc", ("native", "pandas", "polars", "duckdb"), 7),
    Row("shuffled", "1 M rows, area under the ROC curve, texts as ids, shuffled", lambda made, size: data.scores(made, size, True),
        (1_000_000, 10_000), "auc", "private/answers.csv", "auc", ("native", "pandas", "polars", "duckdb"), 7),
    Row("icecube", "13.2 M rows of 3 numbers, mean angle (IceCube)", data.directions, (13_200_000, 10_000), "icecube-neutrinos-in-deep-ice",
        "private/test.csv", "angles", ("native", "pandas", "polars", "duckdb"), 3),
    Row("shuffled-13m", "13 M rows, area under the ROC curve, texts as ids, shuffled", lambda made, size: data.scores(made, size, True),
        (13_000_000, 20_000), "auc", "private/answers.csv", "auc", ("native", "pandas", "polars", "duckdb"), 3),
    Row("articles", "1.37 M customers with 12 articles each, MAP@12 (H&M)", data.articles, (1_371_980, 10_000),
        "h-and-m-personalized-fashion-recommendations", "private/answers.csv", "map", ("native", "pandas", "polars")),
    Row("molecules", "485 k texts of some hundred letters, Levenshtein distance (Bristol-Myers Squibb)", data.molecules, (484_837, 5_000),
        "bms-molecular-translation", "private/test.csv", "levenshtein", ("native", "pandas", "polars", "duckdb")),
    Row("questions", "JSON lines of 375 MB, answers to questions (TensorFlow 2.0 QA)", data.articles_with_answers, (7_300, 100),
        "tensorflow2-question-answering", "private/test.jsonl", "questions", ("pandas", "polars")),
    Row("masks", "17,280 rows of masks on 40 scans, Dice and Hausdorff distance (UW-Madison)", data.masks, (40, 2),
        "uw-madison-gi-tract-image-segmentation", "private/test.csv", "masks", ("pandas", "polars"), 3),
    Row("boxes", "1,500 X-rays with 40 predicted boxes each, average precision (VinBigData)", data.boxes, (1_500, 100),
        "vinbigdata-chest-xray-abnormalities-detection", "private/answers.csv", "boxes", ("pandas", "polars")),
    Row("cuboids", "4,536 moments of drives with 28 boxes in space each, average precision (Lyft)", data.cuboids, (4_536, 50),
        "3d-object-detection-for-autonomous-vehicles", "private/test.csv", "cuboids", ("pandas", "polars"), 3),
    Row("list", "4,674 small submissions to 82 competitions, one `grade`", lambda made, size: data.cases(made, ROOT), (0, 0), "",
        "unused", kind="cases"),
    Row("list-cold", "the same with an empty cache", lambda made, size: data.cases(made, ROOT), (0, 0), "", "unused", kind="cold cases"),
    Row("rate", "50,000 submissions of 100 rows to one competition, one `grade`", data.many, (50_000, 1_000), "auc", "private/answers.csv",
        kind="many"),
]


def programs(row, made):
    """Commands by the name of the program."""
    cache = WORK / "cache"
    place = ["--data-dir", made.data, "--cache-dir", cache]
    if row.competition == "auc":
        place += ["--competitions", made.folder / "competitions"]
    if row.kind == "sample":
        commands = {"assay": [ASSAY, "grade-sample", made.submission, row.competition, *place, "--format", "json"]}
        for tool in row.tools:
            start = [NATIVE, row.work] if tool == "native" else [PYTHON, HERE / "peers", f"{row.work}_{tool}"]
            commands[tool] = [*start, made.submission, made.answers]
        return commands
    files = "expected.jsonl" if "cases" in row.kind else "list.jsonl"
    reports = WORK / "reports"
    if row.kind == "cold cases":
        shutil.rmtree(WORK / "cold", ignore_errors=True)
        place = ["--data-dir", made.data, "--cache-dir", WORK / "cold"]
    return {"assay": [ASSAY, "grade", "--submission", made.folder / files, "--output-dir", reports, *place]}


def ready():
    """The environment and the programs."""
    WORK.mkdir(parents=True, exist_ok=True)
    if not PYTHON.is_file():
        venv.create(WORK / "venv", with_pip=True)
    done = WORK / "packages.txt"
    if not done.is_file() or done.read_text().split() != PACKAGES:
        subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        done.write_text("\n".join(PACKAGES))
    if Path(sys.prefix).resolve() != (WORK / "venv").resolve():
        os.execv(PYTHON, [str(PYTHON), str(HERE), *sys.argv[1:]])
    if not ASSAY.is_file():
        sys.exit("there is no target/release/assay: build it by `cargo xtask run competitions`")
    subprocess.run(["cargo", "build", "--locked", "--release", "--workspace", "--example", "native_metrics"], cwd=ROOT, check=True)


def digest(*paths):
    all = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            all.update(hashlib.file_digest(file, "sha256").digest())
    return all.hexdigest()[:16]


def score(row, name, printed):
    if row.kind != "sample":
        return None
    return json.loads(printed)["score_exact"] if name == "assay" else float(printed)


def run(row, quick, runs, results, save):
    """Measures what is still to be measured of a row."""
    folder = WORK / ("quick" if quick else "data") / row.name
    made = data.Made(folder, row.competition, row.answers)
    if not (folder / "made").is_file():
        print(f"{row.name}: making data", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        made.begin()
        # In a process of its own: a process that is started has had the memory of the one that starts it.
        maker = multiprocessing.get_context("fork").Process(target=row.make, args=(made, row.sizes[quick]))
        maker.start()
        maker.join()
        if maker.exitcode:
            sys.exit(f"{row.name}: no data")
        (folder / "made").touch()
    kept = results.setdefault(row.name, {})
    commands = programs(row, made)
    for name in list(kept):
        if name not in commands:
            del kept[name]
    for turn in range(runs):
        for name, command in commands.items():
            samples = kept.setdefault(name, {"runs": [], "score": None})
            if len(samples["runs"]) > turn:
                continue
            if turn == 0 and row.runs > 3 and row.kind != "cold cases" and not quick:
                # Once more, so that files and caches are warm.
                measure(command)
            if row.kind == "cold cases":
                shutil.rmtree(WORK / "cold", ignore_errors=True)
            sample, printed = measure(command)
            samples["runs"].append(sample)
            samples["score"] = score(row, name, printed)
            expected = kept["assay"]["score"]
            if expected is not None and abs(samples["score"] - expected) > 1e-9 * max(1, abs(expected)):
                sys.exit(f"{row.name}: the score of {name} is {samples['score']}, and that of assay {expected}")
            save()
            print(f"{row.name}: {name} {sample['wall']:.3f} s, {sample['cpu']:.3f} CPU s, {sample['peak']:.0f} MiB", file=sys.stderr)


def median(samples):
    return {key: statistics.median(sample[key] for sample in samples) for key in ("wall", "cpu", "peak")}


def main():
    parser = argparse.ArgumentParser(prog="python3 tests/benchmarks/performance")
    parser.add_argument("--quick", action="store_true", help="small data, one run; the documentation stays as it is")
    parser.add_argument("--only", action="append", choices=[row.name for row in ROWS], help="a row; may be given several times")
    parser.add_argument("--runs", type=int, help="how often each program runs")
    parser.add_argument("--again", action="store_true", help="measure everything again")
    arguments = parser.parse_args()
    ready()
    place = WORK / ("quick.json" if arguments.quick else "results.json")
    known = json.loads(place.read_text()) if place.is_file() and not arguments.again else {}
    made_by = {"assay": digest(ASSAY), "native": digest(NATIVE), "peers": digest(*sorted((HERE / "peers").glob("*.py"))), "data": digest(HERE / "data.py")}
    if known.get("made_by") != made_by or known.get("machine") != machine():
        known = {"made_by": made_by, "machine": machine(), "rows": {}}

    def save():
        with tempfile.NamedTemporaryFile("w", dir=WORK, delete=False) as file:
            json.dump(known, file, indent=1)
        os.replace(file.name, place)

    (WORK / "reports").mkdir(exist_ok=True)
    for row in ROWS:
        if arguments.only is None or row.name in arguments.only:
            runs = arguments.runs or (1 if arguments.quick else row.runs)
            run(row, arguments.quick, runs, known["rows"], save)
    measured = []
    for row in ROWS:
        if row.name in known["rows"]:
            taken = {name: median(samples["runs"]) for name, samples in known["rows"][row.name].items()}
            rate = f": {row.sizes[arguments.quick] / taken['assay']['wall']:,.0f} a second" if row.kind == "many" else ""
            measured.append((row.title + rate, taken))
    text = report.table(measured, known["machine"])
    print(text)
    if not arguments.quick:
        report.write(ROOT / "docs/performance.md", text)
        (ROOT / "docs/performance.svg").write_text(report.plot(measured))


main()
