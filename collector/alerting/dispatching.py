"""From alerts to notifications: who is told of what, in which group, and when; written into the outbox in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from collector.alerting.stepping import Known
from collector.alerts import texts
from collector.alerts.grouping import Decision, Group, Member, Pace, decide
from collector.alerts.labels import group_key, shared
from collector.alerts.muting import Silence, silenced, under_maintenance
from collector.alerts.notification import Alert, Cause, Notification, Severity
from collector.city.exclusions import Exclusion
from collector.city.model import City
from collector.city.receivers import ReceiverSettings
from collector.periods import MILLISECOND
from collector.store.alerts import read_acknowledgements, read_silences
from collector.store.outbox import groups_waiting, key_of, read_groups, write_group, write_notification

if TYPE_CHECKING:
    from collector.store.engine import Connection

Acknowledged = Mapping[tuple[str, int], tuple[str, str]]
PAGE = "/#alerts"
"""Where the console lists alerts."""


def dispatch(connection: Connection, city: City, known: Mapping[str, Known], now: int) -> None:
    """Write what every receiver is to be told now."""
    if not known:
        return
    groups, waiting = read_groups(connection), groups_waiting(connection)
    silences, acknowledged = read_silences(connection, now), read_acknowledgements(connection)
    muted = {name for name, one in known.items() if muting_of(one, city, silences, now)}
    for receiver in city.receivers:
        for labels, alerts in _grouped(receiver, known.values()):
            key = group_key(labels)
            before = groups.get((receiver.id, key), Group())
            members = [_member(one, one.fingerprint in muted, acknowledged) for one in alerts]
            after, decision = decide(before, members, pace_of(receiver), now)
            if decision and decision.cause in (Cause.REPEAT, Cause.REPOST) and (receiver.id, key) in waiting:
                continue  # it has not even got the last one
            if after != before:
                write_group(connection, receiver.id, key, after)
            if decision:
                told = _alerts(decision, known, acknowledged, city, now)
                _write(connection, city, receiver, labels, key, after.number, decision.cause, told, now)


def muting_of(one: Known, city: City, silences: Iterable[Silence], now: int) -> Silence | Exclusion | None:
    """Why an alert is not told; None where it is."""
    silence = silenced(one.about.labels, silences, now)
    return silence or under_maintenance(one.about.group, one.about.sources, city.exclusions, now)


def pace_of(receiver: ReceiverSettings) -> Pace:
    repost = receiver.kind.needs_repost
    return Pace(
        receiver.group_wait // MILLISECOND, receiver.group_interval // MILLISECOND, receiver.repeat_interval // MILLISECOND,
        None if repost is None else repost // MILLISECOND, receiver.resolved,
    )  # fmt: skip


def is_told(receiver: ReceiverSettings, one: Known) -> bool:
    about = one.about
    if about.receivers:
        return receiver.id in about.receivers
    return receiver.wants(about.severity.value, about.labels.get("department"))


def _grouped(receiver: ReceiverSettings, known: Iterable[Known]) -> Iterator[tuple[dict[str, str], list[Known]]]:
    groups: dict[str, tuple[dict[str, str], list[Known]]] = {}
    for one in known:
        if one.state.fired_at is not None and is_told(receiver, one):
            labels = shared(one.about.labels, receiver.group_by)
            groups.setdefault(group_key(labels), (labels, []))[1].append(one)
    yield from groups.values()


def _member(one: Known, muted: bool, acknowledged: Acknowledged) -> Member:
    fired_at = one.state.fired_at
    return Member(one.fingerprint, one.firing, fired_at, muted, (one.fingerprint, fired_at or 0) in acknowledged)


def _alerts(
    decision: Decision, known: Mapping[str, Known], acknowledged: Acknowledged, city: City, now: int
) -> list[Alert]:
    told = [alert_of(known[name], acknowledged, city, now, ended=False) for name in decision.firing]
    told += [alert_of(known[name], acknowledged, city, now, ended=True) for name in decision.resolved]
    order = list(Severity)
    return sorted(
        told, key=lambda one: (one.ends_at is not None, order.index(one.severity), sorted(one.labels.items()))
    )


def alert_of(one: Known, acknowledged: Acknowledged, city: City, now: int, *, ended: bool) -> Alert:
    """As it is told; the time that it has lasted is counted up to its end, or ``now``. ended: its last firing, which is over."""
    about, state = one.about, one.state
    starts_at = state.fired_at if ended or one.firing else state.since
    starts_at = now if starts_at is None else starts_at
    ends_at = max(state.resolved_at or now, starts_at) if ended else None
    since = texts.since(starts_at if ended else state.since, ends_at or now, city.zone)
    said = about.description
    return Alert(
        one.fingerprint, about.labels, about.severity, texts.over(about.summary) if ended else about.summary,
        texts.joined([texts.over(said) if ended else said, *since]), starts_at, ends_at, about.annotations,
        city.alerts.url.rstrip("/") + about.link if city.alerts.url else "",
        acknowledged.get((one.fingerprint, starts_at), (None, ""))[0],
    )  # fmt: skip


def _write(
    connection: Connection, city: City, receiver: ReceiverSettings, labels: Mapping[str, str], key: str, number: int,
    cause: Cause, alerts: list[Alert], now: int,
) -> None:  # fmt: skip
    most = receiver.kind.most_alerts
    link = city.alerts.url.rstrip("/") + PAGE if city.alerts.url else ""
    for part, start in enumerate(range(0, len(alerts), most)):
        one = Notification(
            key_of(receiver.id, key, number, part), receiver.id, key, dict(labels), cause,
            tuple(alerts[start : start + most]), now, city.city, link,
        )  # fmt: skip
        write_notification(connection, one, number, part)
