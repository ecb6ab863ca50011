"""What is old goes by itself in a round, over both databases; what still matters stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector.alerting.clocks import Reading
from collector.alerting.round import evaluate_alerts
from collector.alerts.muting import Matcher
from collector.periods import MILLISECOND
from collector.store.alerts import acknowledge, add_silence
from collector.store.outbox import write_notification
from collector.store.schema import acknowledgements, notifications, silences
from tests.alerting.samples import told as sample
from tests.alerts.world import SECOND, World, cameras, world
from tests.scripted import DAY, HOUR, OCTOBER

NOON = OCTOBER + 12 * HOUR
KEPT = timedelta(days=90) // MILLISECOND


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[int], World]:
    """A city on either database, of whose ten cameras so many are down."""
    store = "sqlite:///store.db"
    if request.param == "postgres":
        store = str(request.getfixturevalue("postgres_url"))
    return lambda down: world(tmp_path, NOON, lambda at: cameras(down if at < 400 * SECOND else 0), store=store)


def later(city: World, milliseconds: int) -> None:
    """A round so much later, and another one, which finds nothing to do."""
    for more in (0, 61 * SECOND):
        at = city.wall + milliseconds + more
        evaluate_alerts(city.city.installation, Reading(at, city.boot, city.passed + milliseconds + more))


def count(city: World, table: sa.Table) -> int:
    with city.city.installation.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_delivered_notifications_go_after_ninety_days(fresh: Callable[[int], World]) -> None:
    city = fresh(5)
    city.run(600)
    assert count(city, notifications) == 2  # that it fires, and that it has ended
    later(city, KEPT - DAY)
    assert count(city, notifications) >= 2
    later(city, KEPT + HOUR)
    assert _written(city) == []


def _written(city: World) -> list[int]:
    """Instants of the notifications of the outage."""
    query = sa.select(notifications.c.written_at).where(notifications.c.written_at < NOON + DAY)
    with city.city.installation.database.read() as connection:
        return list(connection.execute(query).scalars())


def test_what_still_waits_stays_however_old(fresh: Callable[[int], World]) -> None:
    city = fresh(0)
    city.run(10)
    with city.city.installation.database.write() as connection:
        write_notification(connection, sample(), 1, 0)
    later(city, 2 * KEPT)
    with city.city.installation.database.read() as connection:
        assert "k-1" in connection.execute(sa.select(notifications.c.key)).scalars().all()


def test_silences_go_ninety_days_after_their_end_and_those_that_hold_stay(fresh: Callable[[int], World]) -> None:
    city = fresh(0)
    city.run(10)
    matchers = (Matcher.parse("indicator=online"),)
    with city.city.installation.database.write() as connection:
        add_silence(connection, matchers, NOON, NOON + HOUR, "李工", "割接", NOON)
        add_silence(connection, matchers, NOON, NOON + 365 * DAY, "李工", "长期", NOON)
    later(city, KEPT)
    assert count(city, silences) == 2
    later(city, KEPT + HOUR)
    with city.city.installation.database.read() as connection:
        assert connection.execute(sa.select(silences.c.reason)).scalars().all() == ["长期"]


def test_an_acknowledgement_goes_unless_its_alert_still_fires(fresh: Callable[[int], World]) -> None:
    city = fresh(5)
    city.run(240)
    (one,) = city.alerts().values()
    with city.city.installation.database.write() as connection:
        acknowledge(connection, one.fingerprint, one.state.fired_at or 0, "李工", "在路上", city.wall)
        acknowledge(connection, one.fingerprint, 1, "王工", "上一次", city.wall)
    later(city, KEPT + HOUR)
    with city.city.installation.database.read() as connection:
        kept = connection.execute(sa.select(acknowledgements.c.author)).scalars().all()
    assert kept == ["李工"]


def test_posts_to_a_receiver_that_forgets_are_kept_for_a_day(tmp_path: Path) -> None:
    city = world(tmp_path, NOON, lambda _: cameras(5))
    path = city.city.installation.path
    path.write_text(path.read_text().replace("via: recorder", "via: forgetful"))
    city.city.installation.city = type(city.city.installation)(path).city
    city.run(400)
    posts = len(_written(city))
    assert posts >= 3
    later(city, 12 * HOUR)
    assert len(_written(city)) >= posts
    later(city, DAY + HOUR)
    assert set(_written(city)) <= {at for at in _written(city) if at > NOON + 400 * SECOND}
