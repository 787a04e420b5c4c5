"""{{title}}: what the score is, and the paper or library that says so."""

# Or "higher-is-better". Medals are given by it.
DIRECTION = "{{direction}}"
VERSION = "0.1.0"

TARGETS = {{targets}}


class ParticipantVisibleError(Exception):
    """What is wrong with a submission, in words that its author reads."""


def score(solution, submission{{key}}):
    """The mean over columns of {{called}}."""
    return sum(column_score(solution[name], submission[name]) for name in TARGETS) / len(TARGETS)


def column_score(answers, predictions):
    return sum({{term}} for answer, prediction in zip(answers, predictions)) / len(answers)
