"""Many submissions."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import assay
import pandas
import pytest
from conftest import ID

FILE = "logistic-regression.csv"


@pytest.fixture()
def service(place: Path) -> assay.Assay:
    return assay.Assay(competitions=".", data_dir=".")


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_reports_are_in_the_order_of_the_entries(service: assay.Assay, threads: int) -> None:
    table, file = pandas.read_csv(FILE), Path(FILE).read_bytes()
    forms: list[Any] = [FILE, table, file, b"id,malignant\n", Path("nowhere.csv")]
    entries = [(forms[number % len(forms)], ID, {"number": number}) for number in range(200)]
    told: list[int] = []
    reports = list(service.grade_many(iter(entries), threads=threads, progress=lambda count, report: told.append(count)))
    assert [report.tags["number"] for report in reports] == list(range(200))
    assert [report.is_valid for report in reports] == [number % 5 < 3 for number in range(200)]
    assert {report.score_exact for report in reports if report.is_valid} == {0.9899733333333334}
    assert told == list(range(1, 201))


def test_entries_are_taken_as_threads_become_free(service: assay.Assay) -> None:
    taken = []

    def entries() -> Iterator[tuple[str, str]]:
        for number in range(10_000):
            taken.append(number)
            yield FILE, ID

    reports = service.grade_many(entries(), threads=2)
    assert next(reports).is_valid
    reports.close()  # type: ignore[attr-defined]
    assert len(taken) < 200


def test_what_an_iterator_raises_is_raised(service: assay.Assay) -> None:
    def entries() -> Iterator[tuple[str, str]]:
        yield FILE, ID
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        list(service.grade_many(entries()))


def test_what_progress_raises_is_raised(service: assay.Assay) -> None:
    def progress(count: int, report: assay.Report) -> None:
        raise LookupError(count)

    with pytest.raises(LookupError, match="1"):
        list(service.grade_many([(FILE, ID)] * 100, progress=progress))


def test_ctrl_c_ends_a_batch(service: assay.Assay) -> None:
    interrupt = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    start = time.monotonic()

    def entries() -> Iterator[tuple[str, str]]:
        while True:
            yield FILE, ID

    with pytest.raises(KeyboardInterrupt):
        interrupt.start()
        for _ in service.grade_many(entries()):
            pass
    assert time.monotonic() - start < 10
    assert service.grade(FILE, ID).is_valid


def test_ctrl_c_ends_a_grading() -> None:
    """One whose grader takes long: it ends in the middle of it."""
    rows = range(2_000)
    texts = ["".join("ab"[(row * at) % 7 % 2] for at in range(3_000)) for row in rows]
    answers = pandas.DataFrame({"id": rows, "y": texts})
    table = pandas.DataFrame({"id": rows, "y": texts[::-1]})
    mine = assay.Competition.of("mine", grader="levenshtein-distance", columns={"y": "text"})
    service = assay.Assay(competitions=mine, answers={"mine": answers})
    start = time.monotonic()
    assert service.grade(table, mine).is_valid
    whole = time.monotonic() - start
    interrupt = threading.Timer(whole / 8, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        interrupt.start()
        start = time.monotonic()
        service.grade(table, mine)
    assert time.monotonic() - start < whole / 2


def test_other_threads_run_meanwhile(service: assay.Assay) -> None:
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    for _ in service.grade_many([(FILE, ID)] * 500):
        pass
    done.set()
    thread.join()
    assert counted > 5


def test_threads_share_a_service(service: assay.Assay) -> None:
    found: list[Any] = []

    def grade() -> None:
        found.extend(service.grade(FILE, ID).score for _ in range(20))

    threads = [threading.Thread(target=grade) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0.98997] * 160
