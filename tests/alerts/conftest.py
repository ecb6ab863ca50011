from __future__ import annotations

import pytest

from collector.alerting import registry
from tests.alerts.recorder import Recorder

KINDS = {"recorder": "Recorder", "forgetful": "Forgetful", "slow": "Slow"}


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> type[Recorder]:
    """Receivers for tests, which nobody has told anything yet."""
    extended = {**registry.RECEIVERS, **{name: f"tests.alerts.recorder:{kind}" for name, kind in KINDS.items()}}
    monkeypatch.setattr(registry, "RECEIVERS", extended)
    Recorder.told.clear()
    monkeypatch.setattr(Recorder, "failure", None)
    return Recorder
