"""Grading in one call, by services that are kept for the next."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Any, Callable, Optional, Union

from assay import _native
from assay._assay import Assay, Entry
from assay._competition import Competition
from assay._report import Report, Validation
from assay._setting import Data, setting

#: How many services are kept.
_KEPT = 4

_services: OrderedDict[tuple[Any, ...], Assay] = OrderedDict()
_lock = Lock()


def grade(
    submission: Data,
    competition: Union[str, Competition],
    *,
    answers: Optional[Data] = None,
    name: Optional[str] = None,
    tags: Optional[Mapping[str, Any]] = None,
    progress: Optional[Callable[[str], object]] = None,
    **options: Any,
) -> Report:
    """Grade one submission.

    Parameters
    ----------
    submission : path, bytes or table
        A CSV file whose name ends in ``.csv``, the bytes of one, or a table with the Arrow PyCapsule interface (pandas 2.2 and later,
        polars, pyarrow): its columns are read where they are.
    competition : str or Competition
        The id of a competition, or one of one's own.
    answers : path, bytes or table, optional
        The answers [default: those in `data_dir`].
    name, tags, progress
        As for `Assay.grade`.
    **options
        As for `Assay`: ``data_dir``, ``competitions``, ``graders``, ``use_log`` and so on. A service for the data directory alone is kept for
        the next call; where there are other options, many gradings are faster with an `Assay` of one's own.

    Returns
    -------
    Report
        What came of it. A submission at fault raises nothing: the report has no score then, and says why.

    Raises
    ------
    CallError
        If the competition is unknown, or its grader or answers cannot be used.
    HostError
        If the machine failed.

    Examples
    --------
    >>> import assay
    >>> assay.grade("logistic-regression.csv", "breast-cancer-wisconsin", data_dir=".", competitions=".").score
    0.98997
    """
    service = _service(competition, answers, options)
    return service.grade(submission, competition, name=name, tags=tags, progress=progress)


def validate(
    submission: Data,
    competition: Union[str, Competition],
    *,
    answers: Optional[Data] = None,
    name: Optional[str] = None,
    **options: Any,
) -> Validation:
    """Check a submission without grading it: everything that is wrong is named at once, and there is no score.

    Parameters
    ----------
    submission, competition, answers, name, **options
        As for `grade`. Of the answers, only the keys are read; without them, rows are not checked.

    Returns
    -------
    Validation
        Whether it is valid, and everything that is wrong with it.

    Examples
    --------
    >>> import assay
    >>> bool(assay.validate("logistic-regression.csv", "breast-cancer-wisconsin", data_dir=".", competitions="."))
    True
    """
    return _service(competition, answers, options).validate(submission, competition, name=name)


def grade_many(
    entries: Iterable[Entry],
    *,
    threads: Optional[int] = None,
    progress: Optional[Callable[[int, Report], object]] = None,
    **options: Any,
) -> Iterator[Report]:
    """Grade many submissions on many threads.

    Parameters
    ----------
    entries, threads, progress
        As for `Assay.grade_many`.
    **options
        As for `Assay`.

    Yields
    ------
    Report
        What came of each, in the order of the entries.

    Examples
    --------
    >>> import assay
    >>> entries = [("logistic-regression.csv", "breast-cancer-wisconsin")] * 3
    >>> [report.score for report in assay.grade_many(entries, data_dir=".", competitions=".")]
    [0.98997, 0.98997, 0.98997]
    """
    return _service(None, None, options).grade_many(entries, threads=threads, progress=progress)


def competitions(split: Optional[str] = None) -> list[str]:
    """The ids of the competitions that the package carries, in order.

    Parameters
    ----------
    split : str, optional
        The list of competitions that they belong to, such as ``"low"`` [default: all].

    Examples
    --------
    >>> import assay
    >>> len(assay.competitions()), len(assay.competitions("low"))
    (82, 22)
    """
    return _native.Service(setting()).competitions(split)


def graders() -> list[str]:
    """The names of the graders that the package carries, in order.

    Examples
    --------
    >>> import assay
    >>> "roc-auc" in assay.graders()
    True
    """
    return _native.Service(setting()).graders()


def _service(competition: Union[None, str, Competition], answers: Optional[Data], options: dict[str, Any]) -> Assay:
    """A service with these options. One that rests on nothing but folders of data is kept."""
    options = dict(options)
    if isinstance(competition, Competition) and "competitions" not in options:
        options["competitions"] = competition
    if answers is not None:
        id = competition.id if isinstance(competition, Competition) else str(competition)
        options["answers"] = {**options.get("answers", {}), id: answers}
    # What may change under a name is looked up anew each time.
    if not options.keys() <= {"data_dir", "edition", "threads", "memory", "profile", "follow_links"}:
        return Assay(**options)
    folder = options.get("data_dir")
    place = None if folder is None else os.fspath(folder)
    others = tuple(sorted((name, value) for name, value in options.items() if name != "data_dir"))
    key = (os.getpid(), os.getcwd(), place, others)
    with _lock:
        kept = _services.get(key)
        if kept is None:
            kept = _services[key] = Assay(**options)
            while len(_services) > _KEPT:
                _services.popitem(last=False)
        _services.move_to_end(key)
        return kept
