"""Graders."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

from assay import _native
from assay._errors import CallError
from assay._setting import Workers, setting


class Option(NamedTuple):
    """An option that a grader takes."""

    name: str
    """Its name."""
    kind: str
    """What kind of value it takes, such as ``number`` or ``columns``."""
    required: bool
    """Whether a competition must set it."""
    summary: str
    """What it is for."""


class Grader:
    """A grader: what computes a score, as a sandboxed WebAssembly component.

    Parameters
    ----------
    grader : str, os.PathLike or bytes
        The name of one that the package carries, the path of a ``.wasm``, or the bytes of such a file.
    name : str, optional
        What competitions call it [default: its name, or that of its file without ``.wasm``]. Bytes need one.
    untrusted : Workers, optional
        The processes that compile it and ask it, where it is not one of the package's own.

    Raises
    ------
    CallError
        If there is none, or it is no grader.

    Examples
    --------
    >>> import assay
    >>> grader = assay.Grader("roc-auc")
    >>> grader.lower_is_better, "targets" in [option.name for option in grader.options]
    (False, True)
    """

    def __init__(
        self,
        grader: Union[str, os.PathLike[str], bytes],
        name: Optional[str] = None,
        *,
        untrusted: Optional[Workers] = None,
    ) -> None:
        self.component: Optional[bytes] = None
        if isinstance(grader, bytes):
            if name is None:
                raise CallError("bytes have no name: say by `name=` what competitions call the grader")
            self.component = grader
        elif isinstance(grader, os.PathLike) or str(grader).endswith(".wasm"):
            path = Path(grader)
            name = name or path.stem
            try:
                self.component = path.read_bytes()
            except OSError as error:
                raise CallError(f"grader {path}: {error}") from error
        else:
            if name not in (None, grader):
                raise CallError(f"grader {grader!r} is one of the package's own, which cannot be called {name!r}")
            name = grader
        self.name = name
        given = [] if self.component is None else [(name, self.component)]
        service = _native.Service(setting(graders=given, untrusted=untrusted or Workers()))
        description, self.digest, self.is_own = service.grader(name)
        self._fields: dict[str, Any] = json.loads(description)

    @property
    def version(self) -> str:
        """Its own version."""
        return str(self._fields["version"])

    @property
    def summary(self) -> str:
        """What it computes."""
        return str(self._fields["summary"])

    @property
    def lower_is_better(self) -> bool:
        """Whether a lower score is the better one."""
        return bool(self._fields["lower_is_better"])

    @property
    def options(self) -> list[Option]:
        """The options that it takes."""
        return [Option(**option) for option in self._fields["options"]]

    def to_dict(self) -> dict[str, Any]:
        """What it says of itself."""
        return dict(self._fields)

    def __repr__(self) -> str:
        return f"Grader({self.name!r}, version={self.version!r})"
