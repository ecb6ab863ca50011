"""What a subsystem answered can be shown by the digest that stands in its run, before and after its day was sealed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.answers import kept_answer
from collector.cli.app import app
from collector.errors import CitygaugeError, ConfigurationError
from collector.periods import local_date
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, make_city

ANSWERS = [{"a": "up", "b": "up"}, {"a": "down", "b": "up"}, {"a": "down", "b": "down"}]


@pytest.fixture
def city(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[City]:
    on_postgres = getattr(request, "param", "sqlite") == "postgres"
    city = make_city(tmp_path, store=request.getfixturevalue("postgres_url") if on_postgres else "sqlite:///store.db")
    yield city
    city.installation.close()


on_both_stores = pytest.mark.parametrize(
    "city", ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))], indirect=True
)


def polled(city: City) -> list[str]:
    """The digests of three answers of one day."""
    runs = [city.say("video", OCTOBER + hour * HOUR, answer) for hour, answer in enumerate(ANSWERS)]
    return [str(run.evidence) for run in runs]


def seal(city: City) -> None:
    assert city.installation.sealer.seal_day("video", local_date(OCTOBER, ZONE), OCTOBER + 2 * DAY)


def cli(city: City, *arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, [*arguments, "--config", str(city.installation.path)], catch_exceptions=False)
    return found.exit_code, found.output


@on_both_stores
@pytest.mark.parametrize("sealed", [False, True])
def test_an_answer_is_shown_as_it_came(city: City, sealed: bool) -> None:
    digests = polled(city)
    if sealed:
        seal(city)
    for number, digest in enumerate(digests):
        answer = kept_answer(city.installation, digest[:12])

        assert (answer.source, answer.digest, answer.at) == ("video", digest, OCTOBER + number * HOUR)
        assert [json.loads(one.body) for one in answer.parts] == [ANSWERS[number]]


def test_of_runs_with_one_answer_the_newest_is_shown(city: City) -> None:
    first = city.say("video", OCTOBER, ANSWERS[0])
    city.say("video", OCTOBER + DAY, ANSWERS[0])

    assert kept_answer(city.installation, str(first.evidence)).at == OCTOBER + DAY


def test_a_file_of_evidence_is_named_by_the_day_of_the_city(city: City) -> None:
    polled(city)
    seal(city)

    (name,) = city.installation.archive.names("evidence/video")
    assert name.startswith("evidence/video/2026-10-01-")


def test_an_answer_that_was_changed_is_not_shown(city: City) -> None:
    digests = polled(city)
    seal(city)
    (name,) = city.installation.archive.names("evidence/video")
    city.installation.archive.remove(name)
    with pytest.raises(CitygaugeError, match="is no longer kept; its digest stays in the run"):
        kept_answer(city.installation, digests[0])


def test_a_digest_that_no_run_has_or_several_have(city: City) -> None:
    polled(city)
    with pytest.raises(ConfigurationError, match="no run has such a digest"):
        kept_answer(city.installation, "%" * 8)
    with pytest.raises(ConfigurationError, match=r"is the beginning of .*; write more digits"):
        kept_answer(city.installation, "")


def test_the_command_lists_the_parts_and_writes_one(city: City, tmp_path: Path) -> None:
    digest = polled(city)[1]
    code, listed = cli(city, "evidence", digest[:16], "--json")
    assert code == 0
    assert json.loads(listed)["evidence"] == digest
    assert [(one["part"], one["bytes"]) for one in json.loads(listed)["parts"]] == [("all", 24)]
    assert cli(city, "evidence", digest, "--part", "all") == (0, '{"a": "down", "b": "up"}')
    code, _ = cli(city, "evidence", digest, "--part", "all", "-o", str(tmp_path / "page.json"))
    assert (code, (tmp_path / "page.json").read_text()) == (0, '{"a": "down", "b": "up"}')
    assert "video" in cli(city, "evidence", digest)[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["3f9a"], "write at least 8 of its hex digits"),
        (["zzzzzzzz"], "hex digits"),
        (["0" * 64], "no run has such a digest"),
    ],
)
def test_what_the_command_does_not_take(city: City, arguments: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        cli(city, "evidence", *arguments)


def test_a_part_that_the_answer_does_not_have(city: City) -> None:
    with pytest.raises(ConfigurationError, match="no part 'page 7'; its parts are all"):
        cli(city, "evidence", polled(city)[0], "--part", "page 7")
