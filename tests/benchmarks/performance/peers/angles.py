"""The mean angle between directions, as IceCube has it."""

from checks import check


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
