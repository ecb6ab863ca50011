"""Silences and approved maintenance; labels; back-off and rates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.alerts.backoff import FIRST_MS, LONGEST_MS, allowed_at, retry_after
from collector.alerts.labels import fingerprint, notification_key, shared
from collector.alerts.muting import Matcher, Silence, silenced, under_maintenance
from collector.city.exclusions import Exclusion
from collector.errors import ConfigurationError

LABELS = {"alertname": "threshold", "indicator": "online", "department": "公安局"}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("indicator=online", True), ("indicator=on", False), ("indicator=~on.*", True), ("indicator=~on", False),
        ("indicator!=online", False), ("department=~公安局|城管局", True), ("district=", True), ("district!=", False),
        ("department!~公.*", False), ("severity!~critical", True),
    ],
)  # fmt: skip
def test_a_matcher_as_alertmanager_reads_it(text: str, matches: bool) -> None:
    assert Matcher.parse(text).matches(LABELS) is matches
    assert str(Matcher.parse(text)) == text


@pytest.mark.parametrize("text", ["online", "=online", "Indi-cator=x", "indicator=~["])
def test_what_is_no_matcher_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"matcher|pattern"):
        Matcher.parse(text)


def test_a_silence_covers_what_all_its_matchers_match_while_it_lasts() -> None:
    silence = Silence(
        1, (Matcher.parse("indicator=online"), Matcher.parse("alertname=threshold")), 10, 20, "李工", "割接"
    )
    assert [silenced(LABELS, [silence], now) for now in (9, 10, 19, 20)] == [None, silence, silence, None]
    assert silenced(LABELS | {"alertname": "blind"}, [silence], 15) is None


def exclusion(**more: object) -> Exclusion:
    at = {"start": datetime(2026, 10, 10, 22, tzinfo=UTC), "end": datetime(2026, 10, 11, 2, tzinfo=UTC)}
    entered = {"entered_at": datetime(2026, 10, 8, tzinfo=UTC), "reason": "平台升级", "approved_by": "科信处"}
    return Exclusion.model_validate({"source": "video", **at, **entered, **more})


DURING = 1_791_673_200_000  # 2026-10-10 23:00 UTC


@pytest.mark.parametrize(
    ("more", "group", "sources", "now", "muted"),
    [
        ({}, {}, ("video",), DURING, True),
        ({}, {"district": "东区"}, ("video",), DURING, True),
        ({}, {}, ("video",), DURING - 7_200_000, False),
        ({}, {}, ("portal",), DURING, False),
        ({}, {}, ("video", "portal"), DURING, False),
        ({}, {}, (), DURING, False),
        ({"where": {"district": "东区"}}, {"district": "东区"}, ("video",), DURING, True),
        ({"where": {"district": "东区"}}, {"district": "西区"}, ("video",), DURING, False),
        ({"where": {"district": "东区"}}, {}, ("video",), DURING, False),
        ({"subjects": ["a"]}, {"subject": "a"}, ("video",), DURING, True),
        ({"subjects": ["a"]}, {}, ("video",), DURING, False),
        ({"entered_at": datetime(2026, 10, 12, tzinfo=UTC)}, {}, ("video",), DURING, False),
    ],
    ids=[
        "the whole source", "a part of it", "before it starts", "another source", "one of two sources", "no source",
        "its district", "another district", "not only its district", "its subject", "not only its subject", "entered later",
    ],
)  # fmt: skip
def test_maintenance_mutes_what_is_wholly_under_it(
    more: dict[str, object], group: dict[str, str], sources: tuple[str, ...], now: int, muted: bool
) -> None:
    assert (under_maintenance(group, sources, [exclusion(**more)], now) is not None) is muted


def test_the_identity_of_an_alert_is_its_label_set() -> None:
    assert fingerprint(LABELS) == fingerprint(dict(reversed(LABELS.items())))
    assert fingerprint(LABELS) != fingerprint(LABELS | {"severity": "info"})
    assert shared(LABELS, ("department", "district")) == {"department": "公安局"}
    assert (
        len({notification_key(receiver, group, number) for receiver in "ab" for group in "cd" for number in range(3)})
        == 12
    )


def test_the_pause_doubles_up_to_ten_minutes_and_differs_between_notifications() -> None:
    assert all(FIRST_MS // 2 <= retry_after(str(i), 1) <= FIRST_MS for i in range(50))
    assert all(LONGEST_MS // 2 <= retry_after(str(i), 60) <= LONGEST_MS for i in range(50))
    assert len({retry_after(str(i), 3) for i in range(50)}) > 40


@given(st.lists(st.integers(0, 300), max_size=40), st.integers(1, 5), st.integers(1, 60))
def test_no_span_has_more_messages_than_the_rate_allows(asked: list[int], messages: int, within: int) -> None:
    sent: list[int] = []
    for now in sorted(asked):
        if allowed_at(sent[-messages:], messages, within, now) <= now:
            sent.append(now)
    assert all(sum(start <= at < start + within for at in sent) <= messages for start in sent)


def test_a_message_from_the_future_counts_as_sent_now() -> None:
    assert allowed_at([5_000], 1, 60, 100) == 160
