"""What is raised, and that it says what to do."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any, Callable

import assay
import pandas
import pytest
from conftest import ID

FILE = "logistic-regression.csv"

CALLS: dict[str, tuple[Callable[[], Any], str]] = {
    "unknown": (lambda: assay.grade(FILE, "spaceship-titanik", data_dir="."), r"did you mean `spaceship-titanic`\?.*`assay.competitions\(\)`"),
    "no data": (lambda: assay.grade(FILE, "spaceship-titanic", data_dir="."), "or name another folder by `data_dir=`"),
    "no folder": (lambda: assay.grade(FILE, ID, data_dir="nowhere"), "data_dir nowhere: there is no such folder"),
    "no submission": (lambda: assay.grade(5, ID, data_dir="."), "a `int` is no submission.*give the path of a CSV file"),  # type: ignore[arg-type]
    "no competition": (lambda: assay.grade(FILE, 5, data_dir="."), "a `int` is no competition"),  # type: ignore[arg-type]
    "dates": (
        lambda: assay.grade(pandas.DataFrame({"id": [["a"], 1]}), ID, data_dir=".", competitions="."),
        "the table cannot be read: .*convert it, or give a CSV file",
    ),
    "tags": (lambda: assay.grade(FILE, ID, data_dir=".", tags={"a": object()}), "tags must be what JSON has"),
    "edition": (lambda: assay.Assay(edition="new"), "edition is 'new'; give 'reference' or 'corrected'"),
    "threads": (lambda: assay.Assay(threads=0), "threads: 0 is none"),
    "toml": (lambda: assay.Competition("id = 5"), "competition.toml"),
    "no wasm": (lambda: assay.Grader(b"nothing", name="mine"), "mine"),
    "no name": (lambda: assay.Grader(b"nothing"), "`name=`"),
    "no grader": (lambda: assay.Grader("roc-aux"), "did you mean `roc-auc`"),
    "split": (lambda: assay.competitions("lowe"), "low"),
    "entry": (lambda: list(assay.grade_many([5], data_dir=".")), "5 is no entry"),  # type: ignore[list-item]
    "no path": (lambda: list(assay.grade_many([{"competition_id": ID}], data_dir=".")), "an entry has no 'submission'"),
}


@pytest.mark.parametrize("case", CALLS)
def test_a_call_at_fault(place: Path, case: str) -> None:
    call, expected = CALLS[case]
    with pytest.raises(assay.CallError, match=expected) as raised:
        call()
    assert raised.value.exit_code == 2
    assert isinstance(raised.value, (assay.AssayError, ValueError))


def test_a_column_of_dates_is_the_submission_s_fault(place: Path) -> None:
    table = pandas.DataFrame({"id": ["sample_1"], "malignant": [datetime.date(2020, 1, 1)]})
    report = assay.grade(table, ID, competitions=".", data_dir=".")
    assert report.outcome == "invalid-submission"
    assert report.reason is not None and "give booleans, numbers or text" in report.reason


def test_a_column_without_values_is_one_of_missing_numbers(place: Path) -> None:
    table = pandas.DataFrame({"id": ["sample_1"], "malignant": [None]})
    report = assay.grade(table, ID, competitions=".", data_dir=".")
    assert report.reason is not None and "missing" in report.reason, report.reason


def test_a_log_that_cannot_be_written(place: Path) -> None:
    with pytest.raises(assay.CallError, match="uses"):
        assay.Assay(use_log="nowhere/uses.jsonl")


def test_what_progress_raises_ends_the_grading(place: Path) -> None:
    def stop(step: str) -> None:
        raise LookupError(step)

    with pytest.raises(LookupError, match="prepare"):
        assay.grade(FILE, ID, competitions=".", data_dir=".", progress=stop)
    steps: list[str] = []
    assay.grade(FILE, ID, competitions=".", data_dir=".", progress=steps.append)
    assert steps == ["prepare", "read", "grade", "record"]


def test_a_service_of_another_process_says_so(place: Path) -> None:
    service = assay.Assay(competitions=".", data_dir=".")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            service.grade(FILE, ID)
        except assay.CallError as error:
            os.write(write, str(error).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert b"make one in each process" in os.read(read, 1000)


def test_a_competition_that_the_service_has_not(place: Path) -> None:
    mine = assay.Competition.of("mine", grader="accuracy", columns={"label": "integer"})
    with pytest.raises(assay.CallError, match="give it by `competitions=`"):
        assay.Assay(data_dir=".").grade(FILE, mine)
    assert assay.Assay(data_dir=".", competitions=mine).competition("mine") == mine
