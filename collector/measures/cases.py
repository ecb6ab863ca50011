"""Cases of a case-handling system: the rule by which they count, their latest version, and their instants.

Words and counting rules follow the trade's own collector (a vendor's statistics program; the numbered clauses of
GB/T 30428 were not read): 上报 reported, 受理 accepted, 处置 disposed, 结案 closed, 应结案 should be archived, 挂账
suspended, 返工 returned.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
import pyarrow as pa

from collector.errors import ConfigurationError
from collector.measures import versions
from collector.measures.versions import NEVER, instants

T = TypeVar("T")
Base = Literal["should_archive", "accepted_in_period", "closed_vs_accepted"]
Cohort = Literal["reported", "accepted", "due", "closed"]


@dataclass(frozen=True)
class CaseRule:
    """How cases count.

    base: the denominator of case_closure. cohort: by which instant a case belongs to the period; reported unless
    the base says accepted. decided_by: whether disposal (the trade's rule) or closing must come by the due date.
    """

    base: Base = "should_archive"
    cohort: Cohort | None = None
    decided_by: Literal["disposal", "closing"] = "disposal"

    def __post_init__(self) -> None:
        if self.base == "accepted_in_period" and self.cohort not in {None, "accepted"}:
            raise ConfigurationError(
                f"cohort {self.cohort}: base accepted_in_period counts cases accepted in the period; leave cohort out"
            )

    @property
    def counted_by(self) -> Cohort:
        return self.cohort or ("accepted" if self.base == "accepted_in_period" else "reported")


@dataclass(frozen=True)
class CaseTimes:
    """Instants of every case (int64, NEVER where there is none)."""

    opened: np.ndarray
    accepted: np.ndarray
    due: np.ndarray
    disposed: np.ndarray
    closed: np.ndarray

    @classmethod
    def of(cls, cases: pa.Table) -> CaseTimes:
        """accepted_at defaults to opened_at; a closed case was disposed of when it was closed at the latest."""
        opened, accepted, closed = (instants(cases, name) for name in ("opened_at", "accepted_at", "closed_at"))
        return cls(
            opened=opened,
            accepted=np.where(accepted == NEVER, opened, accepted),
            due=instants(cases, "due_at"),
            disposed=np.minimum(instants(cases, "disposed_at"), closed),
            closed=closed,
        )

    @property
    def last(self) -> np.ndarray:
        """The last thing known to have happened to each case; it was as it is known to have been until then."""
        happened = (np.where(at == NEVER, self.opened, at) for at in (self.accepted, self.disposed, self.closed))
        out: np.ndarray = np.maximum.reduce([self.opened, *happened])
        return out

    def where(self, rows: np.ndarray) -> CaseTimes:
        """Of the chosen cases (bool or indices)."""
        return CaseTimes(*(getattr(self, one.name)[rows] for one in fields(CaseTimes)))

    def by(self, cohort: Cohort) -> np.ndarray:
        """The instant that decides which period a case belongs to."""
        return {"reported": self.opened, "accepted": self.accepted, "due": self.due, "closed": self.closed}[cohort]


class Cases:
    """One row per case, with what several measures need of it, each worked out once."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._kept: dict[Hashable, Any] = {}

    @classmethod
    def of(cls, cases: pa.Table | Cases) -> Cases:
        return cases if isinstance(cases, Cases) else cls(cases)

    @property
    def count(self) -> int:
        return int(self.table.num_rows)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gave when it was first asked for by ``key``."""
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    @cached_property
    def times(self) -> CaseTimes:
        return CaseTimes.of(self.table)


def latest(table: pa.Table, as_of: int) -> pa.Table:
    """One row per case: the version learned last at or before ``as_of``; of two learned at once the later row."""
    return versions.latest(table, ["case"], as_of)
