"""The small city, built once, and what the tests of ``verify`` need of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.verifier import write_zipapp
from tests.frozen.attackers import Operator
from tests.frozen.small_city import Built, build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("frozen-city"))


@pytest.fixture(scope="session")
def verifier_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verifier") / "verify.pyz"
    write_zipapp(path)
    return path


@pytest.fixture
def operator(built: Built) -> Operator:
    """The operator, about to change October's newest revision."""
    return Operator.of(built.third, built.private)
