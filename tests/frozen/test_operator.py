"""The operator himself, who has the signing key: he changes what he likes, measures again, re-hashes and re-signs everything.

What he makes consistent fails against a checkpoint or key that somebody kept; row T20 of docs/torture.md carries its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.frozen.bundle import KEYS, SNAPSHOT, read_bundle
from collector.frozen.verification import verify
from collector.verifier import lines
from tests.frozen.attackers import Intruder, Operator, without_row
from tests.frozen.refusal import refused
from tests.frozen.small_city import Built

Change = Callable[[dict[str, Any]], None]


def test_a_row_dropped_and_everything_re_signed_fails_against_an_earlier_checkpoint(
    built: Built, operator: Operator
) -> None:
    before = verify(built.third).figures[2].measurement
    entry = operator.segments("cases")[0]
    operator.replace_segment("cases", entry, without_row(operator.files[entry["path"]], "record", 0))
    operator.measure_again()
    body = operator.bundle()

    alone = verify(body)

    assert alone.figures[2].measurement != before  # the figure is another one, and without a checkpoint nobody can tell
    assert "not checked: whether the log was rebuilt" in "\n".join(lines(alone))
    assert verify(body, earlier=None, pinned=built.keyids[1]).pinned
    refused(body, r"log\.jsonl", "first 59 leaves are not those of the earlier checkpoint", earlier=built.latest)
    refused(body, r"log\.jsonl", "first 59 leaves are not those of the earlier checkpoint", earlier=built.latest_short)
    refused(body, r"log\.jsonl", "history was rebuilt", earlier=built.earlier)


def test_t20_the_last_days_of_the_log_dropped_and_rebuilt_fail_against_an_earlier_checkpoint(
    built: Built, operator: Operator
) -> None:
    days = operator.segments("video")[-5:]
    begin = min(operator.leaf("video", one) for one in days)
    kept, dropped = operator.leaves[:begin], operator.leaves[begin:]
    for one in days:
        operator.replace_segment("video", one, without_row(operator.files[one["path"]], "run", 0), log=True)
    rebuilt = [leaf for leaf in operator.leaves[begin:] if leaf.kind == "segment"]
    snapshots = [leaf for leaf in dropped if leaf.kind == "snapshot"]
    operator.leaves = [*kept, *rebuilt, *snapshots]
    operator.measure_again()
    body = operator.bundle()

    assert verify(body, pinned=built.keyids[0]).earlier is None
    assert verify(body, earlier=built.earlier).earlier == 25  # older than what was rebuilt: it cannot tell
    refused(body, r"log\.jsonl", "history was rebuilt", earlier=built.latest)
    refused(body, r"log\.jsonl", "history was rebuilt", earlier=built.latest_short)


def test_history_told_a_second_time_at_the_end_of_the_log_is_named(built: Built, operator: Operator) -> None:
    """Nothing before the checkpoint is touched; a second leaf of the same name is to take the place of the first."""
    honest, entry = list(operator.leaves), operator.segments("cases")[0]
    first = operator.leaf("cases", entry)
    operator.replace_segment("cases", entry, without_row(operator.files[entry["path"]], "record", 0))
    operator.measure_again()
    operator.leaves = [*honest, operator.leaves[first], honest[operator.own_leaf]]
    body = operator.bundle(own=len(honest) + 1)

    refused(body, rf"log\.jsonl line {len(honest) + 1}", f"stands in line {first + 1} already", earlier=built.latest)


def test_a_segment_swapped_and_everything_re_signed_names_the_file(operator: Operator) -> None:
    one, other = operator.segments("video")[3:5]
    bodies = operator.files[one["path"]], operator.files[other["path"]]
    operator.replace_segment("video", one, bodies[1])
    operator.replace_segment("video", other, bodies[0])

    refused(operator.bundle(), re.escape(f"files/{one['path']}"), "says that it is video 2026-10-02/0")


def test_a_segment_of_another_content_than_its_leaf_is_named(operator: Operator) -> None:
    entry = operator.segments("meters")[1]
    operator.replace_segment("meters", entry, without_row(operator.files[entry["path"]], "record", 2), log=False)

    refused(operator.bundle(), r"snapshot\.json sources\.meters 2026-10-02/0", "is not the segment that the log has")


@pytest.mark.parametrize(
    ("source", "number", "line"),
    [("cases", 2, 52), ("cases", 3, 57), ("sites", 3, 56), ("video", 10, 28), ("meters", 0, 15)],
)
def test_a_segment_or_supplement_left_out_names_its_line_of_the_log(
    built: Built, operator: Operator, source: str, number: int, line: int
) -> None:
    """As a further revision, so that the log continues every checkpoint that anybody kept."""
    entry = operator.segments(source)[number]
    place = operator.leaf(source, entry) + 1
    operator.leave_out(source, entry)
    operator.measure_again()
    operator.append_revision()

    reason = f"{source} {entry['day']}/{entry['number']} was frozen before the snapshot, which leaves it out"
    refused(operator.bundle(), f"log\\.jsonl line {place}", reason, earlier=built.latest)
    assert place == line


def test_all_segments_of_a_source_left_out_name_the_first(built: Built, operator: Operator) -> None:
    for entry in list(operator.segments("video")):
        operator.leave_out("video", entry)
    operator.append_revision()

    refused(operator.bundle(), r"log\.jsonl line 1", "video 2026-09-28/0 was frozen before", earlier=built.latest)


@pytest.mark.parametrize("field", ["value", "lower", "upper", "coverage", "n", "numerator", "denominator"])
@pytest.mark.parametrize("indicator", ["online", "closure", "pue"])
def test_a_measurement_changed_and_re_signed_names_indicator_and_field(
    operator: Operator, indicator: str, field: str
) -> None:
    operator.indicator(indicator)["measurement"][field] = "0.99"

    refused(
        operator.bundle(), rf"snapshot\.json indicators\.{indicator}\.measurement\.{field}", 'the snapshot says "0.99"'
    )


def test_a_sum_a_verdict_and_an_exclusion_changed_and_re_signed_are_named(built: Built) -> None:
    def changed(change: Change) -> bytes:
        operator = Operator.of(built.third, built.private)
        change(operator.indicator("online"))
        return operator.bundle()

    online = r"snapshot\.json indicators\.online\."
    refused(
        changed(lambda one: one["measurement"]["parts"].update(up_seconds=1)),
        online + r"measurement\.parts\.up_seconds",
        "",
    )
    refused(changed(lambda one: one.update(verdict="met")), online + "verdict", '"missed", the snapshot says "met"')
    refused(changed(lambda one: one["without_exclusions"].update(value="1")), online + r"without_exclusions\.value", "")
    refused(changed(lambda one: one["excluded"].pop()), online + "excluded", "")
    refused(changed(lambda one: one.update(basis="imported")), online + "basis", "")
    refused(changed(lambda one: one.update(remark="checked")), online + "remark", "")


def test_a_number_written_as_a_truth_value_is_another_value(operator: Operator) -> None:
    operator.indicator("online")["measurement"]["applicable"] = 1

    refused(operator.bundle(), r"snapshot\.json indicators\.online\.measurement\.applicable", "the files give true")


def test_a_definition_changed_without_its_digest_names_the_definition(operator: Operator) -> None:
    operator.indicator("online")["definition"]["target"] = ">= 90"

    refused(operator.bundle(), r"snapshot\.json indicators\.online\.definition", "another SHA-256")


def test_a_definition_changed_with_its_digest_no_longer_gives_the_figure(operator: Operator) -> None:
    figure = operator.indicator("online")
    said = dict(figure)
    operator.redefine("online", target=">= 90")
    operator.indicator("online")["verdict"] = said["verdict"]

    refused(operator.bundle(), r"snapshot\.json indicators\.online\.verdict", 'the files give "met"')


def test_a_definition_changed_with_all_that_follows_fails_against_an_earlier_checkpoint(
    built: Built, operator: Operator
) -> None:
    operator.redefine("online", target=">= 90")
    body = operator.bundle()

    assert verify(body).figures[0].verdict.value == "met"
    refused(body, r"log\.jsonl", "history was rebuilt", earlier=built.latest)


def test_a_digest_of_a_definition_changed_alone_is_named(operator: Operator) -> None:
    operator.indicator("pue")["definition_sha256"] = "0" * 64

    refused(operator.bundle(), r"snapshot\.json indicators\.pue\.definition", "another SHA-256")


def test_a_label_that_means_another_period_is_named(built: Built, operator: Operator) -> None:
    """A month without its bad last week, appended as a revision."""
    operator.document["period"]["end"] = "2026-10-24T16:00:00Z"
    operator.append_revision()

    refused(operator.bundle(), r"snapshot\.json period", "2026-10 is 2026-09-30T16:00:00Z", earlier=built.latest)


def test_an_instant_of_knowing_that_the_log_does_not_have_is_named(operator: Operator) -> None:
    operator.document["as_of"] = "2026-11-01T00:00:00Z"

    refused(operator.bundle(), r"snapshot\.json as_of", "when the log says that it was frozen")


def test_a_snapshot_taken_before_its_period_was_over_is_named(operator: Operator) -> None:
    operator.document["as_of"] = "2026-10-15T00:00:00Z"

    refused(operator.bundle(), r"snapshot\.json as_of", "lies before the end of 2026-10")


@pytest.mark.parametrize("previous", ["0" * 64, None])
def test_a_revision_of_something_that_is_not_in_the_log_is_named(operator: Operator, previous: str | None) -> None:
    operator.document["previous"] = previous

    refused(operator.bundle(), r"snapshot\.json previous", "is not the revision before it that the log has")


def test_a_snapshot_that_is_not_in_the_log_is_named(operator: Operator) -> None:
    body = read_bundle(operator.bundle())
    operator.document["city"] = "别市"
    changed = read_bundle(operator.bundle())
    mixed = Intruder(body.write())
    mixed.parts[SNAPSHOT] = changed.envelope

    refused(mixed.bundle(), r"log\.jsonl snapshot 2026-10/3", "is not in the log with this content")


def test_a_register_changed_and_re_signed_gives_another_figure(operator: Operator) -> None:
    path = operator.document["sources"]["video"]["files"]["register"]["path"]
    operator.replace_file("video", "register", operator.files[path].replace(b"c,2026-10-02", b"c,2026-10-30"))

    refused(operator.bundle(), r"snapshot\.json indicators\.online\.measurement\.\w+", "the files give")


# The key


def test_a_replaced_key_fails_against_the_key_that_was_known(built: Built, operator: Operator) -> None:
    operator.replace_key()
    body = operator.bundle()

    assert not verify(body).pinned  # nothing in the bundle itself tells whose key it is
    for known in built.keyids:
        refused(body, r"keys\.json", f"the pinned key {known[:16]} is not in the chain", pinned=known)


def test_a_replaced_key_fails_against_an_earlier_checkpoint(built: Built, operator: Operator) -> None:
    operator.replace_key()
    body = operator.bundle()

    refused(body, "the earlier checkpoint line 6", "is signed by none of the trusted keys", earlier=built.earlier)
    refused(body, r"keys\.json", "which signed the earlier checkpoint, is not in the chain", earlier=built.latest_short)


def test_a_key_that_the_old_one_did_not_endorse_is_named(built: Built, operator: Operator) -> None:
    """The old key's entry is public; a stranger's key is put after it."""
    old = Intruder(built.third).parts[KEYS]
    operator.replace_key()
    stranger = operator.keys[1:-1].replace(b'"endorsed_by":null', b'"endorsed_by":"%s"' % built.keyids[1].encode())
    operator.keys = old[:-1] + b"," + stranger + b"]"

    refused(operator.bundle(), r"keys\.json\[2\]\.signature", "did not sign this entry", pinned=built.keyids[1])


def test_a_snapshot_signed_by_a_key_of_nobody_is_named(built: Built, operator: Operator) -> None:
    operator.private = Ed25519PrivateKey.generate()

    refused(operator.bundle(), r"snapshot\.json envelope signatures\[0\]\.keyid", "is not one of the trusted keys")


def test_an_earlier_checkpoint_that_was_changed_is_named(built: Built) -> None:
    refused(
        built.third,
        "the earlier checkpoint line 6",
        "is not what key",
        earlier=built.earlier.replace("\n25\n", "\n24\n"),
    )
    refused(built.third, "the earlier checkpoint", "is not four lines", earlier="25")
