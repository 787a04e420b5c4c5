"""The area under the ROC curve."""

from checks import check


def auc(labels, scores):
    """The area under the ROC curve, by ranks: numpy and scipy alone."""
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
