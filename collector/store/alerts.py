"""Alerts in the store: their states, the round of evaluation, silences, acknowledgements, certificates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from collector.alerts.evaluation import Phase, Signal, State
from collector.alerts.muting import Matcher, Silence
from collector.alerts.notification import Severity, Text
from collector.store.schema import acknowledgements, alert_rounds, alerts, certificates, silences

ROUND = 1
NOTHING = Text("", "")
_STATE = ("since", "held", "clear", "fired_at", "resolved_at", "period")


@dataclass(frozen=True)
class About:
    """What an alert says: identity, texts and where it goes; as of the last evaluation that saw it.

    group: the subjects that it is about, by attribute, where not all. receivers: ids of the rule, all that fit if empty.
    """

    rule: str
    labels: Mapping[str, str]
    severity: Severity
    owner: str
    group: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    summary: Text = NOTHING
    description: Text = NOTHING
    annotations: Mapping[str, str] = field(default_factory=dict)
    link: str = ""


@dataclass(frozen=True)
class KeptAlert:
    """An alert as it is stored."""

    fingerprint: str
    about: About
    state: State

    @property
    def firing(self) -> bool:
        return self.state.phase is Phase.FIRING


@dataclass(frozen=True)
class Round:
    """The last evaluation of all rules. boot, steady: of a clock that does not step, see ``collector.alerting.clocks``.

    run, entry: the newest run and log entry that it knew. rules: digest of the rules. look_at, slow_at: when
    to look again though nothing was added, at what is cheap to know and at the rest. holder, leased_at: who evaluates now, and since when.
    """

    at: int | None = None
    boot: str | None = None
    steady: int | None = None
    run: int = 0
    entry: int = 0
    rules: str = ""
    look_at: int | None = None
    slow_at: int | None = None
    holder: str | None = None
    leased_at: int | None = None


def read_alerts(connection: sa.Connection) -> dict[str, KeptAlert]:
    return {row["fingerprint"]: _kept(row) for row in connection.execute(sa.select(alerts)).mappings()}


def write_alerts(connection: sa.Connection, kept: Iterable[KeptAlert]) -> None:
    rows = [_row(one) for one in kept]
    if rows:
        fingerprints = [row["fingerprint"] for row in rows]
        connection.execute(
            sa.delete(alerts).where(alerts.c.fingerprint == sa.bindparam("f")), [{"f": one} for one in fingerprints]
        )
        connection.execute(sa.insert(alerts), rows)


def forget_alerts(connection: sa.Connection, fingerprints: Iterable[str]) -> None:
    names = [{"f": one} for one in fingerprints]
    if names:
        connection.execute(sa.delete(alerts).where(alerts.c.fingerprint == sa.bindparam("f")), names)


def read_round(connection: sa.Connection, *, lock: bool = False) -> Round:
    """The round; with ``lock`` no other transaction can take or end it until this one is over."""
    query = sa.select(alert_rounds).where(alert_rounds.c.id == ROUND)
    if lock and connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('citygauge alerts'))"))
    row = connection.execute(query).mappings().one_or_none()
    return Round(**{name: row[name] for name in Round.__dataclass_fields__}) if row else Round()


def write_round(connection: sa.Connection, round_: Round) -> None:
    values = asdict(round_)
    if not connection.execute(sa.update(alert_rounds).where(alert_rounds.c.id == ROUND).values(values)).rowcount:
        connection.execute(sa.insert(alert_rounds).values(id=ROUND, **values))


def add_silence(
    connection: sa.Connection,
    matchers: tuple[Matcher, ...],
    starts_at: int,
    ends_at: int,
    author: str,
    reason: str,
    now: int,
) -> int:
    """The new silence's number."""
    values = {
        "matchers": json.dumps([str(one) for one in matchers], ensure_ascii=False),
        "starts_at": starts_at, "ends_at": ends_at, "author": author, "reason": reason, "made_at": now,
    }  # fmt: skip
    number: int = connection.execute(sa.insert(silences).values(values).returning(silences.c.id)).scalar_one()
    return number


def end_silence(connection: sa.Connection, number: int, now: int) -> bool:
    """Let a silence end now; False where there is none that lasts longer."""
    ends = sa.update(silences).where(silences.c.id == number, silences.c.ends_at > now).values(ends_at=now)
    return bool(connection.execute(ends).rowcount)


def read_silences(connection: sa.Connection, now: int) -> list[Silence]:
    """Silences that hold or are still to come."""
    query = sa.select(silences).where(silences.c.ends_at > now).order_by(silences.c.id)
    return [
        Silence(
            row.id, tuple(Matcher.parse(one) for one in json.loads(row.matchers)), row.starts_at, row.ends_at,
            row.author, row.reason,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def acknowledge(connection: sa.Connection, fingerprint: str, fired_at: int, author: str, note: str, now: int) -> None:
    """Somebody is on it; holds until the alert is resolved. The last word counts."""
    which = (acknowledgements.c.fingerprint == fingerprint, acknowledgements.c.fired_at == fired_at)
    connection.execute(sa.delete(acknowledgements).where(*which))
    values = {"fingerprint": fingerprint, "fired_at": fired_at, "author": author, "note": note, "at": now}
    connection.execute(sa.insert(acknowledgements).values(values))


def read_acknowledgements(connection: sa.Connection) -> dict[tuple[str, int], tuple[str, str]]:
    """(fingerprint, fired_at) -> (author, note)."""
    rows = connection.execute(sa.select(acknowledgements))
    return {(row.fingerprint, row.fired_at): (row.author, row.note) for row in rows}


def write_certificate(
    connection: sa.Connection, source: str, address: str, ends_at: int | None, error: str | None, now: int
) -> None:
    """What was read of an address; where it could not be read, the end that is known stays."""
    which = (certificates.c.source == source, certificates.c.address == address)
    known = connection.execute(sa.select(certificates.c.ends_at).where(*which)).scalar()
    connection.execute(sa.delete(certificates).where(*which))
    kept = known if ends_at is None else ends_at
    values = {"source": source, "address": address, "ends_at": kept, "read_at": now, "error": error}
    connection.execute(sa.insert(certificates).values(values))


def forget_certificates(connection: sa.Connection, source: str, addresses: Iterable[str]) -> None:
    """Those of addresses that the source has no more; ``addresses`` are the ones it has."""
    gone = certificates.c.address.not_in(list(addresses))
    connection.execute(sa.delete(certificates).where(certificates.c.source == source, gone))


def read_certificates(connection: sa.Connection, source: str) -> dict[str, tuple[int | None, int, str | None]]:
    """By address: (ends_at, read_at, error)."""
    rows = connection.execute(sa.select(certificates).where(certificates.c.source == source))
    return {row.address: (row.ends_at, row.read_at, row.error) for row in rows}


def _row(kept: KeptAlert) -> dict[str, Any]:
    state = kept.state
    body = asdict(kept.about)
    return {
        "fingerprint": kept.fingerprint, "rule": kept.about.rule, "phase": state.phase.value, "signal": state.signal.value,
        "body": json.dumps(body, ensure_ascii=False), **{name: getattr(state, name) for name in _STATE},
    }  # fmt: skip


def _kept(row: sa.RowMapping) -> KeptAlert:
    body = json.loads(row["body"])
    texts = {name: Text(**body[name]) for name in ("summary", "description")}
    lists = {name: tuple(body[name]) for name in ("sources", "receivers")}
    about = About(**body | texts | lists | {"severity": Severity(body["severity"])})
    state = State(Phase(row["phase"]), Signal(row["signal"]), **{name: row[name] for name in _STATE})
    return KeptAlert(row["fingerprint"], about, state)
