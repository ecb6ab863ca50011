"""JSON that cannot be read is a signal that names the part, never another exception."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from collector.errors import SourceChanged
from collector.strict import read_json


class Answer(msgspec.Struct):
    value: int


@pytest.mark.parametrize("decoder", [msgspec.json.Decoder(Answer), msgspec.json.Decoder(Any)], ids=["skipped", "read"])
@pytest.mark.parametrize("depth", [5_000, 1_000_000])
def test_an_answer_that_is_nested_too_deeply_is_a_change(decoder: msgspec.json.Decoder[Any], depth: int) -> None:
    body = b'{"value":1,"unused":' + b"[" * depth + b"]" * depth + b"}"
    with pytest.raises(SourceChanged, match=r"^page 2 \$: is nested too deeply"):
        read_json(decoder, body, "page 2")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the answer is empty"),
        (b"<html>", "an HTML page"),
        (b'{"value":', "not complete JSON"),
        (b'{"value":"1"}', r"\$.value: Expected `int`"),
        (b'{"value":true}', r"\$.value: Expected `int`"),
    ],
)
def test_what_came_instead_is_named(body: bytes, message: str) -> None:
    with pytest.raises(SourceChanged, match=message):
        read_json(msgspec.json.Decoder(Answer), body, "page 2")
