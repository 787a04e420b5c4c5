"""The same work with other tools, a process each: `python peers.py NAME SUBMISSION ANSWERS` prints the score.

`pandas` is what the reference does: pandas with scikit-learn, numpy, scipy, pycocotools or shapely, its checks included. `polars` and `duckdb`
are what a user would write today who wants it fast. Each reads both files, checks what the contract checks, pairs rows by their key and computes
the metric.
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


def runs_of(text):
    """The first pixels of a mask's runs, counted from 0, and the pixels after their last ones."""
    import numpy as np

    numbers = list(map(int, text.split()))
    starts, lengths = np.array(numbers[0::2]) - 1, np.array(numbers[1::2])
    ends = starts + lengths
    check((starts >= 0).all() and (lengths > 0).all() and (np.diff(starts) >= 0).all() and (starts[1:] >= ends[:-1]).all())
    return starts, ends


def drawn(runs, wide, high):
    """A mask as a picture, which runs fill column by column."""
    import numpy as np

    picture = np.zeros(wide * high, dtype=bool)
    for start, end in zip(*runs):
        picture[start:end] = True
    return picture.reshape(wide, high).T


def masks_pandas(submission, answers):
    """Each mask is drawn, and the distance is scipy's, of all voxels."""
    from collections import defaultdict

    import numpy as np
    import pandas as pd
    from scipy.spatial.distance import directed_hausdorff

    submission, answers = pd.read_csv(submission), pd.read_csv(answers)
    check({"id", "class", "predicted"} <= set(submission.columns))
    sizes = answers[["image_width", "image_height"]].astype(int).values.tolist()
    sides = []
    for table in (answers, submission):
        texts = table["predicted"].fillna("")
        sides.append([runs_of(text) for text in texts[: len(sizes)]])
    dice = []
    for true, predicted, size in zip(*sides, sizes):
        true, predicted = drawn(true, *size), drawn(predicted, *size)
        both = true.sum() + predicted.sum()
        dice.append(2 * (true & predicted).sum() / both if both else np.nan)

    def days(table, runs):
        """The volume of each day: the slices one upon the other, of all classes."""
        slices = defaultdict(dict)
        rows = sorted(zip(table["id"], runs, sizes), key=lambda row: row[0])
        for name, runs, size in rows:
            day = slices[name.split("_slice_")[0]]
            day[name] = day.get(name, False) | drawn(runs, *size)
        return (np.stack(list(day.values())) for day in slices.values())

    distances = []
    for true, predicted in zip(*map(days, (answers, submission), sides)):
        count, more = true.sum(), predicted.sum()
        if count == 0 and more == 0:
            continue
        if count == 0 or more == 0 or more > 10 * count:
            distances.append(1.0)
            continue
        true, predicted = (np.argwhere(volume) / true.shape for volume in (true, predicted))
        farthest = max(directed_hausdorff(true, predicted)[0], directed_hausdorff(predicted, true)[0])
        distances.append(farthest / np.sqrt(3))
    return 0.4 * np.nanmean(dice) + 0.6 * (1 - np.mean(distances))


def masks_polars(submission, answers):
    """Nothing is drawn: pixels in common are those of runs, and only voxels of one side look for their nearest on the other, in a tree."""
    import numpy as np
    import polars as pl
    from scipy.spatial import cKDTree

    submission, answers = (pl.read_csv(file, schema_overrides={"predicted": pl.String}) for file in (submission, answers))
    check(len(submission) == len(answers) and all(submission[name].eq_missing(answers[name]).all() for name in ("id", "class")))
    wide, high = (answers[name].cast(pl.Int64).to_numpy() for name in ("image_width", "image_height"))
    # Rows have their pixels one after the other.
    before = np.concatenate([[0], np.cumsum(wide * high)])

    def runs(table):
        numbers = table.select(pl.row_index("row"), pl.col("predicted").str.split(" ").cast(pl.List(pl.Int64)))
        numbers = numbers.explode("predicted").drop_nulls()
        rows, values = numbers["row"].to_numpy(), numbers["predicted"].to_numpy()
        check(len(rows) % 2 == 0 and (rows[::2] == rows[1::2]).all() and (values > 0).all())
        rows, starts = rows[::2], values[::2] - 1
        ends = starts + values[1::2]
        check((starts[1:] >= ends[:-1])[rows[1:] == rows[:-1]].all())
        size = (wide * high)[rows]
        return rows, before[rows] + np.minimum(starts, size), before[rows] + np.minimum(ends, size)

    (true_rows, true_starts, true_ends), (rows, starts, ends) = true, predicted = runs(answers), runs(submission)
    lengths = true_ends - true_starts
    covered = np.concatenate([[0], np.cumsum(lengths)])

    def true_before(pixels):
        """How many true pixels come before."""
        run = np.searchsorted(true_starts, pixels, side="right") - 1
        return np.where(run < 0, 0, covered[run] + np.minimum(pixels - true_starts[run], lengths[run]))

    total = np.bincount(true_rows, lengths, minlength=len(wide)) + np.bincount(rows, ends - starts, minlength=len(wide))
    common = np.bincount(rows, true_before(ends) - true_before(starts), minlength=len(wide))
    dice = (2 * common[total > 0] / total[total > 0]).mean()

    names = answers.select("id", day=pl.col("id").str.split("_slice_").list.first())
    names = names.select(pl.col("day").rank("dense"), number=pl.col("id").rank("dense").over("day"))
    day, number = (names[name].cast(pl.Int64).to_numpy() - 1 for name in ("day", "number"))

    def voxels(of_day, rows, starts, ends):
        """The voxels of a day, as sorted numbers."""
        of_day = of_day[rows]
        rows, starts, lengths = rows[of_day], starts[of_day], (ends - starts)[of_day]
        starts = starts - before[rows] + number[rows] * (wide * high)[rows]
        return np.unique(np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum()))

    distances = []
    for index in range(day.max() + 1):
        of_day = day == index
        shape = (number[of_day].max() + 1, wide[of_day][0], high[of_day][0])
        check((wide[of_day] == shape[1]).all() and (high[of_day] == shape[2]).all())
        one, other = voxels(of_day, *true), voxels(of_day, *predicted)
        if len(one) == 0 and len(other) == 0:
            continue
        if len(one) == 0 or len(other) == 0 or len(other) > 10 * len(one):
            distances.append(1.0)
            continue
        farthest = 0.0
        for one, other in ((one, other), (other, one)):
            alone = np.setdiff1d(one, other, assume_unique=True)
            if len(alone):
                alone, other = (np.stack(np.unravel_index(numbers, shape), axis=1) / shape for numbers in (alone, other))
                tree = cKDTree(other, balanced_tree=False, compact_nodes=False)
                farthest = max(farthest, tree.query(alone)[0].max())
        distances.append(farthest / np.sqrt(3))
    return 0.4 * dice + 0.6 * (1 - np.mean(distances))


def boxes_pandas(submission, answers):
    """By pycocotools, which the reference hands right and bottom as width and height, and boxes numbered from 0."""
    import contextlib
    import io

    import pandas as pd
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    submission, answers = (pd.read_csv(file, float_precision="round_trip") for file in (submission, answers))
    check({"image_id", "PredictionString"} <= set(submission.columns) and set(submission["image_id"]) == set(answers["image_id"]))
    images = {image: number for number, image in enumerate(answers["image_id"].unique())}
    classes = [{"id": of_class} for of_class in answers["class_id"].unique().tolist()]

    def annotations(rows):
        kept = []
        for number, (image, of_class, score, *box) in enumerate(rows):
            left, top, right, bottom = box
            kept.append({"id": number, "image_id": images[image], "category_id": int(of_class), "score": score, "bbox": box,
                         "area": (right - left) * (bottom - top), "iscrowd": 0, "ignore": 0})
        return kept

    def predicted():
        for image, text in zip(submission["image_id"], submission["PredictionString"]):
            numbers = list(map(float, text.split(" ")))
            check(len(numbers) % 6 == 0)
            yield from ([image, *numbers[at : at + 6]] for at in range(0, len(numbers), 6))

    true = answers.assign(score=1.0)[["image_id", "class_id", "score", "x_min", "y_min", "x_max", "y_max"]].values.tolist()
    sides = []
    with contextlib.redirect_stdout(io.StringIO()):
        for rows in (true, predicted()):
            side = COCO()
            side.dataset = {"images": [{"id": number} for number in images.values()], "categories": classes, "annotations": annotations(rows)}
            side.createIndex()
            sides.append(side)
        evaluation = COCOeval(*sides, "bbox")
        evaluation.params.iouThrs = [0.4]
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][0, :, :, 0, 2]
    return precision[precision > -1].mean()


def boxes_polars(submission, answers):
    """All pairs of boxes of an image and a class at once; then a few of them, where boxes have a choice, in their order."""
    import numpy as np
    import polars as pl

    submission, answers = pl.read_csv(submission), pl.read_csv(answers, schema_overrides={"class_id": pl.Int64})
    check(set(submission["image_id"].to_list()) == set(answers["image_id"].to_list()))
    lists = submission["PredictionString"].str.split(" ")
    check((lists.list.len() % 6 == 0).all())
    numbers = lists.explode().cast(pl.Float64).to_numpy().reshape(-1, 6)
    check(not np.isnan(numbers).any())
    sides = ("left", "top", "right", "bottom")
    found = pl.DataFrame(numbers, schema=["class", "score", *sides]).with_columns(
        pl.col("class").cast(pl.Int64), image=submission["image_id"].gather(np.repeat(np.arange(len(lists)), lists.list.len().to_numpy() // 6))
    ).with_row_index("id")
    true = answers.select(
        pl.row_index("true_id"), image="image_id", **{"class": "class_id"},
        **{f"true_{side}": pl.col(name).cast(pl.Float64) for side, name in zip(sides, ("x_min", "y_min", "x_max", "y_max"))},
    )
    first = true.group_by("image", maintain_order=True).first().select("image", place=pl.int_range(pl.len()))
    found = found.filter(pl.col("class").is_in(true["class"].unique().to_list())).join(first, on="image")
    found = found.sort("class", "place", pl.col("score").neg(), "id").filter(pl.int_range(pl.len()).over("class", "place") < 100)
    found = found.with_row_index("order")
    pairs = found.join(true, on=("image", "class")).sort("order", "true_id")
    one, other = (pairs.select(prefix + side for side in sides).to_numpy().T for prefix in ("", "true_"))
    # Right and bottom stand where width and height are due.
    width = np.minimum(one[0] + one[2], other[0] + other[2]) - np.maximum(one[0], other[0])
    height = np.minimum(one[1] + one[3], other[1] + other[3]) - np.maximum(one[1], other[1])
    both = np.where((width > 0) & (height > 0), width * height, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        overlap = both / (one[2] * one[3] + other[2] * other[3] - both)
    near = overlap >= 0.4
    best, taken, hits = {}, set(), np.zeros(len(found), dtype=bool)
    columns = (pairs["order"].to_numpy(), pairs["true_id"].to_numpy(), overlap)
    for order, true_id, share in zip(*(column[near].tolist() for column in columns)):
        best.setdefault(order, []).append((share, true_id))
    ids = found["id"].to_list()
    for order, choices in best.items():
        free = [choice for choice in choices if choice[1] not in taken]
        if free:
            true_id = max(free)[1]
            # 0 marks a box that is not matched.
            if ids[order]:
                taken.add(true_id)
            hits[order] = true_id > 0
    area = ((found["right"] - found["left"]) * (found["bottom"] - found["top"])).to_numpy()
    kept = hits | (area >= 0) & (area <= 1e10)
    of_class, score = found["class"].to_numpy(), found["score"].to_numpy()
    averages = []
    for (name,), boxes in true.group_by("class", maintain_order=True):
        of_this = np.flatnonzero(kept & (of_class == name))
        hit = hits[of_this[np.argsort(-score[of_this], kind="stable")]]
        right = np.cumsum(hit)
        precision = right / (np.arange(1, len(hit) + 1) + np.spacing(1))
        precision = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
        averages.append(precision[np.searchsorted(right / len(boxes), np.linspace(0, 1, 101), side="left")].mean())
    return np.mean(averages)


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


if __name__ == "__main__":
    _, name, *files = sys.argv
    print(repr(float(globals()[name](*files))))
