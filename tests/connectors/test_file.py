"""Rows of files as records of each kind, and the time that they vouch for."""

from __future__ import annotations

import hashlib
import io
import json
import time
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from collector.connector import Part, Poll
from collector.errors import ConfigurationError, SourceChanged, SourceUnavailable
from collector.measures.states import States, intervals, listed_times
from collector.periods import Period, iso
from collector.records import Events, Kind, State
from collector.timeline import Timeline
from connectors.files.file import File, Imported

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = 3_600_000
DAY = Period.parse("2026-10-01", ZONE).span
SITES = {"kind": "states", "states": {"up": ["up"], "down": ["down", "degraded"], "gone": ["removed"]}}
PROBES = {"kind": "states", "reads": "samples"}


def _file(**options: Any) -> File:
    return File(File.Options.model_validate_json(json.dumps(options)), ZONE)


def _read(text: str, **options: Any) -> Imported:
    return _file(**options).read("rows.csv", text.encode())


def _refused(text: str, **options: Any) -> str:
    with pytest.raises(SourceChanged) as caught:
        _read(text, **options)
    return str(caught.value)


def _states(events: Events) -> list[tuple[str, str, str]]:
    rows = events.table.to_pylist()
    return [
        (row["subject"], row["at"].astimezone(ZONE).isoformat()[5:16], State(row["state"]).name.lower()) for row in rows
    ]


def _spans(imported: Imported) -> list[tuple[str, str]]:
    return [(iso(span.start, ZONE), iso(span.end, ZONE)) for span in imported.observed]


def _pseudonym(actor: str) -> str:
    return hashlib.blake2b(actor.encode(), key=b"key", digest_size=16).hexdigest()


# --- states


def test_rows_of_a_log_become_states_by_the_words_of_the_file() -> None:
    log = "subject,at,state\na,2026-10-01, up \nb,2026-10-01,degraded\na,2026-10-02,removed\n"
    assert _states(_read(log, **SITES).events) == [
        ("a", "10-01T00:00", "up"),
        ("a", "10-02T00:00", "gone"),
        ("b", "10-01T00:00", "down"),
    ]


def test_a_word_that_is_not_mapped_is_an_error_that_says_where_to_add_it() -> None:
    text = _refused(
        "subject,at,status\na,2026-10-01,up\n\na,2026-10-02,flapping\n", columns={"state": "status"}, **SITES
    )
    assert text.startswith("rows.csv line 4, column status: the word 'flapping' is not known; add it to up, down, gone")


def test_a_blank_state_is_an_error_unless_the_city_file_says_what_it_means() -> None:
    log = "subject,at,state\na,2026-10-01,\n"
    assert "the word '' is not known" in _refused(log, **SITES)
    assert _states(_read(log, kind="states", states={"unknown": [""]}).events)[0][2] == "unknown"


def test_numbers_and_truth_values_of_the_city_file_are_words_of_the_file() -> None:
    log = "subject,at,state\na,2026-10-01,1\na,2026-10-02,false\n"
    assert [row[2] for row in _states(_read(log, kind="states", states={"up": 1, "down": [0, False]}).events)] == [
        "up",
        "down",
    ]


def test_several_columns_of_the_file_may_make_up_one_of_ours() -> None:
    log = "site,no,day,time,installed,renting\na,1,2026-10-01,08:00,1,0\na,2,2026-10-01,08:30:00,,gone\n"
    columns = {"subject": ["site", "no"], "at": ["day", "time"], "state": ["installed", "renting"]}
    found = _read(log, kind="states", columns=columns, states={"down": ["1 0"], "gone": ["gone"]})
    assert _states(found.events) == [("a 1", "10-01T08:00", "down"), ("a 2", "10-01T08:30", "gone")]


def test_only_rows_that_where_chooses_are_read_and_lines_still_count_all() -> None:
    log = "subject,at,state,phase\na,2026-10-01,up,on\nb,nonsense,whatever,planned\nc,2026-10-01,odd,on\n"
    assert "line 4, column state" in _refused(log, where={"phase": ["on"]}, **SITES)
    assert len(_states(_read(log.replace("odd", "up"), where={"phase": "on"}, **SITES).events)) == 2
    assert "column stage: is not in the file" in _refused(log, where={"stage": ["on"]}, **SITES)


def test_attributes_are_those_of_the_last_row_that_has_any() -> None:
    log = "subject,at,state,area,name\n"
    log += "a,2026-10-03,removed,,\na,2026-10-02,up,west,A\na,2026-10-01,up,east,\nb,2026-10-01,up,,\n"
    found = _read(log, columns={"district": "area"}, **SITES).events.attributes
    assert found is not None
    assert found.to_pylist() == [
        {"subject": "a", "name": "A", "district": "west"},
        {"subject": "b", "name": None, "district": None},
    ]
    assert _read("subject,at,state\na,2026-10-01,up\n", **SITES).events.attributes is None


def test_a_constant_stands_for_a_column_that_the_file_lacks() -> None:
    found = _read("subject,at\na,2026-10-01\n", kind="states", constants={"state": "down", "department": "公安局"})
    assert _states(found.events)[0][2] == "down"
    assert found.events.attributes is not None
    assert found.events.attributes.to_pylist() == [{"subject": "a", "department": "公安局"}]


def test_two_states_of_a_subject_at_one_instant_are_a_fault_and_the_later_line_counts() -> None:
    log = "subject,at,state\na,2026-10-01,up\na,2026-10-01,down\nb,2026-10-01,up\nb,2026-10-01,up\n"
    found = _read(log, **SITES).events
    assert [row[2] for row in _states(found)] == ["down", "up"]
    assert found.faults == (
        "rows.csv line 3: subject a has two states at 2026-10-01T00:00:00+08:00; the later line counts",
    )


# --- samples


def _day_of(imported: Imported) -> tuple[Fraction, Fraction]:
    """(up, known) hours of subject a on 1 October, as the availability measure sees them."""
    table = imported.events.table
    at = table["at"].cast(pa.int64()).to_numpy()
    states = States(np.array([State.GONE], np.uint8), np.zeros(len(at), np.int32), at, table["state"].to_numpy())
    times = listed_times(intervals(states, DAY), 1, Timeline([DAY]), Timeline(imported.observed))
    return Fraction(int(times.up[0]), HOUR), Fraction(int((times.up + times.down)[0]), HOUR)


def test_samples_weigh_by_time_and_not_by_number() -> None:
    hourly = [(DAY.start + hour * HOUR, "up") for hour in range(24) if hour != 9]
    dense = [(DAY.start + 9 * HOUR + step * 20_000, "down") for step in range(180)]
    log = "subject,at,state\n" + "".join(f"a,{iso(at)},{state}\n" for at, state in hourly + dense)
    assert len(dense) / (len(dense) + len(hourly)) > 0.88
    assert _day_of(_read(log, every="1h", holds="1h", **PROBES)) == (23, 24)
    whole = [iso(DAY.start), iso(DAY.end)]
    assert _day_of(_read(log, every="20s", holds="1h", observed=whole, **PROBES)) == (23, 24)


def test_a_sample_holds_no_longer_than_it_may_and_the_gap_is_unknown() -> None:
    log = "subject,at,state\na,2026-10-01 00:00:00,up\na,2026-10-01 06:00:00,down\na,2026-10-01 07:00:00,down\n"
    found = _read(log, every="1h", **PROBES)
    assert _states(found.events) == [
        ("a", "10-01T00:00", "up"),
        ("a", "10-01T02:30", "unknown"),
        ("a", "10-01T06:00", "down"),
        ("a", "10-01T07:00", "down"),
        ("a", "10-01T08:00", "unknown"),
    ]
    assert _spans(found) == [("2026-10-01T00:00:00+08:00", "2026-10-01T08:00:00+08:00")]
    assert _day_of(found) == (Fraction(5, 2), Fraction(9, 2))


def test_a_subject_that_is_sampled_no_more_ends_as_unknown_inside_what_the_file_vouches_for() -> None:
    log = "subject,at,state\na,2026-10-01 00:00:00,up\nb,2026-10-01 00:00:00,gone\nc,2026-10-01 05:00:00,up\n"
    assert _states(_read(log, every="1h", **PROBES).events) == [
        ("a", "10-01T00:00", "up"),
        ("a", "10-01T02:30", "unknown"),
        ("b", "10-01T00:00", "gone"),
        ("c", "10-01T05:00", "up"),
        ("c", "10-01T06:00", "unknown"),
    ]


def test_samples_of_one_day_do_not_reach_into_the_file_of_the_next() -> None:
    days = [f"subject,at,state\na,2026-10-0{day} 22:00:00,up\na,2026-10-0{day} 23:00:00,up\n" for day in (1, 2)]
    first, second = (_read(day, every="1h", **PROBES) for day in days)
    assert _states(first.events)[-1] == ("a", "10-02T00:00", "unknown")
    assert [span.end for span in first.observed] == [DAY.end]
    assert second.observed[0].start == DAY.end + 22 * HOUR


# --- what the rows vouch for


def test_rows_vouch_from_their_first_to_their_last_instant() -> None:
    found = _read("subject,at,state\na,2026-10-02 08:00:00,up\na,2026-10-01 08:00:00,up\n", **SITES)
    assert _spans(found) == [("2026-10-01T08:00:00+08:00", "2026-10-02T08:00:00+08:00")]


def test_a_date_vouches_for_its_whole_day() -> None:
    found = _read("name,at,value\nvisits,2026-10-01,5\nvisits,2026-10-31,6\n", kind="figures")
    assert _spans(found) == [("2026-10-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00")]


def test_cases_vouch_by_what_happened_to_them_and_not_by_what_is_due() -> None:
    header = "case,opened_at,accepted_at,due_at,disposed_at,closed_at\n"
    row = "1,2026-10-02 08:00:00,2026-10-02 09:00:00,2027-01-01 08:00:00,2026-10-04 08:00:00,2026-10-05 08:00:00\n"
    assert _spans(_read(header + row, kind="cases")) == [("2026-10-02T08:00:00+08:00", "2026-10-05T08:00:00+08:00")]


@pytest.mark.parametrize(
    "observed",
    [
        ["2026-10-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00"],
        [["2026-10-01T00:00:00", "2026-11-01 00:00:00"]],
        ["2026-10-01", "2026-11-01"],
        ["2026-09-30T16:00:00Z", "2026-10-31T16:00:00Z"],
    ],
)
def test_the_city_file_may_say_what_the_rows_vouch_for(observed: list[Any]) -> None:
    found = _read("subject,at,state\na,2026-10-02 08:00:00,up\n", observed=observed, **SITES)
    assert _spans(found) == [("2026-10-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00")]


def test_instants_that_yaml_made_of_observed_are_read_too() -> None:
    pair = [datetime.fromisoformat("2026-10-01T00:00:00+08:00"), date(2026, 11, 1)]
    options = File.Options.model_validate({"kind": Kind.STATES, "observed": pair})
    month = Period.parse("2026-10", ZONE).span
    assert File(options, ZONE).read("rows.csv", b"subject,at,state\n").observed == [month]


# --- cases


def test_cases_keep_their_order_because_later_rows_are_later_versions() -> None:
    log = "id,open_dt,closed_dt\n007,2026-10-02,\n006,2026-10-01,\n007,2026-10-02,2026-10-03\n"
    found = _read(log, kind="cases", columns={"case": "id", "opened_at": "open_dt", "closed_at": "closed_dt"}).events
    assert found.table["case"].to_pylist() == ["007", "006", "007"]
    assert found.table["closed_at"].null_count == 2


def test_a_case_closed_before_it_was_opened_is_listed_and_kept() -> None:
    log = "case,opened_at,closed_at\n1,2026-10-02 08:00:00,2026-10-02 07:59:59\n2,2026-10-02,2026-10-02\n"
    found = _read(log, kind="cases").events
    assert (found.faults, found.table.num_rows) == (("case 1: closed before it was opened",), 2)


def test_very_many_faults_are_counted() -> None:
    rows = "".join(f"{n},2026-10-02,2026-10-01\n" for n in range(250))
    faults = _read("case,opened_at,closed_at\n" + rows, kind="cases").events.faults
    assert len(faults) == 101
    assert faults[-1] == "rows.csv: and 150 more rows of this fault"


@pytest.mark.parametrize(("column", "cell"), [("reopened", "1.5"), ("reopened", "twice"), ("suspended", "maybe")])
def test_counts_and_truth_values_are_read_strictly(column: str, cell: str) -> None:
    assert f"line 2, column {column}: '{cell}'" in _refused(
        f"case,opened_at,{column}\n1,2026-10-01,{cell}\n", kind="cases"
    )


def test_a_time_that_the_clock_leaps_over_is_listed() -> None:
    options = File.Options.model_validate_json('{"kind": "cases"}')
    body = b"case,opened_at\n1,2026-03-08 02:30:00\n"
    faults = File(options, ZoneInfo("America/New_York")).read("rows.csv", body).events.faults
    assert len(faults) == 1
    assert faults[0].startswith("rows.csv line 2, column opened_at: the clock of America/New_York leaps over this time")
    assert faults[0].endswith("it is read as 2026-03-08T03:30:00-04:00")


# --- readings and figures


def test_a_reading_is_energy_or_power_and_not_both() -> None:
    header = "meter,at,kwh,kw,role\n"
    found = _read(header + "m,2026-10-01,5.5,,it\nm,2026-10-02,,1e3,it\n", kind="readings").events.table
    assert (found["kwh"].to_pylist(), found["kw"].to_pylist()) == ([5.5, None], [None, 1000.0])
    assert "line 2, column kw: kwh and kw are both given" in _refused(header + "m,2026-10-01,5,1,it\n", kind="readings")
    assert "column kwh or kw: is not in the file" in _refused("meter,at,role\nm,2026-10-01,it\n", kind="readings")
    assert "column role: is not in the file" in _refused("meter,at,kwh\nm,2026-10-01,1\n", kind="readings")


def test_rows_that_stand_twice_count_once_and_rows_without_a_value_are_told() -> None:
    found = _read(
        "name,at,value\na,2026-10-01,1\na,2026-10-01,1\na,2026-10-01,2\na,2026-10-02,\n", kind="figures"
    ).events
    assert sorted(found.table["value"].to_pylist()) == [1, 2]
    assert found.faults == ("rows.csv: rows left out because they have no value: 1",)


def test_dimensions_are_canonical_json() -> None:
    log = 'name,at,value,dimensions\na,2026-10-01,1,"{""b"": 1, ""a"": ""甲""}"\na,2026-10-02,1,\n'
    assert _read(log, kind="figures").events.table["dimensions"].to_pylist() == ['{"a":"甲","b":1}', None]
    assert "is not a JSON object" in _refused("name,at,value,dimensions\na,2026-10-01,1,[]\n", kind="figures")


# --- activity


LOGINS = "user,at\n00001,2026-10-01\n 00002 ,2026-10-01\n00001,2026-10-01\n00001,2026-10-02 08:00:00\n"
APP = {"kind": "activity", "columns": {"actor": "user"}}


def test_raw_account_ids_are_refused_and_not_quoted() -> None:
    text = _refused(LOGINS, **APP)
    assert "line 2, column user: is not 32 hex digits" in text
    assert "00001" not in text


def test_redacted_activity_holds_hashes_and_gives_the_same_records_every_time() -> None:
    name, body = _file(**APP).redact("logins.csv", LOGINS.encode(), _pseudonym)
    assert (name, body) == _file(**APP).redact("logins.csv", LOGINS.encode(), _pseudonym)
    assert not any(raw in body for raw in (b"00001", b"00002"))
    found = _file(**APP).read(name, body)
    assert [actor.hex() for actor in found.events.table["actor"].to_pylist()] == [
        _pseudonym(actor) for actor in ("00001", "00002", "00001", "00001")
    ]
    assert _spans(found) == [("2026-10-01T00:00:00+08:00", "2026-10-02T08:00:00+08:00")]


def test_redacting_twice_changes_nothing_but_a_hash_in_a_raw_file_is_hashed_again() -> None:
    file = _file(**APP)
    assert file.redact("x", file.redact("logins.csv", LOGINS.encode(), _pseudonym)[1], _pseudonym)[0] == "x"
    digest = _pseudonym("00001")
    name, body = file.redact("logins.csv", f"user,at\n{digest},2026-10-01\n".encode(), _pseudonym)
    assert file.read(name, body).events.table["actor"][0].as_py().hex() == _pseudonym(digest)


def test_hashes_in_a_file_are_records() -> None:
    found = _read(f"actor,at\n{_pseudonym('1').upper()},2026-10-01\n", kind="activity").events.table
    assert found["actor"][0].as_py().hex() == _pseudonym("1")


def test_other_kinds_are_not_redacted() -> None:
    assert _file(**SITES).redact("a.csv", b"raw", _pseudonym) == ("a.csv", b"raw")


def test_every_account_is_hashed_once() -> None:
    asked: list[str] = []

    def pseudonym(actor: str) -> str:
        asked.append(actor)
        return _pseudonym(actor)

    _file(**APP).redact("logins.csv", LOGINS.encode(), pseudonym)
    assert sorted(set(asked)) == ["00001", "00002"]
    assert len(asked) <= 2


def test_a_file_that_only_bears_the_mark_of_hashed_activity_is_refused() -> None:
    for about in (b"no JSON", b"[]", b'{"observed": [], "faults": []}'):
        out = io.BytesIO()
        pq.write_table(pa.table({"actor": ["raw"], "at": ["2026"]}).replace_schema_metadata({b"citygauge": about}), out)
        with pytest.raises(SourceChanged, match="damaged file of hashed activity"):
            _file(**APP).read("x.parquet", out.getvalue())


# --- the connector


def test_nothing_is_fetched(poll: Poll) -> None:
    with pytest.raises(SourceUnavailable, match="citygauge import"):
        list(_file(kind="figures").fetch(poll))


def test_several_files_are_joined_and_the_last_one_tells_the_attributes() -> None:
    logs = [
        "subject,at,state,name\na,2026-10-01,up,old\nb,2026-10-01,up,B\n",
        "subject,at,state,name\na,2026-10-02,down,new\n",
    ]
    found = _file(**SITES).parse(Part(f"{n}.csv", log.encode()) for n, log in enumerate(logs))
    assert len(_states(found)) == 3
    assert found.attributes is not None
    assert found.attributes.to_pylist() == [{"subject": "a", "name": "new"}, {"subject": "b", "name": "B"}]
    assert _file(**SITES).parse([]).table.num_rows == 0


def test_sixty_thousand_cases_are_read_in_less_than_a_second() -> None:
    at = [iso(DAY.start + n * 1000)[:19].replace("T", " ") for n in range(60_000)]
    body = (
        "case,opened_at,due_at,closed_at\n" + "".join(f"{n},{one},{one},{one}\n" for n, one in enumerate(at))
    ).encode()
    file = File(File.Options.model_validate_json('{"kind": "cases"}'), ZoneInfo("America/New_York"))
    started = time.process_time()
    file.read("rows.csv", body)
    assert time.process_time() - started < 1


# --- options


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"kind": "state"}, "Input should be"),
        (
            {"kind": "cases", "columns": {"opened": "x"}},
            "columns: 'opened' is no column of cases; those are case, opened_at",
        ),
        ({"kind": "cases", "constants": {"x": "y"}}, "constants: 'x' is no column of cases"),
        (
            {"kind": "cases", "columns": {"case": "x"}, "constants": {"case": "y"}},
            "'case' stands in columns and in constants",
        ),
        ({"kind": "cases", "reads": "samples", "every": "1h"}, "reads and states go with kind: states"),
        ({"kind": "cases", "states": {"up": ["up"]}}, "reads and states go with kind: states"),
        ({"kind": "states", "reads": "samples"}, "reads: samples needs every"),
        ({"kind": "states", "every": "60s"}, "every and holds go with reads: samples"),
        ({"kind": "states", "reads": "samples", "every": "0s"}, "must be longer than 0s"),
        ({"kind": "states", "reads": "samples", "every": "an hour"}, "is not a duration such as"),
        ({"kind": "states", "states": {"up": ["on"], "down": ["on"]}}, "the word 'on' stands twice"),
        ({"kind": "states", "states": {"offline": ["off"]}}, "Input should be 'up', 'down', 'gone' or 'unknown'"),
        ({"kind": "states", "observed": ["2026-10", "2026-11"]}, "'2026-10' is not an ISO 8601 instant"),
        ({"kind": "cases", "encoding": "utf-9"}, "'utf-9' is not an encoding"),
        ({"kind": "cases", "delimiter": "||"}, "'||' is not one character, tab or whitespace"),
        ({"kind": "cases", "time_format": "ISO"}, "'ISO' is not a strptime pattern"),
    ],
)
def test_a_mistake_in_the_city_file_is_named(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _file(**options)
    assert complaint in str(caught.value)


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="ends at or before its start"):
        _file(kind="cases", observed=["2026-11-01", "2026-10-01"])
