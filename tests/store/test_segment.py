"""A segment gives back the parts that were written, whichever of them are empty."""

from __future__ import annotations

from itertools import product

import pyarrow as pa
import pytest

from collector.records import Kind
from collector.segment import Heading, Segment, encoded_columns, part_schemas, write_segment

DAY = 1_790_784_000_000


def rows(schema: pa.Schema, count: int) -> pa.Table:
    """``count`` rows of nothing but nulls."""
    return pa.Table.from_arrays([pa.nulls(count, field.type) for field in schema], schema=schema)


@pytest.mark.parametrize("kind", Kind)
def test_a_part_is_read_back_with_its_own_rows_whatever_parts_are_empty(kind: Kind) -> None:
    heading = Heading("s", kind.value, "2026-10-01", "Asia/Shanghai", DAY, DAY + 86_400_000, 0, DAY, None, "citygauge")
    schemas = part_schemas(kind)
    for filled in product((0, 1), repeat=len(schemas)):
        counts = {name: (i + 1) * full for i, (name, full) in enumerate(zip(schemas, filled, strict=True))}
        parts = {name: rows(schemas[name], count) for name, count in counts.items()}

        segment = Segment(write_segment(heading, parts))

        assert {name: segment.part(name).num_rows for name in schemas} == counts
        assert all(segment.part(name).equals(parts[name]) for name in schemas)


@pytest.mark.parametrize("count", [0, 1, 40_000])
def test_texts_that_are_wanted_encoded_are_the_same_texts(count: int) -> None:
    heading = Heading("s", "cases", "2026-10-01", "Asia/Shanghai", DAY, DAY + 86_400_000, 0, DAY, None, "citygauge")
    schemas = part_schemas(Kind.CASES)
    cases = rows(schemas["record"], count)
    texts = pa.array([("road", None, "tree")[number % 3] for number in range(count)], pa.string())
    cases = cases.set_column(cases.column_names.index("category"), "category", texts)
    segment = Segment(write_segment(heading, {name: rows(schemas[name], 0) for name in schemas} | {"record": cases}))

    found = segment.part("record", ["category", "district"], ["category"])

    assert found.schema.types == [pa.dictionary(pa.int32(), pa.string()), pa.string()]
    assert found["category"].cast(pa.string()).to_pylist() == texts.to_pylist()
    assert segment.part("record", ["category", "district"]).schema.types == [pa.string(), pa.string()]
    assert encoded_columns(cases.select(["category", "district"]), ["category"]).schema == found.schema
