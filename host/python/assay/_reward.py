"""One number of a report, for those who train or compare agents over many competitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay._report import Report


def ladder(report: Report) -> float:
    """How far up a submission came: 0 without a score, then a fifth for each of valid, above the median, bronze, silver and gold.

    Scores of different competitions cannot be compared; this can. Without a leaderboard, a valid submission has 1.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    float
        From 0 to 1.
    """
    if not report.is_valid:
        return 0.0
    if report.thresholds is None:
        return 1.0
    medals = {None: 0, "bronze": 1, "silver": 2, "gold": 3}
    return (1 + max(report.above_median, report.medal is not None) + medals[report.medal]) / 5
