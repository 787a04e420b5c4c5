"""The grader that runs graders written in Python: the competition hands over the source.

A source defines `score(solution, submission, row_id_column_name, …)`, as Kaggle's metrics do, with tables that have pandas' names for a small
API of columns; or `grade(submission, answers, options)` with the tables of the module `assay`. It may define `validate`, which sees the
submission alone. Python's standard library is there as far as it is imported here: there are no files to import from.
"""

import builtins
import io
import json
import sys

# What a source may import.
import abc, array, ast, base64, bisect, cmath, collections, collections.abc, colorsys, contextlib, copy, dataclasses, datetime, decimal, difflib  # noqa
import enum, fractions, functools, hashlib, heapq, html, inspect, itertools, math, numbers, operator, random, re, statistics, string, struct  # noqa
import textwrap, traceback, types, typing, unicodedata, warnings, zlib  # noqa

import assay
import pandas
from assay import Failure, Options, Refusal, Score, Table
from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import grading as contract

SUMMARY = (
    "Runs the grader in Python whose source the competition names: a function score(solution, submission, row_id_column_name), or "
    "grade(submission, answers, options)."
)


class _NotThere:
    """Says what a source cannot import, and what it has instead."""

    def find_spec(self, name, path=None, target=None):
        raise ModuleNotFoundError(
            f"there is no module `{name}` for graders as source: they have Python's standard library, without files, network and threads; "
            "`pandas` with a small API of columns; and `assay`. A grader that needs more is a component of its own",
            name=name,
        )


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


def _columns(table):
    return {column.name: _cells(column, table.rows) for column in table.columns}


def _frame(table):
    frame = pandas.DataFrame(_columns(table))
    frame._rows = table.rows
    return frame


class _Source:
    """A grader's source, run once in each instance."""

    ran = False

    def __init__(self, given):
        self.file, self.text, self.key = given["file"], given["source"], given["key"]
        self.parameters = json.loads(given["parameters"])
        self.names = {"__name__": "grader", "__file__": self.file}
        self.direction = given["direction"]
        # To show a line, Python looks for a file of that name, which would end the instance. For a name that cannot be encoded it does not.
        self.name = self.file + "\ud800"

    def run(self):
        exec(compile(self.text, self.name, "exec"), self.names)
        declared = self.names.get("DIRECTION", self.direction)
        if declared != self.direction:
            raise Failure(f"DIRECTION is {declared!r} once {self.file} ran, and {self.direction!r} where it is declared")
        self.ran = True

    def get(self, name):
        found = self.names.get(name)
        return found if callable(found) else None

    def call(self, name, tables):
        """Calls a function with tables, the key's name if it takes that, and the competition's options by their names."""
        function = self.names[name]
        code = getattr(function, "__code__", None)
        if code is None:
            raise Failure(f"`{name}` is not a function")
        takes = code.co_varnames[: code.co_argcount]
        given = list(tables)
        if len(takes) > len(given) and takes[len(given)] not in self.parameters:
            if takes[len(given)] in ("row_id_column_name", "row_id", "key", "id_column"):
                if not self.key:
                    raise Failure(f"`{name}` takes {takes[len(given)]}, and the competition has no key")
                given.append(self.key[0])
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        unknown = [option for option in self.parameters if option not in names[len(given) :]]
        if unknown and not code.co_flags & 0x08:
            has = ", ".join(names[len(given) :]) or "none"
            raise Failure(f"`{name}` takes no option `{unknown[0]}`; it takes {has}")
        return function(*given, **self.parameters)

    def places(self, error):
        """Where in the source something went wrong."""
        lines, places = self.text.splitlines(), []
        if isinstance(error, SyntaxError) and error.filename == self.name and error.lineno:
            places.append(f"{self.file}:{error.lineno}: {lines[error.lineno - 1].strip() if error.lineno <= len(lines) else ''}")
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            if code.co_filename == self.name:
                line = lines[step.tb_lineno - 1].strip() if step.tb_lineno <= len(lines) else ""
                places.append(f"{self.file}:{step.tb_lineno} in {code.co_name}: {line}")
            step = step.tb_next
        return places[-3:]


_source = None


def _run(options):
    global _source
    if _source is None:
        _source = _Source({name: setting.value for name, setting in options})
    if not _source.ran:
        _source.run()
    return _source


def _refuses(error):
    """True for what says that the submission is at fault: a refusal, or what Kaggle's metrics raise for participants to read."""
    return isinstance(error, Refusal) or any(kind.__name__ == "ParticipantVisibleError" for kind in type(error).__mro__)


def _failure(error, printed):
    words = error.msg if isinstance(error, SyntaxError) else error
    said = str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {words}"
    places = [] if _source is None or isinstance(error, Failure) else _source.places(error)
    said = "; ".join([said, *places])
    return f"{said}; printed: {printed[-500:]}" if printed else said


class Grading(exports.Grading):
    def describe(self):
        text, kind = contract.OptionSpec, contract.SettingKind
        return contract.Description("python", "0.1.0", SUMMARY, contract.Direction.HIGHER_IS_BETTER, [
            text("source", kind.TEXT, True, "The source."),
            text("file", kind.TEXT, True, "What its file is called."),
            text("key", kind.COLUMNS, True, "The key's columns."),
            text("direction", kind.TEXT, True, "Which score is the better one, as the source declares it."),
            text("parameters", kind.TEXT, True, "The competition's options, as a JSON object."),
        ])

    def validate(self, submission, options):
        sys.stdout = sys.stderr = io.StringIO()
        try:
            source = _run(options)
            if source.get("validate") is None:
                return None
            if source.get("score") is None:
                problems = source.names["validate"](Table(_columns(submission), submission.rows), Options(source.parameters))
            else:
                problems = source.call("validate", [_frame(submission)])
            problems = list(problems or [])
        except BaseException as error:
            # What is wrong with the source is told by `grade`, to the operator.
            problems = [error] if _refuses(error) else []
        if problems:
            raise Err([
                contract.Problem(getattr(problem, "message", str(problem)), getattr(problem, "row", None), getattr(problem, "column", None))
                for problem in problems[:256]
            ])
        return None

    def grade(self, submission, answers, options):
        printed = sys.stdout = sys.stderr = io.StringIO()
        try:
            source = _run(options)
            if source.get("score") is not None:
                score = source.call("score", [_frame(answers), _frame(submission)])
            elif source.get("grade") is not None:
                tables = Table(_columns(submission), submission.rows), Table(_columns(answers), answers.rows, True)
                score = source.names["grade"](*tables, Options(source.parameters))
            else:
                raise Failure(f"{source.file} defines neither `score(solution, submission, …)` nor `grade(submission, answers, options)`")
            if not isinstance(score, Score):
                score = Score(*score) if isinstance(score, tuple) else Score(score)
            details = [contract.Detail(str(name), float(value)) for name, value in score.details.items()]
            return contract.Score(float(score.value), details)
        except BaseException as error:
            if _refuses(error):
                raise Err(contract.GradeError_InvalidSubmission(str(error)))
            raise Err(contract.GradeError_Failure(_failure(error, printed.getvalue())))


def _nothing(what):
    def fails(*_, **__):
        raise Failure(f"there is no {what} for graders as source: they get what they are handed, and the same inputs give the same score")

    return fails


class _Time(types.ModuleType):
    """The module `time`, without a clock."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing("clock")


# From here on nothing is imported from files, and what a source does has no other inputs than what it is handed.
sys.meta_path[:] = [_NotThere()]
sys.modules["time"] = _Time("time")
builtins.open = io.open = _nothing("file")
builtins.input = _nothing("input")
random.seed(0)
warnings.simplefilter("ignore")
