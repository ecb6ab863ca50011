"""Alerts and receivers as rows of the status page: texts and local times, nothing that a template would have to work out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from collector.alerting.listing import Listed, Listing, standing_of
from collector.alerts.evaluation import Signal
from collector.alerts.muting import Silence
from collector.city.model import City
from collector.periods import MILLISECOND, moment
from collector.store.outbox import Health
from collector.web.shown import age
from collector.web.words import WORDS

SHOWN_ALERTS = 100
STUCK = timedelta(minutes=5)
"""What waits for so long, though nothing failed, nobody sends."""
_KEYS = {"up": "up", "failing": "down", "stuck": "failing", "unused": "passive"}


@dataclass(frozen=True)
class AlertRow:
    """key: of mark and colour. anchor: of what it is about on the page. handled: who acknowledged it or keeps it quiet.

    is_known: False where what was seen last neither confirms it nor ends it. receivers: who is told, nobody while it is kept quiet.
    unheard: it fires, and no receiver fits.
    """

    key: str
    standing: str
    is_known: bool
    summary: str
    details: str
    anchor: str
    department: str
    since: str
    lasting: str
    handled: tuple[str, ...]
    receivers: tuple[str, ...]
    unheard: bool


@dataclass(frozen=True)
class ReceiverRow:
    """error, given_up: why the last attempt failed, why the last notification was given up; None where that is not so."""

    id: str
    via: str
    key: str
    standing: str
    delivered: str | None
    waiting: str | None
    error: str | None
    given_up: str | None

    @property
    def is_well(self) -> bool:
        return self.key in ("up", "passive")


def alert_rows(listing: Listing, city: City, lang: str) -> list[AlertRow]:
    """The first SHOWN_ALERTS, in the listing's order."""
    return [_alert_row(one, listing.at, city.zone, lang) for one in listing.alerts[:SHOWN_ALERTS]]


def receiver_rows(listing: Listing, city: City, lang: str) -> list[ReceiverRow]:
    vias = {one.id: one.via for one in city.receivers}
    return [_receiver_row(one, vias[one.receiver], listing.at, city.zone, lang) for one in listing.receivers]


def evaluation_trouble(listing: Listing, words: Mapping[str, str]) -> str | None:
    """That nobody evaluates alerts, and since when; None where all is well."""
    if listing.evaluated_at is None:
        return words["never_evaluated"]
    late = listing.at - listing.evaluated_at
    return words["not_evaluated"].format(age(late, words)) if listing.is_stalled else None


def _alert_row(one: Listed, now: int, zone: ZoneInfo, lang: str) -> AlertRow:
    words, about = WORDS[lang], one.kept.about
    firing = one.status == "firing"
    summary, description = about.summary.in_(lang), about.description.in_(lang)
    standing = words[one.status]
    if one.status != "resolved":
        standing = words["standing_of"].format(standing, words[about.severity.value])
    return AlertRow(
        key=about.severity.value if firing else one.status, standing=standing,
        is_known=one.status == "resolved" or one.kept.state.signal is not Signal.UNKNOWN, summary=summary,
        details=description.removeprefix(summary).lstrip("；; "), anchor=about.link.removeprefix("/") or "#alerts",
        department=about.owner, since=_clock(one.told.starts_at, zone), lasting=_lasting(one, now, words),
        handled=tuple(_handled(one, zone, words)), receivers=() if one.muting else one.receivers,
        unheard=firing and not one.receivers,
    )  # fmt: skip


def _lasting(one: Listed, now: int, words: Mapping[str, str]) -> str:
    if one.told.ends_at is None:
        return age(now - one.told.starts_at, words)
    return words["ended"].format(age(now - one.told.ends_at, words))


def _handled(one: Listed, zone: ZoneInfo, words: Mapping[str, str]) -> list[str]:
    said = []
    if one.told.acknowledged_by:
        said.append(words["acknowledged"].format(one.told.acknowledged_by, one.note))
    muting = one.muting
    if isinstance(muting, Silence):
        said.append(words["silenced"].format(muting.id, muting.author, muting.reason, _clock(muting.ends_at, zone)))
    elif muting is not None:
        said.append(words["maintained"].format(muting.approved_by, muting.reason))
    return said


def _receiver_row(one: Health, via: str, now: int, zone: ZoneInfo, lang: str) -> ReceiverRow:
    words, standing = WORDS[lang], standing_of(one)
    if standing != "failing" and one.waiting_since is not None and now - one.waiting_since > STUCK // MILLISECOND:
        standing = "stuck"
    waiting = error = given_up = None
    if one.waiting_since is not None:
        waiting = words["waiting_since"].format(one.waiting, _clock(one.waiting_since, zone))
    if one.failing_since is not None:
        error = words["failing_since"].format(_clock(one.failing_since, zone), one.failures, one.error)
        if one.next_at is not None:
            error += words["next_try"].format(f"{moment(one.next_at, zone):%H:%M:%S}")
    if one.refused_at is not None:
        given_up = words["given_up_at"].format(one.refused, _clock(one.refused_at, zone), one.refusal)
    return ReceiverRow(
        one.receiver, via, _KEYS[standing], words[f"receiver_{standing}"],
        None if one.delivered_at is None else age(now - one.delivered_at, words), waiting, error, given_up,
    )  # fmt: skip


def _clock(at: int, zone: ZoneInfo) -> str:
    return f"{moment(at, zone):%m-%d %H:%M}"
