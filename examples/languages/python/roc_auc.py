"""Area under the ROC curve of one column."""

import math

from assay import HIGHER_IS_BETTER, Description, Failure, Option, Refusal, Score

description = Description(
    name="{{name}}",
    version="0.1.0",
    summary="Area under the ROC curve (scikit-learn's roc_auc_score: ties count half).",
    direction=HIGHER_IS_BETTER,
    options=[Option("target", "column", "the column of scores; the answers hold 1 for positive and 0 for negative", required=True)],
)


def validate(submission, options):
    target = options.string("target")
    for row, score in enumerate(submission.column(target).numbers()):
        if not math.isfinite(score):
            yield Refusal("the score is missing or not finite: a number is needed", row, target)


def grade(submission, answers, options):
    target = options.string("target")
    y_true = answers.column(target).booleans()
    y_score = submission.column(target).numbers()
    positives = sorted(score for label, score in zip(y_true, y_score) if label)
    negatives = sorted(score for label, score in zip(y_true, y_score) if not label)
    if not positives or not negatives:
        raise Failure("the answers are of one class: there is no curve")
    # Over all pairs of a positive and a negative row, 2 where the positive has the higher score and 1 where both are equal.
    below = not_above = twice = 0
    for score in positives:
        while below < len(negatives) and negatives[below] < score:
            below += 1
        while not_above < len(negatives) and negatives[not_above] <= score:
            not_above += 1
        twice += below + not_above
    return Score(twice / (2 * len(positives) * len(negatives)))
