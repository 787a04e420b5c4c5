"""Nearest neighbours by hand, without a library of models."""
import csv
import math
from collections import Counter, deque


class Scaler:
    def __init__(self):
        self.least, self.most = {}, {}

    def learn(self, records):
        for record in records:
            for name, value in record.items():
                self.least[name] = min(value, self.least.get(name, math.inf))
                self.most[name] = max(value, self.most.get(name, -math.inf))
        return self

    def scale(self, record):
        def one(name, value):
            width = self.most[name] - self.least[name]
            return 0.0 if not width else (value - self.least[name]) / width

        return {name: one(name, value) for name, value in record.items()}


def distance(one, other):
    return math.sqrt(sum((one[name] - other[name]) ** 2 for name in one if name in other))


def vote(known, asked, k=15):
    nearest = sorted(known, key=lambda pair: distance(pair[0], asked))[:k]
    counts = Counter(label for _, label in nearest)
    return counts.most_common(1)[0][0]


def read(path):
    waiting = deque()
    with open(path, newline="") as file:
        for line in csv.DictReader(file):
            label = line.pop("label", None)
            try:
                waiting.append(({name: float(value or 0) for name, value in line.items()}, label))
            except ValueError as error:
                raise SystemExit(f"{path}: {error}")
    return list(waiting)


known = read("train.csv")
scaler = Scaler().learn([record for record, _ in known])
known = [(scaler.scale(record), label) for record, label in known]
with open("submission.csv", "w") as output:
    print("id,label", file=output)
    for number, (record, _) in enumerate(read("test.csv")):
        print(number, vote(known, scaler.scale(record)), sep=",", file=output)
