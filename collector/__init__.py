"""Citygauge measures what a city's digital projects claim.

The flow reads from the file names: ``poll`` → ``records`` → ``store`` → ``seal`` → ``measure`` → ``snapshot`` → ``report``,
with ``exporter`` beside it. The words are defined in docs/concepts.md.
"""

__version__ = "0.1.0"
