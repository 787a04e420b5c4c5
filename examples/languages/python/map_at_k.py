"""Mean average precision of ranked lists, cut at k."""

from assay import HIGHER_IS_BETTER, Description, Option, Refusal, Score, mean

description = Description(
    name="{{name}}",
    version="0.1.0",
    summary="MAP@k: the mean over rows of the average precision of a ranked list's first k items, divided by min(true items, k).",
    direction=HIGHER_IS_BETTER,
    options=[
        Option("target", "column", "the column of lists, best item first, with one blank between items", required=True),
        Option("k", "integer", "how many items of a list count", required=True),
    ],
)


def validate(submission, options):
    target = options.string("target")
    lists = submission.column(target)
    lists.strings()
    for row, missing in enumerate(lists.missing()):
        if missing:
            yield Refusal("the list is missing: one item or more are needed", row, target)


def average_precision(y_true, y_pred, k):
    left = set(y_true)
    best = min(len(left), k)
    hits = score = 0.0
    for rank, item in enumerate(y_pred[:k], start=1):
        if item in left:
            left.remove(item)
            hits += 1.0
            score += hits / rank
    return score / best if best else 0.0


def grade(submission, answers, options):
    target, k = options.string("target"), options.integer("k")
    rows = zip(answers.column(target).strings(), submission.column(target).strings())
    return Score(mean(average_precision(y_true.split(" "), y_pred.split(" "), k) for y_true, y_pred in rows))
