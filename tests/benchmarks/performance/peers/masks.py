"""Dice and Hausdorff distance of masks, as UW-Madison has it."""

from checks import check


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
