"""The command ``citygauge``."""

from __future__ import annotations

import sys

from collector.errors import CitygaugeError

__all__ = ["main"]


def main() -> None:
    """Run the command line; errors that Citygauge raises on purpose become one message and their exit code."""
    from collector.cli.app import app

    try:
        app()
    except CitygaugeError as error:
        print(f"citygauge: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
