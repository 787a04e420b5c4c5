"""The exceptions of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Optional

if TYPE_CHECKING:
    from assay._report import Report


class AssayError(Exception):
    """Base class of everything that this package raises on its own account.

    Attributes
    ----------
    exit_code : int
        The exit code with which the command ``assay`` ends for the same reason.
    report : Report or None
        The report that says so, where there is one.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, report: Optional[Report] = None) -> None:
        super().__init__(message)
        self.report = report


class SubmissionError(AssayError):
    """The submission is at fault: it is not what the competition asks for.

    Grading does not raise it: the report says what is wrong. `Report.raise_for_outcome` raises it.
    """

    exit_code: ClassVar[int] = 1


class GradingError(AssayError):
    """The run is at fault, not the submission: the grader failed or ran into a limit, or the competition's data are not there.

    Grading does not raise it: the report says what happened. `Report.raise_for_outcome` raises it.
    """

    exit_code: ClassVar[int] = 1


class CallError(AssayError, ValueError):
    """The call is at fault: a competition that is not there, an argument of the wrong kind, answers that cannot be used."""

    exit_code: ClassVar[int] = 2


class HostError(AssayError, RuntimeError):
    """The package or the machine is at fault: too little memory, no processes, a log that cannot be written. Another try may succeed."""

    exit_code: ClassVar[int] = 3
