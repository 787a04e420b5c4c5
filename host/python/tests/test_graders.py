"""Graders and competitions of one's own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import assay
import pytest
from conftest import ID, ROOT

FILE = "logistic-regression.csv"
COMPONENT = ROOT / "target/graders/roc-auc.wasm"


def competition() -> assay.Competition:
    """The example's, with a grader that others made."""
    text = (ROOT / "examples" / ID / "competition.toml").read_text()
    return assay.Competition(text.replace('component = "roc-auc"', 'component = "mine"'))


def test_a_grader_says_what_it_is() -> None:
    own = assay.Grader("roc-auc")
    assert own.is_own and not own.lower_is_better and own.options[0].name
    assert own.to_dict()["name"] == own.name == "roc-auc"


@pytest.mark.parametrize("program", [None, ROOT / "target/release/assay"])
def test_graders_of_others_run_in_workers(place: Path, program: Path | None) -> None:
    workers = assay.Workers(program)
    grader = assay.Grader(COMPONENT.read_bytes(), name="mine", untrusted=workers)
    assert not grader.is_own and grader.digest == assay.Grader("roc-auc").digest
    service = assay.Assay(data_dir=".", competitions=competition(), graders=grader, untrusted=workers)
    report = service.grade(FILE, ID)
    assert (report.score_exact, report.medal) == (0.9899733333333334, "bronze"), report
    assert any("mine" in text for text in report.outside_lock)


def test_they_are_confined(place: Path) -> None:
    """A worker of the interpreter confines itself as the program's does."""
    shutil.copy(COMPONENT, "mine.wasm")
    of_python = assay.grade(FILE, competition(), data_dir=".", graders=assay.Grader("mine.wasm"))
    of_program = assay.grade(
        FILE, competition(), data_dir=".", graders=".", untrusted=assay.Workers(ROOT / "target/release/assay")
    )
    assert of_python.to_dict() | {"created_at": ""} == of_program.to_dict() | {"created_at": ""}


def test_without_workers_nothing_of_others_runs(place: Path) -> None:
    grader = assay.Grader(COMPONENT, name="mine")
    service = assay.Assay(data_dir=".", competitions=competition(), graders=[grader], untrusted=None)
    with pytest.raises(assay.CallError, match="mine"):
        service.grade(FILE, ID)


def test_a_worker_that_is_none(place: Path) -> None:
    with pytest.raises(assay.HostError):
        assay.Grader(COMPONENT, name="mine", untrusted=assay.Workers("/bin/false"))
    assert sys.executable


def test_competitions_say_what_they_are() -> None:
    assert len(assay.competitions()) == 82
    assert "spaceship-titanic" in assay.competitions() and "spaceship-titanic" not in assay.competitions("low")
    one = assay.Competition.get("spaceship-titanic")
    assert one.leaderboard is not None and one.columns == ["Transported"]
    assert one == assay.Competition(one.text) and one.to_dict()["id"] == "spaceship-titanic"
    assert assay.Competition.from_file(ROOT / "competitions" / "spaceship-titanic") == one
    for id in assay.competitions():
        assert assay.Competition.get(id).grader in assay.graders()
