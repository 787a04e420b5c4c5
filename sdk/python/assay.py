"""What a grader in Python is written with: tables, options, scores, and how to refuse a submission. It needs nothing but Python."""

import math
from dataclasses import dataclass, field

HIGHER_IS_BETTER = "higher-is-better"
LOWER_IS_BETTER = "lower-is-better"


class Refusal(Exception):
    """The submission is at fault. Rows are counted from 0. What `validate` says participants may read."""

    def __init__(self, message, row=None, column=None):
        super().__init__(message)
        self.message, self.row, self.column = message, row, column

    def __str__(self):
        place = [] if self.column is None else [f"column `{self.column}`"]
        place += [] if self.row is None else [f"row {self.row}"]
        return f"{', '.join(place)}: {self.message}" if place else self.message


class Failure(Exception):
    """The answers, the options or the grader are at fault."""


def refuse(message, row=None, column=None):
    """Ends the grading: the submission is at fault."""
    raise Refusal(message, row, column)


@dataclass
class Option:
    """An option that the grader takes."""

    name: str
    kind: str
    """`boolean`, `integer`, `number`, `text`, `texts`, `numbers`; or `column` and `columns`: names of columns that the host hands over."""
    summary: str
    """One sentence for the people who write competitions; it states the default."""
    required: bool = False


@dataclass
class Description:
    """What the grader is."""

    name: str
    """Lower-case words with hyphens."""
    version: str
    """Another version may give another score."""
    summary: str
    """What it computes, with the source of the formula."""
    direction: str
    options: list = field(default_factory=list)


@dataclass
class Score:
    """What a submission is worth, with figures beside the score by name."""

    value: float
    details: dict = field(default_factory=dict)


class Column:
    """A column. `cells` holds a value a row, None where it is missing: all of them bool, int, float or str."""

    def __init__(self, name, cells, of_answers=False):
        self.name, self.cells, self._of_answers = name, cells, of_answers

    def __len__(self):
        return len(self.cells)

    def __iter__(self):
        return iter(self.cells)

    def __getitem__(self, row):
        return self.cells[row]

    def missing(self):
        """Which cells are missing."""
        return [cell is None for cell in self.cells]

    def numbers(self):
        """Floats, NaN where a cell is missing; truth values are 1 and 0. Text is refused."""
        if any(isinstance(cell, str) for cell in self.cells):
            self._is_not_of("numbers")
        return [math.nan if cell is None else float(cell) for cell in self.cells]

    def booleans(self):
        """Truth values, False where a cell is missing; of numbers, 1 is true and 0 false. Anything else is refused."""
        if any(cell is not None and (isinstance(cell, str) or cell not in (0, 1)) for cell in self.cells):
            self._is_not_of("truth values")
        return [cell is not None and cell == 1 for cell in self.cells]

    def strings(self):
        """Texts, empty where a cell is missing; whole numbers are spelled in decimal. Anything else is refused."""
        if any(isinstance(cell, (bool, float)) for cell in self.cells):
            self._is_not_of("text")
        return ["" if cell is None else str(cell) for cell in self.cells]

    def _is_not_of(self, what):
        if self._of_answers:
            raise Failure(f"column `{self.name}` of the answers is not of {what}")
        raise Refusal(f"it is not of {what}", column=self.name)


class Table:
    """Columns of equal length. Row i of the submission answers the same question as row i of the answers."""

    def __init__(self, columns, rows=None, of_answers=False):
        """Of a dictionary from names to cells, as tests make it."""
        self.columns = {name: Column(name, list(cells), of_answers) for name, cells in columns.items()}
        self.rows = len(next(iter(columns.values()), [])) if rows is None else rows

    def __len__(self):
        return self.rows

    def __iter__(self):
        return iter(self.columns)

    def __contains__(self, name):
        return name in self.columns

    def __getitem__(self, name):
        return self.column(name)

    def column(self, name):
        """The column of that name. One that was not handed over is a failure."""
        if name not in self.columns:
            raise Failure(f"column `{name}` was not handed over")
        return self.columns[name]


_REQUIRED = object()


class Options:
    """The options of a competition. One that is not set is the default, or a failure where there is none."""

    def __init__(self, settings):
        self._settings = dict(settings)

    def _get(self, name, default, *kinds):
        value = self._settings.get(name, default)
        if value is _REQUIRED:
            raise Failure(f"option `{name}` is not set")
        if value is not default and type(value) not in kinds:
            raise Failure(f"option `{name}` has another type than described")
        return value

    def number(self, name, default=_REQUIRED):
        value = self._get(name, default, int, float)
        return value if value is None else float(value)

    def integer(self, name, default=_REQUIRED):
        return self._get(name, default, int)

    def boolean(self, name, default=_REQUIRED):
        return self._get(name, default, bool)

    def string(self, name, default=_REQUIRED):
        return self._get(name, default, str)

    def strings(self, name, default=_REQUIRED):
        return self._get(name, default, list)

    def numbers(self, name, default=_REQUIRED):
        return self._get(name, default, list)


def mean(values):
    """The mean of numbers, added in the order that numpy adds them in, so that the last bits are those of np.mean. NaN of none."""
    values = list(values)
    return (0.0 + _sum(values)) / len(values) if values else math.nan


def _sum(values):
    """Pairwise over blocks of at most 128, each in eight running sums."""
    if len(values) > 128:
        half = len(values) // 2
        half -= half % 8
        return _sum(values[:half]) + _sum(values[half:])
    total, at = -0.0, 0
    if len(values) >= 8:
        a, b, c, d, e, f, g, h = values[:8]
        at = 8
        while at + 8 <= len(values):
            i, j, k, l, m, n, o, p = values[at : at + 8]
            a, b, c, d, e, f, g, h = a + i, b + j, c + k, d + l, e + m, f + n, g + o, h + p
            at += 8
        total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for value in values[at:]:
        total += value
    return total
