"""The worker process, which compiles and runs graders that others made. The package starts it; it is of no use to anybody else.

It is run as a file, by an interpreter that knows no packages: the native half is loaded from beside it.
"""

from __future__ import annotations


def main() -> None:
    """Load the native half and serve."""
    import importlib.machinery
    import importlib.util
    import os

    folder = os.path.dirname(os.path.abspath(__file__))
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        path = os.path.join(folder, "_native" + suffix)
        if os.path.exists(path):
            loader = importlib.machinery.ExtensionFileLoader("_native", path)
            spec = importlib.util.spec_from_file_location("_native", path, loader=loader)
            assert spec is not None
            native = importlib.util.module_from_spec(spec)
            loader.exec_module(native)
            native.serve_worker()
    raise SystemExit("the native half of the package is not beside its worker: install the package anew")


if __name__ == "__main__":
    main()
