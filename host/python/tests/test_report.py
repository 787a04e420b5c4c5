"""Reports as objects."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import assay
import pytest
from conftest import ID

FILE = "logistic-regression.csv"


@pytest.fixture()
def report(place: Path) -> assay.Report:
    return assay.grade(FILE, ID, competitions=".", data_dir=".", tags={"seed": 3, "name": "<b>"})


def test_attributes_are_the_fields(report: assay.Report) -> None:
    fields = report.to_dict()
    assert report.competition_id == fields["competition_id"] == ID
    assert report.thresholds == {"gold": 0.992, "silver": 0.99051, "bronze": 0.98784, "median": 0.98112}
    assert (report.medal, report.above_median, report.is_lower_better) == ("bronze", True, False)
    assert (report.outcome, report.reason, report.is_valid) == ("scored", None, True)
    assert report.tags == fields["tags"] == {"seed": 3, "name": "<b>"}
    assert report.receipt is not None and report.receipt["confinement"] == "off"
    assert report.outside_lock == fields["outside_lock"] != []
    assert report.operator.fuel is not None and report.operator.fuel > 0
    assert report.operator.seconds > 0
    assert fields["schema"] == 3 and "use_log" not in fields


def test_a_report_is_a_value(report: assay.Report) -> None:
    assert pickle.loads(pickle.dumps(report)) == copy.copy(report) == report
    assert len({report, pickle.loads(pickle.dumps(report))}) == 1
    fields = report.to_dict()
    fields["score"] = 1
    assert report.score == 0.98997


def test_it_is_a_table_in_a_notebook(place: Path, report: assay.Report) -> None:
    shown = report._repr_html_()
    assert shown.startswith("<table>") and "<td>bronze</td>" in shown and "0.98997 (higher is better)" in shown
    odd = assay.grade(b"id,malignant\n<script>,1\n", ID, competitions=".", data_dir=".", name="<i>\n")
    assert "<script>" not in odd._repr_html_() and "&lt;script&gt;" in odd._repr_html_()
    assert "<i>" not in assay.BatchReport([odd])._repr_html_()
    assert "<i>" not in assay.validate(b"<i>\n1\n", ID, competitions=".", data_dir=".", name="<i>")._repr_html_()


def test_what_has_no_score_raises_when_asked(place: Path) -> None:
    invalid = assay.grade(b"id\n1\n", ID, competitions=".", data_dir=".")
    with pytest.raises(assay.SubmissionError, match="malignant") as raised:
        invalid.raise_for_outcome()
    assert (raised.value.report, raised.value.exit_code) == (invalid, 1)
    unknown = next(assay.grade_many([(FILE, "nothing")], data_dir="."))
    with pytest.raises(assay.GradingError, match="there is no competition `nothing`"):
        unknown.raise_for_outcome()
    valid = assay.grade(FILE, ID, competitions=".", data_dir=".")
    assert valid.raise_for_outcome() is valid
    with pytest.raises(assay.SubmissionError):
        assay.validate(b"id\n1\n", ID, competitions=".", data_dir=".").raise_for_verdict()
