"""Which measures of which of the folder's scripts stand beside each work, what has to be made for them, and what to leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.peers.folder import Folder, PeersFailed, Record
from benchmarks.table import Line


@dataclass(frozen=True)
class Peer:
    """A measure of a script: the first (or last printed) record of ``area``, ``peer`` and ``size`` whose ``what`` begins so.

    at_least: how many times ours it is to take. key: the record's value that is shown, in ``unit``. share: of a record that covers
    another number of things than the work, the factor to the work's; the note says so.
    """

    who: str
    area: str
    peer: str
    what: str
    size: int
    at_least: float | None = None
    key: str = "cpu_s"
    unit: str = "CPU-s"
    share: float = 1.0
    note: str = ""

    def finds(self, record: Record) -> bool:
        said = record.area, record.peer, record.size
        return said == (self.area, self.peer, self.size) and record.what.startswith(self.what)

    def line(self, records: Sequence[Record], ours: Line) -> Line:
        found = next((one for one in reversed(records) if self.finds(one)), None)
        blank = Line(
            ours.work,
            ours.size,
            None,
            self.unit,
            self.who,
            at_least=self.at_least,
            note="the script printed no such measure",
        )
        if found is None:
            return blank
        return replace(
            blank, amount=float(found.values[self.key]) * self.share, note="; ".join(filter(None, [self.note, _error(found)])),
            wall_seconds=_number(found, "wall_s") if self.unit == "CPU-s" and self.share == 1 else None,
            runs=int(found.values.get("runs", 1)),
        ).beside(ours)  # fmt: skip


@dataclass(frozen=True)
class Script:
    """A script of the folder with its arguments, the measures wanted of it, and what it needs.

    needs: (file in the data folder, the script that makes it) each. stale: files in the data folder that are removed first, so that
    what they hold is made and measured again.
    """

    command: tuple[str, ...]
    peers: tuple[Peer, ...]
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    stale: tuple[str, ...] = ()

    def lines(self, folder: Folder, ours_of: Callable[[Peer], Line]) -> Iterator[Line]:
        """A line for each wanted measure, also where the script failed; ours_of: the line that a peer stands beside."""
        try:
            for made, command in self.needs:
                folder.make(made, *command)
            for name in self.stale:
                (folder.data / name).unlink(missing_ok=True)
            records = folder.run(self.command, self._complete)
        except PeersFailed as error:
            for peer in self.peers:
                ours = ours_of(peer)
                yield Line(ours.work, ours.size, None, peer.unit, peer.who, at_least=peer.at_least, note=str(error))
            return
        for peer in self.peers:
            yield peer.line(records, ours_of(peer))

    def _complete(self, records: list[Record]) -> bool:
        """Whether every wanted measure has been printed; what a script would do after that is left out."""
        return all(any(peer.finds(record) for record in records) for peer in self.peers)


def _error(record: Record) -> str:
    error = _number(record, "err_vs_truth")
    return "" if error is None else f"error {error:.1g}" if error else "exact"


def _number(record: Record, key: str) -> float | None:
    value = record.values.get(key)
    return float(value) if isinstance(value, int | float) else None


def _interval_engines(count: int, at_least: float | None) -> Script:
    what = {"chdb": "MergeTree intervals", "polars": "interval parquet", "duckdb": "interval parquet"}
    peers = [Peer(f"{name}, intervals", "month", name, said, count, at_least) for name, said in what.items()]
    stored = Peer(
        "Parquet, intervals", "storage", "parquet-intervals-zstd3", "", count, key="bytes_per_channel_month", unit="B"
    )
    return Script(
        ("peers/month_columns.py", str(count), "iv_duckdb", "iv_polars", "iv_chdb"), (stored, *peers),
        ((f"ch_{count}/truth.npz", ("gen/gen_channels.py", str(count))),), (f"iv_{count}.parquet",),
    )  # fmt: skip


def _victoria(count: int, at_least: float | None) -> Script:
    return Script(
        ("peers/victoria_month.py", str(count)),
        (
            Peer("VictoriaMetrics", "storage", "victoriametrics", "month import, merged", count,
                 key="bytes_per_channel_month", unit="B", note="exact time stamps"),
            Peer("VictoriaMetrics", "month", "victoriametrics", "overall exact", count, at_least, note="overall only"),
        ),
        (_bitmap(count),),
    )  # fmt: skip


def _prometheus(count: int, at_least: float | None) -> Script:
    """Its blocks are made once and kept: at 10,000 channels that takes about 1,000 CPU seconds."""
    return Script(
        ("peers/prometheus_month.py", str(count), "overall exact"),
        (Peer("Prometheus", "month", "prometheus", "overall exact", count, at_least, note="overall only"),),
        (_bitmap(count), (f"prom_{count}", ("peers/prometheus_backfill.py", str(count)))),
    )  # fmt: skip


def _bitmap(count: int) -> tuple[str, tuple[str, ...]]:
    return f"ch_{count}/bitmap.npy", ("gen/gen_channels.py", str(count), "--bitmap")


MONTH: dict[int, tuple[Script, ...]] = {
    1_000: (_interval_engines(1_000, None),),
    10_000: (
        _interval_engines(10_000, 15),
        Script(
            ("peers/pg_month.py", "0", "10000"),
            (
                Peer(
                    "PostgreSQL, intervals",
                    "storage",
                    "postgresql-intervals",
                    "",
                    10_000,
                    key="bytes_per_channel_month",
                    unit="B",
                ),
                Peer("PostgreSQL, intervals", "month", "postgresql", "interval rows", 10_000, 15),
            ),
        ),
        _victoria(10_000, 1_000),
        _prometheus(10_000, 5_000),
    ),
    1_000_000: (_interval_engines(1_000_000, None),),
}
"""By number of channels, the least for a quick run.

The engines answer overall, departments and channels; the two time series databases only the first."""

_PAGES = ("pages_1000000/003.txt", ("gen/gen_pages.py", "1000000", "4"))
_POLL_OF_A_MILLION: tuple[Script, ...] = (
    Script(
        ("peers/victoria_ingest.py", "1000000", "8"),
        (Peer("VictoriaMetrics, import of a ready-made page", "ingest", "victoriametrics", "", 1_000_000),), (_PAGES,),
    ),
    Script(
        ("peers/prometheus_ingest.py", "1000000", "20", "8"),
        (Peer("Prometheus, scrape of a ready-made page", "ingest", "prometheus", "", 1_000_000),), (_PAGES,),
    ),
)  # fmt: skip


def poll_scripts(count: int) -> tuple[Script, ...]:
    """A poll of so many channels. The exporter is measured at 100,000: it needs a label set for every channel."""
    share = count / 100_000
    note = "" if share == 1 else f"{share:g} x its 100,000 channels"
    exporter = Script(
        ("peers/exporter.py", "100000"),
        (Peer("Python exporter in front of either", "ingest", "python-exporter", "", 100_000, share=share, note=note),),
        (("json_100000/poll1.npy", ("gen/gen_json.py", "100000")),),
    )
    return (*(_POLL_OF_A_MILLION if count == 1_000_000 else ()), exporter)


_EVENTS = ("events.parquet", ("gen/gen_events.py",))
LOGINS: tuple[Script, ...] = tuple(
    Script(("peers/dau.py", name), (Peer(who, "dau", name, "", 10_000_000, note=note),), (_EVENTS,))
    for name, who, note in (
        ("duckdb", "DuckDB", ""), ("chdb", "chdb", ""), ("polars", "Polars", ""),
        ("redis", "Redis HyperLogLog", "1.4 % error"), ("postgresql", "PostgreSQL", "loading not counted"),
    )
)  # fmt: skip
"""Ten million logins: thirty DAU and the MAU."""

CASES: tuple[Script, ...] = (
    Script(
        ("peers/cases.py",),
        (
            Peer("DuckDB", "cases", "duckdb", "by 40x16 groups", 1_000_000),
            Peer("Polars", "cases", "polars", "by 40x16 groups", 1_000_000),
        ),
        (("cases.parquet", ("gen/gen_events.py",)),),
    ),
)
"""A million cases by 640 groups: closure, on time, p50, p90."""

CELERY: tuple[Script, ...] = (
    Script(
        ("peers/celery_bench.py", "2000"),
        (
            Peer(
                "Celery and Redis, an empty task",
                "celery",
                "prefork-2",
                "trivial task",
                2_000,
                key="cpu_ms_per_task",
                unit="ms",
            ),
        ),
    ),
)
