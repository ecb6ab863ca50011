"""Set Citygauge up and run it, with nothing but a Python: ``python3 deploy/run.py demo`` or ``... test``.

The set-up makes ``.venv`` from requirements.lock (every file checked by its hash) and does nothing when it is up to date. It uses
uv, fetched into ``.boot``, or pip where uv cannot be had (or CITYGAUGE_NO_UV=1 says so). A folder ``wheels`` beside
requirements.lock, made by the verb ``wheelhouse`` on a machine with a network, is used instead of any package index.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
BOOT = ROOT / ".boot"
VENV = ROOT / ".venv"
WHEELS = ROOT / "wheels"
LOCK = ROOT / "requirements.lock"
UV_LOCK = ROOT / "deploy" / "bootstrap.lock"
STAMP = VENV / "citygauge-setup"
PYTHON = VENV / "bin" / "python"

LOCK_OPTIONS = """--quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links"""

PIP_OPTIONS = ["-qq", "--progress-bar", "off", "--disable-pip-version-check"]

PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
}


class SetupError(Exception):
    """What must be mended on this machine, in words."""


def say(text: str) -> None:
    print(f"citygauge: {text}", flush=True)


def run(command: Sequence[object], env: Mapping[str, str] | None = None) -> int:
    """Run a program in the project's folder and give its exit code."""
    return subprocess.run([*map(str, command)], cwd=ROOT, env={**os.environ, **(env or {})}, check=False).returncode


def must(command: Sequence[object], env: Mapping[str, str] | None = None) -> None:
    if code := run(command, env):
        called = " ".join([Path(str(command[0])).name, *map(str, command[1:3])])
        raise SetupError(f"`{called} ...` failed with exit code {code}; its message is above")


# Set-up


def setup() -> None:
    """Bring ``.venv`` to what requirements.lock and pyproject.toml say; fast when nothing changed."""
    if up_to_date():
        return
    with one_at_a_time():
        if up_to_date():  # another set-up was faster
            return
        STAMP.unlink(missing_ok=True)
        if uv := find_uv():
            install_with_uv(uv)
        else:
            install_with_pip()
        STAMP.write_text(fingerprint())
    say("set-up done")


def up_to_date() -> bool:
    return STAMP.is_file() and STAMP.read_text() == fingerprint() and PYTHON.exists()


def fingerprint() -> str:
    """What the environment depends on: the two files, and the folder (an environment cannot be moved)."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (LOCK, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two set-ups at once would write into the same folders; the second waits. The kernel frees the lock of a killed one."""
    import fcntl

    with (ROOT / ".setup.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("waiting for another set-up to end")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def install_with_uv(uv: Path) -> None:
    env = uv_environment()
    offline = ["--offline", "--no-index", "--find-links", WHEELS] if WHEELS.is_dir() else []
    if not usable(PYTHON):
        say("making .venv")
        must([uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV], env)
    say("installing requirements.lock by uv" + (" from wheels/" if offline else ""))
    pip = [uv, "pip"]
    to = ["--quiet", "--python", PYTHON]
    must([*pip, "sync", *to, *offline, "--require-hashes", LOCK], env)
    must([*pip, "install", *to, "--offline", "--no-deps", "--no-build-isolation", "--editable", "."], env)


def install_with_pip() -> None:
    offline = wheels_only()
    say("making .venv")
    must([*host_python("ensurepip"), "-m", "venv", *([] if usable(PYTHON) else ["--clear"]), VENV])
    say("installing requirements.lock by pip, which takes a minute or two" + (" from wheels/" if offline else ""))
    install = [PYTHON, "-m", "pip", "install", *PIP_OPTIONS]
    must([*install, *offline, "--require-hashes", "--requirement", LOCK])
    must([*install, "--no-index", "--no-deps", "--no-build-isolation", "--editable", "."])


def usable(python: Path) -> bool:
    """Whether the environment's interpreter still runs (the Python it was made from may be gone) and is of this version."""
    if not python.exists():
        return False
    probe = [str(python), "-c", "import sys; print(sys.version_info[:2])"]
    answer = subprocess.run(probe, capture_output=True, text=True, check=False)
    return answer.stdout.strip() == str(sys.version_info[:2])


# uv and pip


def find_uv() -> Path | None:
    """The uv in ``.boot``, fetched there where it is missing; None where it cannot be had."""
    if os.environ.get("CITYGAUGE_NO_UV"):
        return None
    uv = BOOT / "bin" / "uv"
    if not runs(uv):
        say("fetching uv into .boot")
        target = ["--target", BOOT, "--upgrade"] if importlib.util.find_spec("pip") else []
        run([*host_pip(), "install", *PIP_OPTIONS, *target, *wheels_only(), "--require-hashes", "--requirement", UV_LOCK])
    if runs(uv):
        return uv
    say("uv cannot be had; going on with pip")
    return None


def runs(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def wheels_only() -> list[str | Path]:
    """Options that keep pip from any package index where there is a folder of wheels."""
    return ["--no-index", "--find-links", WHEELS] if WHEELS.is_dir() else []


def host_pip() -> list[str | Path]:
    """A pip: this Python's own, or one in an environment at ``.boot`` where the system's Python has none."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if not runs(BOOT / "bin" / "pip"):
        must([*host_python("ensurepip"), "-m", "venv", "--clear", BOOT])
    return [BOOT / "bin" / "python", "-m", "pip"]


def host_python(module: str) -> list[str]:
    """This interpreter, if it can make environments; Debian and Ubuntu leave that to a package of its own."""
    if not importlib.util.find_spec(module):
        version = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(
            f"this Python has no module {module}; install the package python{version}-venv (Debian, Ubuntu:"
            f" `apt-get install python{version}-venv`) and run the same command again"
        )
    return [sys.executable]


def uv_environment() -> dict[str, str]:
    """What pip is told about mirrors, proxies and certificates, for uv, which does not read pip's files. Its own settings win."""
    found = {uv: value for pip, value in pip_settings().items() if (uv := PIP_TO_UV.get(pip))}
    if links := found.get("UV_FIND_LINKS"):
        found["UV_FIND_LINKS"] = ",".join(links.split())
    if found.get("UV_INDEX"):
        # pip looks at every index for the wanted file; the hashes in the lock decide which file that is.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {"UV_PYTHON_DOWNLOADS": "never", **{name: value for name, value in found.items() if name not in os.environ}}


def pip_settings() -> dict[str, str]:
    """``pip config list`` without the sections: a later one wins, as in pip (global, then install, then the environment)."""
    command = [*map(str, host_pip()), "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = [line.partition("=") for line in listed.splitlines() if "=" in line]
    settings: dict[str, str] = {}
    for section in ("global", "install", ":env:"):
        for name, _, value in lines:
            if name.startswith(f"{section}."):
                settings[name.rpartition(".")[2]] = " ".join(ast.literal_eval(value).split())
    return settings


# Verbs


def demo(arguments: Sequence[str]) -> int:
    setup()
    command = str(VENV / "bin" / "citygauge")
    os.execv(command, [command, "demo", *arguments])  # noqa: S606 - signals and the exit code are the demo's own


def test(arguments: Sequence[str]) -> int:
    """Every check runs, so that one mistake does not hide the next; the first that failed decides the exit code."""
    checked = lint()
    say("pytest")
    return run([PYTHON, "-m", "pytest", *arguments]) or checked


def lint() -> int:
    setup()
    say("ruff check")
    style = run([PYTHON, "-m", "ruff", "check", "--quiet"])
    say("mypy")
    return run([PYTHON, "-m", "mypy"]) or style


def bench(arguments: Sequence[str]) -> int:
    setup()
    return run([PYTHON, "benchmarks/run.py", *(arguments or ["--quick"])])


def lock(arguments: Sequence[str]) -> int:
    """Write the lock files anew (``lock --upgrade``: with the newest versions), without the address of any package index."""
    if not (uv := find_uv()):
        raise SetupError("locking needs uv")
    env = {name: value for name, value in uv_environment().items() if name not in {"UV_INDEX", "UV_FIND_LINKS"}}
    resolve = [uv, "pip", "compile", *LOCK_OPTIONS.split()]
    must([*resolve, *arguments, "--extra", "dev", "--output-file", LOCK.name, "pyproject.toml"], env)
    must([*resolve, *arguments, "--output-file", UV_LOCK.relative_to(ROOT), "deploy/bootstrap.in"], env)
    return 0


def wheelhouse(arguments: Sequence[str]) -> int:
    """Fetch every file of the locks into ``wheels/`` (for another machine's kind: ``--platform manylinux_2_28_aarch64``)."""
    say("fetching wheels/")
    options = ["download", *PIP_OPTIONS, "--only-binary", ":all:", "--require-hashes"]
    for listed in (UV_LOCK, LOCK):
        must([*host_pip(), *options, *arguments, "--dest", WHEELS, "--requirement", listed])
    say("carry the whole project folder, wheels/ included, to the machine without a network and run the set-up there")
    return 0


def clean() -> int:
    """Remove what set-up and checks made; ``wheels/`` stays, it may be the only copy on a machine without a network."""
    for name in (".venv", ".boot", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "build", "dist"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    return 0


def main(arguments: Sequence[str]) -> int:
    verbs: dict[str, Callable[[], int | None]] = {
        "demo": lambda: demo(arguments[1:]),
        "test": lambda: test(arguments[1:]),
        "setup": setup,
        "lint": lint,
        "bench": lambda: bench(arguments[1:]),
        "lock": lambda: lock(arguments[1:]),
        "wheelhouse": lambda: wheelhouse(arguments[1:]),
        "clean": clean,
    }
    if not arguments or arguments[0] not in verbs:
        usage = f"usage: {Path(sys.argv[0]).name} {{{','.join(verbs)}}} [arguments passed on]"
        print(__doc__, usage, sep="\n", file=sys.stderr)
        return 0 if arguments[:1] in (["--help"], ["-h"]) else 2
    require_this_machine()
    return verbs[arguments[0]]() or 0


def require_this_machine() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - a script is run by whichever Python there is
        have = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(f"needs Python 3.11 or newer, this is {have}; name a newer one: `python3.12 deploy/run.py ...`")
    if os.name != "posix":
        raise SetupError("runs on Linux and macOS; on Windows use a Linux under WSL")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        say(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
