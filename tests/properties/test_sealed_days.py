"""Sealed days added up from running sums, roll-ups and cut days give what their changes give, to the millisecond."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from collector.connector import Part
from collector.documents import figure_document, measurement_document
from collector.errors import SourceUnavailable
from collector.figures import Figure, measure
from collector.history import History
from collector.periods import Period, iso, moment
from collector.records import Sweep
from collector.store.ledger import SqlLedger
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, Scripted, make_city

DAYS = 34
BEGINS = OCTOBER - 2 * DAY
ENDS = BEGINS + DAYS * DAY
NOW = ENDS + DAY
EVERY = 12 * HOUR
NAMES = ("video", "doors")
CITY = """indicators:
  - {id: online, measure: availability, sources: [video, doors], min_coverage: 0.5}
  - {id: mean, measure: availability, source: video, method: subject_mean}
  - {id: police, measure: availability, source: video, where: {department: 公安局}, min_coverage: 0}
"""
EXCLUSION = """exclusions:
  - {source: doors, start: 2026-10-09T07:00:00+08:00, end: 2026-10-11T00:00:00+08:00, reason: 搬迁, approved_by: 王局,
     entered_at: 2026-10-01T00:00:00+08:00}
"""
WHOLE = ("2026-10", "2026-10-03/2026-10-09", "2026-10-04", "2026-10-24/2026-10-30", "2026-09-30/2026-11-02")


class Told(Scripted):
    """Also says departments, which change with the polls."""

    def parse(self, parts: Iterable[Part]) -> Sweep:
        sweep = super().parse(parts)
        moved = self.polls > DAYS
        told = [("公安局" if (i + moved) % 2 else "城管局") for i in range(len(sweep.subjects))]
        return replace(sweep, attributes={"department": told})


def answer(before: dict[str, str], draw: Random, unknowns: bool, leaves: bool) -> dict[str, str]:
    """What a platform of four subjects says next: most stay as they are."""
    states = ["up", "down"] + (["unknown"] if unknowns else [])
    out = {}
    for subject in ("a", "b", "c", "d"):
        listed = subject in before or draw.random() < 0.2
        if leaves and subject in before and draw.random() < 0.03:
            listed = False
        if listed:
            kept = before.get(subject)
            out[subject] = kept if kept and draw.random() < 0.7 else draw.choice(states)
    return out


def live(city: City, draw: Random, unknowns: bool, leaves: bool, early: bool) -> None:
    """Polls at uneven instants, some of them lost; where ``early``, a day is sealed before it is over, and gets a supplement."""
    sealer = city.installation.sealer
    hasty = draw.randrange(3, DAYS) if early else -1
    for name in NAMES:
        city.connectors[name] = city.installation.source(name).connector = Told()
        said: dict[str, str] = {"a": "up"}
        for poll in range(2 * DAYS):
            at = BEGINS + poll * EVERY + draw.randrange(0, 3 * HOUR)
            if poll == 2 * hasty + 1:  # what the hasty segment cannot know yet
                said = said | {"a": "down" if said.get("a") == "up" else "up"}
                city.say(name, at, said)
            elif draw.random() < 0.15:
                city.say(name, at, SourceUnavailable("refused"))
            else:
                said = answer(said, draw, unknowns, leaves)
                city.say(name, at, said)
            if poll == 2 * hasty:
                sealer.seal_day(name, moment(at, ZONE).date(), at + 1)
    due = sealer.due(NOW)
    draw.shuffle(due)
    for one in due:
        sealer.seal_day(one.source, one.day, NOW)


def told(figure: Figure) -> tuple[object, ...]:
    by = {label: measurement_document(one, figure.scale) for label, one in figure.by.items()}
    assert json.dumps(figure_document(figure)["by"]) == json.dumps(by)
    return figure.measurement, figure.without_exclusions, dict(figure.by), figure.verdict


@settings(max_examples=5, phases=(Phase.explicit, Phase.generate))
@given(st.randoms(use_true_random=False), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_whole_days_and_odd_windows_measure_as_their_changes_do(
    draw: Random, unknowns: bool, leaves: bool, early: bool, excluded: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        city = make_city(Path(folder), CITY + EXCLUSION * excluded, every="12h", names=NAMES)
        try:
            live(city, draw, unknowns, leaves, early)
            installation = city.installation
            plain = History(
                installation.city,
                SqlLedger(installation.database),
                installation.archive,
                installation.register,
                roll_ups=False,
            )
            odd = [sorted(draw.randrange(BEGINS, ENDS) for _ in range(2)) for _ in range(4)]
            for label in (*WHOLE, *(f"{iso(start)}/{iso(end + 1)}" for start, end in odd)):
                for indicator in installation.city.indicators:
                    for by in ("department", "subject"):
                        as_of = draw.choice([NOW, NOW, draw.randrange(BEGINS, ENDS)])
                        period = Period.parse(label, ZONE)
                        fast, slow = (
                            measure(one, indicator, period, as_of, by) for one in (installation.history, plain)
                        )
                        assert told(fast) == told(slow), (label, indicator.id, by, iso(as_of))
                        _same_list(fast, slow)
        finally:
            city.installation.close()


def _same_list(fast: Figure, slow: Figure) -> None:
    assert fast.subjects is not None
    assert slow.subjects is not None
    assert fast.subjects.table().equals(slow.subjects.table())
    value = fast.subjects.value
    assert len(value) == fast.subjects.tally.size
    assert np.isnan(value[fast.subjects.tally.known == 0]).all()
