"""Certificates are read by a real handshake, whoever signed them and whether or not they have ended."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector.alerting import certificates
from collector.alerting.clocks import Reading
from collector.alerting.round import evaluate_alerts
from collector.installation import Installation
from collector.periods import instant
from collector.store.alerts import read_alerts, read_certificates

ENDS = datetime(2026, 11, 10, tzinfo=UTC)
DAY = 86_400_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    """A server whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(ENDS - timedelta(days=90)).not_valid_after(ENDS).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    made_server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    made_server.socket = context.wrap_socket(made_server.socket, server_side=True)
    thread = threading.Thread(target=made_server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made_server
    made_server.shutdown()
    made_server.server_close()


@pytest.fixture
def https(server: ThreadingHTTPServer) -> str:
    return f"https://127.0.0.1:{server.server_port}/"


def city(folder: Path, address: str) -> Installation:
    path = folder / "city.yaml"
    path.write_text(
        "city: 试验市\nsources:\n  - id: portal\n    connector: http_probe\n    every: 1m\n"
        f"    targets: [{{subject: a, url: '{address}'}}]\n"
        "    alerts: [{when: certificate_expiry}, {id: soon, when: certificate_expiry, days: 3, severity: critical}]\n",
        encoding="utf-8",
    )
    return Installation(path)


def test_the_end_of_a_certificate_is_read_and_told_in_time(tmp_path: Path, https: str) -> None:
    installation, ends = city(tmp_path, https), instant(ENDS)
    assert certificates.sources_due(installation, 1) == ["portal"]
    firing = {}
    for days in (30, 10, 2, -1):
        now = ends - days * DAY
        certificates.read_source(installation, "portal", now)
        assert certificates.sources_due(installation, now) == []
        evaluate_alerts(installation, Reading(now))
        with installation.database.read() as connection:
            alerts = {one.about.labels["alertname"]: one for one in read_alerts(connection).values() if one.firing}
        firing[days] = sorted(alerts)
    assert firing == {
        30: [],
        10: ["certificate_expiry"],
        2: ["certificate_expiry", "soon"],
        -1: ["certificate_expiry", "soon"],
    }
    assert alerts["soon"].about.summary.zh.endswith("的证书已过期 1 天")
    installation.close()


def known(installation: Installation) -> dict[str, tuple[int | None, int, str | None]]:
    with installation.database.read() as connection:
        return read_certificates(connection, "portal")


def test_a_server_that_is_gone_leaves_the_end_that_is_known(
    tmp_path: Path, https: str, server: ThreadingHTTPServer
) -> None:
    installation, address = city(tmp_path, https), https.removeprefix("https://").rstrip("/")
    certificates.read_source(installation, "portal", 1)
    assert known(installation) == {address: (instant(ENDS), 1, None)}
    server.shutdown()
    server.server_close()
    certificates.read_source(installation, "portal", 2)
    assert known(installation) == {address: (instant(ENDS), 2, "no certificate was read (ConnectionRefusedError)")}
    installation.close()


def test_an_address_that_the_source_has_no_more_is_forgotten(tmp_path: Path, https: str) -> None:
    before = city(tmp_path, https)
    certificates.read_source(before, "portal", 1)
    before.close()
    after = city(tmp_path, "https://127.0.0.1:9/")
    certificates.read_source(after, "portal", 2)
    assert known(after) == {"127.0.0.1:9": (None, 2, "no certificate was read (ConnectionRefusedError)")}
    after.close()
