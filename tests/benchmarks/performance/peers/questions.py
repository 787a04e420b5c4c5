"""Answers to questions, as TensorFlow 2.0 QA has it."""


def answers_of(annotation, kind):
    spans = [annotation["long_answer"]] if kind == "long" else annotation["short_answers"]
    spans = {f"{span['start_token']}:{span['end_token']}" for span in spans if span["start_token"] >= 0}
    if kind == "short" and annotation["yes_no_answer"] in ("YES", "NO"):
        spans.add(annotation["yes_no_answer"])
    return spans or {""}


def questions_pandas(submission, answers):
    import json

    import pandas as pd

    with open(answers) as file:
        annotations = {line["example_id"]: line["annotations"][0] for line in map(json.loads, file)}
    return questions(pd.read_csv(submission, keep_default_na=False), annotations)


def questions(submission, annotations):
    import numpy as np

    right = []
    for key, predicted in zip(submission["example_id"], submission["PredictionString"]):
        example, _, kind = key.rpartition("_")
        right.append((predicted or "") in answers_of(annotations[example], kind))
    return np.mean(right)


def questions_polars(submission, answers):
    import polars as pl

    spans = pl.Struct({"start_token": pl.Int64, "end_token": pl.Int64})
    annotation = pl.Struct({"yes_no_answer": pl.String, "long_answer": spans, "short_answers": pl.List(spans)})
    table = pl.read_ndjson(answers, schema={"example_id": pl.String, "annotations": pl.List(annotation)})
    annotations = {example: annotations[0] for example, annotations in table.iter_rows()}
    return questions(pl.read_csv(submission), annotations)
