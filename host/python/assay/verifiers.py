"""A rubric for verifiers (``pip install verifiers``, 0.4 and later): tasks whose reward is a grading.

Examples
--------
::

    import assay.verifiers
    import verifiers.v1 as vf

    class Titanic(assay.verifiers.rubric("spaceship-titanic", data_dir="/data"), vf.Task[vf.TaskData]):
        pass
"""

from __future__ import annotations

import asyncio
from typing import Any, Callable, Optional, Union

import verifiers.v1 as vf

from assay._assay import Assay
from assay._report import Report
from assay._reward import ladder

__all__ = ["rubric"]

#: The most bytes of a submission that are read from a runtime.
_MAX_BYTES = 1 << 30


def rubric(
    competition: Optional[str] = None,
    *,
    submission: Union[str, Callable[[vf.Trace], bytes]] = "submission.csv",
    reward: Callable[[Report], float] = ladder,
    weight: float = 1.0,
    **options: Any,
) -> type:
    """A base class for tasks: its reward, ``assay``, is what the submission is worth that the agent leaves.

    The answers stay with this process: the agent's runtime never has them. Beside the reward, the metrics ``assay_valid`` and, where there
    is one, ``assay_score`` are recorded.

    Parameters
    ----------
    competition : str, optional
        The id of the competition [default: ``competition_id`` of the task's data].
    submission : str or callable
        The path of the CSV file in the runtime, or a function that gets the trace and gives the bytes.
    reward : callable
        What makes the reward of a `Report` [default: `ladder`, from 0 without a score to 1 for gold].
    weight : float
        The weight of the reward.
    **options
        As for `assay.Assay`: ``data_dir``, ``competitions`` and so on.

    Returns
    -------
    type
        A class to derive a task from, before ``vf.Task``.
    """
    service = Assay(**options)

    async def graded(data: Any, trace: vf.Trace, content: Optional[bytes], name: str) -> float:
        if content is None:
            trace.record_metrics({"assay_valid": 0.0})
            return 0.0
        report = await asyncio.to_thread(service.grade, content, competition or data.competition_id, name=name)
        if report.outcome in ("host-fault", "grader-fault", "not-graded"):
            # Not the agent's fault, so there is no reward to learn from.
            report.raise_for_outcome()
        trace.record_metrics({"assay_valid": float(report.is_valid)})
        if report.score is not None:
            trace.record_metrics({"assay_score": report.score})
        return reward(report)

    if callable(submission):
        make = submission

        class OfTrace:
            """Tasks whose submission is in the trace."""

            @vf.reward(weight=weight)
            async def assay(self, trace: vf.Trace) -> float:
                """What the submission is worth."""
                return await graded(self.data, trace, make(trace), "-")  # type: ignore[attr-defined]

        return OfTrace

    path = submission

    class OfRuntime:
        """Tasks whose submission is a file in the runtime."""

        @vf.reward(weight=weight)
        async def assay(self, trace: vf.Trace, runtime: vf.Runtime) -> float:
            """What the submission is worth."""
            found = await runtime.run(["test", "-f", path], {})
            content = None if found.exit_code else await runtime.read(path, _MAX_BYTES)
            return await graded(self.data, trace, content, path)  # type: ignore[attr-defined]

    return OfRuntime
