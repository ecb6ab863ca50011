"""The command: exit codes, formats and languages, without a city file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.cli.app import app
from collector.errors import ConfigurationError
from tests.audit.paper import Paper, as_text


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    paper = Paper()
    paper.total[1] = "97"
    path = tmp_path / "report.txt"
    path.write_text(as_text(paper), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where there is no city file


def test_findings_are_bad_news(wrong: Path) -> None:
    result = CliRunner().invoke(app, ["audit", str(wrong)])
    assert result.exit_code == 1
    assert "R03" in result.stdout
    assert "95.5" in result.stdout


def test_a_consistent_report_is_good_news(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text(as_text(Paper()), encoding="utf-8")
    result = CliRunner().invoke(app, ["audit", str(path)])
    assert (result.exit_code, result.stdout) == (0, "report.txt: 没有发现问题\n")


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json_has_the_agreed_shape(option: list[str], wrong: Path) -> None:
    result = CliRunner().invoke(app, ["audit", str(wrong), *option])
    printed = json.loads(result.stdout)
    assert set(printed) == {"file", "findings"}
    assert printed["file"] == "report.txt"
    assert set(printed["findings"][0]) == {"rule", "severity", "where", "quote", "stated", "recomputed", "message"}
    assert {one["rule"] for one in printed["findings"]} == {"R03", "R04", "R10"}


def test_the_page_stands_alone(wrong: Path, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    result = CliRunner().invoke(app, ["audit", str(wrong), "--format", "html", "-o", str(page)])
    assert result.exit_code == 1
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert not [word for word in ("<script", "http://", "https://", "src=", "<link") if word in text]
    assert "漏扣" in text or "没有列出" in text or "解释" in text


def test_english_is_offered(wrong: Path) -> None:
    result = CliRunner().invoke(app, ["audit", str(wrong), "--lang", "en", "--json"])
    assert "scores add up to 95.5, printed 97." in [one["message"] for one in json.loads(result.stdout)["findings"]]


def test_a_table_can_be_written(wrong: Path, tmp_path: Path) -> None:
    CliRunner().invoke(app, ["audit", str(wrong), "-o", str(tmp_path / "audit.txt")])
    assert "R03" in (tmp_path / "audit.txt").read_text(encoding="utf-8")


def test_an_unreadable_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "report.doc").write_bytes(b"x")
    result = CliRunner().invoke(app, ["audit", str(tmp_path / "report.doc")])
    assert isinstance(result.exception, ConfigurationError)
    assert result.exception.exit_code == 2
