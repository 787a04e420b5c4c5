"""The same work with other tools, a process each: `python peers NAME SUBMISSION ANSWERS` prints the score.

`pandas` is what the reference does: pandas with scikit-learn, numpy, scipy, pycocotools or shapely, its checks included. `polars` and `duckdb`
are what a user would write today who wants it fast. Each reads both files, checks what the contract checks, pairs rows by their key and computes
the metric.
"""

import sys
from importlib import import_module

if __name__ == "__main__":
    _, name, *files = sys.argv
    work, _ = name.rsplit("_", 1)
    print(repr(float(getattr(import_module(work), name)(*files))))
