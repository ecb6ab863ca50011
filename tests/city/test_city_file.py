"""A city file with a mistake: file, line, column and key of it, and what would be right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collector.city.load import city_schema, load_city
from collector.errors import ConfigurationError
from collector.installation import Installation

SOURCE = "city: 益阳市\nsources:\n  - id: video\n    connector: http_probe\n    every: 60s\n    targets: [{subject: a, url: 'http://127.0.0.1/'}]\n"
INDICATORS = SOURCE + "indicators:\n"
EXCLUSION = SOURCE + (
    "exclusions:\n  - source: video\n    start: 2026-10-01T00:00:00+08:00\n    end: 2026-10-02T00:00:00+08:00\n"
    "    reason: 机房检修\n    approved_by: 王工\n    entered_at: 2026-09-30T00:00:00+08:00\n"
)
CITY_KEYS = (
    "actor_key, alerts, archive, broker, city, evidence, exclusions, indicators, key_passphrase, keys, plausibility, receivers, "
    "remote_write, settle, sources, store, "
    "timezone"
)
PROBE_KEYS = (
    "alerts, connector, control, department, district, every, holds, id, max_answer, register, targets, timeout, timezone, tls_verify"
)
PUE_KEYS = "alerts, category, id, measure, min_coverage, name, rollover_kwh, source, sources, target, unit, weight, where"
CONNECTORS = "access_log, file, http_probe, modbus, open311, prometheus, push, sql_cases, wvp"
MEASURES = (
    "availability, case_closure, case_on_time, case_count, case_rework, case_found_by, case_duration, active_users, pue, "
    "figure, ratio, growth, usage_days, timeliness, budget_execution, survey"
)

MISTAKES = {
    "a key that there is not": ("city: a\ncolour: red\n", f"2:1: colour: there is no such key here; the keys are {CITY_KEYS}"),
    "a key misspelt": ("city: a\ntimezon: Asia/Shanghai\n", "2:1: timezon: there is no such key here; did you mean timezone?"),
    "a key given twice": ("city: a\nstore: one-password\nstore: other-password\n", "3:1: the key store is given twice"),
    "no city": ("timezone: Asia/Shanghai\n", "1:1: city: is missing"),
    "a number for a text": (
        "city: 12\n",
        "1:1: city: write a text; a number or a truth value that is meant as a text stands in quotes",
    ),
    "a list": ("- city: a\n", "1:1: a city file is a mapping that begins with `city: NAME`"),
    "nothing": ("", "1:1: a city file is a mapping that begins with `city: NAME`"),
    "a tab": ("city: a\nsources:\n\t- id: a\n", "3:1: indent with spaces, not with tabs"),
    "no YAML": ("city: a\nsources: [\n", "3:1: expected the node content, but found '<stream end>'"),
    "two documents": ("city: a\n---\ncity: b\n", "2:1: a city file is one document; remove the line ---"),
    "a YAML tag": (
        "city: a\narchive: !!python/object:os.system x\n",
        "2:1: archive: write plain text, numbers, lists and mappings, without YAML tags (!!)",
    ),
    "a mapping for a list": (
        "city: a\nsources: {id: a}\n",
        "2:1: sources: write a list, each item on a line that begins with `- `",
    ),
    "a time zone": ("city: a\ntimezone: Asia/Peking\n", "2:1: timezone: 'Asia/Peking' is not a time zone such as Asia/Shanghai"),
    "a duration in words": (
        SOURCE.replace("60s", "5 minutes"),
        "5:5: sources.0.every: '5 minutes' is not a duration such as 30s, 5m, 1h30m, 1d",
    ),
    "a duration without a unit": (
        SOURCE.replace("60s", "60"),
        "5:5: sources.0.every: '60' is not a duration such as 30s, 5m, 1h30m, 1d",
    ),
    "an interval of nothing": (SOURCE.replace("60s", "0s"), "5:5: sources.0.every: must be longer than 0s"),
    "a negative interval": (
        SOURCE.replace("60s", "-60s"),
        "5:5: sources.0.every: '-60s' is not a duration such as 30s, 5m, 1h30m, 1d",
    ),
    "a timeout of nothing": (SOURCE + "    timeout: 0s\n", "7:5: sources.0.timeout: must be longer than 0s"),
    "a connector that there is not": (
        SOURCE.replace("http_probe", "http-probe"),
        f"4:5: sources.0.connector: there is no connector 'http-probe'; the connectors are {CONNECTORS}",
    ),
    "a source without a connector": (SOURCE.replace("    connector: http_probe\n", ""), "3:5: sources.0.connector: is missing"),
    "a key that the connector lacks": (
        SOURCE + "    colour: red\n",
        f"7:5: sources.0.colour: there is no such key here; the keys are {PROBE_KEYS}",
    ),
    "our own word for them": (
        SOURCE + "    options: {colour: red}\n",
        f"7:5: sources.0.options: there is no such key here; the keys are {PROBE_KEYS}",
    ),
    "a key deep inside": (
        SOURCE.replace("subject: a,", "subject: a, timeout: 0s,"),
        "6:28: sources.0.targets.0.timeout: timeout must be longer than 0s",
    ),
    "an address of another kind": (
        SOURCE.replace("http:", "ftp:"),
        "6:28: sources.0.targets.0.url: String should match pattern '^https?://[^@]+$'",
    ),
    "a truth value in words": (
        SOURCE + "    tls_verify: ON\n",
        "7:5: sources.0.tls_verify: 'ON': write true, false or the path of a CA file",
    ),
    "a source given twice": (SOURCE + SOURCE.split("sources:\n")[1], "7:5: sources.1.id: the id 'video' is given twice"),
    "a fixed register without a file": (
        SOURCE + "    register: {policy: fixed}\n",
        "7:5: sources.0.register: policy: fixed goes with file: channels.csv, policy: listed without",
    ),
    "an indicator of no source": (
        INDICATORS + "  - {id: a, measure: availability, source: vidio}\n",
        "8:36: indicators.0.source: there is no source 'vidio'; the sources are video",
    ),
    "an indicator without a source": (
        INDICATORS + "  - {id: a, measure: pue}\n",
        "8:5: indicators.0: pue needs source or sources",
    ),
    "an indicator with source and sources": (
        INDICATORS + "  - {id: a, measure: pue, source: video, sources: [video]}\n",
        "8:5: indicators.0: give either source or sources, not both",
    ),
    "an indicator given twice": (
        INDICATORS + "  - {id: a, measure: pue, source: video}\n  - {id: a, measure: pue, source: video}\n",
        "9:6: indicators.1.id: the id 'a' is given twice",
    ),
    "a measure that there is not": (
        INDICATORS + "  - {id: a, measure: uptime, source: video}\n",
        f"8:13: indicators.0.measure: there is no measure 'uptime'; the measures are {MEASURES}",
    ),
    "no measure": (
        INDICATORS + "  - {id: a, source: video}\n",
        f"8:5: indicators.0.measure: is missing; the measures are {MEASURES}",
    ),
    "a key of another measure": (
        INDICATORS + "  - {id: a, measure: pue, source: video, method: subject_time}\n",
        f"8:42: indicators.0.method: there is no such key here; the keys are {PUE_KEYS}",
    ),
    "a method that there is not": (
        INDICATORS + "  - {id: a, measure: availability, source: video, method: mean}\n",
        "8:51: indicators.0.method: Input should be 'subject_time', 'subject_mean' or 'sweep_mean'",
    ),
    "a target with its unit": (
        INDICATORS + "  - id: a\n    measure: pue\n    source: video\n    target: '≥95%'\n",
        "11:5: indicators.0.target: target '≥95%': write one of >=, <=, =, >, < and a number without unit, such as '>= 95'",
    ),
    "a coverage in percent": (
        INDICATORS + "  - {id: a, measure: pue, source: video, min_coverage: 90}\n",
        "8:42: indicators.0.min_coverage: Input should be less than or equal to 1",
    ),
    "a filter of availability": (
        INDICATORS + "  - {id: a, measure: availability, source: video, where: {category: a}}\n",
        "8:59: indicators.0.where.category: there is no such key here; where takes subject, name, department, district, kind",
    ),
    "a filter of cases": (
        INDICATORS + "  - {id: a, measure: case_count, source: video, where: {kind: a}}\n",
        "8:57: indicators.0.where.kind: there is no such key here; where takes category, department, district, found_by, status",
    ),
    "a filter of readings": (
        INDICATORS + "  - {id: a, measure: pue, source: video, where: {room: a}}\n",
        "8:50: indicators.0.where.room: there is no such key here; where takes meter, role",
    ),
    "a filter of users": (
        INDICATORS + "  - {id: a, measure: active_users, source: video, where: {district: a}}\n",
        "8:59: indicators.0.where.district: there is no such key here; this measure takes no where",
    ),
    "hours that there are not": (
        INDICATORS + "  - {id: a, measure: availability, source: video, schedule: {hours: [['08:00', '25:00']]}}\n",
        "8:62: indicators.0.schedule.hours: '25:00' is not a time of day from 00:00 to 24:00",
    ),
    "hours that end before they begin": (
        INDICATORS + "  - {id: a, measure: availability, source: video, schedule: {hours: [['18:00', '08:00']]}}\n",
        "8:62: indicators.0.schedule.hours: write spans in order, such as [['08:30', '12:00'], ['14:00', '17:30']]",
    ),
    "a ratio of what there is not": (
        INDICATORS + "  - {id: a, measure: ratio, numerator: b, denominator: a}\n",
        "8:29: indicators.0.numerator: there is no indicator 'b'; the indicators are a",
    ),
    "a ratio of itself by a detour": (
        INDICATORS + "  - {id: g, measure: growth, of: r, baseline: '2025'}\n  - {id: p, measure: pue, source: video}\n"
        "  - {id: r, measure: ratio, numerator: p, denominator: g}\n",
        "8:30: indicators.0.of: 'g' would be computed from itself",
    ),
    "updates that are expected all the time": (
        INDICATORS + "  - {id: a, measure: timeliness, source: video, figure: x, every: 0s, within: 1h}\n",
        "8:60: indicators.0.every: must be longer than 0s",
    ),
    "an exclusion of no source": (
        EXCLUSION.replace("source: video", "source: vidio"),
        "8:5: exclusions.0.source: there is no source 'vidio'; the sources are video",
    ),
    "an exclusion without an offset": (
        EXCLUSION.replace("2026-10-01T00:00:00+08:00", "2026-10-01T00:00:00"),
        "9:5: exclusions.0.start: an instant needs an offset, such as 2026-10-01T00:00:00+08:00",
    ),
    "an exclusion of some day": (
        EXCLUSION.replace("2026-10-01T00:00:00+08:00", "yesterday"),
        "9:5: exclusions.0.start: 'yesterday' is not an ISO 8601 instant such as 2026-10-01T00:00:00+08:00",
    ),
    "an exclusion without a reason": (EXCLUSION.replace("    reason: 机房检修\n", ""), "8:5: exclusions.0.reason: is missing"),
    "an exclusion without who": (EXCLUSION.replace("    approved_by: 王工\n", ""), "8:5: exclusions.0.approved_by: is missing"),
    "an exclusion that ends first": (
        EXCLUSION.replace("2026-10-02", "2026-09-02"),
        "10:5: exclusions.0.end: must lie after start",
    ),
}


def refused(folder: Path, text: str | bytes) -> str:
    path = folder / "city.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError) as caught:
        load_city(path)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(str(path), "city.yaml")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_complaint_names_file_line_column_key_and_remedy(tmp_path: Path, mistake: str) -> None:
    text, complaint = MISTAKES[mistake]
    assert refused(tmp_path, text) == f"city.yaml:{complaint}"


@pytest.mark.parametrize("text", [SOURCE, EXCLUSION, INDICATORS + "  - {id: a, measure: availability, source: video}\n"])
def test_what_the_mistakes_are_made_in_is_right(tmp_path: Path, text: str) -> None:
    (tmp_path / "city.yaml").write_text(text, encoding="utf-8")
    assert load_city(tmp_path / "city.yaml").city == "益阳市"


def test_every_mistake_has_a_line_of_its_own(tmp_path: Path) -> None:
    text = SOURCE.replace("60s", "soon") + "    holds: long\n    max_answer: 0\n"
    assert [line.split(": ")[1] for line in refused(tmp_path, text).splitlines()] == [
        "sources.0.every",
        "sources.0.holds",
        "sources.0.max_answer",
    ]


def test_a_file_that_is_not_utf_8_says_at_which_byte(tmp_path: Path) -> None:
    assert refused(tmp_path, "city: 益阳市\n".encode("gb18030")) == "city.yaml: byte 6 is not UTF-8; save the file as UTF-8"


def test_a_file_that_is_not_there_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"city\.yaml: No such file or directory; `citygauge init DIR` starts"):
        load_city(tmp_path / "city.yaml")


def test_on_and_12_30_stay_what_they_are(tmp_path: Path) -> None:
    text = INDICATORS + "  - {id: a, measure: availability, source: video, where: {district: [ON, no, 12:30]}}\n"
    (tmp_path / "city.yaml").write_text(text, encoding="utf-8")
    assert load_city(tmp_path / "city.yaml").indicators[0].where == {"district": ("ON", "no", "12:30")}


def test_the_schema_for_editors_holds_every_connector_and_measure() -> None:
    text = json.dumps(city_schema())
    assert all(f'"{word}"' in text for word in (CONNECTORS + ", " + MEASURES).split(", "))


# --- secrets

CAMERAS = """city: a
sources:
  - id: video
    connector: wvp
    url: http://127.0.0.1:9/
    every: 60s
    credentials: {username: ops, password: "%s"}
"""
PASSWORD = "correct-horse-battery"


def installation(folder: Path, text: str) -> Installation:
    (folder / "city.yaml").write_text(text, encoding="utf-8")
    return Installation(folder / "city.yaml")


def unusable(city: Installation) -> str:
    with pytest.raises(ConfigurationError) as caught:
        city.source("video")
    city.close()
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


def test_a_missing_variable_is_an_error_where_it_is_used_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    city = installation(tmp_path, CAMERAS % "${env:NOT_SET}")
    assert unusable(city) == "sources.video.credentials.password: the environment variable NOT_SET is not set"


def test_a_missing_file_of_a_secret_is_an_error_where_it_is_used(tmp_path: Path) -> None:
    city = installation(tmp_path, CAMERAS % "${file:secret.txt}")
    assert unusable(city) == "sources.video.credentials.password: the file secret.txt cannot be read (No such file or directory)"


@pytest.mark.parametrize("reference", ["${NOT_SET}", "${ENV:NOT_SET}", "${env:NOT_SET", "a ${env:} b"])
def test_what_looks_like_a_reference_is_never_taken_for_the_secret(tmp_path: Path, reference: str) -> None:
    city = installation(tmp_path, CAMERAS % reference)
    assert unusable(city) == "sources.video.credentials.password: a reference is written ${env:NAME} or ${file:PATH}"


def test_a_secret_that_does_not_fit_is_not_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADDRESS", f"ftp://ops:{PASSWORD}@127.0.0.1/")
    city = installation(tmp_path, (CAMERAS % "a").replace("http://127.0.0.1:9/", '"http://${env:ADDRESS}"'))
    assert unusable(city) == "sources.video: url: what its ${env:…} or ${file:…} holds is not allowed here"


def test_a_secret_written_into_the_file_is_in_no_complaint(tmp_path: Path) -> None:
    text = CAMERAS % PASSWORD
    wrong = [
        text.replace("password:", "pasword:"),
        text.replace(f'"{PASSWORD}"', f"[{PASSWORD}]"),
        text.replace(f'"{PASSWORD}"', f'"{PASSWORD}", password: {PASSWORD}'),
        text.replace("username: ops", "username: 7"),
        text.replace("60s", "0s"),
    ]
    for one in wrong:
        assert PASSWORD not in refused(tmp_path, one)
