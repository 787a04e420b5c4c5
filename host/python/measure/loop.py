"""Many gradings in a loop: how many a second, and how much memory.

    python host/python/measure/loop.py
"""

from __future__ import annotations

import time
from pathlib import Path

import assay
import pandas

ROOT = Path(__file__).resolve().parents[3]
ID = "breast-cancer-wisconsin"
COUNT = 10_000


def resident() -> int:
    """The process's memory, in KiB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


service = assay.Assay(data_dir=ROOT / "examples", competitions=ROOT / "examples")
file = ROOT / "examples" / ID / "logistic-regression.csv"
forms = {"file": str(file), "bytes": file.read_bytes(), "pandas": pandas.read_csv(file)}
for name, form in forms.items():
    for _ in range(200):
        service.grade(form, ID)
    before, start = resident(), time.perf_counter()
    for _ in range(COUNT):
        report = service.grade(form, ID)
    took = time.perf_counter() - start
    assert report.score == 0.98997
    print(f"{name}, one after another: {COUNT / took:.0f} a second; {before} KiB before, {resident()} KiB after")
for threads in (1, 2):
    start = time.perf_counter()
    count = sum(report.is_valid for report in service.grade_many([(str(file), ID)] * COUNT, threads=threads))
    took = time.perf_counter() - start
    print(f"grade_many, {threads} threads: {count / took:.0f} a second; {resident()} KiB after")
