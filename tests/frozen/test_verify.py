"""A bundle that nobody changed verifies, for whoever asks and however often the months and the keys went on meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.cli.app import app
from collector.errors import ConfigurationError
from collector.frozen.verification import verify
from collector.proof import ProofFailed
from collector.proof.checkpoint import read_short
from collector.verifier import lines
from tests.frozen.small_city import Built

REVISIONS = ("september", "first", "second", "third")


@pytest.mark.parametrize("which", REVISIONS)
def test_an_untouched_bundle_verifies(built: Built, which: str) -> None:
    verified = verify(getattr(built, which))

    assert [one.indicator.id for one in verified.figures] == [
        "online", "sites_up", "closure", "on_time", "pue", "users", "catalogue", "more",
    ]  # fmt: skip
    assert (verified.pinned, verified.earlier) == (False, None)


def test_the_small_city_has_what_can_be_tampered_with(built: Built) -> None:
    document = verify(built.third).document

    assert [one["number"] for one in document["sources"]["cases"]["files"]["segments"]] == [0, 0, 1, 2, 0]
    assert "later" in document["sources"]["cases"]["files"]
    assert document["sources"]["video"]["swept"]
    assert "register" in document["sources"]["video"]["files"]
    assert [one["after_the_fact"] for one in document["indicators"][0]["excluded"]] == [False, True]


@pytest.mark.parametrize("which", REVISIONS)
@pytest.mark.parametrize("key", [0, 1], ids=["pinned to the old key", "pinned to the new key"])
def test_a_bundle_made_after_the_keys_were_rotated_verifies(built: Built, which: str, key: int) -> None:
    verified = verify(getattr(built, which), pinned=built.keyids[key])

    assert verified.pinned
    assert verified.signed_by == built.keyids[0 if which == "september" else 1]


@pytest.mark.parametrize("which", REVISIONS)
def test_a_log_that_went_on_continues_the_earlier_checkpoint(built: Built, which: str) -> None:
    assert verify(getattr(built, which), earlier=built.earlier).earlier == 25
    assert verify(getattr(built, which), earlier=read_short(str(built.earlier_short))).earlier == 25


def test_a_bundle_whose_log_is_older_than_the_checkpoint_says_so(built: Built) -> None:
    with pytest.raises(ProofFailed) as caught:
        verify(built.first, earlier=built.latest)

    assert caught.value.place == "log.jsonl"
    assert "fewer than" in caught.value.reason


def test_t8_revision_1_still_verifies_after_a_late_datum_gave_revision_2(built: Built) -> None:
    first, second = verify(built.first, earlier=built.earlier), verify(built.second, earlier=built.earlier)

    assert (first.document["revision"], second.document["revision"]) == (1, 2)
    assert second.document["previous"] == first.sha256
    assert second.document["revises"]["because"]["supplements"] == ["sites 2026-10-03/1", "cases 2026-10-02/2"]
    assert [one["id"] for one in second.document["revises"]["effects"]] == ["sites_up", "closure", "on_time"]


def test_t10_revision_2_still_verifies_after_an_exclusion_entered_late_gave_revision_3(built: Built) -> None:
    second, third = verify(built.second, earlier=built.earlier), verify(built.third, earlier=built.earlier)

    assert third.document["previous"] == second.sha256
    assert [one["id"] for one in third.document["revises"]["effects"]] == ["online"]
    online = [one.document["indicators"][0] for one in (second, third)]
    assert [[one["after_the_fact"] for one in figure["excluded"]] for figure in online] == [[False], [False, True]]
    assert online[0]["without_exclusions"] == online[1]["without_exclusions"]


def test_the_command_prints_what_was_checked(built: Built, tmp_path: Path) -> None:
    (tmp_path / "october.bundle").write_bytes(built.third)
    (tmp_path / "kept.txt").write_bytes(built.earlier.encode())

    done = CliRunner().invoke(
        app,
        [
            "verify",
            str(tmp_path / "october.bundle"),
            "--key",
            built.keyids[0],
            "--checkpoint",
            str(tmp_path / "kept.txt"),
        ],
    )

    assert done.exit_code == 0
    assert "2026-10 修订 revision 3" in done.output
    assert "the key you gave" in done.output
    assert "its first 25 leaves are those of the earlier checkpoint" in done.output
    assert "not checked" not in done.output


def test_the_command_prints_a_document(built: Built, tmp_path: Path) -> None:
    (tmp_path / "october.bundle").write_bytes(built.third)

    done = CliRunner().invoke(app, ["verify", str(tmp_path / "october.bundle"), "--json"])

    told = json.loads(done.output)
    assert (done.exit_code, told["verified"], told["key_pinned"], told["continues"]) == (0, True, False, None)


def test_without_key_and_checkpoint_the_text_says_what_was_not_checked(built: Built) -> None:
    text = "\n".join(lines(verify(built.third)))

    assert "compare it with one you have from elsewhere" in text
    assert "not checked: whether the log was rebuilt" in text


def test_a_pinned_key_that_is_no_key_id_is_wrong_usage(built: Built) -> None:
    with pytest.raises(ConfigurationError, match="64 hexadecimal digits"):
        verify(built.third, pinned="e9560f970d0ca7a7")
