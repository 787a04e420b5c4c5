"""How a native service is set up."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Protocol, Union

#: What the file of a competition is called.
FILE = "competition.toml"

_Path = Union[str, "os.PathLike[str]"]


class ArrowTable(Protocol):
    """A table with the Arrow PyCapsule interface: of pandas 2.2 and later, polars, pyarrow, duckdb ..."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """A capsule with a stream of the table's rows."""


#: What a submission and answers may be: the path of a CSV file, its bytes, or a table.
Data = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, ArrowTable]


@dataclass(frozen=True)
class Workers:
    """Worker processes, in which graders that others made are compiled and run.

    Each holds one grader, and has no files, no network and bounded memory and time, as far as the system can do it.

    Parameters
    ----------
    program : str or os.PathLike, optional
        The program ``assay`` [default: this interpreter, with the package's own worker].
    """

    program: Optional[_Path] = None

    def command(self) -> tuple[str, list[str]]:
        """The program and its arguments."""
        if self.program is not None:
            return os.fspath(self.program), []
        # Without packages, and without what the environment says.
        worker = Path(__file__).with_name("_worker.py")
        return sys.executable, ["-I", "-S", str(worker)]


def setting(
    *,
    data_dir: Optional[_Path] = None,
    edition: str = "reference",
    competitions_dir: Optional[_Path] = None,
    competitions: Iterable[tuple[str, Optional[str]]] = (),
    graders_dir: Optional[_Path] = None,
    graders: Iterable[tuple[str, bytes]] = (),
    answers: Optional[Mapping[str, Data]] = None,
    use_log: Optional[_Path] = None,
    use_log_scores: bool = False,
    threads: Optional[int] = None,
    memory: Optional[int] = None,
    profile: str = "default",
    follow_links: bool = False,
    cache_dir: Optional[_Path] = None,
    untrusted: Optional[Workers] = None,
) -> dict[str, Any]:
    """What a native service is made of."""
    return {
        "data_dir": data_dir,
        "corrected": edition == "corrected",
        "competitions_dir": competitions_dir,
        "competitions": list(competitions),
        "graders_dir": graders_dir,
        "graders": list(graders),
        "answers": dict(answers or {}),
        "use_log": use_log,
        "use_log_scores": use_log_scores,
        "threads": threads,
        "memory": memory,
        "strict": profile == "strict",
        "follow_links": follow_links,
        "cache_dir": cache_dir,
        "worker": None if untrusted is None else untrusted.command(),
    }
