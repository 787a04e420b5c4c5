"""A small API of columns under the names that pandas has for it, so that metrics written for Kaggle run where they need no more.

Missing cells are NaN, as in pandas. Sums are added in the order that numpy adds them in, so that their last bits are numpy's.
"""

import math
import operator
import sys
import types

from assay import mean as _mean
from assay import _sum

NA = nan = math.nan


def isna(value):
    """True for a missing cell; of a column or a table, a column or table of that."""
    if isinstance(value, (Series, DataFrame)):
        return value.isna()
    return value is None or (isinstance(value, float) and value != value)


def notna(value):
    """The opposite of `isna`."""
    return ~isna(value) if isinstance(value, (Series, DataFrame)) else not isna(value)


isnull, notnull = isna, notna


def _unknown(kind, name, known):
    known = ", ".join(sorted(word for word in dir(known) if not word.startswith("_")))
    return AttributeError(f"`{kind}.{name}` is none of what graders as source have: {known}")


class _Text:
    """The methods of str, cell by cell. A missing cell stays missing."""

    def __init__(self, series):
        self._series = series

    def len(self):
        return self._each(len)

    def contains(self, part):
        return self._each(lambda cell: part in cell)

    def __getitem__(self, at):
        return self._each(lambda cell: cell[at] if isinstance(at, slice) or -len(cell) <= at < len(cell) else NA)

    def __getattr__(self, name):
        if name.startswith("_") or not hasattr(str, name):
            raise AttributeError(f"text has no method `{name}`")
        return lambda *given, **named: self._each(lambda cell: getattr(cell, name)(*given, **named))

    def _each(self, function):
        return self._series.map(lambda cell: NA if isna(cell) else function(cell))


class _At:
    def __init__(self, of):
        self._of = of

    def __getitem__(self, at):
        return self._of._at(at)


class Series:
    """A column: cells in order, numbered from 0."""

    def __init__(self, data=(), name=None):
        cells = list(data)
        self._cells = [NA if cell is None else cell for cell in cells] if None in cells else cells
        self.name = name

    def __getattr__(self, name):
        raise _unknown("Series", name, Series)

    def _like(self, cells):
        return Series(cells, self.name)

    def _present(self):
        return [cell for cell in self._cells if not isna(cell)]

    # What it is.
    @property
    def dtype(self):
        kinds = {type(cell) for cell in self._cells}
        for kind, name in ((bool, "bool"), (int, "int64"), (float, "float64")):
            if kinds == {kind} or (name == "float64" and kinds == {int, float}):
                return name
        return "float64" if not kinds else "object"

    @property
    def values(self):
        return list(self._cells)

    @property
    def index(self):
        return range(len(self._cells))

    @property
    def size(self):
        return len(self._cells)

    @property
    def shape(self):
        return (len(self._cells),)

    @property
    def empty(self):
        return not self._cells

    @property
    def str(self):
        return _Text(self)

    @property
    def iloc(self):
        return _At(self)

    loc = iloc

    def __len__(self):
        return len(self._cells)

    def __iter__(self):
        return iter(self._cells)

    def __contains__(self, at):
        return at in self.index

    def __getitem__(self, at):
        return self._at(at)

    def _at(self, at):
        if isinstance(at, slice):
            return self._like(self._cells[at])
        if isinstance(at, (Series, list)):
            return self._like(_picked(self._cells, list(at)))
        return self._cells[at]

    def __setitem__(self, at, cell):
        self._cells[at] = cell

    def __repr__(self):
        return f"Series({self._cells[:10]!r}{'…' if len(self) > 10 else ''}, name={self.name!r})"

    def __bool__(self):
        raise ValueError("The truth value of a Series is ambiguous. Use a.any() or a.all().")

    # Cell by cell.
    def _with(self, other, function):
        others = other if isinstance(other, (Series, list, tuple)) else [other] * len(self)
        if len(others) != len(self):
            raise ValueError(f"columns of {len(self)} and {len(others)} cells do not fit")
        return self._like([function(one, two) for one, two in zip(self._cells, others)])

    def map(self, function, **_):
        if isinstance(function, dict):
            return self._like([function.get(cell, NA) for cell in self._cells])
        return self._like([function(cell) for cell in self._cells])

    apply = map

    def astype(self, kind):
        kind = {"int": int, "int64": int, "float": float, "float64": float, "bool": bool, "str": str, "string": str}.get(kind, kind)
        if kind is object or kind == "object":
            return self.copy()
        return self.map(kind)

    def isna(self):
        return self.map(isna)

    def notna(self):
        return self.map(lambda cell: not isna(cell))

    isnull, notnull = isna, notna

    def fillna(self, value):
        return self.map(lambda cell: value if isna(cell) else cell)

    def dropna(self):
        return self._like(self._present())

    def clip(self, lower=None, upper=None):
        def clipped(cell):
            if isna(cell):
                return cell
            cell = lower if lower is not None and cell < lower else cell
            return upper if upper is not None and cell > upper else cell

        return self.map(clipped)

    def isin(self, values):
        values = set(values)
        return self.map(lambda cell: cell in values)

    def between(self, low, high):
        return self.map(lambda cell: low <= cell <= high)

    def round(self, decimals=0):
        return self.map(lambda cell: cell if isna(cell) else round(cell, decimals))

    def abs(self):
        return self.map(abs)

    def __abs__(self):
        return self.abs()

    def __neg__(self):
        return self.map(operator.neg)

    def __invert__(self):
        return self.map(lambda cell: not cell if isinstance(cell, bool) else ~cell)

    # Of all cells. Missing ones do not count.
    def sum(self):
        cells = self._present()
        if all(isinstance(cell, int) for cell in cells):
            return sum(cells)
        return 0.0 + _sum([0.0 if isna(cell) else cell for cell in self._cells])

    def count(self):
        return len(self._present())

    def mean(self):
        return self.sum() / self.count() if self.count() else NA

    def var(self, ddof=1):
        cells = self._present()
        if len(cells) <= ddof:
            return NA
        middle = _mean(cells)
        return _sum([(cell - middle) ** 2 for cell in cells]) / (len(cells) - ddof)

    def std(self, ddof=1):
        return math.sqrt(self.var(ddof)) if not isna(self.var(ddof)) else NA

    def median(self):
        cells = sorted(self._present())
        half = len(cells) // 2
        if not cells:
            return NA
        return float(cells[half]) if len(cells) % 2 else (cells[half - 1] + cells[half]) / 2

    def min(self):
        return min(self._present(), default=NA)

    def max(self):
        return max(self._present(), default=NA)

    def any(self):
        return any(bool(cell) for cell in self._present())

    def all(self):
        return all(bool(cell) for cell in self._present())

    def unique(self):
        return list(dict.fromkeys(NA if isna(cell) else cell for cell in self._cells))

    def nunique(self):
        return len(set(self._present()))

    def duplicated(self):
        seen = set()
        return self._like([cell in seen or seen.add(cell) is not None for cell in self._cells])

    @property
    def is_unique(self):
        return len(set(self._cells)) == len(self._cells)

    def equals(self, other):
        return len(self) == len(other) and all(
            one == two or (isna(one) and isna(two)) for one, two in zip(self, other)
        )

    # As something else.
    def tolist(self):
        return list(self._cells)

    to_list = to_numpy = tolist

    def copy(self):
        return self._like(self._cells)

    def sort_values(self, ascending=True):
        return self._like(sorted(self._present(), reverse=not ascending) + [NA] * (len(self) - self.count()))

    def reset_index(self, drop=True):
        return self.copy()

    def items(self):
        return enumerate(self._cells)


def _arithmetic():
    def reflected(function):
        return lambda self, other: self._with(other, lambda one, two: function(two, one))

    def straight(function):
        return lambda self, other: self._with(other, function)

    def divided(one, two):
        try:
            return one / two
        except ZeroDivisionError:
            return NA if one == 0 or isna(one) else math.copysign(math.inf, one) * math.copysign(1, two)

    for name in ("add", "sub", "mul", "floordiv", "mod", "pow", "and", "or", "xor"):
        function = getattr(operator, name + "_" if name in ("and", "or") else name)
        setattr(Series, f"__{name}__", straight(function))
        setattr(Series, f"__r{name}__", reflected(function))
    Series.__truediv__, Series.__rtruediv__ = straight(divided), reflected(divided)
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(Series, f"__{name}__", straight(getattr(operator, name)))
    Series.__hash__ = None


_arithmetic()


def _picked(cells, at):
    """The cells where a list of truth values says so, or of these numbers."""
    if at and all(isinstance(one, bool) for one in at):
        if len(at) != len(cells):
            raise ValueError(f"{len(at)} truth values do not fit {len(cells)} rows")
        return [cell for cell, wanted in zip(cells, at) if wanted]
    return [cells[one] for one in at]


class DataFrame:
    """Columns of equal length, rows numbered from 0."""

    def __init__(self, data=None):
        columns = data.items() if isinstance(data, (dict, DataFrame)) else (data or {})
        self._columns = {name: Series(cells, name) for name, cells in columns}
        if len({len(column) for column in self._columns.values()}) > 1:
            raise ValueError("All arrays must be of the same length")
        self._rows = len(next(iter(self._columns.values()), ()))

    def __getattr__(self, name):
        columns = self.__dict__.get("_columns", {})
        if name in columns:
            return columns[name]
        raise _unknown("DataFrame", name, DataFrame)

    @property
    def columns(self):
        return list(self._columns)

    @columns.setter
    def columns(self, names):
        if len(names) != len(self._columns):
            raise ValueError(f"Length mismatch: {len(self._columns)} columns, {len(names)} names")
        self._columns = {name: Series(column, name) for name, column in zip(names, self._columns.values())}

    @property
    def index(self):
        return range(self._rows)

    @property
    def shape(self):
        return (self._rows, len(self._columns))

    @property
    def empty(self):
        return self._rows == 0 or not self._columns

    @property
    def values(self):
        return [list(row) for row in zip(*self._columns.values())] if self._columns else [[] for _ in self.index]

    to_numpy = lambda self: self.values

    @property
    def dtypes(self):
        return {name: column.dtype for name, column in self.items()}

    @property
    def iloc(self):
        return _At(self)

    @property
    def loc(self):
        return _Labels(self)

    def __len__(self):
        return self._rows

    def __iter__(self):
        return iter(self._columns)

    def __contains__(self, name):
        return name in self._columns

    def items(self):
        return self._columns.items()

    def __getitem__(self, name):
        if isinstance(name, Series) or (isinstance(name, list) and name and all(isinstance(one, bool) for one in name)):
            return self._rows_at(list(name))
        if isinstance(name, list):
            return DataFrame({one: self[one] for one in name})
        if name not in self._columns:
            raise KeyError(f"{name!r}; the columns are {', '.join(map(repr, self._columns))}")
        return self._columns[name]

    def __setitem__(self, name, cells):
        if not isinstance(cells, (Series, list, tuple)):
            cells = [cells] * self._rows
        if self._columns and len(cells) != self._rows:
            raise ValueError(f"Length of values ({len(cells)}) does not match length of index ({self._rows})")
        self._columns[name] = Series(cells, name)
        self._rows = len(cells)

    def __delitem__(self, name):
        del self._columns[self[name].name]

    def __repr__(self):
        return f"DataFrame({self._rows} rows of {self.columns!r})"

    def __bool__(self):
        raise ValueError("The truth value of a DataFrame is ambiguous. Use a.empty.")

    def __invert__(self):
        return DataFrame({name: ~column for name, column in self.items()})

    def _rows_at(self, at):
        return DataFrame({name: Series(_picked(column.tolist(), at), name) for name, column in self.items()})

    def _at(self, at):
        if isinstance(at, tuple):
            rows, columns = at
            names = self.columns[columns]
            picked = self._at(rows) if not isinstance(rows, int) else self._rows_at([rows])
            picked = picked[[names] if isinstance(names, str) else names]
            if isinstance(names, str):
                picked = picked[names]
                return picked[0] if isinstance(rows, int) else picked
            return picked._at(0) if isinstance(rows, int) else picked
        if isinstance(at, int):
            return Row((name, column[at]) for name, column in self.items())
        return self._rows_at(list(self.index[at]) if isinstance(at, slice) else list(at))

    def copy(self, deep=True):
        return DataFrame(self)

    def pop(self, name):
        column = self[name]
        del self[name]
        return column

    def drop(self, labels=None, axis=0, columns=None):
        columns = columns if columns is not None else labels if axis in (1, "columns") else None
        if columns is None:
            raise NotImplementedError("DataFrame.drop drops columns: `columns=`, or `axis=1`")
        columns = [columns] if isinstance(columns, str) else list(columns)
        for name in columns:
            self[name]
        return DataFrame({name: column for name, column in self.items() if name not in columns})

    def rename(self, columns):
        return DataFrame({columns.get(name, name): column for name, column in self.items()})

    def head(self, rows=5):
        return self._at(slice(rows))

    def reset_index(self, drop=True):
        return self.copy()

    def isna(self):
        return DataFrame({name: column.isna() for name, column in self.items()})

    def notna(self):
        return DataFrame({name: column.notna() for name, column in self.items()})

    isnull, notnull = isna, notna

    def _reduced(self, of, axis):
        if axis in (1, "columns"):
            return Series([of(Series(row)) for row in zip(*self._columns.values())])
        return Row((name, of(column)) for name, column in self.items())

    def sum(self, axis=0):
        return self._reduced(Series.sum, axis)

    def mean(self, axis=0):
        return self._reduced(Series.mean, axis)

    def min(self, axis=0):
        return self._reduced(Series.min, axis)

    def max(self, axis=0):
        return self._reduced(Series.max, axis)

    def any(self, axis=0):
        return self._reduced(Series.any, axis)

    def all(self, axis=0):
        return self._reduced(Series.all, axis)

    def apply(self, function, axis=0):
        if axis in (1, "columns"):
            return Series([function(row) for _, row in self.iterrows()])
        return Row((name, function(column)) for name, column in self.items())

    def iterrows(self):
        for at in self.index:
            yield at, self._at(at)

    def itertuples(self, index=True, name="Row"):
        for at in self.index:
            row = types.SimpleNamespace(**{str(key): column[at] for key, column in self.items()})
            row.Index = at
            yield row

    def sort_values(self, by, ascending=True):
        names = [by] if isinstance(by, str) else list(by)
        at = sorted(self.index, key=lambda row: [self[name][row] for name in names], reverse=not ascending)
        return self._rows_at(at)

    def groupby(self, by, sort=True):
        """Pairs of a key and the rows that have it, keys in order. Rows without a key are in no group."""
        names = [by] if isinstance(by, str) else list(by)
        groups = {}
        for at in self.index:
            key = tuple(self[name][at] for name in names)
            if not any(isna(part) for part in key):
                groups.setdefault(key, []).append(at)
        keys = sorted(groups) if sort else list(groups)
        return [(key[0] if isinstance(by, str) else key, self._rows_at(groups[key])) for key in keys]

    def equals(self, other):
        return self.columns == other.columns and all(column.equals(other[name]) for name, column in self.items())

    def to_dict(self, orient="dict"):
        if orient == "records":
            return [dict(self._at(at)) for at in self.index]
        if orient == "list":
            return {name: column.tolist() for name, column in self.items()}
        return {name: dict(column.items()) for name, column in self.items()}


class _Labels:
    """Rows by a column of truth values or by their numbers, and columns by name."""

    def __init__(self, frame):
        self._frame = frame

    def __getitem__(self, at):
        rows, columns = at if isinstance(at, tuple) else (at, None)
        frame = self._frame
        if isinstance(rows, int):
            return frame._at(rows) if columns is None else frame[columns][rows]
        if not (isinstance(rows, slice) and rows == slice(None)):
            frame = frame._rows_at(list(rows)) if not isinstance(rows, slice) else frame._at(rows)
        return frame if columns is None else frame[columns]


class Row(dict):
    """A row, or a figure a column: values by the columns' names."""

    def __getattr__(self, name):
        if name in self:
            return self[name]
        if name in ("any", "all", "sum", "mean", "min", "max", "tolist", "to_list", "isna", "isnull"):
            return getattr(Series(self.values_()), name)
        raise AttributeError(f"a row has no column `{name}`")

    def values_(self):
        return list(dict.values(self))

    @property
    def index(self):
        return list(self)


def to_numeric(series, errors="raise"):
    """Numbers of text. With `errors="coerce"`, what is none is missing."""

    def number(cell):
        if isna(cell) or isinstance(cell, (bool, int, float)):
            return cell
        try:
            return int(cell)
        except ValueError:
            pass
        try:
            return float(cell)
        except ValueError:
            if errors == "coerce":
                return NA
            raise ValueError(f"Unable to parse string {cell!r}") from None

    return series.map(number)


def __getattr__(name):
    raise _unknown("pandas", name, sys.modules[__name__])


def _types():
    def dtype(of):
        return of.dtype if isinstance(of, Series) else of

    module = types.ModuleType("pandas.api.types")
    module.is_numeric_dtype = lambda of: dtype(of) in ("int64", "float64", "bool")
    module.is_bool_dtype = lambda of: dtype(of) == "bool"
    module.is_integer_dtype = lambda of: dtype(of) == "int64"
    module.is_float_dtype = lambda of: dtype(of) == "float64"
    module.is_object_dtype = lambda of: dtype(of) == "object"
    module.is_string_dtype = lambda of: dtype(of) == "object" and (
        not isinstance(of, Series) or all(isinstance(cell, str) or isna(cell) for cell in of)
    )
    return module


api = types.ModuleType("pandas.api")
api.types = _types()
errors = types.ModuleType("pandas.errors")
sys.modules.update({"pandas.api": api, "pandas.api.types": api.types})
