"""Competitions."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Union

from assay import _native
from assay._errors import CallError
from assay._grader import Grader
from assay._setting import FILE, setting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Competition:
    """A competition as data: what a submission must look like, which grader scores it, what earns medals.

    Parameters
    ----------
    text : str
        The text of its ``competition.toml``.
    source : str, optional
        The source text of its grader, where the file names one.

    Raises
    ------
    CallError
        If it is not a competition: the text says where, and what is expected.

    Examples
    --------
    >>> import assay
    >>> titanic = assay.Competition.get("spaceship-titanic")
    >>> titanic.key, titanic.grader
    (['PassengerId'], 'accuracy')
    """

    def __init__(self, text: str, *, source: Optional[str] = None) -> None:
        self.text = text
        self.source = source
        fields, self.digest = _native.parse_competition(text, source)
        self._fields: dict[str, Any] = json.loads(fields)

    @classmethod
    def get(cls, id: str) -> Competition:
        """One of the competitions that the package carries.

        Parameters
        ----------
        id : str
            Its id, one of `assay.competitions`.
        """
        text, _, _ = _native.Service(setting()).competition(id)
        return cls(text)

    @classmethod
    def from_file(cls, path: Union[str, os.PathLike[str]]) -> Competition:
        """A competition of a file.

        Parameters
        ----------
        path : str or os.PathLike
            A ``competition.toml``, or the folder that it is in. The source of its grader is looked up beside it.
        """
        file = Path(path)
        file = file / FILE if file.is_dir() else file
        try:
            text = file.read_text(encoding="utf-8")
            name = _native.grader_source(text)
            source = None if name is None else (file.parent / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CallError(f"competition {file}: {error}") from error
        return cls(text, source=source)

    @classmethod
    def of(
        cls,
        id: str,
        *,
        grader: str,
        columns: Mapping[str, str],
        key: Union[str, Sequence[str]] = "id",
        rows: str = "same",
        options: Optional[Mapping[str, Any]] = None,
        title: Optional[str] = None,
    ) -> Competition:
        """A competition of one's own.

        Parameters
        ----------
        id : str
            Its id: lower-case words with hyphens.
        grader : str
            The name of a grader, such as one of `assay.graders`.
        columns : mapping of str to str
            The columns that a submission must have beside its key, and the answers too, with what they hold: ``"number"``, ``"integer"``,
            ``"boolean"``, ``"text"`` or ``"any"``.
        key : str or sequence of str
            The columns that say which answer a row belongs to; ``[]`` if there are none.
        rows : str
            Which rows a submission must have, in the words of ``competition.toml``.
        options : mapping, optional
            What the grader is told [default: those of its required options that name columns name all of `columns`].
        title : str, optional
            Its title [default: its id].

        Examples
        --------
        >>> import assay
        >>> mine = assay.Competition.of("mine", grader="accuracy", columns={"label": "integer"})
        >>> answers, submission = b"id,label\\n1,0\\n2,1\\n", b"id,label\\n2,1\\n1,1\\n"
        >>> assay.grade(submission, mine, answers=answers).score
        0.5
        """
        if options is None:
            kinds = {"column": next(iter(columns), ""), "columns": list(columns)}
            known = Grader(grader).options if grader in _native.Service(setting()).graders() else []
            options = {option.name: kinds[option.kind] for option in known if option.required and option.kind in kinds}
        keys = [key] if isinstance(key, str) else list(key)
        lines = [
            *(f"{name} = {_toml(value)}" for name, value in (("id", id), ("title", title or id), ("summary", title or id))),
            "[data]",
            'answers = "private/answers.csv"',
            'sample_submission = "public/sample_submission.csv"',
            "[submission]",
            f"key = {_toml(keys)}",
            f"rows = {_toml(rows)}",
        ]
        for name, kind in columns.items():
            lines += ["[[submission.columns]]", f"names = {_toml([name])}", f"type = {_toml(kind)}"]
        lines += ["[grader]", f"component = {_toml(grader)}", f"options = {_toml(dict(options))}"]
        return cls("\n".join(lines) + "\n")

    @property
    def id(self) -> str:
        """The name that calls and data directories use."""
        return str(self._fields["id"])

    @property
    def title(self) -> str:
        """The title, as its host wrote it."""
        return str(self._fields["title"])

    @property
    def summary(self) -> str:
        """What a submission predicts and how it is scored, in a sentence or two."""
        return str(self._fields["summary"])

    @property
    def key(self) -> list[str]:
        """The columns that say which answer a row belongs to."""
        return list(self._fields["submission"]["key"])

    @property
    def columns(self) -> list[str]:
        """The columns that a submission must have beside its key."""
        return [name for rule in self._fields["submission"]["columns"] for name in rule["names"]]

    @property
    def grader(self) -> str:
        """The name of its grader."""
        return str(self._fields["grader"]["component"])

    @property
    def splits(self) -> list[str]:
        """The lists of competitions that it belongs to."""
        return list(self._fields["splits"])

    @property
    def leaderboard(self) -> Optional[dict[str, Any]]:
        """What medals are measured against; none if there are none."""
        board: Optional[dict[str, Any]] = self._fields.get("leaderboard")
        return board

    def to_dict(self) -> dict[str, Any]:
        """All of ``competition.toml``, with what it leaves to be understood."""
        fields: dict[str, Any] = json.loads(json.dumps(self._fields))
        return fields

    def __repr__(self) -> str:
        return f"Competition({self.id!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Competition) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def _toml(value: object) -> str:
    """A value as TOML: of texts, numbers and lists, JSON's form is TOML's."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(name)} = {_toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, (bool, int, float, str)):
        return json.dumps(value)
    raise CallError(f"an option cannot be {value!r}: give a boolean, a number, a text or a list of them")
