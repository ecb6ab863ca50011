"""The state of an alert, by tables and against a plain reading of the definition over the whole history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.alerts.evaluation import Change, Phase, Seen, Signal, State, due_in, evaluate

B, H, C, U = Signal.BREACH, Signal.BETWEEN, Signal.CLEAR, Signal.UNKNOWN
MINUTE = 60_000


def run(hold: int, clear: int, history: Sequence[Seen]) -> list[tuple[State, Change | None]]:
    state: State | None = None
    out = []
    for seen in history:
        state, change = evaluate(hold, clear, seen, state)
        out.append((state, change))
    return out


def changes(hold: int, clear: int, signals: str, step: int = MINUTE) -> str:
    """The changes along letters (b breach, h between, c clear, u unknown), a minute apart: F fired, R resolved, . nothing."""
    letters = {"b": B, "h": H, "c": C, "u": U}
    history = [Seen(letters[letter], i * step, step if i else 0) for i, letter in enumerate(signals)]
    words = {Change.FIRED: "F", Change.RESOLVED: "R", None: "."}
    return "".join(words[change] for _, change in run(hold, clear, history))


@pytest.mark.parametrize(
    ("hold", "clear", "signals", "expected"),
    [
        (0, 0, "cbbcb", ".F.RF"),
        (2, 0, "cbbbbc", "...F.R"),
        (2, 0, "bbcbbbc", ".....FR"),
        (2, 0, "bcbcbcbcbcbc", "............"),
        (3, 0, "bbuuub", "......"),
        (3, 0, "bbuuubb", "......F"),
        (2, 0, "buuuuuu", "......."),
        (2, 0, "bbhbbb", ".....F"),
        (0, 2, "bccbccc", "F.....R"),
        (0, 2, "bcuucc", "F....R"),
        (0, 0, "buuuc", "F...R"),
        (0, 0, "bhhhc", "F...R"),
        (0, 2, "bchcc", "F...."),
    ],
    ids=[
        "without for it fires and resolves at once",
        "it fires when it has held for so long",
        "one good look starts the time anew",
        "a flapping camera never fires",
        "not knowing does not count as holding",
        "and does not start the time anew",
        "not knowing never fires",
        "back above the level but not yet at the other starts anew",
        "it is resolved when it was well for so long",
        "not knowing neither ends nor restarts that",
        "not knowing does not resolve",
        "in between it still fires",
        "in between starts the well time anew",
    ],
)
def test_an_alert_along_its_signals(hold: int, clear: int, signals: str, expected: str) -> None:
    assert changes(hold * MINUTE, clear * MINUTE, signals) == expected


def test_missed_evaluations_neither_restart_the_time_nor_fire_early() -> None:
    history = [
        Seen(B, 0),
        Seen(B, 2 * MINUTE, 2 * MINUTE),
        Seen(B, 7 * MINUTE, 5 * MINUTE),
        Seen(B, 10 * MINUTE, 3 * MINUTE),
    ]
    assert [change for _, change in run(10 * MINUTE, 0, history)] == [None, None, None, Change.FIRED]
    assert run(10 * MINUTE, 0, history)[-1][0].since == 0


@pytest.mark.parametrize("step", [-3_600_000, 3_600_000], ids=["back", "forward"])
def test_a_step_of_the_wall_clock_counts_as_no_time(step: int) -> None:
    history = [
        Seen(B, 0),
        Seen(B, MINUTE, MINUTE),
        Seen(B, 2 * MINUTE + step, MINUTE),
        Seen(B, 3 * MINUTE + step, MINUTE),
    ]
    assert [change for _, change in run(3 * MINUTE, 0, history)] == [None, None, None, Change.FIRED]


def test_what_was_pending_in_october_does_not_count_in_november() -> None:
    history = [
        Seen(B, 0, 0, "2026-10"),
        Seen(B, 9, 9, "2026-10"),
        Seen(B, 10, 1, "2026-11"),
        Seen(B, 19, 9, "2026-11"),
        Seen(B, 20, 1, "2026-11"),
    ]
    assert [change for _, change in run(10, 0, history)] == [None, None, None, None, Change.FIRED]


def test_what_fires_at_the_month_s_edge_goes_on_until_the_new_month_is_well() -> None:
    history = [Seen(B, 0, 0, "2026-10"), Seen(U, 1, 1, "2026-11"), Seen(C, 2, 1, "2026-11")]
    assert [change for _, change in run(0, 0, history)] == [Change.FIRED, None, Change.RESOLVED]


def test_an_end_is_never_before_its_beginning() -> None:
    (_, _), (state, _) = run(0, 0, [Seen(B, 1_000), Seen(C, 400, 10)])
    assert state.fired_at == state.resolved_at == 1_000


def test_it_is_told_when_the_state_will_change_by_itself() -> None:
    pending, firing = run(10, 0, [Seen(B, 0), Seen(B, 4, 4)])[-1][0], State(Phase.FIRING, C, clear=3)
    assert (due_in(10, 0, pending), due_in(10, 8, firing), due_in(10, 0, State())) == (6, 5, None)


@dataclass(frozen=True)
class Plain:
    """The definition, read afresh at every instant from the whole history."""

    hold: int
    clear: int
    history: tuple[Seen, ...]

    def firing(self, upto: int) -> bool:
        fires = False
        start = 0  # since when the present question is open: the last change
        for i in range(upto + 1):
            if not fires and self._has_held(start, i):
                fires, start = True, i
            elif fires and self._was_well(start, i):
                fires, start = False, i
        return fires

    def _has_held(self, start: int, i: int) -> bool:
        """Breach now, and breach for so long since the last moment that was certainly none, in this period."""
        if self.history[i].signal is not B:
            return False
        first = max((k for k in range(start, i + 1) if self._breaks(k, i)), default=start - 1) + 1
        first = next(k for k in range(first, i + 1) if self.history[k].signal is B)
        return self._time(B, first, i) >= self.hold

    def _breaks(self, k: int, i: int) -> bool:
        return self.history[k].signal in (H, C) or (k < i and self.history[k].period != self.history[k + 1].period)

    def _was_well(self, start: int, i: int) -> bool:
        if self.history[i].signal is not C:
            return False
        last = max(k for k in range(start, i + 1) if self.history[k].signal in (B, H) or k == start)
        return self._time(C, last, i) >= self.clear

    def _time(self, signal: Signal, first: int, last: int) -> int:
        """Milliseconds in [first, last] that belong to ``signal``: until the next look it stays as it was seen."""
        return sum(self.history[k + 1].elapsed for k in range(first, last) if self.history[k].signal is signal)


looks = st.lists(
    st.tuples(st.sampled_from([B, B, H, C, U]), st.integers(0, 5), st.booleans(), st.integers(-50, 50)),
    min_size=1,
    max_size=25,
)


@given(looks, st.integers(0, 8), st.integers(0, 6))
def test_the_state_says_what_the_whole_history_says(
    drawn: list[tuple[Signal, int, bool, int]], hold: int, clear: int
) -> None:
    history, period, at = [], 0, 0
    for signal, elapsed, edge, step in drawn:
        period, at = period + edge, at + elapsed + step  # the wall clock steps as it likes
        history.append(Seen(signal, at, elapsed, str(period)))
    plain = Plain(hold, clear, tuple(history))
    for i, (state, _) in enumerate(run(hold, clear, history)):
        assert (state.phase is Phase.FIRING) == plain.firing(i), i
