"""The service."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, Optional, Union

from assay import _native
from assay._competition import Competition
from assay._errors import CallError
from assay._grader import Grader
from assay._report import Report, UseLog, Validation
from assay._setting import Data, Workers, _Path, setting

#: An entry of `Assay.grade_many`: submission and competition, with tags or without; or a line of a list, as a mapping.
Entry = Union[
    tuple[Data, Union[str, Competition]],
    tuple[Data, Union[str, Competition], Mapping[str, Any]],
    Mapping[str, Any],
]

_EDITIONS = ("reference", "corrected")
_PROFILES = ("default", "strict")


class Assay:
    """Grades submissions. It keeps graders compiled and answers read; any number of threads may use it at once.

    Parameters
    ----------
    data_dir : str or os.PathLike, optional
        The data, laid out as ``DIR/ID/prepared/...`` [default: ``mle-bench/data`` in the user's cache folder].
    edition : {"reference", "corrected"}
        Which edition of the data.
    competitions : folder, Competition, or iterable of Competition, optional
        Competitions that are added to the package's own, or take their place: a folder of ``ID/competition.toml``, or objects.
    graders : folder, Grader, or iterable of Grader, optional
        Graders that are added to the package's own, or take their place: a folder of ``NAME.wasm``, or objects.
    answers : mapping of str to path, bytes or table, optional
        Answers by the id of their competition, in place of those in `data_dir`.
    use_log : str or os.PathLike, optional
        A log to which every use of answers is added before its outcome is told.
    use_log_scores : bool
        Whether scores are written into that log too.
    threads : int, optional
        How many threads work on all gradings together [default: one a core].
    memory : int, optional
        How much memory all gradings may take together, in bytes. Gradings wait for room.
    profile : {"default", "strict"}
        What graders may use; ``"strict"`` is for strangers' graders.
    untrusted : Workers or None
        The processes that compile and run graders that others made. With ``None``, nothing of others runs.
    follow_links : bool
        Whether submissions are read through links. Without, one whose path leads through a link is invalid.
    cache_dir : str or os.PathLike, optional
        Where compiled graders of others are kept [default: nowhere, each service compiles anew].

    Raises
    ------
    CallError
        If there is no such folder, or something is no competition or no grader.

    Examples
    --------
    >>> import assay
    >>> service = assay.Assay(data_dir=".", competitions=".")
    >>> service.grade("logistic-regression.csv", "breast-cancer-wisconsin")
    Report('breast-cancer-wisconsin', score=0.98997, medal='bronze')
    """

    def __init__(
        self,
        *,
        data_dir: Optional[_Path] = None,
        edition: str = "reference",
        competitions: Union[None, _Path, Competition, Iterable[Competition]] = None,
        graders: Union[None, _Path, Grader, Iterable[Grader]] = None,
        answers: Optional[Mapping[str, Data]] = None,
        use_log: Optional[_Path] = None,
        use_log_scores: bool = False,
        threads: Optional[int] = None,
        memory: Optional[int] = None,
        profile: str = "default",
        untrusted: Optional[Workers] = Workers(),
        follow_links: bool = False,
        cache_dir: Optional[_Path] = None,
    ) -> None:
        _one_of("edition", edition, _EDITIONS)
        _one_of("profile", profile, _PROFILES)
        if threads is not None and threads < 1:
            raise CallError(f"threads: {threads} is none; give 1 or more")
        competitions_dir, own = _folder_or("competitions", competitions, Competition)
        graders_dir, components = _folder_or("graders", graders, Grader)
        self._digests = {competition.id: competition.digest for competition in own}
        self._process = os.getpid()
        self._service = _native.Service(
            setting(
                data_dir=data_dir,
                edition=edition,
                competitions_dir=competitions_dir,
                competitions=[(competition.text, competition.source) for competition in own],
                graders_dir=graders_dir,
                graders=[(grader.name, grader.component) for grader in components if grader.component is not None],
                answers=answers,
                use_log=use_log,
                use_log_scores=use_log_scores,
                threads=threads,
                memory=memory,
                profile=profile,
                follow_links=follow_links,
                cache_dir=cache_dir,
                untrusted=untrusted,
            )
        )

    def grade(
        self,
        submission: Data,
        competition: Union[str, Competition],
        *,
        name: Optional[str] = None,
        tags: Optional[Mapping[str, Any]] = None,
        progress: Optional[Callable[[str], object]] = None,
    ) -> Report:
        """Grade one submission. The use of the answers is on record when this returns.

        Parameters
        ----------
        submission : path, bytes or table
            A CSV file whose name ends in ``.csv``, the bytes of one, or a table of booleans, numbers and text.
        competition : str or Competition
            The competition, or its id.
        name : str, optional
            What the report calls the submission [default: its path; ``"-"`` where there is none].
        tags : mapping, optional
            What the report carries beside: a run, a seed, whatever belongs to the submission, as JSON.
        progress : callable, optional
            Called with ``"prepare"``, ``"read"``, ``"grade"`` and ``"record"`` as grading comes to each. What it raises ends the grading.

        Returns
        -------
        Report
            What came of it. A submission at fault raises nothing: the report has no score then, and says why.

        Raises
        ------
        CallError
            If the competition is unknown, or its grader or answers cannot be used.
        HostError
            If the use of the answers cannot be recorded.
        """
        service, id = self._native(), self._id(competition)
        return Report._of(service.grade(id, submission, name, _tags(tags), progress))

    def validate(self, submission: Data, competition: Union[str, Competition], *, name: Optional[str] = None) -> Validation:
        """Check a submission without grading it. Of the answers, only the keys are read; without them, rows are not checked.

        Parameters
        ----------
        submission : path, bytes or table
            A CSV file, the bytes of one, or a table.
        competition : str or Competition
            The competition, or its id.
        name : str, optional
            What the finding calls the submission.

        Returns
        -------
        Validation
            Whether it is valid, and everything that is wrong with it.

        Raises
        ------
        CallError
            If the competition is unknown, or its grader or answers cannot be used.

        Examples
        --------
        >>> import assay
        >>> service = assay.Assay(data_dir=".", competitions=".")
        >>> service.validate(b"id,malignant\\nsample_1,2\\n", "breast-cancer-wisconsin").problems[0]
        'column `malignant` has values above 1: line 2: `2`; values must lie between 0 and 1'
        """
        service, id = self._native(), self._id(competition)
        return Validation._of(service.validate(id, submission, name))

    def grade_many(
        self,
        entries: Iterable[Entry],
        *,
        threads: Optional[int] = None,
        progress: Optional[Callable[[int, Report], object]] = None,
    ) -> Iterator[Report]:
        """Grade many submissions on many threads, without the interpreter's lock.

        Parameters
        ----------
        entries : iterable
            Tuples of submission and competition, with a mapping of tags or without; or mappings with ``submission_path`` (or
            ``submission``) and ``competition_id``, of which all other items are tags. They are taken one by one as threads become free.
        threads : int, optional
            How many gradings run at once [default: as many as the service has threads].
        progress : callable, optional
            Called with how many are finished, and the report on the last, as soon as it is.

        Yields
        ------
        Report
            What came of each, in the order of the entries. Whatever is wrong with one is told by its report.

        Raises
        ------
        KeyboardInterrupt
            If Ctrl-C is pressed: what is not finished is called off.

        Examples
        --------
        >>> import assay
        >>> service = assay.Assay(data_dir=".", competitions=".")
        >>> of = "breast-cancer-wisconsin"
        >>> entries = [("logistic-regression.csv", of), (b"id,malignant\\n", of, {"seed": 1})]
        >>> [(report.score, report.tags) for report in service.grade_many(entries)]
        [(0.98997, {}), (None, {'seed': 1})]
        """
        service = self._native()
        if threads is not None and threads < 1:
            raise CallError(f"threads: {threads} is none; give 1 or more")
        return self._in_order(service, map(self._entry, entries), threads, progress)

    def use_log(self) -> Optional[UseLog]:
        """The state of the log of uses, once it would survive a power cut; none without a log."""
        uses = self._native().sync()
        return None if uses is None else UseLog(*uses)

    def competitions(self, split: Optional[str] = None) -> list[str]:
        """The ids of the competitions at hand, in order.

        Parameters
        ----------
        split : str, optional
            The list of competitions that they belong to, such as ``"low"`` [default: all].
        """
        return self._native().competitions(split)

    def competition(self, id: str) -> Competition:
        """The competition of that id."""
        text, _, digest = self._native().competition(id)
        found = Competition.__new__(Competition)
        found.text, found.source, found.digest = text, None, digest
        found._fields = json.loads(self._native().competition(id)[1])
        return found

    def graders(self) -> list[str]:
        """The names of the graders at hand, in order."""
        return self._native().graders()

    @staticmethod
    def _in_order(
        service: _native.Service,
        entries: Iterator[tuple[str, object, Optional[str], Optional[str]]],
        threads: Optional[int],
        progress: Optional[Callable[[int, Report], object]],
    ) -> Iterator[Report]:
        batch = service.batch(entries, threads)
        waiting: dict[int, Report] = {}
        turn = 0
        try:
            for finished, (number, told) in enumerate(batch, start=1):
                report = waiting[number] = Report._of(told)
                if progress is not None:
                    progress(finished, report)
                while turn in waiting:
                    yield waiting.pop(turn)
                    turn += 1
        finally:
            batch.close()

    def _entry(self, entry: Entry) -> tuple[str, object, Optional[str], Optional[str]]:
        if isinstance(entry, Mapping):
            tags = dict(entry)
            try:
                competition = tags.pop("competition_id")
                submission = tags.pop("submission_path") if "submission_path" in tags else tags.pop("submission")
            except KeyError as error:
                raise CallError(f"an entry has no {error}: give `submission_path` (or `submission`) and `competition_id`") from error
            # What a list calls a run without a submission.
            submission = "None" if submission is None else submission
            return self._id(competition), submission, None, _tags(tags)
        if not isinstance(entry, tuple) or len(entry) not in (2, 3):
            raise CallError(f"{entry!r} is no entry: give (submission, competition), with a mapping of tags or without")
        return self._id(entry[1]), entry[0], None, _tags(entry[2] if len(entry) == 3 else None)

    def _id(self, competition: Union[str, Competition]) -> str:
        if isinstance(competition, str):
            return competition
        if not isinstance(competition, Competition):
            raise CallError(f"a `{type(competition).__name__}` is no competition: give its id, or an `assay.Competition`")
        if self._digests.get(competition.id) == competition.digest:
            return competition.id
        if competition.id in self.competitions() and self._native().competition(competition.id)[2] == competition.digest:
            return competition.id
        raise CallError(f"this service does not have competition `{competition.id}` as it is: give it by `competitions=`")

    def _native(self) -> _native.Service:
        if os.getpid() != self._process:
            raise CallError("this service is of the process that forked this one: make one in each process")
        return self._service


def _tags(tags: Optional[Mapping[str, Any]]) -> Optional[str]:
    if not tags:
        return None
    try:
        return json.dumps(dict(tags))
    except (TypeError, ValueError) as error:
        raise CallError(f"tags must be what JSON has: {error}") from error


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise CallError(f"{name} is {value!r}; give {' or '.join(map(repr, known))}")


def _folder_or(name: str, given: Any, kind: type[Any]) -> tuple[Optional[_Path], list[Any]]:
    """A folder, or a list of such objects."""
    if given is None:
        return None, []
    if isinstance(given, (str, os.PathLike)):
        return given, []
    objects = [given] if isinstance(given, kind) else list(given)
    for one in objects:
        if not isinstance(one, kind):
            raise CallError(f"{name}: a `{type(one).__name__}` is no `assay.{kind.__name__}`")
    return None, objects
