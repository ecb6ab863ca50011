"""When the certificates of https sources end: read by a handshake of our own, kept in the store, looked at by the rules."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography import x509

from collector.alerts.rules import addresses_of, rules_of
from collector.city.alerts import CertificateExpiry
from collector.city.model import Source
from collector.city.secrets import resolve
from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.periods import MILLISECOND, instant
from collector.store.alerts import forget_certificates, read_certificates, write_certificate

EVERY = timedelta(hours=6)
TIMEOUT_SECONDS = 10.0


def sources_due(installation: Installation, now: int) -> list[str]:
    """Sources with a rule about certificates that were not read for six hours."""
    named = {rule.subject for rule in rules_of(installation.city) if isinstance(rule.condition, CertificateExpiry)}
    due = []
    with installation.database.read() as connection:
        for name in sorted(named):
            read = [read_at for _, read_at, _ in read_certificates(connection, name).values()]
            if not read or not 0 <= now - min(read) < EVERY // MILLISECOND:
                due.append(name)
    return due


def read_source(installation: Installation, source: str, now: int) -> None:
    """Read the certificate of every https address of a source and keep when it ends, or why it could not be read."""
    settings = installation.city.source(source)
    hosts = _hosts(settings, installation)
    with installation.database.write() as connection:
        forget_certificates(connection, source, [f"{host}:{port}" for host, port in hosts])
    for (host, port), error in hosts.items():
        ends_at = None
        if error is None:
            try:
                ends_at = ends(host, port)
            except (OSError, ValueError) as failure:
                error = f"no certificate was read ({type(failure).__name__})"  # noqa: PLW2901 (of this address)
        with installation.database.write() as connection:
            write_certificate(connection, source, f"{host}:{port}", ends_at, error, now)


def ends(host: str, port: int, timeout: float = TIMEOUT_SECONDS) -> int:
    """When the certificate that a server shows ends (ms since the epoch). Raises OSError where it shows none.

    It is not verified here: one that has ended, or that only the source's own CA file vouches for, is to be read too.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        der = secure.getpeercert(binary_form=True)
    if der is None:
        raise OSError("no certificate")
    return instant(x509.load_der_x509_certificate(der).not_valid_after_utc)


def _hosts(settings: Source, installation: Installation) -> Mapping[tuple[str, int], str | None]:
    """(host, port) of the source's https addresses; with an error where the address could not be made out."""
    found: dict[tuple[str, int], str | None] = {}
    for address in addresses_of(settings.options):
        try:
            parts = urlsplit(str(resolve(address, installation.city.folder, f"sources.{settings.id}")))
            found[parts.hostname or "", parts.port or 443] = None if parts.hostname else "the address names no host"
        except (ConfigurationError, ValueError):
            found["", 443] = "the address cannot be made out"
    return found
