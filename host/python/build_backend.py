"""How `pip` builds the package from a clone: the graders first, which the module carries, then the module, by maturin."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import maturin
from maturin import get_requires_for_build_editable, get_requires_for_build_wheel, prepare_metadata_for_build_wheel

ROOT = Path(__file__).resolve().parents[2]

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_wheel",
]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build a wheel."""
    _make_graders()
    return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """Build what an editable installation is made of."""
    _make_graders()
    return maturin.build_editable(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory, config_settings=None):
    """There is none: the graders are built by the workspace around this folder."""
    raise SystemExit("the package is built from a clone of the repository: `pip install ./host/python`, or `pip wheel ./host/python`")


def _make_graders() -> None:
    """Build the graders, unless they are there."""
    if any((ROOT / "target" / "graders").glob("*.wasm")):
        return
    cargo = os.environ.get("CARGO", "cargo")
    try:
        subprocess.run([cargo, "xtask", "graders"], cwd=ROOT, check=True)
    except FileNotFoundError:
        raise SystemExit("cargo is not there: install Rust from https://rustup.rs, then try again") from None
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"`cargo xtask graders` failed with exit code {error.returncode}") from error
