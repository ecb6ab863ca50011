"""Alerts, silences and receivers as they stand, for the command, the API and the status page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from collector.alerting.dispatching import alert_of, is_told, muting_of
from collector.alerts.evaluation import Phase
from collector.alerts.muting import Silence
from collector.alerts.notification import Alert, Severity
from collector.city.exclusions import Exclusion
from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.periods import MILLISECOND, iso
from collector.store.alerts import KeptAlert, acknowledge, read_acknowledgements, read_alerts, read_round, read_silences
from collector.store.outbox import Health, healths

LATE = timedelta(minutes=2)
"""A round comes every few seconds; after so long without one alerts are not evaluated."""
_ORDER = (Phase.FIRING, Phase.PENDING, Phase.INACTIVE)


@dataclass(frozen=True)
class Listed:
    """One alert. told: as a receiver would be told now. muting: why nobody is. note: of its acknowledgement. receivers: ids."""

    kept: KeptAlert
    told: Alert
    muting: Silence | Exclusion | None
    note: str | None
    receivers: tuple[str, ...]

    @property
    def status(self) -> str:
        """firing, pending or resolved."""
        phase = self.kept.state.phase
        return "resolved" if phase is Phase.INACTIVE else phase.value


@dataclass(frozen=True)
class Listing:
    """Everything as it stands at ``at``. evaluated_at: of the last round, None where there was none yet."""

    at: int
    evaluated_at: int | None
    alerts: Sequence[Listed]
    silences: Sequence[Silence]
    receivers: Sequence[Health]

    @property
    def is_stalled(self) -> bool:
        """Whether nobody evaluates: there was no round yet, or none since ``LATE``."""
        return self.evaluated_at is None or self.at - self.evaluated_at > LATE // MILLISECOND


def list_alerts(installation: Installation, now: int) -> Listing:
    """What fires, the gravest first, what is pending, and what was resolved, the latest first; how receivers stand."""
    city = installation.city
    with installation.database.read() as connection:
        known, evaluated_at = list(read_alerts(connection).values()), read_round(connection).at
        silences, acknowledged = read_silences(connection, now), read_acknowledgements(connection)
        receivers = healths(connection, [one.id for one in city.receivers])
    listed = [
        Listed(
            one, alert_of(one, acknowledged, city, now, ended=one.state.phase is Phase.INACTIVE),
            muting_of(one, city, silences, now), acknowledged.get((one.fingerprint, one.state.fired_at or 0), (None, None))[1],
            tuple(receiver.id for receiver in city.receivers if is_told(receiver, one)),
        )
        for one in sorted(known, key=_order)
    ]  # fmt: skip
    return Listing(now, evaluated_at, listed, silences, receivers)


def alerts_document(installation: Installation, now: int) -> dict[str, Any]:
    """The document of `citygauge alerts --json` and of the API. Instants are ISO 8601 in UTC."""
    listing = list_alerts(installation, now)
    return {
        "at": iso(now), "evaluated_at": _iso(listing.evaluated_at), "alerts": [_alert(one) for one in listing.alerts],
        "silences": [_silence(one) for one in listing.silences], "receivers": [_receiver(one) for one in listing.receivers],
    }  # fmt: skip


def standing_of(health: Health) -> str:
    """``failing`` where the last attempt failed or was refused for good, ``up``, or ``unused``."""
    if health.failing_since is not None:
        return "failing"
    return "up" if health.delivered_at is not None else "unused"


def acknowledge_alert(installation: Installation, prefix: str, author: str, note: str, now: int) -> str:
    """Acknowledge the firing alert whose fingerprint begins so. Returns it whole. Raises ConfigurationError where none or several do."""
    with installation.database.write() as connection:
        firing = [one for one in read_alerts(connection).values() if one.firing and one.fingerprint.startswith(prefix)]
        if len(firing) != 1 or not prefix:
            raise ConfigurationError(
                f"{len(firing)} firing alerts begin with {prefix!r}; `citygauge alerts` lists them"
            )
        (one,) = firing
        acknowledge(connection, one.fingerprint, one.state.fired_at or 0, author, note, now)
    return one.fingerprint


def _order(one: KeptAlert) -> tuple[int, int, int, str, str]:
    grave, phase = list(Severity).index(one.about.severity), one.state.phase
    latest = -(one.state.resolved_at or 0) if phase is Phase.INACTIVE else 0
    return _ORDER.index(phase), latest, grave, one.about.rule, one.fingerprint


def _alert(one: Listed) -> dict[str, Any]:
    about, state, told = one.kept.about, one.kept.state, one.told
    return {
        "fingerprint": one.kept.fingerprint, "status": one.status, "severity": about.severity.value,
        "labels": dict(about.labels), "summary": asdict(told.summary), "description": asdict(told.description),
        "annotations": dict(about.annotations), "since": _iso(state.since), "fired_at": _iso(state.fired_at),
        "resolved_at": _iso(state.resolved_at), "link": told.link, "muted": _muted(one.muting),
        "acknowledged_by": told.acknowledged_by, "note": one.note, "receivers": list(one.receivers),
    }  # fmt: skip


def _muted(muting: Silence | Exclusion | None) -> str | None:
    if isinstance(muting, Silence):
        return f"silence {muting.id}: {muting.reason} ({muting.author})"
    return None if muting is None else f"maintenance: {muting.reason} ({muting.approved_by})"


def _silence(one: Silence) -> dict[str, Any]:
    return {
        "id": one.id, "matchers": [str(matcher) for matcher in one.matchers], "starts_at": iso(one.starts_at),
        "ends_at": iso(one.ends_at), "author": one.author, "reason": one.reason,
    }  # fmt: skip


def _receiver(one: Health) -> dict[str, Any]:
    instants = ("delivered_at", "failing_since", "blocked_until", "waiting_since", "next_at", "refused_at")
    return asdict(one) | {name: _iso(getattr(one, name)) for name in instants} | {"standing": standing_of(one)}


def _iso(at: int | None) -> str | None:
    return None if at is None else iso(at)
