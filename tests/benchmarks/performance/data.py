"""Made-up data of the competitions' real sizes and shapes, the same in every run."""

import json
from pathlib import Path

COMPETITION = """\
id = "auc"
title = "Scores of rows"
summary = "For each row, how likely it is positive."

[data]
answers = "private/answers.csv"
sample_submission = "public/sample_submission.csv"

[submission]
key = ["id"]
rows = "same"

[[submission.columns]]
names = ["label"]
type = "number"
min = 0.0
max = 1.0

[grader]
component = "roc-auc"
options = { targets = ["label"] }
"""


class Made:
    """Where data are, and what they are of."""

    def __init__(self, folder: Path, competition: str, answers: str):
        self.folder, self.competition = folder, competition
        self.data, self.submission = folder / "data", folder / "submission.csv"
        self.answers = self.data / competition / "prepared" / answers

    def begin(self):
        self.answers.parent.mkdir(parents=True, exist_ok=True)
        (self.folder / "competitions/auc").mkdir(parents=True, exist_ok=True)
        (self.folder / "competitions/auc/competition.toml").write_text(COMPETITION)


def scores(made: Made, rows: int, texts: bool):
    """Labels and scores. Whole numbers in order, or forty letters and shuffled."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv

    random = np.random.default_rng(0)
    labels = random.integers(0, 2, size=rows)
    values = np.clip(labels * 0.2 + random.random(rows) * 0.8, 0, 1)
    if texts:
        letters = np.frombuffer(b"0123456789abcdef", dtype="S1")
        ids = letters[random.integers(0, 16, size=(rows, 40), dtype=np.uint8)].view("S40").ravel()
        ids = pa.array(ids).cast(pa.string())
    else:
        ids = pa.array(np.arange(rows))
    order = pa.array(random.permutation(rows) if texts else np.arange(rows))
    options = pa.csv.WriteOptions(quoting_style="none")
    pa.csv.write_csv(pa.table({"id": ids, "label": labels}), made.answers, options)
    pa.csv.write_csv(pa.table({"id": ids, "label": values}).take(order), made.submission, options)


def directions(made: Made, rows: int):
    """Directions of events, as doubles with all their digits."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv

    random = np.random.default_rng(1)
    ids = np.cumsum(random.integers(1, 300, size=rows))
    options = pa.csv.WriteOptions(quoting_style="none")
    for path in (made.answers, made.submission):
        azimuth, zenith = random.random(rows) * 2 * np.pi, random.random(rows) * np.pi
        pa.csv.write_csv(pa.table({"event_id": ids, "azimuth": azimuth, "zenith": zenith}), path, options)


def articles(made: Made, customers: int):
    """Twelve articles for each customer, of whom one in twenty bought some."""
    import numpy as np

    random = np.random.default_rng(2)
    bought = random.random(customers) < 0.05
    items = random.integers(100_000_000, 100_000_400, size=(customers, 12))
    counts = random.integers(1, 8, size=customers)
    ids = [random.bytes(32).hex() for _ in range(customers)]
    with open(made.answers, "w") as file:
        file.write("customer_id,prediction\n")
        for row in np.flatnonzero(bought):
            truth = random.integers(100_000_000, 100_000_400, size=counts[row])
            file.write(f"{ids[row]},{' '.join(map(str, truth))}\n")
    with open(made.submission, "w") as file:
        file.write("customer_id,prediction\n")
        for row in random.permutation(customers):
            file.write(f"{ids[row]},{' '.join(map(str, items[row]))}\n")


def molecules(made: Made, rows: int):
    """InChI of some hundred letters, and predictions with some of them wrong."""
    import random

    numbers = random.Random(3)
    lines = []
    for row in range(rows):
        text = "InChI=1S/C" + "".join(numbers.choices("CHNOS0123456789-,()/", k=numbers.randint(60, 160)))
        wrong = list(text)
        for _ in range(numbers.randint(0, 6)):
            wrong[numbers.randrange(10, len(wrong))] = numbers.choice("CHNO123")
        # Not all are digits, so that no tool takes them for numbers.
        lines.append((f"{row:011x}x", text, "".join(wrong)))
    for path, column in ((made.answers, 1), (made.submission, 2)):
        with open(path, "w") as file:
            file.write("image_id,InChI\n")
            file.writelines(f'{line[0]},"{line[column]}"\n' for line in lines)
        numbers.shuffle(lines)


def articles_with_answers(made: Made, questions: int):
    """Encyclopaedia articles of some 50 kB with a question each, as JSON lines: nearly all of them is not asked for."""
    import random

    numbers = random.Random(4)
    words = ["".join(numbers.choices("abcdefghijklmnopqrstuvwxyz", k=numbers.randint(2, 9))) for _ in range(5000)]
    text = " ".join(numbers.choices(words + ["<P>", "</P>", '"', "\u00e9"], k=200_000))
    rows = []
    with open(made.answers, "w") as file:
        for _ in range(questions):
            example, start = str(numbers.randrange(1 << 62)), numbers.randrange(900_000)
            candidates = [{"start_token": at, "top_level": at % 3 == 0, "end_token": at + 70} for at in range(0, 9000, 60)]
            long, short = (numbers.randrange(5000), numbers.randrange(5000)) if numbers.random() < 0.5 else (-1, -1)
            annotation = {
                "yes_no_answer": numbers.choice(["NONE", "NONE", "NONE", "YES", "NO"]),
                "long_answer": {"start_token": long, "candidate_index": 3, "end_token": long + 70 if long >= 0 else -1},
                "short_answers": [{"start_token": short, "end_token": short + 2}] if short >= 0 else [],
                "annotation_id": numbers.randrange(1 << 62),
            }
            line = {
                "example_id": example, "question_text": "who " + text[start : start + 40], "document_text": text[start : start + 40_000],
                "long_answer_candidates": candidates, "annotations": [annotation], "document_url": f"https://example.org/{example}",
            }
            file.write(json.dumps(line) + "\n")
            rows.append((f"{example}_long", f"{long}:{long + 70}" if numbers.random() < 0.7 and long >= 0 else ""))
            rows.append((f"{example}_short", f"{short}:{short + 2}" if numbers.random() < 0.7 and short >= 0 else ""))
    made.submission.write_text("example_id,PredictionString\n" + "".join(f"{key},{span}\n" for key, span in rows))


def many(made: Made, submissions: int):
    """A list of submissions of 100 rows to one competition, of which there are a hundred files."""
    import random

    numbers = random.Random(5)
    labels = [numbers.randrange(2) for _ in range(100)]
    made.answers.write_text("id,label\n" + "".join(f"{row},{label}\n" for row, label in enumerate(labels)))
    files = made.folder / "submissions"
    files.mkdir(exist_ok=True)
    for file in range(100):
        text = "".join(f"{row},{numbers.random()}\n" for row in range(100))
        (files / f"{file}.csv").write_text("id,label\n" + text)
    made.submission.write_text((files / "0.csv").read_text())
    entry = {"competition_id": made.competition}
    lines = (json.dumps(entry | {"submission_path": str(files / f"{number % 100}.csv")}) for number in range(submissions))
    (made.folder / "list.jsonl").write_text("".join(line + "\n" for line in lines))


def cases(made: Made, root: Path):
    """The parity test's submissions: some 57 to each of 82 competitions."""
    import tarfile

    with tarfile.open(root / "tests/parity/cases.tar.xz") as archive:
        archive.extractall(made.folder, filter="data")
