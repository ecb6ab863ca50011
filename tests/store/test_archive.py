"""The archive takes the same file from several workers at once."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from collector.archive import Archive


def test_workers_that_write_the_same_file_at_once_all_succeed(tmp_path: Path) -> None:
    archive, body = Archive(str(tmp_path)), b"x" * 100_000
    names = [f"registers/video/{i % 5}.parquet" for i in range(200)]

    with ThreadPoolExecutor(8) as workers:
        digests = set(workers.map(lambda name: archive.write(name, body), names))

    assert digests == {hashlib.sha256(body).hexdigest()}
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [f"{i}.parquet" for i in range(5)]
    assert all(archive.read(name, digests.copy().pop()) == body for name in names[:5])
