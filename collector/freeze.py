"""Freezing: measure a closed period from its files alone and keep the result for good, signed, as revision 1 or as what corrects it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import collector
from collector.errors import CitygaugeError, ConfigurationError
from collector.figures import measure_all
from collector.frozen.city import source_document
from collector.frozen.gathering import Gathered, gather
from collector.frozen.ledger import frozen_history
from collector.frozen.logged import check_nothing_left_out, segments_before
from collector.frozen.needed import needed_periods
from collector.installation import Installation
from collector.periods import MILLISECOND, Period, Span, instant, iso, moment
from collector.proof import ProofFailed
from collector.proof.envelope import sign
from collector.proof.leaves import Leaf
from collector.prover import Prover
from collector.revision import causes, effects
from collector.snapshot import canonical, content, says_the_same
from collector.store.log import leaves
from collector.store.snapshots import Snapshot, first_run_of_city, latest_snapshot, store_snapshot

SOFTWARE = f"citygauge {collector.__version__}"


@dataclass(frozen=True)
class Correction:
    """Why a frozen period is revised, and who says so."""

    reason: str
    author: str


def freeze_period(installation: Installation, label: str, now: int, correction: Correction | None = None) -> Snapshot:
    """The period's snapshot; where the newest revision says the same already, that one.

    Raises CitygaugeError while the period is not over or has days that are not sealed, ConfigurationError where a revision differs from
    the one before and no ``correction`` says why.
    """
    period = Period.parse(label, installation.city.zone)
    _refuse_unfinished(installation, period, now)
    document, gathered = measured_content(installation, period, now)
    with installation.database.read() as connection:
        before = latest_snapshot(connection, label)
    if before and says_the_same(before.document, document):
        return before
    document |= revision_of(before, document, correction)
    body = canonical(document | {"as_of": iso(now), "software": SOFTWARE})
    for path, made in gathered.made.items():
        installation.archive.write(path, made)
    prover = Prover(installation)
    envelope = sign(body, prover.signing_key(now))
    with installation.database.write() as connection:
        newest = latest_snapshot(connection, label)
        if (newest.revision if newest else 0) >= document["revision"]:
            raise CitygaugeError(f"{label} was frozen by another process meanwhile; look at its newest revision first")
        _refuse_sealed_meanwhile(leaves(connection), gathered, installation, period, now)
        snapshot = store_snapshot(connection, label, document["revision"], now, body, envelope)
        prover.checkpoint(connection, now)
    return snapshot


def would_change(installation: Installation, label: str, now: int) -> list[dict[str, Any]]:
    """The effects that a revision taken now would have on the period's figures; none where it is not frozen yet or nothing differs."""
    period = Period.parse(label, installation.city.zone)
    _refuse_unfinished(installation, period, now)
    with installation.database.read() as connection:
        before = latest_snapshot(connection, label)
    return effects(before.document, measured_content(installation, period, now)[0]) if before else []


def measured_content(installation: Installation, period: Period, now: int) -> tuple[dict[str, Any], Gathered]:
    """What a snapshot taken now would say, and the files that it rests on. It is measured from these and nothing else."""
    city, history = installation.city, installation.history
    gathered = gather(history, city.indicators, period, now, SOFTWARE)
    swept = frozenset(name for name in gathered.sources if history.is_swept(name))
    files = _Files(installation, gathered.made)
    spans = [one.span for one in needed_periods(city.indicators, period)]
    exclusions = tuple(one for one in city.exclusions if _concerns(one, spans, now))
    frozen_city = city.model_copy(update={"exclusions": exclusions})
    frozen = frozen_history(frozen_city, gathered.sources, files, swept, opened=history.opened)
    figures = measure_all(frozen, period, as_of=now)
    sources = {
        name: source_document(city.source(name), name in swept) | {"files": listed.document()}
        for name, listed in gathered.sources.items()
    }
    return content(city.city, period, figures, exclusions, sources), gathered


def revision_of(before: Snapshot | None, document: dict[str, Any], correction: Correction | None) -> dict[str, Any]:
    """What a revision says of itself beside its content."""
    if before is None:
        return {"revision": 1, "previous": None, "revises": None}
    if before.document["format"] != document["format"]:
        raise CitygaugeError(f"{before.period}/{before.revision} was written by an older version and cannot be revised")
    changed = effects(before.document, document)
    if correction is None:
        which = ", ".join(one["id"] for one in changed) or "exclusions only"
        raise ConfigurationError(
            f"{before.period} is frozen as revision {before.revision}, and what is known now differs ({which}); "
            "a revision needs --reason and --author, or see it first with --dry-run"
        )
    return {
        "revision": before.revision + 1,
        "previous": before.digest,
        "revises": {
            "reason": correction.reason, "author": correction.author,
            "because": causes(before.document, document), "effects": changed,
        },
    }  # fmt: skip


def due_months(installation: Installation, now: int) -> list[str]:
    """Calendar months that are over, settled and sealed, and have no snapshot; oldest first."""
    city = installation.city
    with installation.database.read() as connection:
        first = first_run_of_city(connection)
        if first is None:
            return []
        months = Period("", Span(first, now), city.zone).days()
        labels = sorted({moment(day.span.start, city.zone).strftime("%Y-%m") for day in months})
        missing = [label for label in labels if latest_snapshot(connection, label) is None]
    settled = [label for label in missing if _over(label, installation, now)]
    unsealed = min((due.day.strftime("%Y-%m") for due in installation.sealer.due(now)), default="9999-12") if settled else ""
    return [label for label in settled if label < unsealed]


class _Files:
    """The archive, and the files that are to go into it."""

    def __init__(self, installation: Installation, made: dict[str, bytes]) -> None:
        self._archive, self._made = installation.archive, made

    def read(self, name: str, digest: str) -> bytes:
        return self._made[name] if name in self._made else self._archive.read(name, digest)

    def derived(self, name: str) -> bytes | None:
        return self._archive.derived(name)


def _concerns(exclusion: Any, spans: list[Span], now: int) -> bool:
    span = Span(instant(exclusion.start), instant(exclusion.end))
    return instant(exclusion.entered_at) <= now and any(span.clip(one).milliseconds for one in spans)


def _refuse_unfinished(installation: Installation, period: Period, now: int) -> None:
    city, label = installation.city, period.label
    if now < period.span.end + city.settle // MILLISECOND:
        raise CitygaugeError(f"{label} is open until {iso(period.span.end, city.zone)} and settles for {city.settle} more")
    end = moment(period.span.end, city.zone).date()
    waiting = [f"{due.source} {due.day}" for due in installation.sealer.due(now) if due.day < end]
    if waiting:
        raise CitygaugeError(f"{label}: {len(waiting)} days are not sealed yet (first: {waiting[0]}); run `citygauge seal`")


def _refuse_sealed_meanwhile(
    logged: list[Leaf], gathered: Gathered, installation: Installation, period: Period, now: int
) -> None:
    """A segment that is logged before the snapshot and is not in it would look as if it had been left out on purpose."""
    try:
        check_nothing_left_out(segments_before(logged, len(logged)), gathered.sources, installation.history, period, now)
    except ProofFailed:
        raise CitygaugeError(f"{period.label}: a day was sealed while it was being measured; freeze it again") from None


def _over(label: str, installation: Installation, now: int) -> bool:
    city = installation.city
    return Period.parse(label, city.zone).span.end + city.settle // MILLISECOND <= now
