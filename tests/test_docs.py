"""Documentation under test: what exists is documented, and what is documented works."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, get_args

import pytest

from collector.alerting import registry as receivers
from collector.alerting.receiver import ReceiverOptions
from collector.alerting.receivers.webhook import signature
from collector.city.exclusions import Exclusion, Register
from collector.city.indicators import Indicator, IndicatorBase
from collector.city.load import city_schema, load_city
from collector.city.model import City, Source
from collector.city.receivers import ReceiverSettings
from collector.city.secrets import resolve
from collector.cli.app import app
from collector.figures import measure_all
from collector.installation import Installation
from collector.periods import Period
from collector.records import RUNS, SCHEMAS, STATE_CHANGES, Kind
from collector.segment import SUBJECT_ROWS
from collector.store.runs import Outcome
from connectors.registry import CONNECTORS, load

ROOT = Path(__file__).resolve().parent.parent
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
EXAMPLE = ROOT / "collector" / "city" / "example.yaml"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS]
MEASURES: tuple[type[IndicatorBase], ...] = get_args(get_args(Indicator)[0])
SECRETS_OF_RECEIVERS = (
    "DINGTALK_URL", "DINGTALK_SECRET", "WECOM_URL", "FEISHU_URL", "FEISHU_SECRET", "SMTP_PASSWORD", "WEBHOOK_SECRET",
)  # fmt: skip
VARIABLES = ("WVP_PASSWORD", "CASES_PASSWORD", "EXCHANGE_TOKEN", "STORE_PASSWORD", "CITYGAUGE_ACTOR_KEY")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _page(name: str) -> str:
    return _text(ROOT / "docs" / name)


def _blocks(path: Path, language: str | None = None) -> list[str]:
    """The fenced blocks of a page, or those of one language."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", _text(path), flags=re.MULTILINE | re.DOTALL)
    return [body for name, body in blocks if language in (None, name)]


def _section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    match = re.search(rf"^(#+) {re.escape(heading)}$\n(.*?)(?=^#{{1,6}} |\Z)", page, flags=re.MULTILINE | re.DOTALL)
    assert match, f"there is no section {heading!r}"
    return match[2]


def _told(names: Any, text: str) -> list[str]:
    """The names that do not stand in ``text`` as code."""
    code = " ".join(re.findall(r"`([^`\n]+)`", text))
    return [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", code)]


def _measure_name(kind: type[IndicatorBase]) -> str:
    name: str = get_args(kind.model_fields["measure"].annotation)[0]
    return name


def _keys(model: Any) -> list[str]:
    """The keys that a city file may have; ``options`` is where a source collects its connector's own ones."""
    keys = [field.alias or name for name, field in model.model_fields.items() if not field.exclude]
    return [key for key in keys if not (model is Source and key == "options")]


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, "a-secret-of-some-length")


def _ready(path: Path) -> City:
    """The city in a file, every source of it built with its secrets: nothing is asked of anybody."""
    city = load_city(path)
    for key in ("store", "broker", "archive"):
        resolve(getattr(city, key), city.folder, key)
    for source in city.sources:
        source.build(city.folder, city.zone)
    return city


COMMANDS = sorted(one.name or one.callback.__name__ for one in app.registered_commands if one.callback)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_in_both_readmes(command: str) -> None:
    assert _told([f"citygauge {command}"], _text(README)) == []
    assert _told([f"citygauge {command}"], _text(CHINESE)) == []


def test_a_command_that_is_shown_exists() -> None:
    called = re.compile(r"(?:`|^|\.venv/bin/|ExecStart=\S*/)citygauge ([a-z][\w-]*)", re.MULTILINE)
    shown = {command for page in PAGES for command in called.findall(_text(page))}
    assert shown
    assert shown - set(COMMANDS) == set()


def test_every_key_of_the_city_file_is_in_its_example() -> None:
    text = _text(EXAMPLE)
    keys = {key for model in (City, Source, Register, Exclusion) for key in _keys(model)}
    keys |= {key for kind in MEASURES for key in _keys(kind)}
    assert [key for key in sorted(keys) if not re.search(rf"(?<!\w){key}:", text)] == []


def test_every_top_level_key_has_a_remark_in_the_example() -> None:
    lines = {match[1]: line for line in _text(EXAMPLE).splitlines() if (match := re.match(r"(?:# )?(\w+):", line))}
    plain = {"sources", "indicators"}  # their entries are remarked key by key
    assert [key for key in _keys(City) if key not in plain and "  #" not in lines[key]] == []


def test_every_key_of_a_source_is_documented() -> None:
    assert _told(_keys(Source), _section(_page("connectors.md"), "Keys that every source has")) == []


@pytest.mark.parametrize("name", CONNECTORS)
def test_a_connector_is_documented_with_its_options(name: str) -> None:
    assert _told([name], _section(_page("connectors.md"), "The shipped ones")) == []
    assert _told(_keys(load(name).Options), _section(_page("connectors.md"), name)) == []


@pytest.mark.parametrize("name", receivers.RECEIVERS)
def test_a_receiver_is_documented_with_its_options_and_has_an_example(name: str) -> None:
    section = _section(_page("alerts.md"), "The receivers")
    rows = [line for line in section.splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) == 1
    assert _told(set(_keys(receivers.load(name).Options)) - {"language"}, rows[0]) == []
    assert re.search(rf"^  - \{{id: \w+, via: {name}\b", section, flags=re.MULTILINE)


def test_the_keys_of_every_receiver_are_documented() -> None:
    keys = {*_keys(ReceiverSettings), *_keys(ReceiverOptions)} - {"options"}
    assert _told(sorted(keys), _section(_page("alerts.md"), "Who is told, and when")) == []


def test_the_receivers_of_the_example_can_be_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS_OF_RECEIVERS:
        monkeypatch.setenv(name, "http://127.0.0.1/a-secret")
    (block,) = [one for one in _blocks(ROOT / "docs/alerts.md", "yaml") if one.startswith("receivers:")]
    path = tmp_path / "city.yaml"
    path.write_text(f"city: 示例市\n{block}", encoding="utf-8")
    city = load_city(path)
    assert {one.via for one in city.receivers} == set(receivers.RECEIVERS)
    for one in city.receivers:
        one.build(city.folder)


def test_the_check_of_the_webhook_s_signature_works() -> None:
    names: dict[str, Any] = {}
    exec(_blocks(ROOT / "docs/alerts.md", "python")[0], names)
    header = signature("a-shared-secret-", int(time.time()), b'{"status": "firing"}')
    assert names["is_genuine"]("a-shared-secret-", header, b'{"status": "firing"}')
    assert not names["is_genuine"]("a-shared-secret-", header, b'{"status": "resolved"}')
    assert not names["is_genuine"]("another-secret--", header, b'{"status": "firing"}')
    old = signature("a-shared-secret-", int(time.time()) - 3600, b"{}")
    assert not names["is_genuine"]("a-shared-secret-", old, b"{}")


@pytest.mark.parametrize("kind", MEASURES, ids=_measure_name)
def test_a_measure_is_documented_with_its_keys(kind: type[IndicatorBase]) -> None:
    page, name = _page("accounting.md"), _measure_name(kind)
    common = set(_keys(IndicatorBase)) | {"measure"}
    text = _section(page, name) + (_section(page, "Cases in general") if name.startswith("case_") else "")
    assert _told(sorted(set(_keys(kind)) - common), text) == []


def test_the_keys_of_every_indicator_are_documented() -> None:
    assert (
        _told([*_keys(IndicatorBase), "measure"], _section(_page("accounting.md"), "Keys that every indicator has"))
        == []
    )


def test_what_where_takes_is_documented() -> None:
    filters = {key for kind in MEASURES for key in kind.filters}
    assert filters
    assert _told(sorted(filters), _section(_page("accounting.md"), "Keys that every indicator has")) == []


def test_every_column_of_the_archive_is_documented() -> None:
    page = _page("segments.md")
    records = {name for kind, schema in SCHEMAS.items() if kind is not Kind.STATES for name in schema.names}
    columns = {*RUNS.names, *SUBJECT_ROWS.names, *STATE_CHANGES.names, *records}
    assert _told(sorted(columns), page) == []


def test_every_outcome_of_a_run_has_its_remedy() -> None:
    failures = [outcome.value for outcome in Outcome if outcome is not Outcome.OK]
    assert _told(failures, _section(_page("operations.md"), "When a source does not do well")) == []


def test_a_metric_that_is_shown_exists() -> None:
    shown = {name for page in PAGES for name in re.findall(r"\b(citygauge_\w+?)(?:[ {\]`])", _text(page))}
    exposition = _text(ROOT / "tests/golden/exposition.txt")  # what the exporter's own test compares with
    assert shown
    assert shown - set(re.findall(r"^# TYPE (\w+)", exposition, flags=re.MULTILINE)) == set()


def test_the_city_file_of_the_readme_loads(tmp_path: Path, variables: None) -> None:
    blocks = _blocks(README, "yaml")
    assert len(blocks) == 1
    path = tmp_path / "city.yaml"
    path.write_text(blocks[0], encoding="utf-8")
    assert len(_ready(path).indicators) == 4


def test_the_city_file_of_the_deployment_page_loads(tmp_path: Path, variables: None) -> None:
    path = tmp_path / "city.yaml"
    path.write_text(_blocks(ROOT / "docs/deployment.md", "yaml")[0], encoding="utf-8")
    assert _ready(path).store.startswith("postgresql")


def test_the_example_loads_and_shows_every_connector_and_measure(variables: None) -> None:
    city = _ready(EXAMPLE)
    assert {source.connector for source in city.sources} == set(CONNECTORS)
    assert {indicator.measure for indicator in city.indicators} == {_measure_name(kind) for kind in MEASURES}


def test_the_example_can_be_measured_before_anything_was_polled(tmp_path: Path, variables: None) -> None:
    """Names in it fit together: a ratio names indicators that there are, a measure the kind of its source."""
    path = tmp_path / "city.yaml"
    path.write_text(_text(EXAMPLE), encoding="utf-8")
    installation = Installation(path)
    october = Period.parse("2026-10", installation.city.zone)
    figures = measure_all(installation.history, october, october.span.end)
    installation.close()
    assert {figure.measurement.value for figure in figures} == {None}


def test_the_json_schema_has_every_key_of_the_city_file() -> None:
    assert set(_keys(City)) <= set(city_schema()["properties"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", _text(page), flags=re.MULTILINE | re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link and not link.startswith("#")]
    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


def test_every_page_of_the_documentation_is_reached_from_both_readmes() -> None:
    for readme in (README, CHINESE):
        assert [page.name for page in DOCS if f"(docs/{page.name})" not in _text(readme)] == []


def test_the_chinese_readme_has_the_same_blocks_and_sections() -> None:
    def levels(path: Path) -> list[int]:
        prose = re.sub(r"^```.*?^```$", "", _text(path), flags=re.MULTILINE | re.DOTALL)
        return [len(mark) for mark in re.findall(r"^(#+) ", prose, re.MULTILINE)]

    def rows(path: Path) -> int:
        return len(re.findall(r"^\|", _text(path), re.MULTILINE))

    assert _blocks(CHINESE) == _blocks(README)
    assert levels(CHINESE) == levels(README)
    assert rows(CHINESE) == rows(README)
