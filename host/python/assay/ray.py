"""Grading on a cluster, by Ray: ``pip install ray``.

Actors, one a core, keep graders and answers. Work goes to where a competition's answers have been read already. A node that is lost costs
nothing but the entries that it was grading, which are graded again elsewhere. What comes out is what one machine gives: reports in the order
of the list, bit for bit but for the times, and one log of uses.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from typing import Any, Callable, NamedTuple, Optional

import ray
from ray.exceptions import ActorUnschedulableError, ObjectLostError, RayActorError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from assay import _native
from assay._assay import Assay, Entry
from assay._errors import CallError, HostError
from assay._report import BatchReport, Report

__all__ = ["grade"]

#: How many entries go to an actor at a time: many enough that sending them is not what takes time.
_CHUNK = 16

#: How many chunks an actor holds: the one that it grades, and the next.
_HELD = 2

#: How often an entry may be lost before the run is given up, and a node's actors before the node is.
_LIVES = 5

#: How often the driver looks for new nodes, in seconds.
_PULSE = 1.0

#: How long a cluster may be without any actor, in seconds, before the run is given up.
_PATIENCE = 120.0


class _Item(NamedTuple):
    number: int
    competition: str
    submission: object
    tags: Optional[str]


class _Grader:
    """An actor: one service, with the graders and answers that it has used."""

    def __init__(self, options: dict[str, Any], cores: int) -> None:
        # Each of a node's actors has its share of the memory.
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4 // cores
        self._service = Assay(**{"memory": memory, **options, "threads": 1})._native()

    def ready(self) -> None:
        """Return once the service is set up."""

    def grade(self, items: list[_Item]) -> list[tuple[int, _native._Told]]:
        """Grade entries, one after another."""
        entries = ((item.competition, item.submission, None, item.tags) for item in items)
        return [(items[place].number, told) for place, told in self._service.batch(entries, 1)]


class _Worker:
    """An actor, as the driver sees it. It gets entries once it is ready, so that a node that cannot start one costs none."""

    def __init__(self, kind: Any, node: str, cores: int, options: Any) -> None:
        strategy = NodeAffinitySchedulingStrategy(node_id=node, soft=False)
        self.node = node
        self.actor = kind.options(num_cpus=1, max_restarts=0, scheduling_strategy=strategy).remote(options, cores)
        self.read: set[str] = set()
        self.held: dict[Any, list[_Item]] = {}
        self.starting: Any = self.actor.ready.remote()

    def references(self) -> list[Any]:
        """What is awaited of it."""
        return [*self.held] if self.starting is None else [self.starting]

    def take(self, waiting: dict[str, deque[_Item]], workers: list[_Worker]) -> bool:
        """Send the actor some entries of one competition, if any are left."""
        if self.starting is not None or len(self.held) >= _HELD or not waiting:
            return False

        def order(id: str) -> tuple[bool, int, int]:
            readers = sum(id in other.read for other in workers)
            # One whose answers it has read, then one that few have read, then the one with the most entries left.
            return id not in self.read, readers, -len(waiting[id])

        id = min(waiting, key=order)
        queue = waiting[id]
        # Towards the end there are fewer at a time, so that no actor is left with many while others have none.
        size = min(_CHUNK, -(-len(queue) // (2 * len(workers))))
        chunk = [queue.popleft() for _ in range(size)]
        if not queue:
            del waiting[id]
        self.read.add(id)
        self.held[self.actor.grade.remote(chunk)] = chunk
        return True


def grade(
    entries: Iterable[Entry],
    *,
    use_log: Optional[str] = None,
    use_log_scores: bool = False,
    progress: Optional[Callable[[int, Report], object]] = None,
    **options: Any,
) -> BatchReport:
    """Grade a list of submissions on the cluster that this process is connected to.

    Parameters
    ----------
    entries : iterable
        As for `Assay.grade_many`. Paths are those of the nodes, which have the data and the submissions under the same paths; bytes and
        tables travel to them.
    use_log : str, optional
        A log on this machine to which every use of answers is added, in the order of the list, before anything is told.
    use_log_scores : bool
        Whether scores are written into that log too.
    progress : callable, optional
        Called with how many are finished, and the report on the last. Not with a log of uses: nothing is told before its use is on record.
    **options
        As for `Assay`: ``data_dir``, ``competitions``, ``graders`` and so on.

    Returns
    -------
    BatchReport
        The reports, in the order of the list. Whatever is wrong with an entry is told by its report.

    Raises
    ------
    CallError
        If the options are at fault, on this machine or on a node.
    HostError
        If no node is left, or the same entries are lost again and again.

    Examples
    --------
    ::

        import ray, assay.ray

        ray.init("auto")
        batch = assay.ray.grade([("submission.csv", "spaceship-titanic")], data_dir="/data")
        batch.totals
    """
    if progress is not None and use_log is not None:
        raise CallError("progress: with a log of uses nothing is told before its use is on record; leave one of them out")
    # Options at fault are told here, before any actor is made.
    service = Assay(**options, use_log=use_log, use_log_scores=use_log_scores)
    items = [
        _Item(number, id, submission, tags)
        for number, (id, submission, _, tags) in enumerate(map(service._entry, entries))
    ]
    if not ray.is_initialized():
        ray.init()
    told = _Run(items, options, progress).done()
    native = service._native()
    reports = []
    for number in range(len(items)):
        text, _, aside = told[number]
        if use_log is not None:
            text = native.record(text)
        reports.append(Report._of((text, None, aside)))
    return BatchReport(reports, service.use_log())


class _Run:
    """A run: what waits, who grades, what is finished."""

    def __init__(
        self, items: list[_Item], options: Mapping[str, Any], progress: Optional[Callable[[int, Report], object]]
    ) -> None:
        # It is sent to each node once.
        self._options = ray.put(dict(options))
        self._kind: Any = ray.remote(_Grader)
        self._progress = progress
        self._count = len(items)
        self._waiting: dict[str, deque[_Item]] = {}
        self._told: dict[int, _native._Told] = {}
        self._workers: list[_Worker] = []
        #: How often an entry was lost, and how often a node's actor.
        self._lost: Counter[int] = Counter()
        self._deaths: Counter[str] = Counter()
        for item in items:
            self._waiting.setdefault(item.competition, deque()).append(item)

    def done(self) -> dict[int, _native._Told]:
        """Grade all of them."""
        since = time.monotonic()
        try:
            while len(self._told) < self._count:
                self._staff()
                while any([worker.take(self._waiting, self._workers) for worker in self._workers]):
                    pass
                awaited = {reference: worker for worker in self._workers for reference in worker.references()}
                if awaited:
                    arrived, _ = ray.wait(list(awaited), num_returns=1, timeout=_PULSE)
                    since = time.monotonic()
                    for reference in arrived:
                        self._collect(awaited[reference], reference)
                elif time.monotonic() - since > _PATIENCE:
                    raise HostError("the cluster has no node left that grades: add one, and try again")
                else:
                    time.sleep(_PULSE)
        finally:
            for worker in self._workers:
                ray.kill(worker.actor)
        return self._told

    def _staff(self) -> None:
        """Have an actor on every core, but for nodes that lose theirs again and again."""
        manned = Counter(worker.node for worker in self._workers)
        for node in ray.nodes():
            id, cores = node["NodeID"], int(node["Resources"].get("CPU", 0))
            if node["Alive"] and self._deaths[id] < _LIVES:
                for _ in range(cores - manned[id]):
                    self._workers.append(_Worker(self._kind, id, cores, self._options))

    def _collect(self, worker: _Worker, reference: Any) -> None:
        """Take what an actor has finished. What is lost with it waits again."""
        if worker not in self._workers:
            return
        try:
            arrived = ray.get(reference)
        except (RayActorError, ActorUnschedulableError, ObjectLostError) as error:
            if getattr(error, "actor_init_failed", False) and "CallError" in str(error):
                raise CallError(f"on a node of the cluster: {error}") from error
            self._bury(worker)
            return
        except RayError as error:
            cause = getattr(error, "cause", None)
            kind = CallError if isinstance(cause, CallError) else HostError
            raise kind(f"on a node of the cluster: {cause or error}") from error
        if reference == worker.starting:
            worker.starting = None
            return
        del worker.held[reference]
        for number, told in arrived:
            self._told[number] = told
            if self._progress is not None:
                self._progress(len(self._told), Report._of(told))

    def _bury(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        self._deaths[worker.node] += 1
        for chunk in worker.held.values():
            for item in reversed(chunk):
                self._lost[item.number] += 1
                if self._lost[item.number] >= _LIVES:
                    raise HostError(f"entry {item.number + 1} was lost {_LIVES} times with the process that graded it")
                self._waiting.setdefault(item.competition, deque()).appendleft(item)
