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


def masks(made: Made, days: int):
    """Organs on slices of scans: 144 slices a day, three classes a slice, and a mask on three in ten of these rows.

    Forty days are about what the real test set has: a tenth of 85 patients with 274 days, and a few late days of the others.
    """
    import numpy as np

    random = np.random.default_rng(6)

    def text(blobs, high, wide):
        """Blobs (place, half height, half width) as runs down the columns."""
        across, down = np.ogrid[:wide, :high]
        pixels = np.zeros(wide * high + 2, dtype=np.int8)
        for y, x, b, a in blobs:
            pixels[1:-1] |= ((((across - x) / a) ** 2 + ((down - y) / b) ** 2) < 1).ravel()
        edges = np.flatnonzero(np.diff(pixels))
        return " ".join(f"{start + 1} {end - start}" for start, end in edges.reshape(-1, 2).tolist())

    with open(made.answers, "w") as answers, open(made.submission, "w") as submission:
        answers.write("id,class,predicted,image_width,image_height\n")
        submission.write("id,class,predicted\n")
        for day in range(days):
            high, wide = (266, 266) if random.random() < 0.7 else (310, 360)
            # From where to where an organ is seen, and its blobs, which move from slice to slice.
            organs = []
            for name, blobs in (("large_bowel", 3), ("small_bowel", 3), ("stomach", 1)):
                first = random.integers(35, 80)
                places = random.uniform(0.3, 0.7, size=(blobs, 2)) * (high, wide)
                organs.append([name, first, first + random.integers(25, 60), np.hstack([places, random.uniform(8, 22, size=(blobs, 2))])])
            for number in range(1, 145):
                for organ in organs:
                    name, first, last, blobs = organ
                    true, predicted = "", ""
                    if first <= number < last:
                        blobs = organ[3] = np.hstack([blobs[:, :2] + random.normal(0, 1.5, size=(len(blobs), 2)), blobs[:, 2:]])
                        true = text(blobs, high, wide)
                        # Predictions are off by a few pixels; now and then one is missing, or has a blob too many.
                        near = blobs + random.normal(0, 1.2, size=blobs.shape)
                        if random.random() < 0.02:
                            near = np.vstack([near, [*random.uniform(0.1, 0.9, size=2) * (high, wide), 4, 4]])
                        predicted = text(near, high, wide) if random.random() < 0.95 else ""
                    row = f"case{day // 3 + 1}_day{day % 3 * 7}_slice_{number:04},{name},"
                    answers.write(f"{row}{true},{wide}.0,{high}.0\n")
                    submission.write(f"{row}{predicted}\n")


def boxes(made: Made, images: int):
    """Findings on X-rays: none on seven images in ten, else a box for each of some classes; and forty predicted boxes an image."""
    import numpy as np

    random = np.random.default_rng(7)
    often = np.array([30, 4, 4, 23, 3, 3, 5, 10, 9, 11, 21, 20, 2, 17]) / 162
    with open(made.answers, "w") as answers, open(made.submission, "w") as submission:
        answers.write("image_id,class_id,class_name,rad_id,x_min,y_min,x_max,y_max\n")
        submission.write("image_id,PredictionString\n")
        for image in sorted(random.bytes(16).hex() for _ in range(images)):
            wide, high = random.integers(1800, 3400, size=2)
            none = random.random() < 0.7
            found = [] if none else np.sort(random.choice(14, size=1 + random.binomial(6, 0.4), replace=False, p=often))
            predicted = [[14, random.beta(8, 2) if none else random.beta(2, 3), 0, 0, 1, 1]]

            def anywhere():
                (x, y), (a, b) = random.uniform(0.05, 0.75, size=2), random.uniform(0.03, 0.25, size=2)
                return np.array([x * wide, y * high, (x + a) * wide, (y + b) * high])

            for of_class in found:
                box = anywhere().astype(int)
                answers.write(f"{image},{of_class},class {of_class},R{random.integers(1, 18)},{','.join(f'{side}.0' for side in box)}\n")
                for _ in range(random.integers(0, 3)):
                    near = box + random.normal(0, 0.15, size=4) * np.tile(box[2:] - box[:2], 2)
                    predicted.append([of_class, random.beta(3, 5), *near])
            if none:
                answers.write(f"{image},14,No finding,R{random.integers(1, 18)},0.0,0.0,1.0,1.0\n")
            for of_class in random.choice(14, size=random.poisson(37), p=often):
                predicted.append([of_class, random.beta(1, 5), *anywhere()])
            cells = (f"{of_class} {score:.4f} {' '.join(f'{side:.1f}' for side in box)}" for of_class, score, *box in predicted)
            submission.write(f"{image},{' '.join(cells)}\n")


def cuboids(made: Made, samples: int):
    """Cars and others around a car: some 28 true boxes a sample, and as many predicted ones, most of them nearly right."""
    import numpy as np

    random = np.random.default_rng(8)
    names = ["car", "other_vehicle", "pedestrian", "bicycle", "truck", "bus", "motorcycle", "animal", "emergency_vehicle"]
    often = np.array([838, 52, 39, 33, 22, 13.5, 1.6, 0.5, 0.4]) / 1000
    sizes = np.array([
        [1.9, 4.8, 1.7], [2.8, 8.2, 3.2], [0.8, 0.8, 1.8], [0.6, 1.8, 1.4], [2.8, 10, 3.4], [3, 12.3, 3.4], [1, 2.4, 1.6], [0.4, 0.7, 0.5],
        [2.4, 6.5, 2.4],
    ])

    def cell(scores, classes, numbers):
        rows = zip(scores, numbers.tolist(), classes)
        return " ".join(f"{score} {' '.join(map(repr, numbers))} {names[of_class]}" for score, numbers, of_class in rows)

    with open(made.answers, "w") as answers, open(made.submission, "w") as submission:
        answers.write("Id,PredictionString\n")
        submission.write("Id,PredictionString\n")
        for _ in range(samples):
            sample, middle = random.bytes(32).hex(), random.uniform((500, 800, -25), (2500, 2700, -15))

            def anywhere(count):
                classes = random.choice(9, size=count, p=often)
                places = middle + random.normal(0, (35, 35, 0.5), size=(count, 3))
                size = np.round(sizes[classes] * random.uniform(0.85, 1.15, size=(count, 3)), 3)
                return classes, np.hstack([places, size, random.uniform(-np.pi, np.pi, size=(count, 1))])

            classes, numbers = anywhere(1 + random.poisson(random.gamma(4, 6.75)))
            answers.write(f"{sample},{cell(['1.0'] * len(classes), classes, numbers)}\n")
            seen = random.random(len(classes)) < 0.8
            off = np.hstack([random.normal(0, (0.25, 0.25, 0.1), size=(len(classes), 3)), random.normal(0, 0.08, size=(len(classes), 4))])
            near = numbers + off * np.hstack([np.ones((len(classes), 3)), numbers[:, 3:6], np.ones((len(classes), 1))])
            wrong, others = anywhere(random.poisson(8))
            scores = np.concatenate([random.beta(5, 2, size=seen.sum()), random.beta(2, 5, size=len(wrong))])
            text = cell(scores.tolist(), np.concatenate([classes[seen], wrong]), np.vstack([near[seen], others]))
            submission.write(f"{sample},{text}\n")


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
