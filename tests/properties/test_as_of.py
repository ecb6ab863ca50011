"""``--as-of T`` shows what was known at T: the same as a store into which nothing came that was learned later.

Records of six sources arrive in any order and with any delay, corrections of them included; days are sealed in between,
some of them and in any order, so that the rest comes as supplements.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from collector.errors import SourceUnavailable
from collector.figures import measure_all
from collector.importing import import_file
from collector.periods import Period, iso
from collector.snapshot import measurement_document
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, make_city

DAYS = 5
ENDS = OCTOBER + DAYS * DAY
LAST = ENDS + 6 * DAY
OBSERVED = f'observed: [["{iso(OCTOBER)}", "{iso(ENDS)}"]]'
KINDS = ("states", "cases", "activity", "readings", "figures")
TEXT = (
    "".join(f"  - {{id: {kind}, connector: file, kind: {kind}, {OBSERVED}}}\n" for kind in KINDS)
    + """indicators:
  - {id: online, measure: availability, source: video, min_coverage: 0}
  - {id: sites, measure: availability, source: states, min_coverage: 0}
  - {id: sites_mean, measure: availability, source: states, method: subject_mean, min_coverage: 0}
  - {id: patient, measure: availability, source: states, ignore_shorter_than: 9h, min_coverage: 0}
  - {id: closure, measure: case_closure, source: cases, min_coverage: 0}
  - {id: accepted, measure: case_closure, source: cases, base: accepted_in_period, cutoff: as_of, min_coverage: 0}
  - {id: flow, measure: case_closure, source: cases, base: closed_vs_accepted, min_coverage: 0}
  - {id: on_time, measure: case_on_time, source: cases, cohort: due, decided_by: closing, min_coverage: 0}
  - {id: mean, measure: case_duration, source: cases, stat: mean, cohort: closed, min_coverage: 0}
  - {id: mau, measure: active_users, source: activity, min_coverage: 0}
  - {id: dau, measure: active_users, source: activity, window: day, stat: min, min_coverage: 0}
  - {id: pue, measure: pue, source: readings, min_coverage: 0}
  - {id: last, measure: figure, source: figures, figure: total, stat: last, min_coverage: 0}
  - {id: delta, measure: figure, source: figures, figure: total, stat: delta, min_coverage: 0}
  - {id: grown, measure: growth, of: closure, baseline: "2026-10-01", min_coverage: 0}
"""
)
PERIODS = ("2026-10-01/2026-10-06", "2026-10-03", "2026-10-02T18:00:00/2026-10-05T06:00:00")
STEPS = DAYS * 8
"""A step takes three hours."""

Row = dict[str, str]


@dataclass(frozen=True)
class File:
    """Rows of one source that came at one instant."""

    kind: str
    at: int
    rows: list[Row]


@dataclass(frozen=True)
class Past:
    """Files and polls by the instant at which they came, and the instants at which some of the days due were sealed."""

    files: list[File]
    polls: dict[int, dict[str, str] | Exception]
    seals: list[int]


def past(random: Random) -> Past:
    rows = [*_states(random), *_cases(random), *_activity(random), *_readings(random), *_figures(random)]
    batches: dict[tuple[str, int], list[Row]] = {}
    for kind, earliest, row in rows:
        came = random.choice([one for one in range(OCTOBER, LAST, 6 * HOUR) if one >= earliest])
        batches.setdefault((kind, came + 1000 * KINDS.index(kind)), []).append(row)
    seals = [random.randrange(OCTOBER + DAY, LAST) for _ in range(random.randint(0, 5))]
    return Past([File(kind, at, those) for (kind, at), those in batches.items()], _polls(random), seals)


def _instant(step: float) -> str:
    return iso(OCTOBER + int(step * 3 * HOUR))


def _states(random: Random) -> Iterator[tuple[str, int, Row]]:
    for _ in range(random.randint(1, 12)):
        step = random.randrange(STEPS)
        state = random.choice(["up", "up", "down", "gone", "unknown"])
        yield (
            "states",
            OCTOBER + step * 3 * HOUR,
            {"subject": random.choice("abc"), "at": _instant(step), "state": state},
        )


def _cases(random: Random) -> Iterator[tuple[str, int, Row]]:
    """Up to four accounts of each case, any of which may contradict the others."""
    for case in "klmn":
        for _ in range(random.randint(0, 4)):
            opened = random.randrange(STEPS - 1)
            closed = random.choice([None, random.randrange(opened, STEPS)])
            due = random.choice([None, random.randrange(opened, STEPS)])
            row = {"case": case, "opened_at": _instant(opened), "closed_at": "" if closed is None else _instant(closed)}
            row["due_at"] = "" if due is None else _instant(due)
            yield "cases", OCTOBER + (opened if closed is None else closed) * 3 * HOUR, row


def _activity(random: Random) -> Iterator[tuple[str, int, Row]]:
    for _ in range(random.randint(0, 10)):
        step = random.randrange(STEPS)
        yield "activity", OCTOBER + step * 3 * HOUR, {"actor": random.choice("uvwxyz"), "at": _instant(step)}


def _readings(random: Random) -> Iterator[tuple[str, int, Row]]:
    """Two counters read between the hours, some readings corrected."""
    for meter, role, rate in (("in", "facility", 15), ("racks", "it", 10)):
        for step in sorted(random.sample(range(STEPS), random.randint(0, STEPS))):
            at = step + 0.5
            for correction in range(random.choice([1, 1, 1, 2])):
                row = {"meter": meter, "at": _instant(at), "kwh": f"{rate * step + correction}", "role": role}
                yield "readings", OCTOBER + int(at * 3 * HOUR), row


def _figures(random: Random) -> Iterator[tuple[str, int, Row]]:
    for _ in range(random.randint(0, 8)):
        step = random.randrange(STEPS)
        yield (
            "figures",
            OCTOBER + step * 3 * HOUR,
            {"name": "total", "at": _instant(step), "value": f"{random.randrange(9)}"},
        )


def _polls(random: Random) -> dict[int, dict[str, str] | Exception]:
    """Every third hour; nothing comes, or some of three channels."""
    slots = range(OCTOBER + random.randrange(3) * DAY, ENDS, 3 * HOUR)
    return {slot: _answer(random) if random.random() < 0.9 else SourceUnavailable("refused") for slot in slots}


def _answer(random: Random) -> dict[str, str]:
    return {name: random.choice(["up", "up", "down", "unknown"]) for name in "pqr" if random.random() < 0.8}


@contextmanager
def living(story: Past, until: int, random: Random | None) -> Iterator[City]:
    """A city to which everything has come that came by ``until``. random: seal some of the days due; None: seal nothing."""
    with tempfile.TemporaryDirectory() as folder:
        city = make_city(Path(folder), TEXT, every="3h")
        moments = [(file.at, 1, file) for file in story.files] + [(at, 0, at) for at in story.polls]
        moments += [(at, 2, at) for at in story.seals] if random else []
        try:
            for number, (at, what, which) in enumerate(sorted(moments, key=lambda one: one[:2])):
                if at <= until:
                    _happen(city, Path(folder) / f"{number}.csv", at, what, which, story, random)
            yield city
        finally:
            city.installation.close()


def _happen(city: City, path: Path, at: int, what: int, which: Any, story: Past, random: Random | None) -> None:
    if what == 0:
        city.say("video", at, story.polls[at])
    elif what == 1:
        head = list(dict.fromkeys(name for row in which.rows for name in row))
        path.write_text(
            "\n".join([",".join(head), *(",".join(row[name] for name in head) for row in which.rows)]) + "\n"
        )
        import_file(city.installation.source(which.kind), path, at)
    elif random:
        due = city.installation.sealer.due(at)
        for one in random.sample(due, random.randint(0, len(due))):
            city.installation.sealer.seal_day(one.source, one.day, at)


def measured(city: City, as_of: int) -> list[dict[str, Any]]:
    """Without ``sampling_seconds``: of a day's first poll a sealed day does not know the one before."""
    found = []
    for label in PERIODS:
        for figure in measure_all(city.installation.history, Period.parse(label, ZONE), as_of):
            document = measurement_document(figure.measurement)
            document["parts"].pop("sampling_seconds", None)
            found.append({"period": label, "id": figure.indicator.id} | document)
    return found


@settings(max_examples=4, phases=(Phase.explicit, Phase.generate))
@given(st.randoms(use_true_random=False))
def test_what_was_known_at_an_instant_is_what_a_store_says_that_learned_nothing_after_it(random: Random) -> None:
    story = past(random)
    with living(story, LAST, random) as whole:
        for as_of in [LAST, *(random.randrange(OCTOBER, LAST) for _ in range(2))]:
            with living(story, as_of, None) as fresh:
                assert measured(whole, as_of) == measured(fresh, as_of)
