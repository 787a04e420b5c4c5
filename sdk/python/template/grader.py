"""Mean absolute error of one column."""

import math

from assay import LOWER_IS_BETTER, Description, Failure, Option, Refusal, Score

description = Description(
    name="{{name}}",
    version="0.1.0",
    summary="The mean of |answer - prediction| (scikit-learn's mean_absolute_error).",
    direction=LOWER_IS_BETTER,
    options=[
        Option("target", "column", "the predicted column", required=True),
        Option("tolerance", "number", "errors up to this size count as none (default: 0)"),
    ],
)


def validate(submission, options):
    """Sees the submission alone, so participants may read what it says."""
    target = options.string("target")
    for row, prediction in enumerate(submission.column(target).numbers()):
        if not math.isfinite(prediction):
            yield Refusal("the prediction is missing or not finite: a number is needed", row, target)


def grade(submission, answers, options):
    target = options.string("target")
    tolerance = options.number("tolerance", 0.0)
    total, largest, scored = 0.0, 0.0, 0
    for answer, prediction in zip(answers.column(target).numbers(), submission.column(target).numbers()):
        if math.isnan(answer):
            continue  # a row without an answer does not count
        size = abs(answer - prediction)
        if size <= tolerance:
            size = 0.0
        total += size
        largest = max(largest, size)
        scored += 1
    if scored == 0:
        raise Failure("no row has an answer")
    return Score(total / scored, {"largest error": largest})
