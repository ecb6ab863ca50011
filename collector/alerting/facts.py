"""Figures that rules ask for, as known at one instant, each measured once."""

from __future__ import annotations

from datetime import timedelta

from collector.city.indicators import Availability, Indicator
from collector.errors import ConfigurationError
from collector.figures import Figure, measure
from collector.installation import Installation
from collector.measurement import Measurement, Number
from collector.periods import Period, Span, moment
from collector.store.snapshots import first_run_of_city, latest_snapshot

OLDEST_MONTHS = 24
"""Months further back are no news."""


class Facts:
    """Figures of one installation as known at ``at``."""

    def __init__(self, installation: Installation, at: int) -> None:
        self._installation, self._at = installation, at
        self._zone = installation.city.zone
        self._known: dict[tuple[str, str, str | None], Figure] = {}

    def period(self, over: str) -> Period:
        """The day or month of the instant; of ``now`` the instant itself, one millisecond long."""
        if over == "now":
            return Period("now", Span(self._at, self._at + 1), self._zone)
        today = moment(self._at, self._zone).date()
        return Period.of_day(today, self._zone) if over == "day" else Period.parse(today.strftime("%Y-%m"), self._zone)

    def figure(self, indicator: Indicator, over: str, by: str | None = None) -> Figure:
        """over: now, day or month. At an instant an outage is an outage however short it may turn out to be."""
        if over == "now":
            indicator = indicator.model_copy(update={"ignore_shorter_than": timedelta(0), "method": "subject_time"})
        return self._measured(indicator, self.period(over), by)

    def trailing(self, indicator: Indicator, length: int, lag: int = 0) -> Measurement:
        """Over the last ``length`` milliseconds, those of the last ``lag`` left out."""
        span = Span(self._at - lag - length, self._at - lag)
        return self._measured(indicator, Period(f"-{lag + length}/-{lag}", span, self._zone), None).measurement

    def departments(self, indicator: Indicator, over: str) -> list[tuple[str, Number]]:
        """The value of every department that has one; empty where the measure knows no departments."""
        if "department" not in indicator.filters:
            return []
        over = over if isinstance(indicator, Availability) or over != "now" else "day"
        try:
            by = self.figure(indicator, over, "department").by
        except ConfigurationError:
            return []
        return [(name, one.value) for name, one in by.items() if one.value is not None]

    def months_not_frozen(self, after: int) -> list[str]:
        """Months with runs that have been over for ``after`` milliseconds and have no snapshot, oldest first."""
        database = self._installation.database
        with database.read() as connection:
            first = first_run_of_city(connection)
            if first is None:
                return []
            late = [one for one in self._months() if one.span.end > first and one.span.end + after <= self._at]
            return [one.label for one in reversed(late) if latest_snapshot(connection, one.label) is None]

    def _months(self) -> list[Period]:
        """The months before the present one, newest first."""
        today = moment(self._at, self._zone).date()
        count = today.year * 12 + today.month - 1
        labels = [f"{(count - back) // 12:04}-{(count - back) % 12 + 1:02}" for back in range(1, OLDEST_MONTHS + 1)]
        return [Period.parse(label, self._zone) for label in labels]

    def _measured(self, indicator: Indicator, period: Period, by: str | None) -> Figure:
        key = (indicator.id, period.label, by)
        if key not in self._known:
            as_of = self._at + (1 if period.label == "now" else 0)  # a run of this very instant counts
            self._known[key] = measure(self._installation.history, indicator, period, as_of, by)
        return self._known[key]
