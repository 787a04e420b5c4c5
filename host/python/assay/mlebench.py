"""The calls of code that was written against the reference, openai/mle-bench: its users change an import.

``from mlebench.grade import grade_csv, validate_submission``, ``from mlebench.registry import registry`` and
``from mlebench.grade_helpers import CompetitionReport`` all become imports from this module.

Examples
--------
>>> from assay.mlebench import grade_csv, registry, validate_submission
>>> from pathlib import Path
>>> competition = registry.set_data_dir(Path(".")).get_competition("spaceship-titanic")
>>> competition.answers.as_posix()
'spaceship-titanic/prepared/private/test.csv'
>>> validate_submission(Path("nowhere.csv"), competition)
(False, 'Submission invalid! Submission file nowhere.csv does not exist.')
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Optional, Union

import assay
from assay import _functions, _native

__all__ = [
    "Competition",
    "CompetitionReport",
    "Grader",
    "InvalidSubmissionError",
    "Registry",
    "aggregate_reports",
    "grade_csv",
    "grade_jsonl",
    "registry",
    "validate_submission",
]

#: What graders of the reference raise for a submission at fault.
InvalidSubmissionError = assay.SubmissionError


@dataclass(frozen=True)
class CompetitionReport:
    """What came of a submission, with the reference's fields."""

    competition_id: str
    score: Optional[float]
    gold_threshold: float
    silver_threshold: float
    bronze_threshold: float
    median_threshold: float
    any_medal: bool
    gold_medal: bool
    silver_medal: bool
    bronze_medal: bool
    above_median: bool
    submission_exists: bool
    valid_submission: bool
    is_lower_better: bool
    created_at: datetime
    submission_path: str

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CompetitionReport:
        """A report of its JSON fields; others are passed over."""
        own = {field.name: data[field.name] for field in fields(cls)}
        return cls(**{**own, "created_at": datetime.fromisoformat(own["created_at"])})

    def to_dict(self) -> dict[str, Any]:
        """The fields, as JSON has them."""
        return {**asdict(self), "created_at": self.created_at.isoformat(), "submission_path": str(self.submission_path)}


@dataclass(frozen=True)
class Grader:
    """What scores a competition's submissions."""

    name: str
    competition: assay.Competition

    def __call__(self, submission: assay.Data, answers: assay.Data) -> Optional[float]:
        """The score, rounded to 5 decimals; none if the submission is invalid.

        Parameters
        ----------
        submission, answers : table, bytes or path
            pandas tables, as the reference's take them, or whatever `assay.grade` takes.
        """
        return assay.grade(submission, self.competition, answers=answers).score

    def is_lower_better(self, leaderboard: object = None) -> bool:
        """Whether a lower score is the better one. It is known without the leaderboard."""
        return assay.Grader(self.competition.grader).lower_is_better


@dataclass(frozen=True)
class Competition:
    """A competition and where its data are, with the reference's names."""

    id: str
    name: str
    description: str
    grader: Grader
    answers: Path
    gold_submission: Path
    sample_submission: Path
    competition_type: str
    raw_dir: Path
    private_dir: Path
    public_dir: Path
    data_dir: Path


class Registry:
    """The competitions, and where their data are.

    Parameters
    ----------
    data_dir : str or os.PathLike, optional
        The data [default: ``mle-bench/data`` in the user's cache folder, where the reference keeps them].
    """

    def __init__(self, data_dir: Union[None, str, os.PathLike[str]] = None) -> None:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self._data_dir = Path(cache) / "mle-bench" / "data" if data_dir is None else Path(data_dir)

    def get_competition(self, competition_id: str) -> Competition:
        """The competition of that id."""
        known = assay.Competition.get(competition_id)
        data = known.to_dict()["data"]
        folder = self._data_dir / competition_id
        prepared = folder / "prepared"
        description = prepared / "public" / "description.md"
        answers = prepared / data["answers"]
        return Competition(
            id=known.id,
            name=known.title,
            description=description.read_text(encoding="utf-8") if description.is_file() else known.summary,
            grader=Grader(known.grader, known),
            answers=answers,
            gold_submission=prepared / data["gold_submission"] if data.get("gold_submission") else answers,
            sample_submission=prepared / data["sample_submission"],
            competition_type=str(known.to_dict()["kind"]),
            raw_dir=folder / "raw",
            private_dir=prepared / "private",
            public_dir=prepared / "public",
            data_dir=self._data_dir,
        )

    def list_competition_ids(self) -> list[str]:
        """The ids of all competitions, in order."""
        return assay.competitions()

    def get_lite_competition_ids(self) -> list[str]:
        """The ids of the competitions of the split ``low``, in order."""
        return assay.competitions("low")

    def get_data_dir(self) -> Path:
        """Where the data are."""
        return self._data_dir

    def set_data_dir(self, new_data_dir: Union[str, os.PathLike[str]]) -> Registry:
        """A registry of data elsewhere."""
        return Registry(new_data_dir)


#: The competitions, with data where the reference keeps them.
registry = Registry()


def grade_csv(path_to_submission: Union[str, os.PathLike[str]], competition: Competition) -> CompetitionReport:
    """Grade a submission.

    Parameters
    ----------
    path_to_submission : str or os.PathLike
        A CSV file.
    competition : Competition
        One of a `Registry`.

    Returns
    -------
    CompetitionReport
        Its fields and values are the reference's. `assay.grade` tells more.
    """
    report = assay.grade(Path(path_to_submission), competition.id, data_dir=competition.data_dir)
    return CompetitionReport.from_dict(report.to_dict())


def validate_submission(submission: Union[str, os.PathLike[str]], competition: Competition) -> tuple[bool, str]:
    """Check a submission.

    Parameters
    ----------
    submission : str or os.PathLike
        A CSV file.
    competition : Competition
        One of a `Registry`.

    Returns
    -------
    tuple of bool and str
        Whether it is valid, and the reasons.
    """
    path = Path(submission)
    if not path.is_file():
        return False, f"Submission invalid! Submission file {path} does not exist."
    found = assay.validate(path, competition.id, data_dir=competition.data_dir)
    if found.is_valid:
        return True, "Submission is valid."
    return False, "Submission invalid! " + "\n".join(found.problems or found.notes)


def grade_jsonl(
    path_to_submissions: Union[str, os.PathLike[str]],
    output_dir: Union[str, os.PathLike[str]],
    registry: Registry = registry,
) -> None:
    """Grade a list of submissions and write a report.

    Parameters
    ----------
    path_to_submissions : str or os.PathLike
        JSON lines with ``competition_id`` and ``submission_path``.
    output_dir : str or os.PathLike
        Where ``<timestamp>_grading_report.json`` is written.
    registry : Registry
        Where the data are.
    """
    lines = Path(path_to_submissions).read_text(encoding="utf-8-sig").splitlines()
    entries = [json.loads(line) for line in lines if line.strip() and not line.lstrip().startswith(("#", "//"))]
    service = _functions._service(None, None, {"data_dir": registry.get_data_dir()})
    assay.BatchReport(list(service.grade_many(entries))).write(output_dir)


def aggregate_reports(competition_reports: list[CompetitionReport]) -> dict[str, Any]:
    """Sums over reports, and the reports.

    Parameters
    ----------
    competition_reports : list of CompetitionReport
        The reports.

    Returns
    -------
    dict
        ``total_runs``, ``total_valid_submissions``, ``total_medals`` and so on, and ``competition_reports``.
    """
    reports = [report.to_dict() for report in competition_reports]
    # The rest of a report's fields does not count.
    others: dict[str, Any] = {"score_exact": None, "outcome": "not-graded", "reason": None, "receipt": None, "outside_lock": []}
    summed: dict[str, Any] = json.loads(_native.batch_report([json.dumps({**report, **others}) for report in reports]))
    totals = {name: value for name, value in summed.items() if name.startswith("total_") and "lock" not in name}
    return {**totals, "competition_reports": reports}
