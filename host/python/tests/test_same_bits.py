"""The package says what the command says."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, Callable

import assay
import pandas
import polars
import pyarrow
import pyarrow.csv
import pytest
from conftest import ID, command, timeless

FILE = "logistic-regression.csv"

FORMS: dict[str, Callable[[str], Any]] = {
    "bytes": lambda path: Path(path).read_bytes(),
    "bytearray": lambda path: bytearray(Path(path).read_bytes()),
    "memoryview": lambda path: memoryview(Path(path).read_bytes()),
    "path": Path,
    "pandas": pandas.read_csv,
    "polars": polars.read_csv,
    "pyarrow": pyarrow.csv.read_csv,
    "pandas, backed by arrow": lambda path: pandas.read_csv(path, dtype_backend="pyarrow"),
    "pandas, with an index": lambda path: pandas.read_csv(path).sample(frac=1, random_state=1),
    "pandas, key as index": lambda path: pandas.read_csv(path).set_index("id"),
    "pyarrow, in pieces": lambda path: pyarrow.concat_tables([pyarrow.csv.read_csv(path).slice(0, 50), pyarrow.csv.read_csv(path).slice(50)]),
    "polars, categories": lambda path: polars.read_csv(path).with_columns(polars.col("id").cast(polars.Categorical)),
}


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def of_the_command(*arguments: object, code: int = 0) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(command("grade-sample", *arguments, "--format", "json", code=code))
    return report


def test_a_file_has_the_same_report(place: Path) -> None:
    expected = of_the_command(FILE, ID, "--competitions", ".", "--data-dir", ".")
    report = assay.grade(FILE, ID, competitions=".", data_dir=".")
    assert timeless(report.to_dict()) == timeless(expected)
    assert list(report.to_dict()) == list(expected)
    # scikit-learn says the same: examples/breast-cancer-wisconsin/README.md.
    assert (report.score, report.score_exact) == (0.98997, 0.9899733333333334)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_the_same_score(place: Path, form: str) -> None:
    expected = of_the_command(FILE, ID, "--competitions", ".", "--data-dir", ".")
    report = assay.grade(FORMS[form](FILE), ID, competitions=".", data_dir=".")
    assert report.outcome == "scored", report.reason
    assert report.score_exact is not None
    assert bits(report.score_exact) == bits(expected["score_exact"])
    assert (report.score, report.medal) == (expected["score"], "bronze")


@pytest.mark.parametrize("form", ["bytes", "path", "pandas", "polars", "pyarrow"])
def test_answers_may_have_every_form(place: Path, form: str) -> None:
    expected = of_the_command(FILE, ID, "--competitions", ".", "--data-dir", ".")
    answers = FORMS[form](f"{ID}/prepared/private/answers.csv")
    competition = assay.Competition.from_file(ID)
    report = assay.grade(FILE, competition, answers=answers, data_dir=".")
    assert report.score_exact is not None
    assert bits(report.score_exact) == bits(expected["score_exact"])


def test_what_is_wrong_has_the_same_words(place: Path) -> None:
    text = Path(FILE).read_text()
    Path("bad.csv").write_text(text.replace("sample_", "sample-", 3).replace("0.", "7.", 2))
    expected = of_the_command("bad.csv", ID, "--competitions", ".", "--data-dir", ".", code=1)
    report = assay.grade("bad.csv", ID, competitions=".", data_dir=".")
    assert timeless(report.to_dict()) == timeless(expected)
    assert report.reason is not None and "sample-" in report.reason

    found = json.loads(
        command("validate", "bad.csv", ID, "--competitions", ".", "--data-dir", ".", "--format", "json", code=1)
    )
    assert assay.validate("bad.csv", ID, competitions=".", data_dir=".").to_dict() == found


def test_a_list_has_the_same_reports(place: Path) -> None:
    Path("bad.csv").write_text("id,malignant\nsample_1,2\n")
    entries: list[dict[str, Any]] = [
        {"competition_id": ID, "submission_path": FILE, "seed": 1},
        {"competition_id": ID, "submission_path": "bad.csv"},
        {"competition_id": "nothing", "submission_path": FILE},
        {"competition_id": ID, "submission_path": None},
        {"competition_id": ID, "submission_path": "nowhere.csv", "cost": 1e15},
        {"competition_id": "spaceship-titanic", "submission_path": FILE},
    ]
    Path("list.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    arguments = ["--competitions", ".", "--data-dir", ".", "--key", "key"]
    command("grade", "--submission", "list.jsonl", "--output-dir", "results", *arguments, code=1)
    expected = json.loads(next(Path("results").glob("*.json")).read_text())
    reports = list(assay.grade_many(entries, competitions=".", data_dir="."))
    batch = assay.BatchReport(reports)
    assert timeless({**batch.to_dict(), "list": None}) == timeless({**expected, "list": None})
    written = batch.write("written")
    assert timeless(json.loads(written.read_text())) == timeless(batch.to_dict())


def test_the_log_of_uses_is_the_command_s(place: Path) -> None:
    report = assay.grade(FILE, ID, competitions=".", data_dir=".", use_log="uses.jsonl")
    assert report.use_log is not None and report.use_log.entries == 1
    assert report.to_dict()["use_log"] == {"entries": 1, "head": report.use_log.head}
    command("log", "verify", "uses.jsonl")


def test_tables_of_one_s_own_have_the_same_bits(place: Path) -> None:
    """Numbers without a short decimal form: of tables, by the package, in the same bits as of files, by the command."""
    answers = polars.DataFrame({"id": range(100), "y": [float(i) ** 0.5 for i in range(100)]})
    submission = polars.DataFrame({"id": range(100), "y": [float(i) ** 0.51 for i in range(100)]})
    mine = assay.Competition.of("mine", grader="root-mean-squared-error", columns={"y": "number"})
    Path("mine/prepared/private").mkdir(parents=True)
    Path("mine/competition.toml").write_text(mine.text)
    answers.write_csv("mine/prepared/private/answers.csv")
    submission.write_csv("submission.csv")
    expected = of_the_command("submission.csv", "mine", "--competitions", ".", "--data-dir", ".")
    report = assay.grade(submission, mine, answers=answers)
    assert report.score_exact is not None
    assert bits(report.score_exact) == bits(expected["score_exact"])
