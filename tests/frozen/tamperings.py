"""Every kind of tampering with a bundle, drawn at random: ``place`` is where ``verify`` must say that it is (a regular expression)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, ClassVar, NamedTuple, Protocol

from collector.frozen.bundle import CHECKPOINT, KEYS, LOG, SNAPSHOT
from collector.proof.checkpoint import ShortCheckpoint
from tests.frozen.attackers import Document, Intruder, Operator, without_row
from tests.frozen.small_city import Built

CONTAINER = r"the container.*|(the )?entry (after )?'.+'"
FILE = r"files/(segments|frozen)/.+\.(parquet|csv)"
RECORDED = {"cases": [0, 2, 3, 4], "meters": [0, 1, 2], "app": [0, 1, 2], "portal": [3], "sites": [0, 1, 2, 3]}
"""Of October's newest revision, the segments that have records, by source."""


class Tampered(NamedTuple):
    """A bundle that somebody changed, and what the verifier knows from elsewhere."""

    body: bytes
    pinned: str | None = None
    earlier: str | ShortCheckpoint | None = None


class Kind(Protocol):
    __name__: str
    place: ClassVar[str]

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered: ...


def any_bundle(random: Random, built: Built) -> bytes:
    return random.choice([built.september, built.first, built.second, built.third])


def kept_checkpoint(random: Random, built: Built) -> str | ShortCheckpoint:
    """The one over the whole log, as a file or as a report prints it."""
    return random.choice([built.latest, built.latest_short])


def any_segment(random: Random, operator: Operator) -> tuple[str, Document]:
    source = random.choice(list(operator.document["sources"]))
    return source, random.choice(operator.segments(source))


def drop_a_row(random: Random, operator: Operator) -> None:
    source = random.choice(list(RECORDED))
    entry = operator.segments(source)[random.choice(RECORDED[source])]
    operator.replace_segment(source, entry, without_row(operator.files[entry["path"]], "record", 0))


class FlippedByte:
    """One bit of one byte, anywhere."""

    place = CONTAINER

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        body = bytearray(any_bundle(random, built))
        body[random.randrange(len(body))] ^= 1 << random.randrange(8)
        return Tampered(bytes(body))


class CutOff:
    place = CONTAINER

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        body = any_bundle(random, built)
        return Tampered(body[: random.randrange(len(body))])


class Inserted:
    place = CONTAINER

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        body = any_bundle(random, built)
        at = random.randrange(len(body) + 1)
        return Tampered(body[:at] + random.randbytes(random.randint(1, 40)) + body[at:])


class FileChanged:
    """A byte of a file, the container packed anew."""

    place = FILE

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        intruder = Intruder(any_bundle(random, built))
        name = random.choice(intruder.files)
        body = bytearray(intruder.parts[name])
        body[random.randrange(len(body))] ^= 1 << random.randrange(8)
        intruder.parts[name] = bytes(body)
        return Tampered(intruder.bundle())


class OwnPartChanged:
    """A byte of the snapshot, the keys, the log or the checkpoint, the container packed anew."""

    place = r"snapshot\.json .+|keys\.json.*|log\.jsonl.*|checkpoint.*"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        intruder = Intruder(any_bundle(random, built))
        name = random.choice([SNAPSHOT, KEYS, LOG, CHECKPOINT])
        body = bytearray(intruder.parts[name])
        body[random.randrange(len(body))] ^= 1 << random.randrange(8)
        intruder.parts[name] = bytes(body)
        return Tampered(intruder.bundle())


class FilesSwapped:
    place = FILE

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        intruder = Intruder(any_bundle(random, built))
        one, other = random.sample(intruder.files, 2)
        intruder.parts[one], intruder.parts[other] = intruder.parts[other], intruder.parts[one]
        return Tampered(intruder.bundle())


class FileMissing:
    place = FILE

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        intruder = Intruder(any_bundle(random, built))
        del intruder.parts[random.choice(intruder.files)]
        return Tampered(intruder.bundle())


class ForeignFile:
    place = r".*foreign-\d+"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        intruder = Intruder(any_bundle(random, built))
        folder = random.choice(["", "files/", "files/segments/video/"])
        intruder.parts[f"{folder}foreign-{random.randrange(1000)}"] = random.randbytes(20)
        return Tampered(intruder.bundle())


class PartOfAnotherBundle:
    """The snapshot, log or checkpoint of one revision in the bundle of another one."""

    place = r"log\.jsonl.*|files/.+"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        one, other = (Intruder(body) for body in random.sample([built.september, built.first, built.second], 2))
        name = random.choice([SNAPSHOT, LOG, CHECKPOINT])
        one.parts[name] = other.parts[name]
        return Tampered(one.bundle())


class PayloadChangedWithoutTheKey:
    place = r"snapshot\.json envelope signatures\[0\]\.sig"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        changes: list[Callable[[Document], Any]] = [
            lambda document: random.choice(document["indicators"])["measurement"].update(value="0.97"),
            lambda document: random.choice(document["indicators"])["definition"].update(target=">= 1"),
            lambda document: document["indicators"].pop(),
            lambda document: document["sources"]["video"]["files"]["segments"].pop(),
            lambda document: document.update(as_of="2026-12-01T00:00:00Z"),
        ]
        intruder = Intruder(any_bundle(random, built))
        intruder.change_payload(random.choice(changes))
        return Tampered(intruder.bundle())


class LeavesChangedWithoutTheKey:
    """A line of the log dropped, doubled or moved."""

    place = r"log\.jsonl"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        intruder = Intruder(any_bundle(random, built))
        rows = intruder.parts[LOG].splitlines(keepends=True)
        row = rows.pop(random.randrange(len(rows)))
        again = [[], [row, row], [row]]
        at = random.choice([place for place in range(len(rows)) if rows[place] != row])
        changed = random.choice(again)
        intruder.parts[LOG] = b"".join([row, *rows][::-1] if changed == [row] else [*rows[:at], *changed, *rows[at:]])
        return Tampered(intruder.bundle())


class RowDropped:
    """By the operator, who measures again and re-signs everything."""

    place = r"log\.jsonl"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        operator = Operator.of(built.third, built.private)
        drop_a_row(random, operator)
        operator.measure_again()
        return Tampered(operator.bundle(), earlier=kept_checkpoint(random, built))


class RowDroppedAndToldAgain:
    """Nothing that was logged is touched; second leaves of the same names follow at the end."""

    place = r"log\.jsonl line 60"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        operator = Operator.of(built.third, built.private)
        honest = list(operator.leaves)
        drop_a_row(random, operator)
        again = [leaf for leaf, was in zip(operator.leaves, honest, strict=True) if leaf != was]
        operator.measure_again()
        operator.leaves = [*honest, *again, honest[operator.own_leaf]]
        return Tampered(operator.bundle(own=-1), earlier=kept_checkpoint(random, built))


class LogRebuilt:
    """The last leaves dropped and made anew in another order."""

    place = r"log\.jsonl"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        operator = Operator.of(built.third, built.private)
        begin = random.randrange(25, len(operator.leaves) - 8)
        operator.leaves[begin : begin + 3] = operator.leaves[begin : begin + 3][::-1]
        return Tampered(operator.bundle(), earlier=kept_checkpoint(random, built))


class SegmentsSwapped:
    """By the operator: two days of a source change places, and the log says so too."""

    place = FILE

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        operator = Operator.of(built.third, built.private)
        source = random.choice(["video", "cases", "sites", "meters", "app", "portal"])
        one, other = random.sample(operator.segments(source), 2)
        bodies = operator.files[other["path"]], operator.files[one["path"]]
        for entry, body in zip((one, other), bodies, strict=True):
            operator.replace_segment(source, entry, body)
        return Tampered(operator.bundle())


class SegmentLeftOut:
    """By the operator, as a further revision: the log continues every checkpoint."""

    place = r"log\.jsonl line \d+"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        operator = Operator.of(built.third, built.private)
        source, entry = any_segment(random, operator)
        operator.leave_out(source, entry)
        operator.append_revision()
        return Tampered(operator.bundle(), earlier=kept_checkpoint(random, built))


class DefinitionChanged:
    """By the operator, with or without its digest, and with what follows from it."""

    place = r"snapshot\.json indicators\.\w+\.definition|log\.jsonl"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        operator = Operator.of(built.third, built.private)
        name = random.choice(["online", "sites_up", "closure", "on_time", "pue", "users", "catalogue"])
        changed = {"target": f">= {random.randint(1, 60)}", "min_coverage": random.choice([0.01, 0.02])}
        if random.random() < 0.5:
            operator.redefine(name, **changed)
            return Tampered(operator.bundle(), earlier=kept_checkpoint(random, built))
        operator.indicator(name)["definition"] |= changed
        return Tampered(operator.bundle())


class MeasurementChanged:
    """By the operator, who signs another figure than the files give."""

    place = r"snapshot\.json indicators\.\w+\.(measurement\.\w+(\.\w+)?|verdict|basis)"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        operator = Operator.of(built.third, built.private)
        figure = random.choice(operator.document["indicators"])
        field = random.choice(
            ["value", "lower", "upper", "coverage", "n", "numerator", "parts", "faults", "verdict", "basis"]
        )
        if field in ("verdict", "basis"):
            figure[field] = "declared"
        elif field == "parts":
            figure["measurement"]["parts"]["up_seconds"] = str(random.randrange(10**6))
        else:
            figure["measurement"][field] = str(random.random())
        return Tampered(operator.bundle())


class KeyReplaced:
    """Everything signed again by another key: against the key, or the checkpoint, that somebody has from before."""

    place = r"keys\.json|the earlier checkpoint line 6"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        operator = Operator.of(any_bundle(random, built), built.private)
        operator.replace_key()
        body = operator.bundle()
        if random.random() < 0.5:
            return Tampered(body, pinned=random.choice(built.keyids))
        return Tampered(body, earlier=random.choice([built.earlier, built.earlier_short]))


class PeriodShortened:
    """A month without its last days, as a further revision."""

    place = r"snapshot\.json (period|as_of)"

    @staticmethod
    def tamper(random: Random, built: Built) -> Tampered:
        operator = Operator.of(built.third, built.private)
        day = f"2026-10-{random.randint(10, 30)}T16:00:00Z"
        if random.random() < 0.5:
            operator.document["period"]["end"] = day
        else:
            operator.document["as_of"] = day
        operator.append_revision()
        return Tampered(operator.bundle(), earlier=kept_checkpoint(random, built))


KINDS: tuple[type[Kind], ...] = (
    FlippedByte, CutOff, Inserted, FileChanged, OwnPartChanged, FilesSwapped, FileMissing, ForeignFile, PartOfAnotherBundle,
    PayloadChangedWithoutTheKey, LeavesChangedWithoutTheKey, RowDropped, RowDroppedAndToldAgain, LogRebuilt, SegmentsSwapped,
    SegmentLeftOut, DefinitionChanged, MeasurementChanged, KeyReplaced, PeriodShortened,
)  # fmt: skip
