"""A scorer for Inspect: ``pip install inspect-ai``.

Examples
--------
::

    from inspect_ai import Task, task
    from inspect_ai.dataset import Sample
    import assay.inspect

    @task
    def titanic():
        return Task(
            dataset=[Sample(input="...", metadata={"competition_id": "spaceship-titanic"})],
            scorer=assay.inspect.grader(data_dir="/data"),
            sandbox="docker",
        )
"""

from __future__ import annotations

import asyncio
from typing import Any, Callable, Optional, Union

from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import TaskState
from inspect_ai.util import sandbox

from assay._assay import Assay
from assay._report import Report
from assay._reward import ladder

__all__ = ["grader"]

#: Where a sample's submission is: a path in its sandbox, or what makes bytes of the sample's state.
Submission = Union[str, Callable[[TaskState], bytes]]


@scorer(metrics=[mean(), stderr()], name="assay")
def grader(
    competition: Optional[str] = None,
    *,
    submission: Submission = "submission.csv",
    value: Callable[[Report], float] = ladder,
    **options: Any,
) -> Scorer:
    """Score a sample by grading the submission that it leaves in its sandbox.

    The answers stay with this process: the sandbox never has them.

    Parameters
    ----------
    competition : str, optional
        The id of the competition [default: ``competition_id`` of the sample's metadata].
    submission : str or callable
        The path of the CSV file in the sandbox, or a function that gets the sample's state and gives the bytes.
    value : callable
        What makes the score's value of a `Report` [default: `ladder`, from 0 without a score to 1 for gold].
    **options
        As for `assay.Assay`: ``data_dir``, ``competitions`` and so on.

    Returns
    -------
    Scorer
        Its scores have the value, the reason where there is no score, and the report as metadata.
    """
    service = Assay(**options)

    async def score(state: TaskState, target: Target) -> Score:
        id = competition or state.metadata["competition_id"]
        name = submission if isinstance(submission, str) else "-"
        try:
            content = await sandbox().read_file(submission, text=False) if isinstance(submission, str) else submission(state)
        except FileNotFoundError:
            return Score(value=0.0, explanation=f"there is no submission: {submission} is not in the sandbox")
        report = await asyncio.to_thread(service.grade, content, id, name=name)
        if report.outcome in ("host-fault", "grader-fault", "not-graded"):
            # Not the sample's fault: Inspect tells it as an error, and may try again.
            report.raise_for_outcome()
        explanation = report.reason if report.score is None else f"score {report.score}, medal: {report.medal or 'none'}"
        return Score(value=value(report), answer=name, explanation=explanation, metadata=report.to_dict())

    return score
