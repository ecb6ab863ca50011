"""What was measured beside what is so: the demonstration knows the simulated city's truth."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from collector.backfill import backfill_slots
from collector.cli.results import shown
from collector.demo.run import Demo
from collector.documents import scaled
from collector.figures import Figure
from collector.measurement import Number
from collector.periods import Period, Span
from collector.simulated_city import truth
from collector.simulated_city.histories import Histories

TOLERANCE = 1e-9

Truth = Callable[[Demo, Period], Number]


def true_value(demo: Demo, figure: Figure) -> Number | None:
    """The figure's true value in base units, None for indicators that the comparison does not cover."""
    find = _TRUTHS.get(figure.indicator.id)
    return find(demo, figure.period) if find else None


def agrees(figure: Figure, true: Number) -> bool:
    """Equal to 1e-9 where everything was seen, else inside the bounds."""
    measured = figure.measurement
    if measured.coverage == 1 and measured.value is not None:
        return abs(float(measured.value) - float(true)) <= TOLERANCE * max(1.0, abs(float(true)))
    lower, upper = measured.lower, measured.upper
    return (lower is None or lower <= true) and (upper is None or true <= upper)


def compared(demo: Demo, figures: list[Figure]) -> list[tuple[str, ...]]:
    """Rows for people: month, indicator, measured, bounds, coverage, truth, and whether they agree."""
    rows: list[tuple[str, ...]] = []
    for figure in figures:
        true = true_value(demo, figure)
        if true is None:
            continue
        measured = figure.measurement
        bounds = "exact" if measured.lower == measured.upper else f"[{shown(measured.lower, figure)}, {shown(measured.upper, figure)}]"
        rows.append((
            figure.period.label, figure.indicator.id, shown(measured.value, figure), bounds,
            f"{100 * (measured.coverage or 0):.2f} %", shown(scaled(true, Fraction(1)), figure), "✓" if agrees(figure, true) else "✗",
        ))  # fmt: skip
    return rows


def _availability(source: str, works: Callable[[Demo], Histories], listed: Callable[[Demo], Histories | None]) -> Truth:
    def find(demo: Demo, period: Period) -> Fraction:
        instants = backfill_slots(demo.installation.source(source), period.span)
        return truth.availability(works(demo), listed(demo), instants, period.span.end).value

    return find


def _cases(by: str, numerator: str, denominator: Callable[[truth.CaseCounts], int]) -> Truth:
    def find(demo: Demo, period: Period) -> Fraction:
        counts = truth.case_counts(demo.city.world.cases, period.span, period.span.end, by, known_at=last_poll(demo))
        return Fraction(getattr(counts, numerator), denominator(counts))

    return find


def last_poll(demo: Demo) -> int:
    """The last instant at which the back-fill asked the case system."""
    return backfill_slots(demo.installation.source("cases"), demo.plan.span)[-1]


def _mean_daily_users(demo: Demo, period: Period) -> Fraction:
    days = truth.daily_users(demo.city.world.logins, period)
    return Fraction(sum(days.values()), len(days))


def _monthly_users(demo: Demo, period: Period) -> int:
    return truth.distinct_users(demo.city.world.logins, period.span)


def _pue(demo: Demo, period: Period) -> Fraction:
    return truth.site_energy(demo.city.world.energy, Span(period.span.start, period.span.end)).pue


_TRUTHS: dict[str, Truth] = {
    "video_online_rate": _availability("video", lambda d: d.city.world.video.works, lambda d: d.city.world.video.listed),
    "portal_availability": _availability("portal", lambda d: d.city.world.portals.works, lambda _: None),
    "platform_availability": _availability("platforms", lambda d: d.city.world.probes.works, lambda _: None),
    "closure": _cases("opened_at", "closed", lambda counts: counts.should_archive),
    "closure_accepted": _cases("accepted_at", "closed", lambda counts: counts.reported),
    "on_time": _cases(
        "opened_at",
        "on_time_by_disposal",
        lambda counts: counts.on_time_by_disposal + counts.disposed_late + counts.undisposed_late,
    ),
    "dau": _mean_daily_users,
    "mau": _monthly_users,
    "pue": _pue,
}
_TRUTHS |= {
    "platform_stability": _TRUTHS["platform_availability"],
    "online_closure": _TRUTHS["closure_accepted"],
    "closure_of_accepted": _TRUTHS["closure_accepted"],
}
"""By the ids of the profiles that the scenarios are evaluated by."""
