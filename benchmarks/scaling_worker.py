"""The worker of the scaling benchmark: the product's, with the benchmark's tasks beside its own."""

from __future__ import annotations

import os

from benchmarks import scaling_tasks
from collector.cli.processes import run_worker
from collector.installation import Installation, city_path

assert scaling_tasks.nothing.name  # importing it registers the tasks
run_worker(Installation(city_path()), int(os.environ[scaling_tasks.CONCURRENCY_VARIABLE]))
