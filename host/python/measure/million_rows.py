"""A million rows from memory, beside scikit-learn on the same arrays.

    python host/python/measure/million_rows.py
"""

from __future__ import annotations

import statistics
import time
from typing import Callable

import assay
import numpy
import pandas
import polars
import pyarrow
from sklearn import metrics

ROWS = 1_000_000
REPEATS = 7

random = numpy.random.default_rng(1)
answers = pandas.DataFrame({"id": numpy.arange(ROWS), "y": random.integers(0, 2, ROWS)})
submission = pandas.DataFrame({"id": answers["id"], "y": (answers["y"] * 0.3 + random.random(ROWS)).round(6)})
submission["y"] /= submission["y"].max()

CASES: list[tuple[str, dict[str, str], Callable[[], float]]] = [
    ("roc-auc", {"y": "number"}, lambda: metrics.roc_auc_score(answers["y"], submission["y"])),
    ("root-mean-squared-error", {"y": "number"}, lambda: metrics.root_mean_squared_error(answers["y"], submission["y"])),
]


def seconds(call: Callable[[], object]) -> float:
    """The median of some calls, after a first one."""
    call()
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


print(f"| metric, {ROWS:,} rows, milliseconds | pandas | polars | pyarrow | CSV bytes | scikit-learn | scikit-learn, joined by id |")
print("|---|---|---|---|---|---|---|")
for grader, columns, reference in CASES:
    mine = assay.Competition.of("mine", grader=grader, columns=columns)
    service = assay.Assay(competitions=mine, answers={"mine": answers})
    forms = [
        submission,
        polars.from_pandas(submission),
        pyarrow.Table.from_pandas(submission),
        submission.to_csv(index=False).encode(),
    ]
    for form in forms:
        score = service.grade(form, mine).raise_for_outcome().score_exact
        assert score is not None and abs(score - reference()) < 1e-9, (score, reference())

    def joined() -> object:
        both = answers.merge(submission, on="id", suffixes=("_true", "_pred"), validate="one_to_one")
        if grader == "roc-auc":
            return metrics.roc_auc_score(both["y_true"], both["y_pred"])
        return metrics.root_mean_squared_error(both["y_true"], both["y_pred"])

    took = [seconds(lambda form=form: service.grade(form, mine)) for form in forms]  # type: ignore[misc]
    took += [seconds(reference), seconds(joined)]
    print(f"| {grader} | " + " | ".join(f"{1000 * each:.0f}" for each in took) + " |")
