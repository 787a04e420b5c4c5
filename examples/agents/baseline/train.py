"""Boosted trees on a competition of one table: train.csv, test.csv, sample_submission.csv.

What is to be predicted are the columns of the sample submission that test.csv lacks. A column of a few values is classified, by probability
if the sample has numbers that are no labels; others are regressed. Columns that train.csv lacks too are the values of one that it has, and
get their probabilities.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

DATA = Path("/home/data")


def features(train: pd.DataFrame, test: pd.DataFrame, leave_out: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The columns that both tables have, as numbers: texts are numbered in the order of their frequency in train."""
    columns = [name for name in test.columns if name in train.columns and name not in leave_out]
    train, test = train[columns].copy(), test[columns].copy()
    for name in columns:
        if not (pd.api.types.is_numeric_dtype(train[name]) and pd.api.types.is_numeric_dtype(test[name])):
            numbers = {value: number for number, value in enumerate(train[name].astype(str).value_counts().index)}
            train[name] = train[name].astype(str).map(numbers)
            test[name] = test[name].astype(str).map(numbers)
    # Nothing is learnt from a column of one value.
    told = [name for name in columns if train[name].nunique() > 1]
    return train[told].astype(float), test[told].astype(float)


def is_of_classes(values: pd.Series) -> bool:
    """Whether a column is one of few values that are no measurements."""
    is_measured = pd.api.types.is_float_dtype(values) and not (values.dropna() % 1 == 0).all()
    return values.nunique() <= 20 and not is_measured


def label_of(classes: list[str], train: pd.DataFrame, test: pd.DataFrame) -> str:
    """The column of train.csv whose values are these classes."""
    names = [name for name in train.columns if name not in test.columns]
    names = [name for name in names if set(train[name].dropna().astype(str)) <= set(classes)]
    if not names:
        raise SystemExit(f"train.csv has no column of {', '.join(classes[:3])}, …: this agent knows no way")
    return names[0]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--iterations", type=int, default=200)
    iterations = parser.parse_args().iterations
    train, test = pd.read_csv(DATA / "train.csv"), pd.read_csv(DATA / "test.csv")
    sample = pd.read_csv(DATA / "sample_submission.csv")
    targets = [name for name in sample.columns if name not in test.columns]
    key = [name for name in sample.columns if name in test.columns]
    inputs, tests = features(train, test, {*targets, *key})
    submission = test[key].copy()
    if not set(targets) & set(train.columns):
        label = label_of(targets, train, test)
        inputs, tests = inputs.drop(columns=label, errors="ignore"), tests.drop(columns=label, errors="ignore")
        model = HistGradientBoostingClassifier(max_iter=iterations, random_state=0).fit(inputs, train[label].astype(str))
        probabilities = pd.DataFrame(model.predict_proba(tests), columns=model.classes_, index=submission.index)
        # A class that no row of train.csv has is not expected.
        submission = submission.join(probabilities.reindex(columns=targets, fill_value=0.0))
        print(f"{label}: {len(targets)} classes, {len(inputs)} rows")
        targets = []
    for target in targets:
        values = train[target]
        if is_of_classes(values):
            labels = sorted(values.dropna().unique())
            model = HistGradientBoostingClassifier(max_iter=iterations, random_state=0).fit(inputs, values)
            is_probability = len(labels) == 2 and not sample[target].isin(labels).all()
            submission[target] = model.predict_proba(tests)[:, 1] if is_probability else model.predict(tests)
        else:
            model = HistGradientBoostingRegressor(max_iter=iterations, random_state=0).fit(inputs, values)
            submission[target] = model.predict(tests)
        score = model.score(inputs, values)
        print(f"{target}: {len(np.unique(values.astype(str)))} values, {len(inputs)} rows, score on them {score:.3f}")
    submission[list(sample.columns)].to_csv("/home/submission/submission.csv", index=False)
    print(f"{len(submission)} rows are handed in")


if __name__ == "__main__":
    main()
