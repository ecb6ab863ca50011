"""What was known at an instant: of several versions of one record the one learned last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.measures.same_keys import last_of_each

NEVER = np.iinfo(np.int64).max
"""Stands for an instant that a record does not have; later than every other."""


def instants(table: pa.Table, column: str) -> np.ndarray:
    """An instant column as int64 milliseconds, NEVER where it is null."""
    return np.asarray(pc.fill_null(table[column].combine_chunks().cast(pa.int64()), int(NEVER)))


def latest(versions: pa.Table, key: Sequence[str], as_of: int) -> pa.Table:
    """One row per key: the version learned last (``recorded_at``) by ``as_of``; of two learned at once the later row.

    The row's own time has no say: a back-filled old fact stays old. Rows keep their order.
    """
    recorded = instants(versions, "recorded_at")
    if len(recorded) and recorded.max() > as_of:
        versions = versions.filter(pa.array(recorded <= as_of))
        recorded = recorded[recorded <= as_of]
    order = np.argsort(recorded, kind="stable")
    last = last_of_each(versions[key[0]].combine_chunks(), order) if len(key) == 1 else None
    if last is None:
        codes, size = _codes(versions, key)
        last = np.empty(size, np.int64)
        last[codes[order]] = order  # of repeated indices the last one stays
    return versions if len(last) == len(recorded) else versions.take(pa.array(np.sort(last)))


def _codes(table: pa.Table, key: Sequence[str]) -> tuple[np.ndarray, int]:
    """Numbers 0 to size - 1, equal where all key columns are."""
    codes, size = np.zeros(table.num_rows, np.int64), min(1, table.num_rows)
    for name in key:
        encoded = table[name].combine_chunks().dictionary_encode(null_encoding="encode")
        codes = codes * max(1, len(encoded.dictionary)) + encoded.indices.to_numpy()
        if name == key[0]:
            size = len(encoded.dictionary)
        else:
            used, codes = np.unique(codes, return_inverse=True)
            size = len(used)
    return codes, size
