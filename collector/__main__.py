"""``python -m collector`` is ``citygauge``."""

from collector.cli import main

main()
