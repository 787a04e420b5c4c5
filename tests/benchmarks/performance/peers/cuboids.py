"""Average precision of boxes in space, as Lyft has it."""

from checks import check

THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def corners(numbers):
    """The corners on the ground of boxes (x, y, z, width, length, height, yaw)."""
    import numpy as np

    x, y, _, width, length, _, yaw = numbers.T
    # As a quaternion turns them.
    sine, cosine = np.sin(yaw / 2), np.cos(yaw / 2)
    cos, sin = cosine * cosine - sine * sine, 2 * sine * cosine
    along, across = np.array([[1, 1, -1, -1], [-1, 1, 1, -1]])[:, None] / 2 * np.array([length, width])[..., None]
    ground = np.stack([x[:, None] + along * cos[:, None] - across * sin[:, None], y[:, None] + along * sin[:, None] + across * cos[:, None]], axis=2)
    sides = np.roll(ground, -1, axis=1) - ground
    check((np.abs((sides * np.roll(sides, 1, axis=1)).sum(axis=2)) <= 1e-8).all())
    return ground


def cuboids_of(text):
    """The boxes of a cell: scores, classes, and seven numbers each."""
    import numpy as np

    tokens = text.split(" ") if text.strip() else []
    check(len(tokens) % 9 == 0)
    numbers = np.array([list(map(float, tokens[at : at + 8])) for at in range(0, len(tokens), 9)]).reshape(-1, 8)
    return numbers[:, 0], np.array(tokens[8::9], dtype=object), numbers[:, 1:]


def sample_precision(cells):
    """The mean over classes of average precision, at each threshold, of a sample: a pair of boxes at a time."""
    import numpy as np
    from shapely.geometry import Polygon

    (_, true_classes, true_numbers), (scores, classes, numbers) = map(cuboids_of, cells)
    averages = []
    for of_class in sorted(set(true_classes)):
        true, of_this = true_numbers[true_classes == of_class], np.flatnonzero(classes == of_class)
        found = numbers[of_this[np.argsort(-scores[of_this], kind="stable")]]
        check(not np.isnan(found).any() and (found[:, 3:6] > 0).all())
        true_grounds, grounds = list(map(Polygon, corners(true))), list(map(Polygon, corners(found)))
        best = []
        for one, ground in zip(found, grounds):
            shares = np.zeros(len(true))
            for index, (other, true_ground) in enumerate(zip(true, true_grounds)):
                height = min(one[2] + one[5] / 2, other[2] + other[5] / 2) - max(one[2] - one[5] / 2, other[2] - other[5] / 2)
                if height > 0:
                    both = height * ground.intersection(true_ground).area
                    shares[index] = both / (one[3] * one[4] * one[5] + other[3] * other[4] * other[5] - both)
            best.append((shares.max(), shares.argmax()))
        averages.append([precision_of(best, len(true), threshold) for threshold in THRESHOLDS])
    return np.mean(averages, axis=0)


def precision_of(best, count, threshold):
    """The area under the envelope of precision over recall. Of each box, in order of scores: its largest overlap, and with which true box."""
    import numpy as np

    if not len(best):
        return 0.0
    hits, taken = np.zeros(len(best)), set()
    for index, (share, true) in enumerate(best):
        if share > threshold and true not in taken:
            taken.add(true)
            hits[index] = 1
    right = np.cumsum(hits)
    precision = np.maximum.accumulate((right / np.arange(1, len(best) + 1))[::-1])[::-1]
    return (np.diff(right, prepend=0) / count * precision).sum()


def cuboids_pandas(submission, answers):
    """Samples on all cores, as in the reference; but the overlaps are the same at all thresholds, and computed once."""
    import multiprocessing

    import numpy as np
    import pandas as pd

    submission, answers = pd.read_csv(submission), pd.read_csv(answers)
    check({"Id", "PredictionString"} <= set(submission.columns) and len(submission) == len(answers))
    submission, answers = submission.sort_values("Id"), answers.sort_values("Id")
    check((submission["Id"].values == answers["Id"].values).all())
    cells = zip(answers["PredictionString"], submission["PredictionString"].fillna(""))
    with multiprocessing.Pool() as pool:
        averages = pool.map(sample_precision, cells)
        pool.close()
        pool.join()
    return np.mean(averages)


def cuboids_polars(submission, answers):
    """All pairs of boxes of a sample and a class that may overlap, at once."""
    import numpy as np
    import polars as pl
    import shapely

    submission = pl.read_csv(submission, schema_overrides={"PredictionString": pl.String})
    answers = pl.read_csv(answers)
    both = answers.select("Id", true="PredictionString").join(submission, on="Id", how="left", maintain_order="left")
    check(len(submission) == len(answers) == len(both) and submission["Id"].is_in(answers["Id"].to_list()).all())

    def boxes(texts):
        texts = texts.fill_null("")
        tokens = texts.str.split(" ")
        counts = np.where(texts == "", 0, tokens.list.len())
        check((counts % 9 == 0).all())
        tokens = tokens.filter(pl.Series(counts > 0)).explode()
        position = np.arange(len(tokens)) % 9
        numbers = tokens.filter(pl.Series(position < 8)).cast(pl.Float64).to_numpy().reshape(-1, 8)
        table = pl.DataFrame({"sample": np.repeat(np.arange(len(counts)), counts // 9), "class": tokens.gather_every(9, 8), "score": numbers[:, 0]})
        return table.with_row_index("id"), numbers[:, 1:]

    (true, true_numbers), (found, numbers) = boxes(both["true"]), boxes(both["PredictionString"])
    groups = true.group_by("sample", "class").agg(count=pl.len())
    found = found.join(groups, on=("sample", "class")).sort("sample", "class", pl.col("score").neg(), "id").with_row_index("order")
    numbers = numbers[found["id"].to_numpy()]
    check(np.isfinite(numbers).all() and (numbers[:, 3:6] > 0).all())
    pairs = found.join(true, on=("sample", "class"), suffix="_true").select("order", "id_true")

    def of_pairs(column, boxes):
        """For each box of a pair: from where to where it is in height, its middle on the ground, half its diagonal, its volume, its ground."""
        x, y, z, width, length, height, _ = boxes.T
        index = pairs[column].to_numpy()
        values = (z - height / 2, z + height / 2, x, y, np.hypot(width, length) / 2, width * length * height, shapely.polygons(corners(boxes)))
        return [value[index] for value in values]

    one, other = of_pairs("order", numbers), of_pairs("id_true", true_numbers)
    height = np.minimum(one[1], other[1]) - np.maximum(one[0], other[0])
    near = (height > 0) & (np.hypot(one[2] - other[2], one[3] - other[3]) < one[4] + other[4])
    common = height[near] * shapely.area(shapely.intersection(one[6][near], other[6][near]))
    share = common / ((one[5] + other[5])[near] - common)
    pairs = pairs.filter(pl.Series(near))
    # The largest overlap of each predicted box, and the first true box that has it.
    best = pairs.with_columns(share=share).sort("order", pl.col("share").neg(), "id_true").group_by("order", maintain_order=True).first()
    scores = np.zeros(len(both))
    classes = groups.group_by("sample").agg(classes=pl.len()).sort("sample")["classes"].to_numpy()
    check(len(classes) == len(both))
    for threshold in THRESHOLDS:
        hits = best.filter(pl.col("share") > threshold).group_by("id_true").agg(pl.col("order").min()).select("order", hit=1)
        ranked = found.join(hits, on="order", how="left", maintain_order="left").with_columns(pl.col("hit").fill_null(0))
        group = ("sample", "class")
        ranked = ranked.with_columns(precision=pl.col("hit").cum_sum().over(group) / (pl.int_range(pl.len()).over(group) + 1))
        ranked = ranked.with_columns(envelope=pl.col("precision").cum_max(reverse=True).over(group))
        scores += np.bincount(ranked["sample"], ranked["envelope"] * ranked["hit"] / ranked["count"], minlength=len(both))
    return (scores / classes).mean() / len(THRESHOLDS)
