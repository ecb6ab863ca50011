"""The application of a small city, asked without a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from collector.web.server import create_app
from tests.web.small_city import SmallCity


@pytest.fixture
def client(small: SmallCity) -> TestClient:
    return TestClient(create_app(small.city.installation, small.clock))


@pytest.fixture
def page(client: TestClient) -> Callable[..., str]:
    """``page()`` gives the text of the status page."""

    def get(query: str = "") -> str:
        answer = client.get(f"/{query}")
        assert answer.status_code == 200
        return answer.text

    return get
