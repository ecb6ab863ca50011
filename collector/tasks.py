"""The work as Celery tasks: one per (source, slot), one per (source, day), one per month. All of them may run twice or be lost.

A task names what is to be done, the store knows whether it is done. Nothing is passed through results.
"""

from __future__ import annotations

import gc
import logging
import signal
import warnings
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning  # type: ignore[attr-defined]
from celery.signals import worker_process_init

from collector.errors import CitygaugeError
from collector.installation import Installation, city_path, now
from collector.poll import poll
from collector.processes import die_with_parent

LONGEST_TASK = timedelta(minutes=10)
ALERT_SECONDS = 5
"""How often alerts are evaluated, beside after every run; a request that waited longer is overtaken by the next."""

app = Celery("citygauge")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=int(LONGEST_TASK.total_seconds()),
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    # A task whose worker was killed comes back after seconds; the default sweep takes about 100.
    broker_transport_options={
        "visibility_timeout": int(2 * LONGEST_TASK.total_seconds()),
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
)


def use_broker(url: str) -> Celery:
    """The app with its broker; called once by every process before it sends or takes tasks."""
    app.conf.update(broker_url=url)
    return app


def make_worker(url: str, concurrency: int) -> Any:
    """A prefork worker on the broker at ``url``; one line when something goes wrong, none while all is well."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # a retry that helps is no news, one that does not is in the run
    warnings.filterwarnings("ignore", category=SecurityWarning)  # run as root in a container; tasks are JSON, never pickles
    return use_broker(url).Worker(
        concurrency=concurrency, pool="prefork", loglevel="WARNING", quiet=True, without_gossip=True, without_mingle=True
    )


@lru_cache(maxsize=1)
def installation() -> Installation:
    """This process' view of the city; made after the fork, since connections must not be shared."""
    return Installation(city_path())


@worker_process_init.connect
def _start_pool_process(**_: Any) -> None:
    die_with_parent(signal.SIGKILL)
    installation.cache_clear()
    gc.freeze()  # what was loaded before the fork lives as long as the process and need not be looked through again


@app.task(name="citygauge.poll_slot")
def poll_slot(source: str, slot: int) -> str:
    """Poll ``source`` for ``slot``; how it ended is in the run. What it means for alerts is looked at right after."""
    outcome = poll(installation().source(source), slot, now).outcome.value
    if installation().city.receivers:
        evaluate_alerts.apply_async(expires=ALERT_SECONDS)
    return outcome


@app.task(name="citygauge.evaluate_alerts")
def evaluate_alerts() -> None:
    """One round of evaluation, and a task for every receiver that is to be told something."""
    from collector.alerting.round import evaluate_alerts as evaluate

    for receiver in evaluate(installation()):
        deliver_notifications.apply_async((receiver,), expires=LONGEST_TASK.total_seconds())


@app.task(name="citygauge.deliver_notifications")
def deliver_notifications(receiver: str) -> None:
    """Send what is due for a receiver; what fails stays in the outbox for a later round."""
    from collector.alerting.delivering import deliver

    deliver(installation(), receiver, now)


@app.task(name="citygauge.read_certificates")
def read_certificates(source: str) -> None:
    from collector.alerting.certificates import read_source

    read_source(installation(), source, now())


@app.task(name="citygauge.seal_day", autoretry_for=(CitygaugeError,), max_retries=3, default_retry_delay=5)
def seal_day(source: str, day: str, at: int | None = None) -> None:
    """at: what is known by then is sealed, for a past that was back-filled; now where it is not given."""
    installation().sealer.seal_day(source, date.fromisoformat(day), now() if at is None else at)


@app.task(name="citygauge.expire_evidence")
def expire_evidence() -> None:
    """Remove the answers that are older than the city file keeps."""
    from collector.retention import expire_evidence as expire

    expire(installation(), now())


@app.task(name="citygauge.freeze", autoretry_for=(CitygaugeError,), max_retries=3)
def freeze(period: str) -> None:
    """Take the snapshot of a period that is over and sealed."""
    from collector.freeze import freeze_period  # the measures are loaded only where a snapshot is taken

    freeze_period(installation(), period, now())
