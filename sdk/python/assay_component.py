"""Between `grader.py` and the host: componentize-py makes a component of this. A grader has nothing to change here."""

import io
import sys

import grader
from assay import Failure, Options, Refusal, Score, Table
from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import grading as contract


def _cells(column, rows):
    values = column.values
    if isinstance(values, contract.Values_Boolean):
        cells = [bool(values.value[row >> 3] >> (row & 7) & 1) for row in range(rows)]
    elif isinstance(values, contract.Values_Utf8):
        offsets, text = values.value.offsets, bytes(values.value.bytes)
        cells = [text[offsets[row] : offsets[row + 1]].decode() for row in range(rows)]
    else:
        cells = list(values.value)
    if column.validity is not None:
        bits = column.validity
        cells = [cell if bits[row >> 3] >> (row & 7) & 1 else None for row, cell in enumerate(cells)]
    return cells


def _table(table, of_answers):
    return Table({column.name: _cells(column, table.rows) for column in table.columns}, table.rows, of_answers)


def _options(options):
    return Options((name, setting.value) for name, setting in options)


def _failure(error, printed):
    """What went wrong and where in the grader's own files, and what it printed: for the operator."""
    said = str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {error}"
    if not isinstance(error, Failure):
        # The module traceback would look for the source, and there are no files.
        places, step = [], error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            file = code.co_filename.rsplit("/", 1)[-1]
            if file not in ("assay.py", "assay_component.py"):
                places.append(f"{file}:{step.tb_lineno} in {code.co_name}")
            step = step.tb_next
        said = "; ".join([said, *places[-3:]])
    return f"{said}; printed: {printed[-500:]}" if printed else said


def _problem(refusal):
    return contract.Problem(refusal.message, refusal.row, refusal.column)


class Grading(exports.Grading):
    def describe(self):
        is_ = grader.description
        kind = lambda name: getattr(contract.SettingKind, name.upper())
        options = [contract.OptionSpec(option.name, kind(option.kind), option.required, option.summary)
                   for option in is_.options]
        direction = getattr(contract.Direction, is_.direction.upper().replace("-", "_"))
        return contract.Description(is_.name, is_.version, is_.summary, direction, options)

    def validate(self, submission, options):
        look = getattr(grader, "validate", None)
        if look is None:
            return None
        sys.stdout = sys.stderr = io.StringIO()
        try:
            # A function that yields refusals is run by this.
            problems = list(look(_table(submission, False), _options(options)) or [])
        except Refusal as refusal:
            problems = [refusal]
        except Failure as failure:
            problems = [Refusal(str(failure))]
        except BaseException as error:
            problems = [Refusal(f"the grader failed to look at it: {type(error).__name__}")]
        if problems:
            # A host takes no more.
            raise Err([_problem(problem) for problem in problems[:256]])
        return None

    def grade(self, submission, answers, options):
        printed = sys.stdout = sys.stderr = io.StringIO()
        try:
            score = grader.grade(_table(submission, False), _table(answers, True), _options(options))
            if not isinstance(score, Score):
                score = Score(score)
            details = [contract.Detail(str(name), float(value)) for name, value in score.details.items()]
            return contract.Score(float(score.value), details)
        except Refusal as refusal:
            raise Err(contract.GradeError_InvalidSubmission(str(refusal)))
        except BaseException as error:
            raise Err(contract.GradeError_Failure(_failure(error, printed.getvalue())))
