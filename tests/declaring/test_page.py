"""The example of the documentation is a declaration that is taken."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from collector.declaring.table_file import COLUMNS
from collector.declaring.yaml_file import DeclarationFile, DeclaredLine
from tests.declaring.conftest import Declare, Stored

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"


def test_the_example_is_stored_as_it_stands(tmp_path: Path, hand_in: Declare, stored: Stored) -> None:
    text = PAGE.read_text(encoding="utf-8")
    example = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[0]
    for name in re.findall(r"attachment: ([^,}]+)", example):
        (tmp_path / name).write_text(name, encoding="utf-8")
    done = hand_in(example, profile=None, by=None, now=1_800_000_000_000)
    assert (done.profile, done.period, len(done.stored)) == ("yiyang-2022", "2026", 9)
    assert {one.name for one in stored() if one.attachment} == {"cost", "satisfaction", "governance"}


def test_every_key_and_column_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    keys: set[Any] = {*DeclarationFile.model_fields, *DeclaredLine.model_fields} | {
        names[0] for names in COLUMNS.values()
    }
    assert [key for key in sorted(keys) if f"`{key}`" not in text and f"{key}:" not in text] == []
