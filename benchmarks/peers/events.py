"""The folder's logins and cases (gen/gen_events.py) measured by the project, and checked against the folder's truth.

Account ids become keyed hashes as on import; that and reading the folder's files are not timed. The peers read their figures' columns
from a Parquet file.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks import cases_million
from benchmarks import logins as generated
from benchmarks.peers import month
from benchmarks.peers.channels import TOLERANCE
from benchmarks.peers.folder import Folder
from benchmarks.sealed_events import DAY, MONTH, new_city, seal, store
from benchmarks.table import Line
from collector.figures import Figure
from collector.records import INSTANT, SCHEMAS, Kind

KEY = b"benchmark"


def logins(folder: Folder) -> list[Line]:
    """Thirty DAU and the MAU: from the events in memory, and from the sealed month (see ``benchmarks.logins``)."""
    folder.make("events.parquet", "gen/gen_events.py")
    activity, user, day = read_activity(folder)
    check_users(user, day, folder)
    return [
        Line.of(row)
        for row in generated.measured(activity, user, day, f"{activity.num_rows:,} logins, {user.max() + 1:,} users")
    ]


def read_activity(folder: Folder) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """(actor and at, user's number, day of the month) of every login.

    The folder's days are those of UTC; the instants are moved so that they are the days of the month that is sealed.
    """
    table = pq.read_table(folder.data / "events.parquet", read_dictionary=["user"])
    users = table["user"].unify_dictionaries().combine_chunks()
    hashes = [hashlib.blake2b(one.encode(), key=KEY, digest_size=16).digest() for one in users.dictionary.to_pylist()]
    actor = pa.array(hashes, pa.binary(16)).take(users.indices)
    at = table["ts"].cast(pa.int64()).to_numpy() - month.MONTH.span.start + MONTH.span.start
    activity = pa.table({"actor": actor, "at": pa.array(at).cast(INSTANT)})
    return activity, users.indices.to_numpy(), (at - MONTH.span.start) // DAY


def check_users(user: np.ndarray, day: np.ndarray, folder: Folder) -> None:
    """What the project's figures are compared with (``benchmarks.logins.check``) is what the folder says is true."""
    truth = np.load(folder.data / "events_truth.npz")
    assert np.count_nonzero(np.bincount(user)) == int(truth["mau"])
    daily = [np.count_nonzero(np.bincount(user[day == number])) for number in range(len(truth["dau"]))]
    assert daily == truth["dau"].tolist()


def cases(folder: Folder) -> list[Line]:
    """Closure, on time, median and 90th percentile, by 640 groups: of the sealed month (see ``benchmarks.cases_million``)."""
    folder.make("cases.parquet", "gen/gen_events.py")
    table = read_cases(folder)
    truth = {name: float(one) for name, one in np.load(folder.data / "cases_truth.npz").items()}
    installation = new_city(Kind.CASES, cases_million.INDICATORS)
    store(installation, Kind.CASES, table, np.full(table.num_rows, MONTH.span.end))
    seal(installation, cases_million.SEALED_AT)
    found = cases_million.sealed(installation, lambda figures: check_cases(figures, table.num_rows, truth), table.num_rows)
    installation.close()
    return [Line.of(row) for row in found]


def read_cases(folder: Folder) -> pa.Table:
    """The folder's cases; category and district are its numbers, the instants moved as those of the logins."""
    given = pq.read_table(folder.data / "cases.parquet")
    moved = MONTH.span.start - month.MONTH.span.start
    instants = {"opened_at": "created", "due_at": "due", "closed_at": "closed"}
    columns = {name: pc.add(pc.multiply(given[own], 1000), moved).cast(INSTANT) for name, own in instants.items()}
    columns |= {"case": given["id"].cast(pa.string())}
    columns |= {name: given[name].cast(pa.string()) for name in ("category", "district")}
    schema = SCHEMAS[Kind.CASES]
    return pa.table(
        [columns.get(field.name, pa.nulls(given.num_rows, field.type)) for field in schema], schema
    ).combine_chunks()


def check_cases(figures: list[Figure], count: int, truth: dict[str, float]) -> None:
    """closure, on_time, p50, p90. The folder's on-time rate is over all cases, ours leaves out what is open and not yet due: counts."""
    closure, on_time, p50, p90 = (figure.measurement for figure in figures)
    for measured, name in ((closure, "closure"), (on_time, "ontime")):
        assert measured.numerator == round(truth[name] * count), (name, measured.numerator, truth[name])
    for measured, name in ((p50, "med"), (p90, "p90")):
        assert measured.value is not None
        assert abs(Fraction(measured.value) / Fraction(truth[name]) - 1) <= TOLERANCE, (name, measured.value)
