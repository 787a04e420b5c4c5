"""The verifiers rubric."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, ID

vf = pytest.importorskip("verifiers.v1")

FILE = EXAMPLES / ID / "logistic-regression.csv"
OPTIONS: dict[str, Any] = {"data_dir": str(EXAMPLES), "competitions": str(EXAMPLES)}


def scored(task: Any, runtime: Any = None) -> Any:
    """The trace of a rollout in which nothing was said, once the task has scored it."""
    trace = trace_of(task)
    asyncio.run(task.score(trace, runtime))
    return trace


def trace_of(task: Any) -> Any:
    agent = vf.AgentInfo(config=vf.AgentConfig())
    return vf.Trace(task=vf.TraceTask(type=type(task).__name__, data=task.data), agent=agent)


class Box:
    """What the rubric asks of a runtime."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content

    async def run(self, argv: list[str], env: dict[str, str]) -> Any:
        assert argv == ["test", "-f", "submission.csv"]
        return type("Result", (), {"exit_code": int(self.content is None)})

    async def read(self, path: str, max_bytes: int | None = None) -> bytes:
        assert path == "submission.csv" and self.content is not None
        return self.content


@pytest.mark.parametrize(
    ("content", "reward", "metrics"),
    [
        (FILE.read_bytes(), 0.6, {"assay_valid": 1.0, "assay_score": 0.98997}),
        (b"id\n1\n", 0.0, {"assay_valid": 0.0}),
        (None, 0.0, {"assay_valid": 0.0}),
    ],
)
def test_it_grades_what_is_in_the_runtime(content: bytes | None, reward: float, metrics: dict[str, float]) -> None:
    import assay.verifiers

    class Cancer(assay.verifiers.rubric(ID, **OPTIONS), vf.Task[vf.TaskData]):  # type: ignore[misc]
        pass

    trace = scored(Cancer(vf.TaskData(prompt="predict")), Box(content))
    assert trace.reward == reward and list(trace.rewards) == ["assay"] and trace.metrics == metrics


def test_it_grades_what_a_function_makes(place: Path) -> None:
    import assay.verifiers

    class Data(vf.TaskData):  # type: ignore[misc]
        competition_id: str

    base = assay.verifiers.rubric(submission=lambda trace: FILE.read_bytes(), reward=lambda report: report.score or 0.0, **OPTIONS)

    class Cancer(base, vf.Task[Data]):  # type: ignore[misc, valid-type]
        pass

    trace = scored(Cancer(Data(prompt="predict", competition_id=ID)))
    assert trace.reward == 0.98997
