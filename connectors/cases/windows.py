"""Windows of time that walk over a span and fit themselves to a server that cuts its answers off."""

from __future__ import annotations

from dataclasses import dataclass

from collector.errors import PartialAnswer
from collector.periods import Span, iso

SECOND = 1000
"""Width in ms of the narrowest window: dates are asked for in whole seconds."""


@dataclass
class Windows:
    """The span that is still to be asked for, and the width in ms of the next window."""

    left: Span
    width: int

    def next(self) -> Span | None:
        """The window to ask for now, None when all has been answered."""
        if self.left.milliseconds == 0:
            return None
        return Span(self.left.start, min(self.left.start + self.width, self.left.end))

    def answered(self, window: Span, count: int, cap: int) -> bool:
        """Go on after an answer of ``count`` items; False where it may have been cut off and its time is asked for again.

        Raises PartialAnswer where the window cannot be made narrower.
        """
        if count >= cap:
            if window.milliseconds <= SECOND:
                raise PartialAnswer(
                    "requests", f"{count} within the second of {iso(window.start)}, and the cap is {cap}"
                )
            self.width = max(SECOND, _whole_seconds(window.milliseconds / 2))
            return False
        self.left = Span(window.end, self.left.end)
        self.width = _whole_seconds(self.width * (2 if count <= cap / 4 else 1.1))
        return True


def _whole_seconds(milliseconds: float) -> int:
    return int(milliseconds) // SECOND * SECOND
