"""Average precision of boxes, as VinBigData has it."""

from checks import check


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
