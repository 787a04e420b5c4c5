"""Large made-up downloads, prepared by `assay prepare` and by pandas as the reference's preparers do it: whole processes, from the archive
to the files, with their time and their peak of memory.

    python -m venv venv && venv/bin/pip install pandas==2.3.3 scikit-learn==1.9.1 fastparquet==2026.9.0 pymongo
    venv/bin/python tests/benchmarks/preparation.py [--only table,parquet,bson,files] [--share 10] [--folder DIR]

`table` has five million rows and twelve columns, `parquet` 2 GB of numbers, `bson` 2 GB of documents, and `files` are two hundred thousand
small ones. Both sides get the same archive, whose members are stored, so that the time is not that of a decompressor, take the checksums
that they take (`assay` SHA-256 and MD5 of the archive and SHA-256 of all files, the reference MD5 of archive and tables), and what comes out
is compared. `cargo xtask run competitions` builds the program beforehand. The outcome is a table in Markdown.
"""

import argparse
import hashlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

COMPETITION = """id = "{id}"
title = "A benchmark"
summary = "Made-up data."
[data]
answers = "private/test.csv"
sample_submission = "public/sample_submission.csv"
[submission]
key = ["id"]
rows = "same"
[[submission.columns]]
names = ["y"]
type = "any"
[grader]
component = "accuracy"
options = {{ target = "y" }}
"""

RECIPES = {
    "table": """steps = [
  { read = { file = "raw/train.csv", as = "all" } },
  { split = { table = "all", test = 0.1 } },
  { write = { table = "train", file = "public/train.csv" } },
  { write = { table = "test", file = "private/test.csv" } },
  { write = { table = "test", drop = ["y"], file = "public/test.csv" } },
  { write = { table = "test", columns = ["id", "y"], set = { y = 0 }, file = "public/sample_submission.csv" } },
]
""",
    "parquet": """steps = [
  { distinct-parquet = { file = "raw/train.parquet", column = "batch", as = "batches" } },
  { split = { table = "batches", test = 0.1 } },
  { split-parquet = { file = "raw/train.parquet", column = "batch", parts = [
    { among = "train", versions = { fastparquet = "2026.9.0", pandas = "2.3.3" }, to = "public/train.parquet" },
    { among = "test", columns = ["batch", "id", "a", "b"], versions = { fastparquet = "2026.9.0", pandas = "2.3.3" }, to = "public/test.parquet" },
    { among = "test", columns = ["id", "x", "y"], to = "private/test.csv" },
    { among = "test", columns = ["id", "x", "y"], set = { x = 1, y = 1 }, to = "public/sample_submission.csv" },
  ] } },
]
""",
    "bson": """steps = [
  { read-bson = { file = "raw/train.bson", fields = ["_id", "category_id"], as = "all" } },
  { split = { table = "all", test = 0.1 } },
  { split-bson = { file = "raw/train.bson", field = "_id", parts = [{ among = "train", to = "public/train.bson" }, { among = "test", drop = ["category_id"], to = "public/test.bson" }] } },
  { sort = { table = "test", by = ["_id"] } },
  { write = { table = "test", file = "private/test.csv" } },
  { write = { table = "test", set = { category_id = 0 }, file = "public/sample_submission.csv" } },
]
""",
    "files": """steps = [
  { read = { file = "raw/train.csv", as = "all" } },
  { split = { table = "all", test = 0.1 } },
  { write = { table = "train", file = "public/train.csv" } },
  { write = { table = "test", file = "private/test.csv" } },
  { write = { table = "test", set = { y = 0 }, file = "public/sample_submission.csv" } },
  { copy = { each = "train", from = "raw/train/{id}.bin", to = "public/train/{id}.bin" } },
  { copy = { each = "test", from = "raw/train/{id}.bin", to = "public/test/{id}.bin" } },
]
""",
}

# What the reference does: the checksum of the archive, its preparer without assertions, the checksums of the tables.
PEER = """
import hashlib, shutil, sys
from pathlib import Path
import pandas as pd
from sklearn.model_selection import train_test_split
kind, archive, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
raw, public, private = folder / "raw", folder / "public", folder / "private"
for path in (raw, public, private):
    path.mkdir(parents=True)
def md5(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
md5(archive)
shutil.unpack_archive(archive, raw, "zip")
def read(path):
    return pd.read_csv(path, float_precision="round_trip")
if kind == "table":
    train, test = train_test_split(read(raw / "train.csv"), test_size=0.1, random_state=0)
    train.to_csv(public / "train.csv", index=False)
    test.to_csv(private / "test.csv", index=False)
    test.drop(columns=["y"]).to_csv(public / "test.csv", index=False)
    sample = test[["id", "y"]].copy()
    sample["y"] = 0
    sample.to_csv(public / "sample_submission.csv", index=False)
elif kind == "parquet":
    all = pd.read_parquet(raw / "train.parquet", engine="fastparquet")
    ids = all["batch"].unique()
    train_ids, test_ids = train_test_split(ids, test_size=0.1, random_state=0)
    train, test = all[all["batch"].isin(train_ids)], all[all["batch"].isin(test_ids)]
    train.to_parquet(public / "train.parquet", index=False, engine="fastparquet")
    test[["batch", "id", "a", "b"]].to_parquet(public / "test.parquet", index=False, engine="fastparquet")
    test[["id", "x", "y"]].to_csv(private / "test.csv", index=False)
    sample = test[["id", "x", "y"]].copy()
    sample["x"], sample["y"] = 1, 1
    sample.to_csv(public / "sample_submission.csv", index=False)
elif kind == "bson":
    import bson
    rows = []
    with open(raw / "train.bson", "rb") as file:
        for document in bson.decode_file_iter(file):
            rows.append((document["_id"], document["category_id"]))
    all = pd.DataFrame(rows, columns=["_id", "category_id"])
    train, test = train_test_split(all, test_size=0.1, random_state=0)
    train_ids, test_ids = set(train["_id"]), set(test["_id"])
    with open(raw / "train.bson", "rb") as file, open(public / "train.bson", "wb") as a, open(public / "test.bson", "wb") as b:
        for document in bson.decode_file_iter(file):
            if document["_id"] in train_ids:
                a.write(bson.BSON.encode(document))
            else:
                document.pop("category_id")
                b.write(bson.BSON.encode(document))
    test = test.sort_values(by="_id")
    test.to_csv(private / "test.csv", index=False)
    test["category_id"] = 0
    test.to_csv(public / "sample_submission.csv", index=False)
else:
    train, test = train_test_split(read(raw / "train.csv"), test_size=0.1, random_state=0)
    train.to_csv(public / "train.csv", index=False)
    test.to_csv(private / "test.csv", index=False)
    sample = test.copy()
    sample["y"] = 0
    sample.to_csv(public / "sample_submission.csv", index=False)
    for part, rows in (("train", train), ("test", test)):
        (public / part).mkdir()
        for id in rows["id"]:
            shutil.copyfile(raw / "train" / f"{id}.bin", public / part / f"{id}.bin")
[md5(path) for part in (public, private) for path in part.iterdir() if path.is_file()]
shutil.rmtree(raw)
"""


def make(kind: str, folder: Path, archive: Path, share: int):
    """The archive of a made-up download."""
    import numpy as np

    random = np.random.default_rng(0)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED, allowZip64=True) as out:
        if kind == "table":
            import pandas as pd

            rows = 5_000_000 // share
            table = pd.DataFrame({"id": np.arange(rows)})
            for name in "abcde":
                table[name] = random.normal(size=rows).round(6)
            for name in "fgh":
                table[name] = random.integers(0, 100_000, size=rows)
            table["city"] = random.choice(["Lisbon", "Kyoto", "Quito", "Tromsø, Norway"], size=rows)
            table["code"] = [f"{number:08x}" for number in random.integers(0, 2**32, size=rows)]
            table["y"] = random.integers(0, 2, size=rows)
            table.to_csv(folder / "train.csv", index=False)
            out.write(folder / "train.csv", "train.csv")
        elif kind == "parquet":
            import fastparquet
            import pandas as pd

            batch, batches = 200_000 // share, 210
            for number in range(batches):
                rows = np.arange(number * batch, (number + 1) * batch)
                table = pd.DataFrame({"batch": number + 1, "id": rows, "a": rows * 7, "b": rows * 7 + 6})
                table["x"], table["y"] = random.random(batch) * 6.28, random.random(batch) * 3.14
                fastparquet.write(folder / "train.parquet", table, compression="UNCOMPRESSED", append=number > 0)
            out.write(folder / "train.parquet", "train.parquet")
        elif kind == "bson":
            import bson

            with open(folder / "train.bson", "wb") as file:
                for number in range(200_000 // share):
                    picture = random.bytes(10_000)
                    document = {"_id": number, "category_id": int(random.integers(1000)), "imgs": [{"picture": picture}]}
                    file.write(bson.BSON.encode(document))
            out.write(folder / "train.bson", "train.bson")
        else:
            rows = 200_000 // share
            table = "id,y\n" + "".join(f"p{number},{number % 3}\n" for number in range(rows))
            out.writestr("train.csv", table)
            for number in range(rows):
                out.writestr(f"train/p{number}.bin", random.bytes(2_000))


def run(command):
    """Seconds, seconds of the processor, and peak memory in MiB of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command}: {said[-2000:]}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def digests(folder: Path):
    """The digests of the tables and streams; of many small files only the names count."""
    found = {}
    for path in sorted(path for part in ("public", "private") for path in (folder / part).rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        if path.name == "description.md":
            continue
        with open(path, "rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest() if path.suffix != ".bin" else ""
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="table,parquet,bson,files")
    parser.add_argument("--share", type=int, default=1, help="10 for a tenth of the size, 100 to try the script")
    parser.add_argument("--folder", help="where the data are made; a temporary folder by default")
    arguments = parser.parse_args()
    program = os.environ.get("ASSAY", ROOT / "target/release/assay")
    print("| Download | Size | assay | processor | peak | pandas | processor | peak |")
    print("|---|---|---|---|---|---|---|---|")
    for kind in arguments.only.split(","):
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            folder = Path(folder)
            competition = folder / "competitions" / kind
            competition.mkdir(parents=True)
            (competition / "competition.toml").write_text(COMPETITION.format(id=kind))
            (competition / "preparation.toml").write_text(RECIPES[kind])
            # In a process of its own: a process that is started has had the memory of the one that starts it.
            archive = folder / f"{kind}.zip"
            maker = multiprocessing.get_context("fork").Process(target=make, args=(kind, folder, archive, arguments.share))
            maker.start()
            maker.join()
            if maker.exitcode:
                sys.exit(f"{kind}: no data")
            for made in ("train.csv", "train.parquet", "train.bson"):
                (folder / made).unlink(missing_ok=True)
            size = archive.stat().st_size
            common = ["--competitions", competition.parent, "--data-dir", folder / "data"]
            ours = run([program, "prepare", "-c", kind, "--from", archive, *common])
            theirs = run([sys.executable, "-c", PEER, kind, archive, folder / "peer"])
            one, other = digests(folder / "data" / kind / "prepared"), digests(folder / "peer")
            differing = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
            if differing:
                sys.exit(f"{kind}: {differing[:5]} differ")
            cells = [kind, f"{size / 1e9:.2f} GB"]
            for wall, processor, peak in (ours, theirs):
                cells += [f"{wall:.1f} s", f"{processor:.1f} s", f"{peak:,.0f} MiB"]
            print("| " + " | ".join(cells) + " |", flush=True)


main()
