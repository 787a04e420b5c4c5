"""The examples of docstrings and of the page run, and types are right."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import assay
import pytest
from conftest import ROOT

#: Modules that need what not everybody has are tested by themselves.
EXTRA = {"assay.inspect", "assay.ray", "assay.verifiers"}
MODULES = [
    name
    for _, name, _ in pkgutil.iter_modules(assay.__path__, "assay.")
    if name not in EXTRA | {"assay._native", "assay._worker"}
]
PAGE = ROOT / "docs/python.md"


@pytest.mark.parametrize("name", ["assay", *MODULES])
def test_examples_run(place: Path, name: str) -> None:
    module = importlib.import_module(name)
    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    assert doctest.testmod(module, optionflags=options).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) > 12


def test_public_names_are_documented() -> None:
    for name in assay.__all__:
        if name not in {"Data", "Entry", "__version__"}:
            assert getattr(assay, name).__doc__, name


def test_the_page_runs(place: Path) -> None:
    """Blocks of Python on the page, one after another, but for those that need what not everybody has."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    ran = 0
    for block in blocks:
        if not any(f"assay.{extra}" in block for extra in ("inspect", "verifiers", "ray")):
            exec(compile(block, str(PAGE), "exec"), names)
            ran += 1
    assert ran > 3


def python(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_are_right() -> None:
    pytest.importorskip("mypy")
    python("mypy", "--config-file", str(ROOT / "host/python/pyproject.toml"))


def test_stubs_are_of_the_native_half() -> None:
    pytest.importorskip("mypy")
    python("mypy.stubtest", "assay._native")
