"""Child processes that never outlive their parent, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(signum: int = signal.SIGTERM) -> None:
    """Ask the kernel (Linux) to send this process ``signum`` when its parent is gone, a kill -9 of the parent included.

    The signal follows the thread that forked, so children are started from the main thread.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signum)


def start_child(command: Sequence[str], env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a program in its own session (Ctrl-C reaches only the parent, which stops its children in order)."""
    return subprocess.Popen(
        list(command), env=os.environ | (env or {}), stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent, start_new_session=True,  # noqa: PLW1509 - does nothing but one system call
    )  # fmt: skip


def stop_child(process: subprocess.Popen[bytes], seconds: float = 10.0) -> None:
    """Ask the child to end; end it where it does not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
