"""The mean Levenshtein distance, as Bristol-Myers Squibb has it."""

from checks import check


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
