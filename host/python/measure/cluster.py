"""A list of submissions on a Ray cluster of one core, and of two.

    python host/python/measure/cluster.py
"""

from __future__ import annotations

import time

import assay
import assay.ray
import numpy
import pandas
import ray
from ray.cluster_utils import Cluster

ROWS = 200_000
COUNT = 400

random = numpy.random.default_rng(1)
answers = pandas.DataFrame({"id": numpy.arange(ROWS), "y": random.integers(0, 2, ROWS)})
answers.assign(y=random.random(ROWS)).to_csv("/tmp/assay-cluster.csv", index=False)
mine = assay.Competition.of("mine", grader="roc-auc", columns={"y": "number"})
took = []
for nodes in (1, 2):
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    for _ in range(nodes):
        cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, logging_level="ERROR", log_to_driver=False)
    cluster.wait_for_nodes()
    # Once for what actors take to start.
    options = {"competitions": mine, "answers": {"mine": answers}}
    assay.ray.grade([("/tmp/assay-cluster.csv", "mine")] * nodes, **options)
    start = time.perf_counter()
    batch = assay.ray.grade([("/tmp/assay-cluster.csv", "mine")] * COUNT, **options)
    took.append(time.perf_counter() - start)
    assert batch.totals["total_valid_submissions"] == COUNT
    ray.shutdown()
    cluster.shutdown()
    print(f"{nodes} nodes of one core: {COUNT} submissions of {ROWS} rows in {took[-1]:.1f} s")
print(f"speed-up: {took[0] / took[1]:.2f}")
