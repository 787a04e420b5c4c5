"""The same work with other tools, a process each: `python peers.py NAME SUBMISSION ANSWERS` prints the score.

`pandas` is what the reference does: pandas with scikit-learn or numpy, its checks included. `polars` and `duckdb` are what a user would write
today who wants it fast. Each reads both files, checks what the contract checks, pairs rows by their key and computes the metric.
"""

import sys


def check(holds):
    if not holds:
        sys.exit("the submission is not valid")


def auc(labels, scores):
    """The area under the ROC curve, by ranks: numpy and scipy alone."""
    import numpy as np
    from scipy.stats import rankdata

    positives = labels > 0.5
    count = int(positives.sum())
    ranks = rankdata(scores)
    return (ranks[positives].sum() - count * (count + 1) / 2) / (count * (len(labels) - count))


def auc_pandas(submission, answers):
    import pandas as pd
    from sklearn.metrics import roc_auc_score

    submission = pd.read_csv(submission, float_precision="round_trip")
    answers = pd.read_csv(answers, float_precision="round_trip")
    check(len(submission) == len(answers) and pd.api.types.is_numeric_dtype(submission["label"]))
    check(submission["label"].min() >= 0 and submission["label"].max() <= 1)
    submission, answers = submission.sort_values("id"), answers.sort_values("id")
    check((submission["id"].values == answers["id"].values).all())
    return roc_auc_score(answers["label"], submission["label"])


def auc_polars(submission, answers):
    import polars as pl

    submission, answers = pl.read_csv(submission), pl.read_csv(answers)
    check(len(submission) == len(answers) and submission["label"].is_between(0, 1).all())
    if not (submission["id"] == answers["id"]).all():
        submission = answers.select("id").join(submission, on="id", how="left", maintain_order="left")
        check(len(submission) == len(answers) and submission["label"].null_count() == 0)
    return auc(answers["label"].to_numpy(), submission["label"].to_numpy())


def auc_duckdb(submission, answers):
    import duckdb

    [(rows, pairs, wrong, score)] = duckdb.sql(f"""
        with pairs as (
            select a.label > 0.5 as positive, s.label as score
            from read_csv('{answers}') a left join read_csv('{submission}') s using (id)
        ), ranked as (
            select positive, score, rank() over (order by score) + (count(*) over (partition by score) - 1) / 2.0 as rank from pairs
        )
        select (select count(*) from read_csv('{submission}')), count(*), count(*) filter (score is null or score < 0 or score > 1),
            (sum(rank) filter (positive) - count(*) filter (positive) * (count(*) filter (positive) + 1) / 2.0)
                / (count(*) filter (positive) * count(*) filter (not positive)) from ranked
    """).fetchall()
    check(rows == pairs and wrong == 0)
    return score


def angles(one_azimuth, one_zenith, azimuth, zenith):
    import numpy as np

    about = np.cos(one_azimuth) * np.cos(azimuth) + np.sin(one_azimuth) * np.sin(azimuth)
    product = np.sin(one_zenith) * np.sin(zenith) * about + np.cos(one_zenith) * np.cos(zenith)
    return np.mean(np.abs(np.arccos(np.clip(product, -1, 1))))


def angles_pandas(submission, answers):
    import pandas as pd

    submission = pd.read_csv(submission, float_precision="round_trip")
    answers = pd.read_csv(answers, float_precision="round_trip")
    check(set(submission.columns) == {"event_id", "azimuth", "zenith"} and len(submission) == len(answers))
    check(set(submission["event_id"]) == set(answers["event_id"]))
    submission, answers = submission.sort_values("event_id"), answers.sort_values("event_id")
    columns = [table[name].to_numpy() for table in (answers, submission) for name in ("azimuth", "zenith")]
    check(not any(pd.isna(column).any() for column in columns))
    return angles(*columns)


def angles_polars(submission, answers):
    import polars as pl

    submission, answers = pl.read_csv(submission), pl.read_csv(answers)
    check(set(submission.columns) == {"event_id", "azimuth", "zenith"} and len(submission) == len(answers))
    if not (submission["event_id"] == answers["event_id"]).all():
        submission = answers.select("event_id").join(submission, on="event_id", how="left", maintain_order="left")
    columns = [table[name] for table in (answers, submission) for name in ("azimuth", "zenith")]
    check(not any(column.null_count() for column in columns))
    return angles(*(column.to_numpy() for column in columns))


def angles_duckdb(submission, answers):
    import duckdb

    [(rows, pairs, wrong, score)] = duckdb.sql(f"""
        select (select count(*) from read_csv('{submission}')), count(*), count(*) filter (s.azimuth is null or s.zenith is null),
            avg(acos(greatest(-1, least(1, sin(a.zenith) * sin(s.zenith) * (cos(a.azimuth) * cos(s.azimuth) + sin(a.azimuth) * sin(s.azimuth))
                + cos(a.zenith) * cos(s.zenith)))))
        from read_csv('{answers}') a left join read_csv('{submission}') s using (event_id)
    """).fetchall()
    check(rows == pairs and wrong == 0)
    return score


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


def levenshtein(submission, answers, distance):
    import numpy as np
    import pandas as pd

    submission, answers = pd.read_csv(submission), pd.read_csv(answers)
    check(len(submission) == len(answers) and set(submission["image_id"]) == set(answers["image_id"]))
    submission, answers = submission.sort_values("image_id"), answers.sort_values("image_id")
    return np.mean([distance(str(one), str(other)) for one, other in zip(answers["InChI"], submission["InChI"])])


def levenshtein_pandas(submission, answers):
    from Levenshtein import distance

    return levenshtein(submission, answers, distance)


def levenshtein_polars(submission, answers):
    import numpy as np
    import polars as pl
    from rapidfuzz.distance.Levenshtein import distance

    submission, answers = pl.read_csv(submission), pl.read_csv(answers)
    pairs = answers.join(submission, on="image_id", how="left", maintain_order="left")
    check(len(pairs) == len(answers) == len(submission) and pairs["InChI_right"].null_count() == 0)
    return np.mean([distance(*pair) for pair in zip(pairs["InChI"].to_list(), pairs["InChI_right"].to_list())])


def levenshtein_duckdb(submission, answers):
    import duckdb

    [(rows, pairs, wrong, score)] = duckdb.sql(f"""
        select (select count(*) from read_csv('{submission}')), count(*), count(*) filter (s.InChI is null), avg(levenshtein(a.InChI, s.InChI))
        from read_csv('{answers}') a left join read_csv('{submission}') s using (image_id)
    """).fetchall()
    check(rows == pairs and wrong == 0)
    return score


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


if __name__ == "__main__":
    _, name, *files = sys.argv
    print(repr(float(globals()[name](*files))))
