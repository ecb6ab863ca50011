"""The rules of a city file: defaults, what is said beside indicators and sources, and mistakes with their remedies."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.alerts.rules import rules_of
from collector.city.load import load_city
from collector.city.model import City
from collector.errors import ConfigurationError

SOURCE = """city: 试验市
sources:
  - id: video
    connector: http_probe
    every: 60s
    department: 公安局
    targets: [{subject: a, url: 'https://video.example/'}]
"""
INDICATORS = "indicators:\n  - {id: online, measure: availability, source: video, target: '%s'%s}\n"


def city(folder: Path, target: str = ">= 95", more: str = "", source: str = "", after: str = "") -> City:
    path = folder / "city.yaml"
    path.write_text(SOURCE + source + INDICATORS % (target, more) + after, encoding="utf-8")
    return load_city(path)


def names(made: City, about: str = "indicator") -> list[str]:
    return [f"{rule.name}/{rule.condition.severity}" for rule in rules_of(made) if rule.about.value == about]


def test_an_indicator_with_a_target_has_conditions(tmp_path: Path) -> None:
    expected = ["threshold/warning", "burn_fast/critical", "burn_slow/warning", "unreachable/warning", "blind/warning"]
    assert names(city(tmp_path)) == expected


def test_a_burn_rate_that_no_outage_could_reach_is_left_out(tmp_path: Path) -> None:
    """At 90 % a tenth may be bad: all of it bad is only ten times too much."""
    assert "burn_fast/critical" not in names(city(tmp_path, ">= 90"))
    assert "burn_slow/warning" in names(city(tmp_path, ">= 90"))


@pytest.mark.parametrize("more", [", alerts: none", ", alerts: []"])
def test_none_is_none(tmp_path: Path, more: str) -> None:
    assert names(city(tmp_path, more=more)) == []
    assert names(city(tmp_path, after="alerts: {defaults: false}\n")) == []


def test_a_source_is_watched_for_silence_skew_stillness_and_its_certificate(tmp_path: Path) -> None:
    expected = ["silent_source", "clock_skew", "stuck_source", "certificate_expiry", "certificate_expiry_soon"]
    assert [name.partition("/")[0] for name in names(city(tmp_path), "source")] == expected
    assert names(city(tmp_path, source="    alerts: none\n"), "source") == []


def test_labels_name_what_it_is_about_and_hold_no_value(tmp_path: Path) -> None:
    rule = rules_of(city(tmp_path))[0]
    assert rule.labels == {
        "alertname": "threshold",
        "severity": "warning",
        "indicator": "online",
        "department": "公安局",
    }


def test_conditions_are_no_part_of_the_definition_of_a_figure(tmp_path: Path) -> None:
    one, other = (city(tmp_path, more=more).indicators[0] for more in ("", ", alerts: none"))
    assert one.model_dump(mode="json", by_alias=True) == other.model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        (
            "{when: treshold}",
            "alerts.0.when: there is no condition 'treshold' here; the conditions of an indicator are threshold, burn",
        ),
        ("{severity: info}", "alerts.0.when: is missing; the conditions of an indicator are threshold"),
        ("{when: threshold, below: 95, above: 90}", "give below or above, not both"),
        ("{when: threshold, below: 95, resolve: 94}", "resolve must not be less than below"),
        ("{when: threshold, below: '95'}", "below: "),
        ("{when: threshold, over: day, by: district}", "by goes with over: now"),
        ("{when: threshold, belo: 95}", "belo: there is no such key here; did you mean below?"),
        ("{when: burn, long: 5m, short: 1h, factor: 6}", "short must be shorter than long"),
        ("{when: burn, long: 1h, short: 5m, factor: 30}", "the budget would burn only 20 times as fast; lower factor"),
        ("{when: unreachable, receivers: [chat]}", "there is no receiver 'chat'; the receivers are ops"),
        (
            "{when: unreachable}, {when: unreachable}",
            "'unreachable' is there already; give one of them an id of its own",
        ),
    ],
)
def test_a_mistake_beside_an_indicator_names_the_remedy(tmp_path: Path, conditions: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        city(tmp_path, more=f", alerts: [{conditions}]", after="receivers: [{id: ops, via: recorder}]\n")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("receivers", "message"),
    [
        (
            "{id: ops, via: carrier_pigeon}",
            "receivers.0.via: there is no receiver 'carrier_pigeon'; the receivers are ",
        ),
        ("{id: ops}", "receivers.0.via: is missing"),
        ("{id: ops, via: log, token: x}", "receivers.0.token: there is no such key here"),
        ("{id: ops, via: log, severities: [high]}", "receivers.0.severities.0: "),
        ("{id: ops, via: log}, {id: ops, via: log}", "receivers.1.id: the id 'ops' is given twice"),
    ],
)
def test_a_mistake_in_a_receiver_names_the_remedy(tmp_path: Path, receivers: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        city(tmp_path, after=f"receivers: [{receivers}]\n")
    assert message in str(caught.value)


def test_silence_shorter_than_polls_can_tell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="after must be at least 3 polling intervals"):
        city(tmp_path, source="    alerts: [{when: silent_source, after: 2m}]\n")
