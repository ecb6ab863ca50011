"""When: APScheduler fires every source's slots and looks for days and months that are due. It decides nothing else.

The schedule is the city file, not a table. Where several schedulers run, one leads by a lease in the broker; a slot sent twice is
polled once all the same, since ``(source, slot)`` is unique in the store.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger
from redis.exceptions import LockError

from collector.alerting.certificates import sources_due
from collector.broker import client
from collector.city.model import Source
from collector.freeze import due_months
from collector.installation import Installation, now
from collector.periods import MILLISECOND, Period, instant, moment, slot_of
from collector.tasks import (
    ALERT_SECONDS,
    evaluate_alerts,
    expire_evidence,
    freeze,
    poll_slot,
    read_certificates,
    seal_day,
)

LEASE = timedelta(seconds=15)


class SlotTrigger(BaseTrigger):  # type: ignore[misc]
    """Fires at the slots of a source: every so often from the city's midnight on."""

    def __init__(self, every: timedelta, zone: Any) -> None:
        self._every, self._zone = every, zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        after = instant(max(now, previous_fire_time) if previous_fire_time else now)
        slot = slot_of(after, self._every, self._zone)
        if slot < after or previous_fire_time == moment(slot):
            ends = Period.of_day(moment(after, self._zone).date(), self._zone).span.end
            slot = min(slot + self._every // MILLISECOND, ends)
        return moment(slot).astimezone(UTC)


class Leader:
    """A lease in the broker: held by one scheduler at a time, taken over when its holder is gone."""

    def __init__(self, broker: str, lease: timedelta = LEASE) -> None:
        redis = client(broker)
        self._lock = redis.lock("citygauge:scheduler", timeout=lease.total_seconds(), blocking=False, thread_local=False)
        self._one_at_a_time = Lock()

    def leads(self) -> bool:
        """Whether this scheduler leads now; takes or renews the lease."""
        with self._one_at_a_time:
            try:
                if self._lock.owned():
                    self._lock.reacquire()
                    return True
                return bool(self._lock.acquire())
            except LockError:
                return False

    def release(self) -> None:
        if self._lock.owned():
            self._lock.release()


class Scheduler:
    """Sends tasks when they are due; ``start`` returns at once, ``stop`` waits for nothing."""

    def __init__(self, installation: Installation, broker: str, lease: timedelta = LEASE) -> None:
        self._installation = installation
        self._lease = lease
        self._leader = Leader(broker, lease)
        self._jobs = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(4)}, job_defaults={"coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        city = self._installation.city
        for source in city.sources:
            if source.polled:
                self._jobs.add_job(self._send_poll, SlotTrigger(source.every or timedelta(), city.zone), [source], id=source.id)
        self._jobs.add_job(self._send_due, IntervalTrigger(seconds=60), next_run_time=datetime.now(UTC), id="due")
        self._jobs.add_job(self._send_expiry, IntervalTrigger(days=1), next_run_time=datetime.now(UTC), id="expiry")
        self._jobs.add_job(self._send_alerts, IntervalTrigger(seconds=ALERT_SECONDS), id="alerts")
        self._jobs.add_job(self._leader.leads, IntervalTrigger(seconds=self._lease.total_seconds() / 3), id="lease")
        self._jobs.start()

    def stop(self) -> None:
        self._jobs.shutdown(wait=False)
        self._leader.release()

    def _send_poll(self, source: Source) -> None:
        if not self._leader.leads() or source.every is None:
            return
        slot = slot_of(now(), source.every, self._installation.city.zone)
        poll_slot.apply_async((source.id, slot), task_id=f"{source.id}:{slot}", expires=source.every.total_seconds())

    def _send_alerts(self) -> None:
        if self._leader.leads():
            evaluate_alerts.apply_async(expires=ALERT_SECONDS)

    def _send_expiry(self) -> None:
        if self._leader.leads():
            expire_evidence.apply_async(expires=3600)

    def _send_due(self) -> None:
        if not self._leader.leads():
            return
        for source in sources_due(self._installation, now()):
            read_certificates.apply_async((source,), task_id=f"certificates:{source}", expires=600)
        for due in self._installation.sealer.due(now()):
            seal_day.apply_async((due.source, due.day.isoformat()), task_id=f"seal:{due.source}:{due.day}", expires=600)
        for label in due_months(self._installation, now()):
            freeze.apply_async((label,), task_id=f"freeze:{label}", expires=600)
