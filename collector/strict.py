"""Strict reading of JSON: a field that is missing, of another type or not finite is a signal, never a default."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from collector.errors import SourceChanged

T = TypeVar("T")


def read_json(decoder: msgspec.json.Decoder[T], body: bytes, part: str) -> T:
    """Decode ``body`` with a typed decoder. Raises SourceChanged naming the part and the field."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `")
        raise SourceChanged(f"{part} {path.rstrip('`') or '$'}", message) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceChanged(f"{part} $", f"{_what(body)} ({error})") from None
    except RecursionError:
        raise SourceChanged(f"{part} $", "is nested too deeply to be read") from None


def _what(body: bytes) -> str:
    """What somebody who expected JSON most likely got; never quotes the answer, it may hold secrets."""
    start = body[:512].lstrip().lower()
    if not start:
        return "the answer is empty"
    if start.startswith((b"<!doctype", b"<html")):
        return "the answer is an HTML page, not JSON"
    return "the answer is not complete JSON"
