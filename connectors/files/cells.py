"""Cells of one column as texts, numbers, whole numbers or truth values; what is none of them is named by its row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FLAGS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
UNREADABLE = (pa.ArrowException, ValueError, OverflowError)


class BadCellError(Exception):
    """The cell of data row ``row`` cannot be read; ``message`` continues "line 7, column due_at:"."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row
        self.message = message


def shown(text: object) -> str:
    """A cell as an error text quotes it, cut where it is long."""
    quoted = repr(str(text))
    return quoted if len(quoted) <= 42 else quoted[:40] + "…'"


def texts(values: pa.Array, blanks: tuple[str, ...]) -> pa.Array:
    """Trimmed texts; null where nothing, or one of ``blanks``, stands."""
    if pa.types.is_dictionary(values.type):
        return pa.DictionaryArray.from_arrays(values.indices, texts(values.dictionary, blanks)).dictionary_decode()
    text = pc.utf8_trim_whitespace(values if pa.types.is_string(values.type) else pc.cast(values, pa.string()))
    empty = pc.is_in(text, pa.array(["", *blanks]))
    return pc.if_else(empty, pa.scalar(None, pa.string()), text)


def numbers(values: pa.Array, blanks: tuple[str, ...]) -> pa.Array:
    """Finite numbers (float64) as they are written in programs: no thousands separator, no unit."""
    if pa.types.is_floating(values.type):
        found = pc.if_else(pc.is_nan(values), None, values)  # how other libraries write that nothing stands there
    elif pa.types.is_integer(values.type):
        found = values
    else:
        found = texts(values, blanks)
    out = _read(found, lambda part: pc.cast(part, pa.float64()), "is not a number such as 1234.5")
    endless = pc.fill_null(pc.invert(pc.is_finite(out)), False)
    if pc.any(endless).as_py():
        row = pc.index(endless, True).as_py()
        raise BadCellError(row, f"{shown(found[row].as_py())} is not a finite number")
    return out


def whole_numbers(values: pa.Array, blanks: tuple[str, ...]) -> pa.Array:
    found = texts(values, blanks)
    return _read(found, lambda part: pc.cast(part, pa.int32()), "is not a whole number")


def flags(values: pa.Array, blanks: tuple[str, ...]) -> pa.Array:
    found = texts(values, blanks)
    words = pa.array(list(FLAGS))
    index = pc.index_in(pc.utf8_lower(found), words)
    unknown = pc.and_(pc.is_valid(found), pc.is_null(index))
    if pc.any(unknown).as_py():
        row = pc.index(unknown, True).as_py()
        raise BadCellError(row, f"{shown(found[row].as_py())} is none of {', '.join(FLAGS)}")
    return pa.array(list(FLAGS.values())).take(index)


def first_failing(values: pa.Array, read: Callable[[pa.Array], object]) -> int:
    """The first row that makes ``read`` fail, by halving: a vector that fails does not say where."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            read(values.slice(low, middle - low))
        except UNREADABLE:
            high = middle
        else:
            low = middle
    return low


def first(mask: np.ndarray) -> int | None:
    """The first row that is set."""
    return int(np.argmax(mask)) if mask.any() else None


def _read(values: pa.Array, read: Callable[[pa.Array], pa.Array], complaint: str) -> pa.Array:
    try:
        return read(values)
    except UNREADABLE:
        row = first_failing(values, read)
        raise BadCellError(row, f"{shown(values[row].as_py())} {complaint}") from None
