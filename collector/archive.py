"""The archive: immutable files behind any fsspec URL, a folder by default, each read back only if its SHA-256 is the one expected."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress

from fsspec.core import url_to_fs

from collector.errors import CitygaugeError, ConfigurationError, SourceUnavailable


class Archive:
    """Files by name below one URL or folder."""

    def __init__(self, url: str) -> None:
        try:
            self._fs, self._root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise ConfigurationError(f"archive: {url.partition('://')[0]}: {error}") from None

    def write(self, name: str, body: bytes) -> str:
        """Store ``body`` under ``name`` whole or not at all; returns its SHA-256."""
        path = f"{self._root.rstrip('/')}/{name}"
        try:
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            draft = f"{path}.{secrets.token_hex(4)}.part"  # of its own: two workers may write the same file at once
            self._fs.pipe_file(draft, body)
            self._fs.mv(draft, path)
        except OSError as error:
            raise SourceUnavailable(f"archive: {name} cannot be written ({error.strerror or type(error).__name__})") from None
        return hashlib.sha256(body).hexdigest()

    def remove(self, name: str) -> None:
        """Take a file away; one that another worker took away meanwhile is no mistake."""
        with suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._root.rstrip('/')}/{name}")

    def derived(self, name: str) -> bytes | None:
        """A file that can be made again and checks itself; None where there is none."""
        try:
            body: bytes = self._fs.cat_file(f"{self._root.rstrip('/')}/{name}")
        except FileNotFoundError:
            return None
        return body

    def names(self, folder: str) -> set[str]:
        """The files in a folder, with the folder's name; none where it does not exist."""
        try:
            found = self._fs.ls(f"{self._root.rstrip('/')}/{folder}", detail=False)
        except FileNotFoundError:
            return set()
        return {f"{folder}/{path.rsplit('/', 1)[-1]}" for path in found}

    def read(self, name: str, digest: str) -> bytes:
        """The file's bytes. Raises CitygaugeError where it is missing or not what was sealed."""
        try:
            body: bytes = self._fs.cat_file(f"{self._root.rstrip('/')}/{name}")
        except FileNotFoundError:
            raise CitygaugeError(f"archive: {name} is missing") from None
        if hashlib.sha256(body).hexdigest() != digest:
            raise CitygaugeError(f"archive: {name} is not the file that was sealed (SHA-256 {digest[:12]}… expected)")
        return body
