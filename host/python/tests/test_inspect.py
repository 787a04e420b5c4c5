"""The Inspect scorer."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, ID

pytest.importorskip("inspect_ai")

FILE = "logistic-regression.csv"


def scores(place: Path, submission: Any, sandbox: str | None, files: list[dict[str, str]]) -> list[Any]:
    """What an evaluation scores."""
    import assay.inspect
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.solver import solver

    @solver
    def silent() -> Any:
        """Asks no model."""

        async def solve(state: Any, generate: Any) -> Any:
            return state

        return solve

    samples = [Sample(input="predict", metadata={"competition_id": ID}, files=each) for each in files]
    scorer = assay.inspect.grader(submission=submission, data_dir=str(EXAMPLES), competitions=str(EXAMPLES))
    task = Task(dataset=samples, solver=silent(), scorer=scorer, sandbox=sandbox)
    [log] = eval(task, model="mockllm/model", display="none", log_dir=str(place / "logs"))
    assert log.status == "success" and log.samples is not None, log.error
    return [sample.scores["assay"] for sample in log.samples]  # type: ignore[index]


def test_it_grades_what_is_in_the_sandbox(place: Path) -> None:
    good = {"submission.csv": str(EXAMPLES / ID / FILE)}
    bad = {"submission.csv": "data:text/csv;base64,aWQKMQo="}
    valid, invalid, missing = scores(place, "submission.csv", "local", [good, bad, {}])
    # Bronze: two fifths for being valid and above the median, and one more.
    assert valid.value == 0.6 and valid.metadata["score_exact"] == 0.9899733333333334
    assert invalid.value == 0.0 and "malignant" in invalid.explanation
    assert missing.value == 0.0 and "there is no submission" in missing.explanation


def test_it_grades_what_a_function_makes(place: Path) -> None:
    content = (EXAMPLES / ID / FILE).read_bytes()
    [score] = scores(place, lambda state: content, None, [{}])
    assert score.value == 0.6 and "medal: bronze" in score.explanation
    shutil.rmtree(place / "logs")
