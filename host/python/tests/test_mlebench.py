"""Code that was written against the reference runs with another import."""

from __future__ import annotations

import json
from pathlib import Path

import pandas
import pytest
from assay.mlebench import CompetitionReport, Registry, aggregate_reports, grade_csv, grade_jsonl, registry, validate_submission

ID = "spaceship-titanic"


@pytest.fixture()
def data(place: Path) -> Path:
    """Made-up answers of a competition of the reference."""
    private = place / "data" / ID / "prepared" / "private"
    private.mkdir(parents=True)
    answers = pandas.DataFrame({"PassengerId": [f"{n:04}_01" for n in range(200)], "Transported": [n % 2 == 0 for n in range(200)]})
    answers.to_csv(private / "test.csv", index=False)
    # 164 of 200 are right: 0.82, above the leaderboard's gold.
    answers["Transported"] ^= answers.index < 36
    answers.to_csv(place / "submission.csv", index=False)
    (place / "broken.csv").write_text("PassengerId\n1\n")
    return place / "data"


def test_grade_csv(data: Path) -> None:
    competition = registry.set_data_dir(data).get_competition(ID)
    report = grade_csv(Path("submission.csv"), competition)
    assert report.score == 0.82 and report.valid_submission and not report.is_lower_better
    assert report.any_medal == (report.score >= report.bronze_threshold)
    fields = report.to_dict()
    assert list(fields) == [
        "competition_id", "score", "gold_threshold", "silver_threshold", "bronze_threshold", "median_threshold", "any_medal",
        "gold_medal", "silver_medal", "bronze_medal", "above_median", "submission_exists", "valid_submission",
        "is_lower_better", "created_at", "submission_path",
    ]  # fmt: skip
    assert CompetitionReport.from_dict(json.loads(json.dumps(fields))) == report
    missing = grade_csv(Path("nowhere.csv"), competition)
    assert missing.score is None and not missing.submission_exists


def test_validate_submission(data: Path) -> None:
    competition = Registry(data).get_competition(ID)
    assert validate_submission(Path("submission.csv"), competition) == (True, "Submission is valid.")
    valid, text = validate_submission(Path("broken.csv"), competition)
    assert not valid and "Transported" in text


def test_the_grader_takes_tables(data: Path) -> None:
    competition = Registry(data).get_competition(ID)
    submission, answers = pandas.read_csv("submission.csv"), pandas.read_csv(competition.answers)
    assert competition.grader(submission, answers) == 0.82
    assert competition.grader(submission[:10], answers) is None
    assert not competition.grader.is_lower_better(None)


def test_grade_jsonl_and_sums(data: Path) -> None:
    lines = [{"competition_id": ID, "submission_path": path} for path in ("submission.csv", "broken.csv", None)]
    Path("list.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    grade_jsonl(Path("list.jsonl"), Path("results"), Registry(data))
    written = json.loads(next(Path("results").glob("*_grading_report.json")).read_text())
    assert (written["total_runs"], written["total_valid_submissions"]) == (3, 1)
    reports = [CompetitionReport.from_dict(report) for report in written["competition_reports"]]
    sums = aggregate_reports(reports)
    assert {name: sums[name] for name in sums if name.startswith("total_") and name != "total_outside_lock"} == {
        name: written[name] for name in sums if name.startswith("total_") and name != "total_outside_lock"
    }


def test_registry() -> None:
    assert len(registry.list_competition_ids()) == 82 and len(registry.get_lite_competition_ids()) == 22
    assert registry.get_data_dir().as_posix().endswith("mle-bench/data")
