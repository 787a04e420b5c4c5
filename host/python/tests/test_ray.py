"""Grading on a cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import assay
import pytest
from conftest import ID, command, timeless

ray = pytest.importorskip("ray")
FILE = "logistic-regression.csv"
COUNT = 3000


@pytest.fixture()
def cluster(place: Path) -> Iterator[Any]:
    """Two nodes of one core each, and a head that has none."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    ray.init(address=cluster.address, logging_level="ERROR", log_to_driver=False)
    cluster.wait_for_nodes()
    yield cluster, nodes
    ray.shutdown()
    cluster.shutdown()


def entries(count: int) -> list[dict[str, Any]]:
    """Valid ones, invalid ones, unknown ones, of two competitions."""
    Path("bad.csv").write_text("id,malignant\nsample_1,2\n")
    ids = [ID, ID, "other", "nothing"]
    paths = [FILE, "bad.csv", FILE]
    return [
        {"competition_id": ids[number % 4], "submission_path": paths[number % 3], "seed": number} for number in range(count)
    ]


def options(place: Path) -> dict[str, Any]:
    """The example's competition, and the same under another name, whose answers are given."""
    text = (place / ID / "competition.toml").read_text()
    other = assay.Competition(text.replace(f'id = "{ID}"', 'id = "other"'))
    answers = (place / ID / "prepared/private/answers.csv").read_bytes()
    return {
        "data_dir": str(place),
        "competitions": [assay.Competition(text), other],
        "answers": {"other": answers},
    }


def test_a_lost_node_costs_only_its_running_entries(cluster: Any, place: Path) -> None:
    import assay.ray

    cluster, nodes = cluster
    listed = [{**entry, "submission_path": str(place / entry["submission_path"])} for entry in entries(COUNT)]
    expected = list(assay.grade_many(listed, **options(place)))
    finished: list[int] = []

    def progress(count: int, report: assay.Report) -> None:
        finished.append(report.tags["seed"])
        if count == COUNT // 4:
            cluster.remove_node(nodes[1], allow_graceful=False)

    batch = assay.ray.grade(listed, progress=progress, **options(place))
    assert len(finished) == COUNT == len(set(finished))
    assert timeless(batch.to_dict()) == timeless(assay.BatchReport(expected).to_dict())


def test_the_log_of_uses_is_in_the_order_of_the_list(cluster: Any, place: Path) -> None:
    import assay.ray

    listed = [{**entry, "submission_path": str(place / entry["submission_path"])} for entry in entries(200)]
    batch = assay.ray.grade(listed, use_log="cluster.jsonl", **options(place))
    service = assay.Assay(use_log="one.jsonl", **options(place))
    reports = list(service.grade_many(listed, threads=1))
    expected = assay.BatchReport(reports, service.use_log())
    assert batch.use_log is not None and expected.use_log is not None
    assert batch.use_log.entries == expected.use_log.entries == 150
    command("log", "verify", "cluster.jsonl")

    def uses(path: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in Path(path).read_text().splitlines()]
        return [{name: value for name, value in line.items() if name not in {"time", "previous"}} for line in lines]

    assert uses("cluster.jsonl") == uses("one.jsonl")
    assert timeless({**batch.to_dict(), "use_log": None}) == timeless({**expected.to_dict(), "use_log": None})


def test_options_at_fault_are_told_at_once(place: Path) -> None:
    import assay.ray

    with pytest.raises(assay.CallError, match="there is no such folder"):
        assay.ray.grade([(FILE, ID)], data_dir="nowhere")
