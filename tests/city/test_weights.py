"""Weights of indicators: exactly 100 in all, or the file is refused with the sum; none at all is no score."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from collector.city.load import load_city
from collector.city.model import City
from collector.errors import ConfigurationError

HEAD = "city: 益阳市\nsources:\n  - {id: cases, connector: push, kind: cases, token: a-token-of-a-subsystem}\nindicators:\n"


def loaded(folder: Path, *weights: str | None) -> City:
    rows = [
        f"  - {{id: i{n}, measure: case_count, source: cases{'' if weight is None else f', weight: {weight}'}}}\n"
        for n, weight in enumerate(weights)
    ]
    path = folder / "city.yaml"
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return load_city(path)


@pytest.mark.parametrize(
    ("weights", "complaint"),
    [
        (("60", "50", None), "the weights add up to 110, not to 100 (i0 60, i1 50)"),
        (("60", "39.9"), "the weights add up to 99.9, not to 100 (i0 60, i1 39.9)"),
        (("100", "0.01", "0"), "the weights add up to 100.01, not to 100 (i0 100, i1 0.01, i2 0)"),
        (("33.33", "33.33", "33.33"), "the weights add up to 99.99, not to 100 (i0 33.33, i1 33.33, i2 33.33)"),
    ],
)
def test_t14_weights_that_do_not_add_up_to_100_are_refused_with_their_sum(
    tmp_path: Path, weights: tuple[str | None, ...], complaint: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, *weights)
    assert str(caught.value) == f"{tmp_path}/city.yaml:4:1: indicators: {complaint}"


@pytest.mark.parametrize("weights", [(None, None), ("0", "0"), ("0", None)])
def test_t14_without_a_weight_above_0_there_is_no_score(tmp_path: Path, weights: tuple[str | None, ...]) -> None:
    assert not loaded(tmp_path, *weights).is_scored


def test_weights_are_added_up_as_decimals(tmp_path: Path) -> None:
    weights = ["0.1"] * 10 + ["99"]
    assert sum(float(weight) for weight in weights[:10]) != 1  # as doubles they would miss
    city = loaded(tmp_path, *weights, "0", None)
    assert city.is_scored
    assert city.indicators[0].weight == Decimal("0.1")


@pytest.mark.parametrize("weight", ["-1", ".nan", ".inf", "'a'", "true"])
def test_a_weight_is_a_number_from_0_up(tmp_path: Path, weight: str) -> None:
    with pytest.raises(ConfigurationError, match=r"city\.yaml:5:\d+: indicators\.0\.weight: "):
        loaded(tmp_path, weight, "100")
