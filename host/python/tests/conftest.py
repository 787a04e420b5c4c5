"""Where the data of the tests are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
ID = "breast-cancer-wisconsin"


@pytest.fixture()
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a competition, its data, and a submission to it."""
    shutil.copytree(EXAMPLES / ID, tmp_path / ID)
    shutil.copy(EXAMPLES / ID / "logistic-regression.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*arguments: object, code: int = 0) -> str:
    """What the command prints, which does not confine itself, as the package cannot."""
    program = os.environ.get("ASSAY_PROGRAM", str(ROOT / "target/release/assay"))
    called = [program, *map(str, arguments), "--confine", "off"]
    done = subprocess.run(called, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


def timeless(report: dict[str, Any]) -> dict[str, Any]:
    """A report without its times."""
    return json.loads(
        json.dumps(report), object_hook=lambda fields: {name: value for name, value in fields.items() if name != "created_at"}
    )
