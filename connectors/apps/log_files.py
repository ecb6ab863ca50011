"""A growing log file from a byte on, in a folder or over HTTP; None where there is no such file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

from pydantic import SecretStr

from collector import connector
from collector.errors import SourceChanged, SourceUnavailable
from collector.http import Http


class Credentials(connector.Options):
    username: str
    password: SecretStr


def in_folder(path: str, start: int) -> BinaryIO | None:
    """The file from byte ``start`` on; empty where it is shorter. Raises SourceUnavailable, also for a missing folder."""
    try:
        file = Path(path).open("rb")  # noqa: SIM115  the caller closes it
    except FileNotFoundError:
        if Path(path).parent.is_dir():
            return None
        raise SourceUnavailable(f"{path}: there is no such folder") from None
    except OSError as error:
        raise SourceUnavailable(f"{path}: {error.strerror}") from None
    file.seek(start)
    return file


def over_http(http: Http, url: str, start: int, credentials: Credentials | None) -> BinaryIO | None:
    """The same by a range request. Raises SourceUnavailable, and SourceChanged for another range than was asked for."""
    auth = (credentials.username, credentials.password.get_secret_value()) if credentials else None
    # a range counts bytes of the coded body, so no coding
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    reply = http.get(url, (200, 206, 404, 416), headers=headers, auth=auth)
    if reply.status == 404:
        return None
    if reply.status == 416:  # it ends before ``start``
        return io.BytesIO()
    if reply.status == 200:  # the server knows no ranges
        return io.BytesIO(reply.body[start:])
    if not reply.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        raise SourceChanged(f"{url.partition('?')[0]} Content-Range", f"is not the range from byte {start} on")
    return io.BytesIO(reply.body)
