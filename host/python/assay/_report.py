"""Reports, as objects."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Union

from assay import _native
from assay._errors import GradingError, HostError, SubmissionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self


class UseLog(NamedTuple):
    """The state of the log of uses at some moment."""

    entries: int
    """How many entries it had."""
    head: str
    """SHA-256 of the last one's line."""


class Operator(NamedTuple):
    """What a grading tells beside its report. It may tell of the answers, so it is for the operator alone."""

    note: Optional[str]
    """Why there is no score, in the grader's words."""
    fuel: Optional[int]
    """The fuel that the grader used: the same for the same inputs on every machine."""
    details: dict[str, float]
    """Figures beside the score, by their names."""
    seconds: float
    """How long grading took."""


_NOBODY = Operator(None, None, {}, 0.0)


@dataclass(frozen=True)
class Report:
    """What came of a submission.

    Its attributes are the fields of the JSON report, of which `to_dict` gives all.

    Parameters
    ----------
    json : str
        The report as JSON text.
    use_log : UseLog, optional
        The state of the log of uses once this one was in it.
    operator : Operator, optional
        What is for the operator alone. It is in no JSON report.

    Examples
    --------
    >>> import assay
    >>> report = assay.grade("logistic-regression.csv", "breast-cancer-wisconsin", data_dir=".", competitions=".")
    >>> report.score, report.medal
    (0.98997, 'bronze')
    >>> report.to_dict()["score_exact"]
    0.9899733333333334
    """

    json: str = field(repr=False)
    use_log: Optional[UseLog] = field(default=None, repr=False)
    operator: Operator = field(default=_NOBODY, repr=False, compare=False)

    @classmethod
    def _of(cls, told: _native._Told) -> Report:
        text, uses, (note, fuel, details, seconds) = told
        use_log = None if uses is None else UseLog(*uses)
        return cls(text, use_log, Operator(note, fuel, dict(details), seconds))

    @cached_property
    def _fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.json)
        return fields

    @property
    def competition_id(self) -> Optional[str]:
        """The competition."""
        value: Optional[str] = self._fields["competition_id"]
        return value

    @property
    def score(self) -> Optional[float]:
        """The score, rounded to 5 decimals; none if there is none."""
        value: Optional[float] = self._fields["score"]
        return value

    @property
    def score_exact(self) -> Optional[float]:
        """The score in full precision."""
        value: Optional[float] = self._fields["score_exact"]
        return value

    @property
    def medal(self) -> Optional[str]:
        """``"gold"``, ``"silver"`` or ``"bronze"``; none if the score earns none."""
        for name in ("gold", "silver", "bronze"):
            if self._fields[f"{name}_medal"]:
                return name
        return None

    @property
    def above_median(self) -> bool:
        """Whether the score is better than the leaderboard's median."""
        return bool(self._fields["above_median"])

    @property
    def thresholds(self) -> Optional[dict[str, float]]:
        """The leaderboard's scores for ``gold``, ``silver``, ``bronze`` and ``median``; none without a leaderboard."""
        names = ("gold", "silver", "bronze", "median")
        found = {name: self._fields[f"{name}_threshold"] for name in names}
        return None if found["gold"] is None else found

    @property
    def is_lower_better(self) -> Optional[bool]:
        """Whether a lower score is the better one; none if nobody knows."""
        value: Optional[bool] = self._fields["is_lower_better"]
        return value

    @property
    def outcome(self) -> str:
        """``scored``, ``invalid-submission``, ``grader-fault``, ``limit-exceeded``, ``not-graded`` or ``host-fault``."""
        return str(self._fields["outcome"])

    @property
    def reason(self) -> Optional[str]:
        """Why there is no score, in words that a participant may read."""
        value: Optional[str] = self._fields["reason"]
        return value

    @property
    def is_valid(self) -> bool:
        """Whether there is a score."""
        return bool(self._fields["valid_submission"])

    @property
    def submission_path(self) -> str:
        """What the submission is called: its path as it was given."""
        return str(self._fields["submission_path"])

    @property
    def created_at(self) -> str:
        """When the report was made: UTC, ISO 8601."""
        return str(self._fields["created_at"])

    @property
    def receipt(self) -> Optional[dict[str, Any]]:
        """What the score rests on: digests, grader, engine, limits."""
        value: Optional[dict[str, Any]] = self._fields["receipt"]
        return value

    @property
    def outside_lock(self) -> list[str]:
        """The grader and the competition, if they are not those that the package carries."""
        return list(self._fields["outside_lock"])

    @property
    def tags(self) -> dict[str, Any]:
        """What was given along with the submission."""
        return dict(self._fields.get("tags", {}))

    def to_dict(self) -> dict[str, Any]:
        """All fields, as ``assay grade-sample --format json`` prints them.

        Returns
        -------
        dict
            A new one, of what JSON has.
        """
        fields: dict[str, Any] = json.loads(self.json)
        fields["schema"] = _native.REPORT_SCHEMA
        if self.use_log is not None:
            fields["use_log"] = self.use_log._asdict()
        return fields

    def raise_for_outcome(self) -> Self:
        """Raise if there is no score.

        Returns
        -------
        Report
            This one.

        Raises
        ------
        SubmissionError
            If the submission is invalid.
        HostError
            If the machine failed, so that another try may succeed.
        GradingError
            If the grader failed or ran into a limit, or nothing could be graded.

        Examples
        --------
        >>> import assay
        >>> report = assay.grade(b"id,malignant\\n", "breast-cancer-wisconsin", data_dir=".", competitions=".")
        >>> report.raise_for_outcome()
        Traceback (most recent call last):
        ...
        assay._errors.SubmissionError: breast-cancer-wisconsin: there are no rows
        """
        if self.outcome == "scored":
            return self
        kinds = {"invalid-submission": SubmissionError, "host-fault": HostError}
        kind = kinds.get(self.outcome, GradingError)
        raise kind(f"{self.competition_id}: {self.reason}", self)

    def __repr__(self) -> str:
        said = f"score={self.score!r}, medal={self.medal!r}" if self.is_valid else f"outcome={self.outcome!r}"
        return f"Report({self.competition_id!r}, {said})"

    def _repr_html_(self) -> str:
        """The report as a table, for notebooks."""
        return _table(self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("competition", str(self.competition_id)), ("submission", self.submission_path)]
        if self.is_valid:
            rows.append(("score", f"{self.score} ({'lower' if self.is_lower_better else 'higher'} is better)"))
            if self.thresholds is None:
                rows.append(("medal", "none: the competition has no leaderboard"))
            else:
                rows.append(("medal", self.medal or "none"))
                rows.append(("above median", "yes" if self.above_median else "no"))
        else:
            rows += [("outcome", self.outcome.replace("-", " ")), ("reason", self.reason or "")]
        rows += [(f"{name} from", str(value)) for name, value in (self.thresholds or {}).items()]
        rows += [("not in the lock", text) for text in self.outside_lock]
        return rows


@dataclass(frozen=True)
class BatchReport:
    """What came of many submissions: sums, and a report on each.

    Parameters
    ----------
    reports : list of Report
        The reports, in the order of the list.
    use_log : UseLog, optional
        The state of the log of uses once all of them were in it.

    Examples
    --------
    >>> import assay
    >>> of = "breast-cancer-wisconsin"
    >>> reports = assay.grade_many([("logistic-regression.csv", of)] * 2, data_dir=".", competitions=".")
    >>> assay.BatchReport(list(reports)).totals["total_bronze_medals"]
    2
    """

    reports: list[Report]
    use_log: Optional[UseLog] = None

    @cached_property
    def _fields(self) -> dict[str, Any]:
        uses = None if self.use_log is None else (self.use_log.entries, self.use_log.head)
        fields: dict[str, Any] = json.loads(_native.batch_report([report.json for report in self.reports], None, uses))
        return fields

    @property
    def totals(self) -> dict[str, int]:
        """The sums over all reports: runs, valid submissions, medals."""
        return {name: value for name, value in self._fields.items() if name.startswith("total_")}

    def to_dict(self) -> dict[str, Any]:
        """All fields, as ``assay grade`` writes them into its report."""
        return dict(self._fields)

    def write(self, folder: Union[str, os.PathLike[str]]) -> Path:
        """Write the JSON report, whole or not at all, and never over another one.

        Parameters
        ----------
        folder : str or os.PathLike
            Where ``<timestamp>_grading_report.json`` is written. It is made if it is not there.

        Returns
        -------
        pathlib.Path
            The file.
        """
        return _native.write_report(json.dumps(self._fields), folder)

    def __len__(self) -> int:
        return len(self.reports)

    def __repr__(self) -> str:
        totals = self.totals
        return (
            f"BatchReport({totals['total_runs']} runs, {totals['total_valid_submissions']} valid, "
            f"{totals['total_medals']} medals)"
        )

    def _repr_html_(self) -> str:
        """A row for each report, for notebooks."""
        head = "".join(f"<th>{name}</th>" for name in ("competition", "submission", "outcome", "score", "medal"))
        cells = (
            (report.competition_id, report.submission_path, report.outcome, report.score, report.medal or "")
            for report in self.reports
        )
        body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in cells)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True)
class Validation:
    """Whether a submission is valid, and everything that is wrong with it. There is never a score."""

    competition_id: str
    submission_path: str
    verdict: str
    """``valid``, ``invalid``, or ``unknown`` where the grader failed."""
    problems: list[str]
    """Everything that is wrong with it."""
    notes: list[str]
    """What was not looked at, and why."""

    @classmethod
    def _of(cls, text: str) -> Validation:
        return cls(**json.loads(text))

    @property
    def is_valid(self) -> bool:
        """Whether nothing is wrong with it, as far as it was looked at."""
        return self.verdict == "valid"

    def to_dict(self) -> dict[str, Any]:
        """All fields, as ``assay validate --format json`` prints them."""
        return dict(vars(self))

    def raise_for_verdict(self) -> Self:
        """Raise unless the submission is valid.

        Returns
        -------
        Validation
            This one.

        Raises
        ------
        SubmissionError
            If it is invalid.
        GradingError
            If the grader failed, so that nobody knows.
        """
        if self.is_valid:
            return self
        kind = SubmissionError if self.verdict == "invalid" else GradingError
        raise kind(f"{self.competition_id}: " + "\n".join(self.problems or self.notes))

    def __bool__(self) -> bool:
        return self.is_valid

    def _repr_html_(self) -> str:
        """The finding as a table, for notebooks."""
        rows = [("competition", self.competition_id), ("submission", self.submission_path), ("verdict", self.verdict)]
        rows += [("problem", text) for text in self.problems] + [("note", text) for text in self.notes]
        return _table(rows)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{_cell(name)}</th><td>{_cell(value)}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>"


def _cell(value: object) -> str:
    return escape("" if value is None else str(value)).replace("\n", "<br>")
