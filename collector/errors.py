"""One exception tree, by what the reader must do: try again, look, or mend the configuration."""

from __future__ import annotations


class CitygaugeError(Exception):
    """Root of everything Citygauge raises on purpose; its text is fit to be shown to an operator."""

    exit_code = 1


class SourceUnavailable(CitygaugeError):
    """The source gave no answer (refused, timed out, 5xx, too large, login refused): try again later."""

    exit_code = 3


class SourceChanged(CitygaugeError):
    """The answer no longer fits what the connector knows: somebody must look.

    ``field`` is where in the answer (``$.data.list[3].status``, ``line 7: user``, ``column due_at``).
    """

    exit_code = 3

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class PartialAnswer(SourceChanged):
    """The answer is well-formed but incomplete (pages that changed while being read, fewer rows than announced)."""


class ConfigurationError(CitygaugeError):
    """The city file, a register file or a command line must be mended; the text names file, line and key."""

    exit_code = 2


class UnknownCalendarYear(ConfigurationError):
    """Working days of a year were asked for whose official calendar is not known; a guess would be wrong."""
