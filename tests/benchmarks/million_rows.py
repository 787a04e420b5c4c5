"""One submission of a million rows, scored by area under the ROC curve: whole processes, from start to report.

    python -m venv venv && venv/bin/pip install pandas==2.3.3 scikit-learn==1.9.1
    venv/bin/python tests/benchmarks/million_rows.py [--rows 1000000] [--runs 7]

It makes the data in a temporary folder (text ids, the submission in another order than the answers, so that rows have to be
aligned), then lets `assay grade-sample` and the same work in pandas and scikit-learn take turns, and prints medians. `cargo xtask
run competitions` builds the program beforehand.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMPETITION = "histopathologic-cancer-detection"

# What the reference's grader does for this competition, without its command line and its other imports.
PEER = """
import sys
import pandas as pd
from sklearn.metrics import roc_auc_score
submission = pd.read_csv(sys.argv[1], float_precision="round_trip")
answers = pd.read_csv(sys.argv[2], float_precision="round_trip")
assert len(submission) == len(answers)
assert pd.api.types.is_numeric_dtype(submission["label"])
assert submission["label"].min() >= 0 and submission["label"].max() <= 1
submission = submission.sort_values("id")
answers = answers.sort_values("id")
assert (submission["id"].values == answers["id"].values).all()
print(repr(float(roc_auc_score(answers["label"], submission["label"]))))
"""


def make(folder: Path, rows: int, shuffled: bool):
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(0)
    ids = [bytes(row).hex() for row in random.integers(0, 256, size=(rows, 20), dtype=np.uint8)]
    label = random.integers(0, 2, size=rows)
    private = folder / COMPETITION / "prepared/private"
    private.mkdir(parents=True)
    answers = pd.DataFrame({"id": ids, "label": label})
    answers.to_csv(private / "answers.csv", index=False)
    score = np.clip(label * 0.2 + random.random(rows) * 0.8, 0, 1)
    submission = pd.DataFrame({"id": ids, "label": score})
    if shuffled:
        submission = submission.sample(frac=1, random_state=0)
    submission.to_csv(folder / "submission.csv", index=False)


def run(command):
    """Seconds, peak memory in MiB, what was printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed: {printed.decode()}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, printed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    assay = str(ROOT / "target/release/assay")
    print("| order | program | median s | min s | max s | peak MiB | score |\n|---|---|--:|--:|--:|--:|---|")
    for shuffled in False, True:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            make(folder, arguments.rows, shuffled)
            submission = str(folder / "submission.csv")
            commands = {
                "assay": [assay, "grade-sample", submission, COMPETITION, "--data-dir", str(folder), "--format", "json"],
                "pandas and scikit-learn": [
                    sys.executable, "-c", PEER, submission, str(folder / COMPETITION / "prepared/private/answers.csv"),
                ],
            }
            times, memory, score = {name: [] for name in commands}, dict.fromkeys(commands, 0), {}
            for _ in range(arguments.runs):
                for name, command in commands.items():
                    seconds, peak, printed = run(command)
                    times[name].append(seconds)
                    memory[name] = max(memory[name], peak)
                    score[name] = json.loads(printed)["score_exact"] if name == "assay" else float(printed)
            for name, seconds in times.items():
                order = "shuffled" if shuffled else "as the answers"
                print(f"| {order} | {name} | {statistics.median(seconds):.2f} | {min(seconds):.2f} | {max(seconds):.2f} "
                      f"| {memory[name]:.0f} | {score[name]} |")


if __name__ == "__main__":
    main()
