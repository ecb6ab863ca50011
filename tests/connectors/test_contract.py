"""What every connector in the registry promises, tried on its sample answers.

``samples/<connector>/example.yaml``: its entry in a city file. ``samples/<connector>/<case>/``: ``options.json``, one
file for each part (``01 channels 1.json``: order, name of the part, any ending), and ``expected.json``, rewritten by
``--update-golden``.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from ruamel.yaml import YAML

from collector.city.model import Source
from collector.connector import Connector, Part
from collector.errors import ConfigurationError, SourceChanged
from collector.records import ATTRIBUTES, SCHEMAS, Events, Records, State, Sweep
from connectors.registry import CONNECTORS, load

SAMPLES = Path(__file__).parent / "samples"
ZONE = ZoneInfo("Asia/Shanghai")
JUNK = ("null", "true", '""', '"x"', '"-1"', "-1", "1e400", "[]", "{}")
HOLE = "\ue000hole\ue000"
PAGE = b"<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>"
HEADINGS = ("source", "cadence", "sample", "not used", "doubts")


def _exists(name: str) -> bool:
    """Whether the connector's module is there; a registry line may come before its file while it is being written."""
    package, _, _ = CONNECTORS[name].partition(":")[0].rpartition(".")
    try:
        return (
            importlib.util.find_spec(package) is not None
            and importlib.util.find_spec(CONNECTORS[name].partition(":")[0]) is not None
        )
    except ModuleNotFoundError:
        return False


NAMES = sorted(name for name in CONNECTORS if _exists(name))
CASES = [case for name in NAMES for case in sorted((SAMPLES / name).glob("*/")) if case.is_dir()]
every_connector = pytest.mark.parametrize("name", NAMES)
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")


def _connector(case: Path) -> Connector:
    kind = load(case.parent.name)
    return kind(kind.Options.model_validate_json((case / "options.json").read_text()), ZONE)


def _parts(case: Path) -> list[Part]:
    files = sorted(path for path in case.iterdir() if re.match(r"\d+ ", path.name))
    return [Part(path.stem.partition(" ")[2], path.read_bytes()) for path in files]


def _rendered(records: Records) -> dict[str, Any]:
    """Records as JSON that a reviewer can read in a diff."""
    if isinstance(records, Sweep):
        swept = zip(records.subjects, records.states, *records.attributes.values(), strict=True)
        listed = [[subject, State(state).name.lower(), *attributes] for subject, state, *attributes in swept]
        return {"attributes": list(records.attributes), "complete": records.complete, "sweep": listed}
    rows = [
        {name: _plain(value) for name, value in row.items() if value is not None} for row in records.table.to_pylist()
    ]
    attributes = None if records.attributes is None else records.attributes.to_pylist()
    return {"kind": records.kind.value, "rows": rows, "attributes": attributes, "faults": list(records.faults)}


def _written(rendered: dict[str, Any]) -> str:
    """JSON with one record a line."""
    texts = {
        key: "[\n  " + ",\n  ".join(_line(row) for row in value) + "\n ]"
        if key in ("sweep", "rows") and value
        else _line(value)
        for key, value in rendered.items()
    }
    return "{\n" + ",\n".join(f' "{key}": {text}' for key, text in texts.items()) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else value


def _check(records: Records) -> None:
    """Raises AssertionError where records would do harm further on."""
    if isinstance(records, Events):
        assert records.table.schema == SCHEMAS[records.kind]
        records.table.validate(full=True)
        return
    assert all(type(subject) is str and len(subject) for subject in records.subjects)
    assert len(set(records.subjects)) == len(records.subjects) == len(records.states)
    assert records.states.dtype == np.uint8
    assert set(records.states.tolist()) <= {State.UNKNOWN, State.UP, State.DOWN}
    assert set(records.attributes) <= set(ATTRIBUTES)
    assert all(len(column) == len(records.subjects) for column in records.attributes.values())
    assert all(value is None or isinstance(value, str) for column in records.attributes.values() for value in column)


def _trial(connector: Connector, parts: list[Part]) -> str | None:
    """None where the parts were refused by SourceChanged or gave harmless records, else what happened."""
    try:
        _check(connector.parse(parts))
    except SourceChanged:
        return None
    except Exception as error:  # noqa: BLE001 any other exception is the failure that is looked for
        return f"{type(error).__name__}: {error}"
    return None


def _refused(connector: Connector, parts: list[Part]) -> str | None:
    """None where the parts were refused by SourceChanged, else what happened."""
    try:
        connector.parse(parts)
    except SourceChanged:
        return None
    except Exception as error:  # noqa: BLE001 any other exception is the failure that is looked for
        return f"{type(error).__name__}: {error}"
    return "was taken for an answer"


def _as_json(body: bytes) -> Any:
    """The JSON value in a part, or None for a part of another format."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _damaged(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The body once for every place and junk value; in a table of text every cell is a place."""
    if (document := _as_json(body)) is not None:
        for place, whole in _holed(document, "$"):
            text = json.dumps(whole, ensure_ascii=False)
            for junk in JUNK:
                yield f"{place} = {junk}", text.replace(json.dumps(HOLE, ensure_ascii=False), junk).encode()
        return
    cells = list(re.finditer(rb"[^,;\s\"]+", body)) if _is_text(body) else []
    for cell in cells:
        for junk in JUNK:
            yield (
                f"bytes {cell.start()} to {cell.end()} = {junk}",
                body[: cell.start()] + junk.encode() + body[cell.end() :],
            )


def _holed(node: Any, place: str) -> Iterator[tuple[str, Any]]:
    """The document once for every place in it, with HOLE at that place."""
    yield place, HOLE
    keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    for key in keys:
        for inner, holed in _holed(node[key], f"{place}[{key!r}]"):
            copy = dict(node) if isinstance(node, dict) else list(node)
            copy[key] = holed
            yield inner, copy


def _is_text(body: bytes) -> bool:
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False


def _try_all(
    case: Path, bodies: Callable[[bytes], Iterator[tuple[str, bytes]]], trial: Callable[..., str | None] = _trial
) -> None:
    connector, parts = _connector(case), _parts(case)
    for index, part in enumerate(parts):
        for what, body in bodies(part.body):
            fault = trial(connector, [*parts[:index], Part(part.name, body), *parts[index + 1 :]])
            assert fault is None, f"{part.name}: {what}: {fault}"


@every_connector
def test_a_connector_has_samples_and_says_where_it_comes_from(name: str) -> None:
    assert any(case.parent.name == name for case in CASES), f"no case under {SAMPLES / name}"
    text = (sys.modules[load(name).__module__].__doc__ or "").lower()
    assert [heading for heading in HEADINGS if heading not in text] == []


@every_connector
def test_its_example_is_a_source_of_a_city_file(name: str) -> None:
    entries = YAML(typ="safe").load((SAMPLES / name / "example.yaml").read_text())
    entry = entries[0] if isinstance(entries, list) else entries
    assert Source.model_validate(entry).connector == name


@every_connector
def test_an_option_that_it_does_not_know_is_refused(name: str) -> None:
    options = json.loads((next(case for case in CASES if case.parent.name == name) / "options.json").read_text())
    with pytest.raises(ValueError, match="no_such_option"):
        load(name).Options.model_validate_json(json.dumps({**options, "no_such_option": 1}))


@every_case
def test_a_sample_gives_the_expected_records(case: Path, pytestconfig: pytest.Config) -> None:
    records = _connector(case).parse(_parts(case))
    _check(records)
    expected = case / "expected.json"
    if pytestconfig.getoption("--update-golden", default=False):
        expected.write_text(_written(_rendered(records)))
    assert json.loads(json.dumps(_rendered(records))) == json.loads(expected.read_text())


@every_case
def test_parsing_twice_gives_the_same_records(case: Path) -> None:
    connector = _connector(case)
    first, again, elsewhere = (
        connector.parse(_parts(case)),
        connector.parse(_parts(case)),
        _connector(case).parse(iter(_parts(case))),
    )
    assert _rendered(first) == _rendered(again) == _rendered(elsewhere)


@every_case
def test_junk_at_any_place_is_refused_or_harmless(case: Path) -> None:
    _try_all(case, _damaged)


@every_case
def test_an_answer_cut_short_anywhere_is_refused(case: Path) -> None:
    """A table or a log may end after any line, so there a cut is only required to do no harm."""

    def cut(body: bytes) -> Iterator[tuple[str, bytes]]:
        for length in sorted({len(body) * twentieth // 20 for twentieth in range(20)}):
            yield f"cut to {length} bytes", body[:length]

    is_json = all(_as_json(part.body) is not None for part in _parts(case))
    _try_all(case, cut, _refused if is_json else _trial)


@every_case
def test_a_web_page_or_bytes_that_are_no_text_are_refused(case: Path) -> None:
    _try_all(case, lambda body: iter([("HTML", PAGE), ("no UTF-8", b"\xff\xfe\x00\xd8" + body[4:])]), _refused)


def test_importing_the_connectors_opens_no_socket() -> None:
    modules = sorted({CONNECTORS[name].partition(":")[0] for name in NAMES})
    code = (
        "import importlib, socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('a socket was opened at import')\n"
        "socket.socket.__init__ = refuse\n"
        "socket.create_connection = socket.getaddrinfo = refuse\n"
        "for module in sys.argv[1:]: importlib.import_module(module)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *modules], capture_output=True, text=True, cwd=SAMPLES.parents[2], check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_not_listed_is_answered_with_the_names_that_are() -> None:
    with pytest.raises(ConfigurationError, match=r"no connector 'wpv'; the connectors are access_log, .*wvp"):
        load("wpv")
