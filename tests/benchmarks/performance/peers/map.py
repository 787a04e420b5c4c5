"""MAP@12, as H&M has it."""

from checks import check


def precision(truth, predicted, k=12):
    missing, hits, score = set(truth), 0, 0.0
    best = min(len(missing), k)
    for rank, item in enumerate(predicted[:k], 1):
        if item in missing:
            missing.remove(item)
            hits += 1
            score += hits / rank
    return score / best if best else 0.0


def map_pandas(submission, answers):
    import numpy as np
    import pandas as pd

    submission, answers = pd.read_csv(submission), pd.read_csv(answers)
    check(set(submission.columns) == {"customer_id", "prediction"})
    check(set(answers["customer_id"]) <= set(submission["customer_id"]))
    submission = submission[submission["customer_id"].isin(answers["customer_id"])]
    submission, answers = submission.sort_values("customer_id"), answers.sort_values("customer_id")
    pairs = zip(answers["prediction"].astype(str), submission["prediction"].astype(str))
    return np.mean([precision(truth.split(" "), predicted.split(" ")) for truth, predicted in pairs])


def map_polars(submission, answers):
    import numpy as np
    import polars as pl

    types = {"customer_id": pl.String, "prediction": pl.String}
    submission, answers = pl.read_csv(submission, schema_overrides=types), pl.read_csv(answers, schema_overrides=types)
    pairs = answers.join(submission, on="customer_id", how="left", maintain_order="left")
    check(len(pairs) == len(answers) and pairs["prediction_right"].null_count() == 0)
    pairs = zip(pairs["prediction"].to_list(), pairs["prediction_right"].to_list())
    return np.mean([precision(truth.split(" "), predicted.split(" ")) for truth, predicted in pairs])
