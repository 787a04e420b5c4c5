"""`assay serve` under load, from other processes over loopback: the checker beside a stand-in for the reference's, and the server by itself.

    apt-get install wrk && python -m venv venv && venv/bin/pip install flask pandas==2.3.3 scikit-learn==1.9.1
    venv/bin/python tests/benchmarks/serving.py load [--seconds 5] [--rounds 3]
    venv/bin/python tests/benchmarks/serving.py describe [--examples 40]
    venv/bin/python tests/benchmarks/serving.py soak [--seconds 180]
    venv/bin/python tests/benchmarks/serving.py idle [--count 10000]

`load` posts a valid submission of 100 and of 100,000 rows to both servers by 1, 8, 64 and 512 connections. The servers take turns, so that
whatever else the machine does meets both; what is told are medians, as a table in Markdown. The stand-in does what the reference's server
does: flask's own server saves the file under one fixed name, reads it and the answers by pandas, and scores them.

`describe` has schemathesis (`venv/bin/pip install schemathesis`) make up requests by the server's own OpenAPI document, as a participant and as an
operator: no answer is to be undocumented or of 5xx. `soak` validates by 16 connections and hands in by one, and tells how much memory the server has on the way. `idle` opens connections that
say nothing, and validates beside them. `cargo xtask run competitions` builds the program beforehand.
"""

import argparse
import json
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSAY = ROOT / "target/release/assay"
BOUNDARY = "XX"

COMPETITION = """id = "toy"
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
type = "number"
[grader]
component = "root-mean-squared-error"
options = { target = "y" }
"""

POLICY = """[default]
validations = "unlimited"
gradings = "unlimited"
bytes = "unlimited"
show = "score"
leaderboard = true
[competitions.toy]
"""

POST = """local file = io.open(os.getenv("FILE"), "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "multipart/form-data; boundary=XX"
if os.getenv("TOKEN") then wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN") end
"""


class World:
    """A folder with a competition of so many rows, and a submission as a form has it."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder, self.rows = folder, rows
        prepared = folder / "data/toy/prepared"
        for name in ("competitions/toy", "data/toy/prepared/private", "data/toy/prepared/public"):
            (folder / name).mkdir(parents=True)
        (folder / "competitions/toy/competition.toml").write_text(COMPETITION)
        text = "id,y\n" + "".join(f"{row},{row * 0.37 % 1:.6f}\n" for row in range(rows))
        for name in ("private/test.csv", "public/sample_submission.csv"):
            (prepared / name).write_text(text)
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="submission.csv"\r\nContent-Type: text/csv\r\n\r\n'
        self.body = f"{head}{text}\r\n--{BOUNDARY}--\r\n".encode()
        self.form = folder / "form"
        self.form.write_bytes(self.body)
        (folder / "post.lua").write_text(POST)
        (folder / "policy.toml").write_text(POLICY)
        self.assay("keys", "toy", "--data-dir", folder / "data", "--output", folder / "keys.jsonl")

    def assay(self, *arguments: object) -> str:
        called = [ASSAY, *arguments, "--competitions", self.folder / "competitions"]
        return subprocess.run(list(map(str, called)), check=True, capture_output=True, text=True).stdout.strip()

    @contextmanager
    def serve(self, *arguments: object):
        """A server of the program, with where it is and its process."""
        called = [ASSAY, "serve", "--listen", "127.0.0.1:0", "--competitions", self.folder / "competitions", *arguments]
        with subprocess.Popen(list(map(str, called)), stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            said = ""
            for line in process.stderr:
                said += line
                if line.startswith("listening on "):
                    break
            else:
                sys.exit(f"the server did not start:\n{said}")
            threading.Thread(target=process.stderr.read, daemon=True).start()
            try:
                yield line.split()[-1], process
            finally:
                process.terminate()

    def checker(self, *arguments: object):
        return self.serve("--competition", "toy", "--keys", self.folder / "keys.jsonl", *arguments)

    def host(self, *arguments: object):
        store = ["--store", self.folder / "store", "--policy", self.folder / "policy.toml"]
        return self.serve(*store, "--data-dir", self.folder / "data", *arguments)

    @contextmanager
    def stand_in(self):
        """The stand-in for the reference's server."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with subprocess.Popen([sys.executable, __file__, "stand-in", str(self.folder), str(port)], stderr=subprocess.DEVNULL) as process:
            try:
                for _ in range(200):
                    try:
                        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
                            assert answer.status == 200
                        break
                    except OSError:
                        time.sleep(0.1)
                yield f"http://127.0.0.1:{port}", process
            finally:
                process.terminate()

    def wrk(self, url: str, connections: int, seconds: float, token: str = "") -> dict:
        """What wrk tells of so many connections."""
        called = ["wrk", f"-t{min(connections, 2)}", f"-c{connections}", f"-d{seconds:g}s", "--latency", "--timeout", "30s"]
        environment = {"FILE": str(self.form), "PATH": "/usr/bin:/bin:/usr/local/bin", **({"TOKEN": token} if token else {})}
        done = subprocess.run(
            [*called, "-s", str(self.folder / "post.lua"), url], env=environment, check=True, capture_output=True, text=True
        ).stdout

        def number(pattern: str) -> float:
            found = re.search(pattern, done)
            return float(found.group(1)) if found else 0.0

        def milliseconds(percentile: int) -> float:
            value, unit = re.search(rf"{percentile}%\s+([\d.]+)(us|ms|s|m)", done).groups()  # type: ignore[union-attr]
            return float(value) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]

        errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", done)))
        return {
            "rate": number(r"Requests/sec:\s+([\d.]+)"),
            "requests": number(r"(\d+) requests in"),
            "median": milliseconds(50),
            "p99": milliseconds(99),
            "wrong": number(r"Non-2xx or 3xx responses: (\d+)") + errors,
        }


def resident(process: subprocess.Popen) -> int:
    """The memory of a process, in KiB."""
    return int(Path(f"/proc/{process.pid}/status").read_text().split("VmRSS:")[1].split()[0])


def load(arguments: argparse.Namespace) -> None:
    print("| Rows | Connections | assay: a second (median, 99th percentile), errors | flask: the same | of rates |\n|---|---|---|---|---|")
    for rows in (100, 100_000):
        with tempfile.TemporaryDirectory() as folder:
            world = World(Path(folder), rows)
            with world.checker() as (ours, _), world.stand_in() as (other, _):
                for connections in (1, 8, 64, 512):
                    found: dict[str, list[dict]] = {ours: [], other: []}
                    for _ in range(arguments.rounds):
                        for url, runs in found.items():
                            runs.append(world.wrk(f"{url}/validate", connections, arguments.seconds))
                    cells = []
                    for runs in found.values():
                        middle = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
                        share = sum(run["wrong"] for run in runs) / max(1, sum(run["requests"] for run in runs))
                        cells.append(f"{middle['rate']:,.0f} ({middle['median']:.1f} ms, {middle['p99']:.0f} ms), {share:.0%}")
                    pairs = zip(found[ours], found[other])
                    ratio = statistics.median(one["rate"] / max(two["rate"], 1e-9) for one, two in pairs)
                    print(f"| {rows:,} | {connections} | {' | '.join(cells)} | {ratio:.1f} |", flush=True)


def describe(arguments: argparse.Namespace) -> None:
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), 100)
        tokens = {
            role: world.assay("token", "create", role, "--role", role, "--store", world.folder / "store") for role in ("participant", "operator")
        }
        with world.host("--competition", "toy", "--keys", world.folder / "keys.jsonl") as (url, process):
            for role, token in tokens.items():
                print(f"as {role}:", flush=True)
                # The check that is left out takes it for a fault that forms are refused whose other fields have control characters in their names.
                called = [Path(sys.executable).with_name("schemathesis"), "run", f"{url}/openapi.json", "-H", f"Authorization: Bearer {token}"]
                called += ["--exclude-checks", "positive_data_acceptance", "--max-examples", arguments.examples]
                failed |= subprocess.run(list(map(str, called)), cwd=folder).returncode != 0
            failed |= process.poll() is not None
    sys.exit(int(failed))


def soak(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), 100)
        token = world.assay("token", "create", "ada", "--store", world.folder / "store")
        keys = world.folder / "keys.jsonl"
        with world.host("--competition", "toy", "--keys", keys) as (url, process):
            done = threading.Event()
            handed: list[dict] = []

            def hand_in() -> None:
                path = f"{url}/v1/competitions/toy/submissions"
                while not done.is_set():
                    handed.append(world.wrk(path, 1, 5, token))

            def sample() -> None:
                start = time.monotonic()
                while not done.wait(15):
                    print(f"{time.monotonic() - start:.0f} s: {resident(process):,} KiB", flush=True)

            threads = [threading.Thread(target=work) for work in (hand_in, sample)]
            for thread in threads:
                thread.start()
            told = world.wrk(f"{url}/validate", 16, arguments.seconds)
            done.set()
            for thread in threads:
                thread.join()
            accepted, refused = sum(run["requests"] for run in handed), sum(run["wrong"] for run in handed)
            print(f"validations: {json.dumps(told)}\nsubmissions: {accepted:,.0f}, of which refused {refused:,.0f}")


def idle(arguments: argparse.Namespace) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, arguments.count + 200), most))
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), 100)
        with world.checker("--max-connections", arguments.most) as (url, process):
            place = url.split("//")[1].split(":")

            def validated() -> float:
                start = time.perf_counter()
                headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
                request = urllib.request.Request(f"{url}/validate", world.body, headers)
                with urllib.request.urlopen(request) as answer:
                    assert json.load(answer)["result"] == "Submission is valid."
                return time.perf_counter() - start

            validated()
            before, took, opened = resident(process), [], []
            for number in range(arguments.count):
                opened.append(socket.create_connection((place[0], int(place[1]))))
                if number % 500 == 499:
                    took.append(validated())
            print(
                f"{len(opened):,} connections opened that say nothing, of {arguments.most:,} that may be: {len(took)} validations, "
                f"the slowest in {1000 * max(took):.0f} ms; {before:,} KiB before, {resident(process):,} KiB with them"
            )


def stand_in(folder: Path, port: int) -> None:
    """The stand-in for the reference's server, by flask's own."""
    import pandas
    from flask import Flask, jsonify, request
    from sklearn.metrics import root_mean_squared_error

    app, answers = Flask(__name__), folder / "data/toy/prepared/private/test.csv"

    @app.get("/health")
    def health():
        return jsonify({"status": "running"})

    @app.post("/validate")
    def validate():
        path = folder / "submission_to_validate.csv"
        request.files["file"].save(path)
        submission, truth = pandas.read_csv(path), pandas.read_csv(answers)
        if set(submission["id"]) != set(truth["id"]):
            return jsonify({"result": "Submission invalid! The ids are others."})
        both = truth.merge(submission, on="id")
        root_mean_squared_error(both["y_x"], both["y_y"])
        return jsonify({"result": "Submission is valid."})

    app.run(host="127.0.0.1", port=port)


def main() -> None:
    if sys.argv[1:2] == ["stand-in"]:
        stand_in(Path(sys.argv[2]), int(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="part", required=True)
    part = parts.add_parser("load")
    part.add_argument("--seconds", type=float, default=5)
    part.add_argument("--rounds", type=int, default=3)
    part = parts.add_parser("describe")
    part.add_argument("--examples", type=int, default=40)
    part = parts.add_parser("soak")
    part.add_argument("--seconds", type=float, default=180)
    part = parts.add_parser("idle")
    part.add_argument("--count", type=int, default=10_000)
    part.add_argument("--most", type=int, default=2048)
    arguments = parser.parse_args()
    {"load": load, "describe": describe, "soak": soak, "idle": idle}[arguments.part](arguments)


if __name__ == "__main__":
    main()
