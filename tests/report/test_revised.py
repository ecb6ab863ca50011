"""What a report says of its own proof: the revision and its effects, what was excluded, the signature and the checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector.bundling import make_bundle
from collector.errors import CitygaugeError
from collector.freeze import Correction, freeze_period
from collector.frozen.verification import verify
from collector.installation import Installation
from collector.proof import ProofFailed
from collector.proof.checkpoint import read_short
from collector.report.content import Report, effects_on, gather
from collector.report.effects import Change, changes
from collector.report.frozen import read_snapshot
from collector.report.html import as_html
from collector.report.rounding import SPACE
from collector.report.words import Words
from collector.store import schema
from tests.report.october import october, report_of, snapshot_of
from tests.report.test_html import Page
from tests.scripted import DAY, HOUR, OCTOBER, City, make_city

INDICATORS = """indicators:
  - {id: online, name: 在线率, measure: availability, source: video, target: ">= 95"}
  - {id: mean, name: 平均在线率, measure: availability, source: video, method: subject_mean}
"""
EXCLUSION = """exclusions:
  - {source: video, start: 2026-10-02T08:00:00+08:00, end: 2026-10-02T09:00:00+08:00, reason: 停电检修, approved_by: 王主任,
     entered_at: 2026-10-04T09:00:00+08:00, subjects: [b]}
"""
PERIOD = "2026-10-01/2026-10-05"
NOW = OCTOBER + 4 * DAY
WHY = Correction("补录停电检修", "李工")


@pytest.fixture
def frozen(tmp_path: Path) -> Iterator[City]:
    """Four frozen days of two channels, one of which is down for an hour in eight."""
    city = make_city(tmp_path, INDICATORS)
    for hour in range(4 * 24):
        city.say("video", OCTOBER + hour * HOUR, {"a": "up", "b": "up" if hour % 8 else "down"})
    for one in city.installation.sealer.due(NOW):
        city.installation.sealer.seal_day(one.source, one.day, NOW)
    freeze_period(city.installation, PERIOD, NOW)
    yield city
    city.installation.close()


@pytest.fixture
def revised(frozen: City) -> Iterator[Installation]:
    """Revision 2: an exclusion entered after the fact, and an indicator taken away."""
    path = frozen.installation.path
    kept = path.read_text(encoding="utf-8").split("  - {id: mean")[0]
    path.write_text(kept + EXCLUSION, encoding="utf-8")
    installation = Installation(path)
    freeze_period(installation, PERIOD, NOW + DAY, WHY)
    yield installation
    installation.close()


def text_of(report: Report, words: Words) -> str:
    return Page(as_html(report, words)).plain().replace(SPACE, " ")


def told(change: Change) -> list[tuple[str, ...] | None]:
    return [row.numbers and tuple(one.replace(SPACE, " ") for one in row.numbers) for row in change.told]


def test_the_newest_revision_is_reported_with_its_reason_and_author(revised: Installation, chinese: Words) -> None:
    report = gather(revised, PERIOD)
    assert (report.frozen.revision, report.frozen.revises and report.frozen.revises.author) == (2, "李工")
    text = text_of(report, chinese)
    for words in (
        "第 2 版取代第 1 版。",
        "补录停电检修",
        "added video 2026-10-02T08:00:00+08:00",
        "剔除 1 段，其中 1 段事后录入",
    ):
        assert words in text


def test_an_effect_is_told_before_and_after_in_the_unit_of_its_indicator(revised: Installation, chinese: Words) -> None:
    online, mean = changes(gather(revised, PERIOD).effects, chinese)
    assert online.reading.title == "在线率"
    assert told(online) == [
        ("93.75 %", "[93.75, 93.75] %", "100.00 %"),
        ("94.24 %", "[94.24, 94.24] %", "100.00 %"),
    ]
    assert (mean.reading.title, mean.told[1].numbers) == ("平均在线率", None)


def test_an_indicator_that_is_gone_keeps_its_name_and_unit_from_the_revision_before(revised: Installation) -> None:
    with revised.database.write() as connection:
        connection.execute(sa.delete(schema.snapshots).where(schema.snapshots.c.revision == 1))
    with pytest.raises(CitygaugeError, match="/1, which is revised, is not in the store; restore the store"):
        gather(revised, PERIOD)


def test_numbers_of_an_effect_have_the_digits_that_tell_them_apart(report: Report, chinese: Words) -> None:
    video, closure, pue, duration = changes(report.effects, chinese)
    assert [row and row[:2] for row in told(video)] == [
        ("94.9987 %", "[93.76402, 95.06] %"), ("94.9990 %", "[93.76401, 95.06] %"),
    ]  # fmt: skip
    assert told(closure)[0] == ("94.36 %", "[94.36, 96.28] %", "97.00 %")
    assert (pue.same, closure.same) == (True, False)
    assert told(duration) == [None, ("24.03 小时", "[24.03, 无界) 小时", "100.00 %")]


def test_a_revision_that_changes_no_figure_says_so(chinese: Words) -> None:
    document = october()
    document["revises"] |= {"effects": [], "because": {}}
    assert "没有指标因此改变。" in text_of(report_of(document), chinese)


def test_a_first_revision_says_nothing_of_a_revision(chinese: Words) -> None:
    first = october() | {"revision": 1, "previous": None, "revises": None}
    text = text_of(report_of(first), chinese)
    assert "修订说明" not in text
    assert effects_on([], [], read_snapshot(snapshot_of(first))) == []


def test_a_figure_with_exclusions_shows_who_and_why_and_its_value_without_them(
    revised: Installation, chinese: Words
) -> None:
    report = gather(revised, PERIOD)
    (one,) = report.lines[0].figure.exclusions
    assert (one.reason, one.approved_by, one.subjects, one.after_the_fact) == ("停电检修", "王主任", 1, True)
    text = text_of(report, chinese)
    assert "不剔除时 93.75 %，[93.75, 93.75] %" in text
    assert (
        "| video | 1 | 2026-10-02 08:00:00 | 2026-10-02 09:00:00 | 停电检修 | 王主任 | 2026-10-04 09:00:00事后录入"
        in text
    )


def test_an_exclusion_that_nobody_entered_is_refused() -> None:
    document = october()
    document["exclusions"] = document["exclusions"][1:]
    with pytest.raises(
        CitygaugeError, match="signals from 2026-09-30T16:00:00Z is excluded, but not among the exclusions"
    ):
        read_snapshot(snapshot_of(document))


def test_exclusions_entered_alike_are_told_together() -> None:
    document = october()
    again = document["exclusions"][1] | {"reason": "线路改造", "where": {"district": ["资阳区"]}}
    document["exclusions"].insert(2, again)
    (one,) = read_snapshot(snapshot_of(document)).figures[0].exclusions
    assert (one.reason, one.approved_by) == ("机房供电改造; 线路改造", "王主任")


def test_the_printed_checkpoint_is_one_that_the_bundle_verifies_against(revised: Installation, chinese: Words) -> None:
    report = gather(revised, PERIOD)
    printed = str(report.proof.checkpoint.short)
    assert text_of(report, chinese).count(printed) == 3
    verified = verify(make_bundle(revised, PERIOD, 2, NOW + DAY), report.proof.keyid, read_short(printed))
    assert (verified.signed_by, str(verified.short_checkpoint)) == (report.proof.keyid, printed)
    assert verified.checkpoint.at == report.proof.checkpoint.at == NOW + DAY


def test_the_report_names_the_signing_key_short_at_its_head_and_whole_in_its_appendix(
    report: Report, chinese: Words
) -> None:
    head, appendix = text_of(report, chinese).split("指标汇总 Summary")
    assert "| 签名密钥 signing key | 4b1d4b1d4b1d4b1d\n" in head
    assert f"| 签名密钥全称 signing key, whole id | {'4b1d' * 16}\n" in appendix


def test_a_snapshot_that_another_key_signed_is_not_reported(frozen: City, tmp_path: Path) -> None:
    (tmp_path / "keys").rename(tmp_path / "lost")
    other = Installation(frozen.installation.path)
    with pytest.raises(CitygaugeError, match="there is no signing key yet"):
        gather(other, PERIOD)
    other.close()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (sa.update(schema.snapshots).values(envelope=None), CitygaugeError, "was frozen before there were signatures"),
        (
            sa.delete(schema.checkpoints),
            CitygaugeError,
            "is covered by no checkpoint: run `citygauge checkpoint` first",
        ),
        (sa.update(schema.checkpoints).values(text="none"), ProofFailed, "checkpoint: is not four lines"),
    ],
    ids=["unsigned", "no checkpoint", "false checkpoint"],
)
def test_a_snapshot_without_its_proof_is_not_reported(
    frozen: City, change: sa.Update | sa.Delete, error: type[Exception], words: str
) -> None:
    with frozen.installation.database.write() as connection:
        connection.execute(change)
    with pytest.raises(error, match=words):
        gather(frozen.installation, PERIOD)


def test_an_envelope_around_another_document_is_refused(revised: Installation) -> None:
    with revised.database.write() as connection:
        first = sa.select(schema.snapshots.c.envelope).where(schema.snapshots.c.revision == 1).scalar_subquery()
        connection.execute(sa.update(schema.snapshots).where(schema.snapshots.c.revision == 2).values(envelope=first))
    with pytest.raises(ProofFailed, match="/2: its envelope signs another document"):
        gather(revised, PERIOD)


def test_a_source_whose_runs_cannot_be_read_says_why(report: Report, chinese: Words) -> None:
    assert "| meters | modbus | — | 无法由已封存的记录给出轮询次数：archive: segment.parquet is missing" in text_of(
        report, chinese
    )
    seen = replace(report, sources=[replace(one, not_read=None) for one in report.sources])
    assert "轮询次数" not in text_of(seen, chinese)
