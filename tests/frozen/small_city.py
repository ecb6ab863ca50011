"""A city with every kind of record, two frozen months and two corrections of the second: what the tests of ``verify`` take apart.

September 2026 is frozen as revision 1. Then the signing key is rotated and October is frozen: revision 1 with a supplement already in it,
revision 2 after a late case and a late state, revision 3 after an exclusion that was entered after the fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.bundling import make_bundle
from collector.freeze import Correction, freeze_period
from collector.frozen.verification import verify
from collector.importing import import_file
from collector.installation import Installation
from collector.proof.checkpoint import ShortCheckpoint
from collector.prover import key_ring
from collector.store.log import checkpoint_of, leaves
from tests.scripted import DAY, HOUR, OCTOBER, City

SEPTEMBER_FROZEN = OCTOBER + 5 * DAY
NOVEMBER = OCTOBER + 31 * DAY
FROZEN, REVISED, EXCLUDED = NOVEMBER + DAY // 2, NOVEMBER + 2 * DAY, NOVEMBER + 3 * DAY

CITY = """city: 试验市
store: sqlite:///store.db
settle: 0s
sources:
  - {id: video, connector: http_probe, every: 12h, holds: 1d, targets: [{subject: a, url: 'http://127.0.0.1/'}],
     register: {policy: fixed, file: channels.csv}}
  - {id: sites, connector: file, kind: states, observed: [2026-10-01T00:00:00+08:00, 2026-10-04T00:00:00+08:00]}
  - {id: cases, connector: file, kind: cases, observed: [2026-10-01T00:00:00+08:00, 2026-10-04T00:00:00+08:00]}
  - {id: meters, connector: file, kind: readings, observed: [2026-10-01T00:00:00+08:00, 2026-10-04T00:00:00+08:00]}
  - {id: app, connector: file, kind: activity, observed: [2026-10-01T00:00:00+08:00, 2026-10-04T00:00:00+08:00]}
  - {id: portal, connector: file, kind: figures, observed: [2026-09-29T00:00:00+08:00, 2026-10-03T00:00:00+08:00]}
indicators:
  - {id: online, name: 视频在线率, measure: availability, source: video, target: ">= 95", min_coverage: 0.5}
  - {id: sites_up, measure: availability, source: sites, unit: "%", min_coverage: 0.05}
  - {id: closure, measure: case_closure, source: cases, base: accepted_in_period, target: ">= 50", min_coverage: 0.05}
  - {id: on_time, measure: case_on_time, source: cases, min_coverage: 0.05}
  - {id: pue, measure: pue, source: meters, target: "<= 1.5", min_coverage: 0.05}
  - {id: users, measure: active_users, source: app, min_coverage: 0.05}
  - {id: catalogue, measure: figure, source: portal, figure: catalogue_total, stat: last, min_coverage: 0.05}
  - {id: more, measure: growth, of: catalogue, baseline: 2026-09, min_coverage: 0.05}
exclusions:
  - {source: video, start: 2026-10-10T00:00:00+08:00, end: 2026-10-11T00:00:00+08:00, reason: 机房搬迁, approved_by: 王局,
     entered_at: 2026-10-08T10:00:00+08:00}
"""
AFTER_THE_FACT = """  - {source: video, start: 2026-10-20T00:00:00+08:00, end: 2026-10-21T00:00:00+08:00, reason: 停电, approved_by: 李局,
     entered_at: 2026-11-02T10:00:00+08:00}
"""
CHANNELS = (
    "subject,joined,removed,entered_at,approved_by,reason,department\n"
    "a,,,,,,公安局\nb,2026-09-29,,,,,公安局\nc,2026-10-02,,,,,城管局\n"
)
FILES = {
    "sites": "subject,at,state\nhall,2026-10-01T00:00:00+08:00,up\nhall,2026-10-02T05:00:00+08:00,down\nhall,2026-10-02T09:00:00+08:00,up\n"
    "desk,2026-10-01T03:00:00+08:00,down\ndesk,2026-10-03T10:00:00+08:00,up\n",
    "cases": "case,opened_at,due_at,closed_at,category\n"
    "c1,2026-10-01T08:00:00+08:00,2026-10-02T08:00:00+08:00,2026-10-01T20:00:00+08:00,road\n"
    "c2,2026-10-01T09:00:00+08:00,2026-10-02T08:00:00+08:00,2026-10-03T10:00:00+08:00,road\n"
    "c3,2026-10-02T09:00:00+08:00,2026-10-03T08:00:00+08:00,,litter\nc4,2026-10-03T11:00:00+08:00,,,litter\n",
    "meters": "meter,at,kwh,role\n"
    + "".join(
        f"{meter},2026-10-0{1 + hour // 24}T{hour % 24:02}:00:00+08:00,{step * hour + 10},{role}\n"
        for meter, step, role in (("main", 14, "facility"), ("rack", 10, "it"))
        for hour in range(0, 72, 6)
    ),
    "app": "actor,at\nu1,2026-10-01T08:00:00+08:00\nu2,2026-10-01T09:00:00+08:00\n"
    "u1,2026-10-02T08:00:00+08:00\nu3,2026-10-03T08:00:00+08:00\n",
    "portal": "name,at,value,unit\ncatalogue_total,2026-09-29T12:00:00+08:00,90,项\ncatalogue_total,2026-10-02T12:00:00+08:00,120,项\n",
}
BEFORE_THE_FREEZE = {
    "cases": "case,opened_at,due_at,closed_at,category\n"
    "c5,2026-10-02T12:00:00+08:00,2026-10-02T18:00:00+08:00,,road\n"
    "c3,2026-10-02T09:00:00+08:00,2026-10-03T08:00:00+08:00,2026-11-01T08:00:00+08:00,litter\n",
}
AFTER_THE_FREEZE = {
    "cases": "case,opened_at,due_at,closed_at,category\n"
    "c6,2026-10-01T12:00:00+08:00,2026-10-02T18:00:00+08:00,2026-10-02T10:00:00+08:00,road\n",
    "sites": "subject,at,state\nhall,2026-10-03T12:00:00+08:00,down\nhall,2026-10-03T18:00:00+08:00,up\n",
}


@dataclass(frozen=True)
class Built:
    """What came out of it: the bundles, two checkpoints that somebody kept, the ids of the keys (the older one first), the current key.

    earlier: the checkpoint as September was frozen. latest: the one over the whole log.
    """

    folder: Path
    september: bytes
    first: bytes
    second: bytes
    third: bytes
    earlier: str
    latest: str
    keyids: tuple[str, str]
    private: Ed25519PrivateKey

    @cached_property
    def earlier_short(self) -> ShortCheckpoint:
        """As a report prints it."""
        return verify(self.september).short_checkpoint

    @cached_property
    def latest_short(self) -> ShortCheckpoint:
        return verify(self.third).short_checkpoint


def build(folder: Path) -> Built:
    (folder / "channels.csv").write_text(CHANNELS)
    (folder / "city.yaml").write_text(CITY)
    city = City(Installation(folder / "city.yaml"))
    earlier = freeze_september(city)
    _freeze_october(city)
    city.installation.close()
    (folder / "city.yaml").write_text(CITY + AFTER_THE_FACT)
    corrected = Installation(folder / "city.yaml")
    freeze_period(corrected, "2026-10", EXCLUDED, Correction("停电", "李局"))
    built = _built(corrected, folder, earlier)
    corrected.close()
    return built


def freeze_september(city: City) -> str:
    """Returns the checkpoint over the log as it was then."""
    _watch(city, OCTOBER - 3 * DAY, OCTOBER + 5 * DAY)
    for source, text in FILES.items():
        bring_in(city, source, text, OCTOBER + 4 * DAY)
    seal(city, SEPTEMBER_FROZEN)
    freeze_period(city.installation, "2026-09", SEPTEMBER_FROZEN)
    return _checkpoint(city.installation)


def _freeze_october(city: City) -> None:
    key_ring(city.installation).rotate(SEPTEMBER_FROZEN + DAY)
    _watch(city, OCTOBER + 5 * DAY, NOVEMBER)
    for source, text in BEFORE_THE_FREEZE.items():
        bring_in(city, source, text, NOVEMBER + 9 * HOUR)
    seal(city, FROZEN)
    freeze_period(city.installation, "2026-10", FROZEN)
    for source, text in AFTER_THE_FREEZE.items():
        bring_in(city, source, text, REVISED)
    seal(city, REVISED)
    freeze_period(city.installation, "2026-10", REVISED, Correction("补录", "王局"))


def _built(installation: Installation, folder: Path, earlier: str) -> Built:
    september = make_bundle(installation, "2026-09", 1, EXCLUDED)
    october = (make_bundle(installation, "2026-10", revision, EXCLUDED) for revision in (1, 2, 3))
    ring = key_ring(installation)
    old, new = (one.keyid for one in ring.listed())
    return Built(folder, september, *october, earlier, _checkpoint(installation), (old, new), ring.current())


def _watch(city: City, start: int, end: int) -> None:
    """Channel a fails now and then, b is lost on every tenth day, c comes on 2 October."""
    for at in range(start, end, 12 * HOUR):
        slot = (at - OCTOBER) // (12 * HOUR)
        states = {"a": "up" if slot % 7 else "down", "b": "unknown" if slot % 20 == 3 else "up"}
        city.say("video", at, states | ({"c": "up"} if at >= OCTOBER + DAY else {}))


def bring_in(city: City, source: str, text: str, now: int) -> None:
    path = city.installation.city.folder / f"{source}-{now}.csv"
    path.write_text(text)
    import_file(city.installation.source(source), path, now)


def seal(city: City, now: int) -> None:
    for due in city.installation.sealer.due(now):
        city.installation.sealer.seal_day(due.source, due.day, now)


def _checkpoint(installation: Installation) -> str:
    with installation.database.read() as connection:
        text = checkpoint_of(connection, len(leaves(connection)))
    assert text is not None
    return text
