"""The worker of the demonstration: the product's, with the back-fill task beside its own."""

from collector.cli.processes import run_worker
from collector.demo import tasks
from collector.installation import Installation, city_path

assert tasks.backfill.name  # importing it registers the task
run_worker(Installation(city_path()), concurrency=4)
