"""The verifier as a program of its own: ``python verify.pyz BUNDLE [--key KEYID] [--checkpoint FILE|SIZE-ROOT-KEY] [--json]``.

It needs Python and the packages of NEEDS, and reads nothing but the files it is given.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import zipapp
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

from collector.errors import CitygaugeError, ConfigurationError
from collector.frozen.verification import Verified, verify
from collector.periods import iso
from collector.proof.checkpoint import ShortCheckpoint, read_short

NEEDS = ("chinesecalendar", "cryptography", "numpy", "pyarrow", "pydantic", "rfc8785", "tzdata")
"""What the single file imports beside the standard library."""

PACKAGES = ("city", "frozen", "measures", "measuring", "proof")
LEFT_OUT = ("city/model.py", "city/load.py", "city/complaints.py", "city/references.py", "city/secrets.py", "city/paths.py",
            "city/receivers.py", "frozen/gathering.py", "proof/keys.py")  # fmt: skip
MODULES = (
    "attendance", "errors", "faults", "feasibility", "figures", "history", "known", "ledger", "measurement", "periods", "records",
    "register", "register_file", "register_history", "running_sums", "segment", "snapshot", "subjects", "timeline", "verdict",
    "verifier", "working_time",
)  # fmt: skip
_MAIN = "from collector.verifier import main\n\nmain()\n"


def verify_file(path: Path, key: str | None, earlier: str | None) -> Verified:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    return verify(body, key, _earlier(earlier))


def _earlier(given: str | None) -> str | ShortCheckpoint | None:
    """A checkpoint as a file holds it, or as a report prints it."""
    if given is None:
        return None
    path = Path(given)
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else read_short(given)


def lines(verified: Verified) -> Iterator[str]:
    """What was found, for people."""
    document = verified.document
    label, revision = document["period"]["label"], document["revision"]
    yield f"{document['city']} {label} 修订 revision {revision}, as of {document['as_of']}: 核验通过 verified"
    yield f"✓ 快照 snapshot SHA-256 {verified.sha256}"
    known = "与给定的密钥一致 the key you gave" if verified.pinned else "请与报告上的密钥核对 compare it with one you have from elsewhere"
    yield f"✓ 签名 signed by {verified.signed_by} ({known})"
    yield f"✓ 日志 log of {verified.checkpoint.size} leaves, checkpoint {verified.short_checkpoint} at {iso(verified.checkpoint.at)}"
    if verified.earlier is not None:
        yield f"✓ 历史未改 its first {verified.earlier} leaves are those of the earlier checkpoint"
    else:
        yield "– 历史未查 not checked: whether the log was rebuilt; that takes a checkpoint kept from before (--checkpoint)"
    yield f"✓ 文件 {verified.files} files with the SHA-256 of the snapshot"
    yield f"✓ 指标 {len(verified.figures)} figures computed again from the files:"
    for figure in verified.figures:
        measured = figure.measurement
        bounds = f"[{_number(measured.lower)}, {_number(measured.upper)}]"
        yield f"    {figure.indicator.id} {_number(measured.value)} {bounds} {figure.verdict.value}"


def document_of(verified: Verified) -> dict[str, Any]:
    return {
        "verified": True,
        "city": verified.document["city"],
        "period": verified.document["period"],
        "revision": verified.document["revision"],
        "snapshot_sha256": verified.sha256,
        "signed_by": verified.signed_by,
        "key_pinned": verified.pinned,
        "checkpoint": str(verified.short_checkpoint),
        "continues": verified.earlier,
        "files": verified.files,
        "indicators": [one["id"] for one in verified.document["indicators"]],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Exit 0 where everything fits, 1 with the place that does not, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="verify", description="Verify a Citygauge bundle offline.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", help="key id that you have from elsewhere (64 hex digits)")
    parser.add_argument("--checkpoint", help="a checkpoint that you kept: its file, or SIZE-ROOT-KEY as a report prints it")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        verified = verify_file(given.bundle, given.key, given.checkpoint)
    except CitygaugeError as error:
        sys.stderr.write(f"verify: {error}\n")
        sys.exit(error.exit_code)
    text = json.dumps(document_of(verified), ensure_ascii=False, indent=2) if given.json else "\n".join(lines(verified))
    sys.stdout.write(f"{text}\n")


def write_zipapp(path: Path) -> None:
    """The verifier as one file (PEP 441), made of this installation's own modules."""
    here = Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "collector"
        copied = [f"{name}.py" for name in ("__init__", *MODULES)]
        copied += [str(file.relative_to(here)) for name in PACKAGES for file in sorted((here / name).glob("*.py"))]
        for name in copied:
            if name not in LEFT_OUT:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                copyfile(here / name, root / name)
        (Path(folder) / "__main__.py").write_text(_MAIN)
        zipapp.create_archive(folder, path, interpreter="/usr/bin/env python3", compressed=True)


def _number(value: Any) -> str:
    return "—" if value is None else f"{float(value):.6g}"
