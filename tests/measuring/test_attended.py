"""Active users of sealed days: the roll-up says what the logins say, or is not asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.figures import Figure, measure, measure_all
from collector.history import History
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period, Span, iso, moment
from collector.records import Kind
from collector.store.ledger import SqlLedger
from collector.store.segments import sealed_segments
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, make_city

START = OCTOBER - 3 * DAY
"""28 September: the days lie in two months."""
NAMES = ["ann", "bob", "cho", "dan", "eve"]
NOW = OCTOBER + 10 * DAY
INDICATORS = """
indicators:
  - {id: mau, measure: active_users, source: app}
  - {id: dau, measure: active_users, source: app, window: day, stat: mean}
  - {id: last, measure: active_users, source: app, window: day, stat: last}
  - {id: both, measure: active_users, sources: [app, web]}
"""
LABELS = ("2026-10-02", "2026-10-01/2026-10-04", "2026-09-29/2026-10-03")


@dataclass
class App:
    """A city whose app tells its logins by files."""

    installation: Installation
    folder: Path
    names: Iterator[int]

    @property
    def plain(self) -> History:
        """The history that believes no roll-up."""
        opened = self.installation
        return History(opened.city, SqlLedger(opened.database), opened.archive, opened.register, roll_ups=False)

    def tell(self, *logins: tuple[float, str], at: int = NOW, source: str = "app") -> None:
        """logins: (days since START, who)."""
        path = self.folder / f"logins{next(self.names)}.csv"
        rows = "".join(f"{who},{iso(START + int(day * DAY))}\n" for day, who in logins)
        path.write_text(f"actor,at\n{rows}", encoding="utf-8")
        import_file(self.installation.source(source), path, at)

    def seal(self, *days: int, now: int = NOW) -> None:
        for day in days:
            self.installation.sealer.seal_day("app", (moment(START, ZONE) + timedelta(days=day)).date(), now)

    def figures(self, label: str, as_of: int = NOW, by: str | None = None) -> list[Figure]:
        return measure_all(self.installation.history, Period.parse(label, ZONE), as_of, by)

    def check(self, as_of: int = NOW) -> None:
        """The roll-ups' figures are those of the logins, whole and by day, however much is sealed."""
        for label in LABELS:
            for by in (None, "day"):
                truth = measure_all(self.plain, Period.parse(label, ZONE), as_of, by)
                told = self.figures(label, as_of, by)
                assert [(one.measurement, one.by) for one in told] == [(one.measurement, one.by) for one in truth]

    def rolled_up(self, first: int, after: int, as_of: int = NOW) -> bool:
        span = Span(START + first * DAY, START + after * DAY)
        return self.installation.history.attendance("app", span, as_of) is not None


def made(folder: Path) -> App:
    observed = f'observed: [["{iso(START)}", "{iso(OCTOBER + 5 * DAY)}"]]'
    sources = "".join(f"  - {{id: {name}, connector: file, kind: activity, {observed}}}\n" for name in ("app", "web"))
    return App(make_city(folder, sources + INDICATORS).installation, folder, count())


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = made(tmp_path)
    app.tell(
        (0.1, "ann"),
        (1.2, "bob"),
        (2.2, "bob"),
        (3.3, "ann"),
        (3.4, "ann"),
        (3.5, "cho"),
        (4.1, "bob"),
        (5.5, "ann"),
        (6.5, "dan"),
    )
    app.tell((3.2, "eve"), (5.2, "dan"), source="web")
    yield app
    app.installation.close()


def test_sealed_days_have_the_users_that_the_logins_have(app: App) -> None:
    before = [one.measurement for one in app.figures("2026-10-01/2026-10-05")]

    app.seal(*range(8))

    assert [one.measurement for one in app.figures("2026-10-01/2026-10-05")] == before
    assert [one.measurement.value for one in app.figures("2026-10-01/2026-10-05")] == [4, Fraction(5, 4), 1, 5]
    assert app.rolled_up(3, 7) and app.rolled_up(4, 6) and app.rolled_up(0, 3)  # noqa: PT018 the spans tell themselves apart
    app.check()


def test_the_roll_up_itself_is_read(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.seal(*range(8))
    monkeypatch.setattr(History, "rows", None)

    users = measure(
        app.installation.history,
        app.installation.city.indicator("mau"),
        Period.parse("2026-10-01/2026-10-05", ZONE),
        NOW,
    )

    assert users.measurement.value == 4


def test_a_late_login_counts_before_and_after_its_supplement_is_sealed(app: App) -> None:
    app.seal(*range(8))
    app.tell((3.9, "fay"), (4.9, "ann"), at=NOW + HOUR)
    assert not app.rolled_up(3, 5, NOW + HOUR)
    app.check(NOW + HOUR)
    assert app.rolled_up(5, 8, NOW + HOUR)

    app.seal(3, 4, now=NOW + 2 * HOUR)

    assert app.rolled_up(3, 5, NOW + 2 * HOUR)
    app.check(NOW + 2 * HOUR)
    assert app.figures("2026-10-01/2026-10-03", NOW + 2 * HOUR)[0].measurement.value == 4
    app.check(NOW)  # as it was known then


def test_a_span_of_part_days_of_two_months_or_with_an_unsealed_login_is_measured_from_the_logins(app: App) -> None:
    app.seal(*range(8))
    app.tell((5.1, "fay"), at=NOW + HOUR)

    assert app.rolled_up(3, 5)
    assert not app.rolled_up(3, 6, NOW + HOUR)
    assert app.rolled_up(3, 6)  # as it was known before
    assert not app.rolled_up(2, 4)
    assert app.installation.history.attendance("app", Span(START + 3 * DAY + HOUR, START + 5 * DAY), NOW) is None
    app.check(NOW + HOUR)


def test_a_roll_up_that_was_lost_or_damaged_is_not_believed_and_is_made_again(app: App) -> None:
    app.seal(*range(7))
    before = [one.measurement for one in app.figures("2026-10-01/2026-10-04")]
    for file in (app.folder / "archive" / "attendance").rglob("*.parquet"):
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    fresh = App(Installation(app.installation.path), app.folder, app.names)

    assert not fresh.rolled_up(3, 6)
    assert [one.measurement for one in fresh.figures("2026-10-01/2026-10-04")] == before
    fresh.seal(7)
    assert fresh.rolled_up(3, 8)
    fresh.check()


def test_a_month_is_rolled_up_once_when_all_of_its_days_are_sealed(app: App) -> None:
    files = []
    for day in range(7):
        app.seal(day)
        files.append(len(list((app.folder / "archive").glob("attendance/app/*"))))

    assert files == [0, 0, 1, 1, 1, 1, 2]


def test_anybody_can_read_the_roll_up(app: App) -> None:
    """DuckDB alone: users of the three days from 1 October on."""
    app.seal(*range(7))
    with app.installation.database.read() as connection:
        assert {one.day for one in sealed_segments(connection, "app")} == {START + day * DAY for day in range(7)}
    [file] = (app.folder / "archive" / "attendance" / "app").glob("2026-10-*.parquet")
    query = """
        SELECT sum(actors) FROM read_parquet(?)
        WHERE day >= TIMESTAMPTZ '2026-10-01 00:00:00+08' AND day < TIMESTAMPTZ '2026-10-04 00:00:00+08'
          AND (last_active IS NULL OR last_active < TIMESTAMPTZ '2026-10-01 00:00:00+08')
    """
    with duckdb.connect() as connection:
        assert connection.execute(query, [str(file)]).fetchall() == [(3,)]


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8 * 24 - 1), st.sampled_from(NAMES)), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 8 * 24 - 1), st.sampled_from(NAMES)), max_size=6),
    st.sets(st.integers(0, 7)),
    st.randoms(),
)
def test_random_logins_sealed_in_any_order_with_late_ones(
    logins: list[tuple[int, str]], late: list[tuple[int, str]], sealed: set[int], random: Random
) -> None:
    with TemporaryDirectory() as folder:
        app = made(Path(folder))
        app.tell(*((hour / 24, who) for hour, who in logins))
        order = random.sample(sorted(sealed), len(sealed))
        app.seal(*order)
        app.check()
        if late:
            app.tell(*((hour / 24, who) for hour, who in late), at=NOW + HOUR)
            app.check(NOW + HOUR)
            app.seal(*random.sample(range(8), 5), now=NOW + 2 * HOUR)
        app.check(NOW + 2 * HOUR)
        app.check(NOW)
        app.installation.close()


def test_a_source_of_another_kind_has_no_roll_up(app: App) -> None:
    assert app.installation.city.source("video").kind is Kind.STATES
    with pytest.raises(Exception, match="measured from activity"):
        measure(
            app.installation.history,
            app.installation.city.indicator("mau").model_copy(update={"source": "video"}),
            Period.parse("2026-10-01", ZONE),
            NOW,
        )
