"""Mean Dice coefficient of masks that are texts of run lengths."""

from assay import HIGHER_IS_BETTER, Description, Failure, Option, Refusal, Score, mean

description = Description(
    name="{{name}}",
    version="0.1.0",
    summary="The mean over rows of the Dice coefficient 2 |X and Y| / (|X| + |Y|) of the pixels of two masks.",
    direction=HIGHER_IS_BETTER,
    options=[
        Option(
            "target",
            "column",
            "the column of masks: `start length start length ...`, pixels counted from 1; a missing cell is empty",
            required=True,
        ),
        Option("both_empty", "number", "the score where nothing is true and nothing predicted (default: 1)"),
    ],
)


def parse(text):
    """Runs of pixels, from a start up to an end."""
    numbers = [int(number) if number.isascii() and number.isdigit() else 0 for number in text.split()]
    if not all(numbers):
        raise ValueError("starts and lengths are whole numbers, 1 or more")
    if len(numbers) % 2:
        raise ValueError("the last start has no length")
    runs = [(start, start + length) for start, length in zip(numbers[::2], numbers[1::2])]
    if any(start < end for (_, end), (start, _) in zip(runs, runs[1:])):
        raise ValueError("runs are in order and do not overlap")
    return runs


def validate(submission, options):
    target = options.string("target")
    for row, mask in enumerate(submission.column(target).strings()):
        try:
            parse(mask)
        except ValueError as error:
            yield Refusal(str(error), row, target)


def area(runs):
    return sum(end - start for start, end in runs)


def intersection(a, b):
    both = i = j = 0
    while i < len(a) and j < len(b):
        both += max(0, min(a[i][1], b[j][1]) - max(a[i][0], b[j][0]))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return both


def grade(submission, answers, options):
    target = options.string("target")
    both_empty = options.number("both_empty", 1.0)
    scores = []
    for row, (truth, prediction) in enumerate(zip(answers.column(target).strings(), submission.column(target).strings())):
        try:
            truth = parse(truth)
        except ValueError as error:
            raise Failure(f"the answers' row {row}: {error}")
        prediction = parse(prediction)
        total = area(truth) + area(prediction)
        scores.append(2 * intersection(truth, prediction) / total if total else both_empty)
    return Score(mean(scores))
