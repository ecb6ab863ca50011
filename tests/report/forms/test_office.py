"""What an office program makes of the files: LibreOffice opens them and prints every text in Chinese letters."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from collector.report.forms import rendered
from tests.report.forms.county import county
from tests.report.forms.reading import pdf_text, squeezed
from tests.report.forms.test_hostile import HOSTILE
from tests.servers import in_ci, program, refuse

pytestmark = [pytest.mark.needs("soffice", "fc-list"), pytest.mark.timeout(300)]


def printed(folder: Path, name: str, body: bytes) -> bytes:
    """The PDF that LibreOffice prints; skips where this program has no module for the file, fails under CI=true."""
    path = folder / f"form.{name}"
    path.write_bytes(body)
    if not subprocess.run([str(program("fc-list")), ":lang=zh-cn"], capture_output=True, check=False).stdout:
        refuse("needs a Chinese font, such as Debian's fonts-noto-cjk", fail=in_ci())
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        str(program("soffice")),
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(path),
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    if not (folder / "form.pdf").exists() and not module(name).exists():
        refuse(f"needs LibreOffice's module for {name} files, such as Debian's libreoffice-writer-nogui", fail=in_ci())
    assert (folder / "form.pdf").exists(), said.stdout + said.stderr
    return (folder / "form.pdf").read_bytes()


def module(name: str) -> Path:
    library = {"docx": "libswlo.so", "xlsx": "libsclo.so"}[name]
    return Path(str(program("soffice"))).resolve().parent / library


@pytest.mark.parametrize("name", ["docx", "xlsx"])
def test_libreoffice_prints_every_text_of_the_form(tmp_path: Path, file: Callable[..., bytes], name: str) -> None:
    body = printed(tmp_path, name, file(name))
    text = squeezed(pdf_text(body))
    for line in county().lines:
        for shown in (line.levels[2], line.target, line.actual, line.reason):
            assert squeezed(shown) in text
    pages = pypdf.PdfReader(tmp_path / "form.pdf").pages
    wide = [page.mediabox.width > page.mediabox.height for page in pages]
    assert wide.index(True) == wide.count(False)  # the upright report first
    assert 4 <= wide.count(True) <= 8
    heads = [page for page in pages[wide.index(True) :] if "三级指标" in squeezed(page.extract_text())]
    assert len(heads) >= wide.count(True) - 1  # repeated wherever a table goes on


@pytest.mark.parametrize("name", ["docx", "xlsx"])
def test_libreoffice_prints_hostile_texts_as_they_are(tmp_path: Path, name: str) -> None:
    form = county()
    texts = [HOSTILE[key] for key in ("formula", "script", "markup", "template", "typesetter")]
    lines = [replace(line, reason=text) for line, text in zip(form.lines, [*texts, "名" * 10_000], strict=False)]
    text = squeezed(pdf_text(printed(tmp_path, name, rendered(replace(form, lines=tuple(lines), sections=()), name))))
    for shown in texts:
        assert squeezed(shown) in text
    assert text.count("名") >= 10_000
