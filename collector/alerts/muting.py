"""Which alerts are not told: silenced by somebody, or under approved maintenance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.city.exclusions import Exclusion
from collector.errors import ConfigurationError
from collector.periods import instant

_FORM = re.compile(r"([a-z_]+)(=~|!~|!=|=)(.*)", re.DOTALL)


@dataclass(frozen=True)
class Matcher:
    """One condition on a label: ``=``, ``!=``, ``=~``, ``!~`` as in Alertmanager; a regular expression matches the whole value.

    A label that an alert does not have is empty.
    """

    label: str
    operator: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Matcher:
        """From ``indicator=video_online_rate`` or ``department=~公安局|城管局``. Raises ConfigurationError."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ConfigurationError(
                f"{text!r} is no matcher; write LABEL=VALUE, LABEL!=VALUE, LABEL=~PATTERN or LABEL!~PATTERN"
            )
        label, operator, value = match.groups()
        try:
            re.compile(value if "~" in operator else "")
        except re.error as error:
            raise ConfigurationError(f"{text!r}: the pattern is no regular expression ({error})") from None
        return cls(label, operator, value)

    def __str__(self) -> str:
        return f"{self.label}{self.operator}{self.value}"

    def matches(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.label, "")
        same = bool(re.fullmatch(self.value, value)) if "~" in self.operator else value == self.value
        return same != self.operator.startswith("!")


@dataclass(frozen=True)
class Silence:
    """Alerts that match all matchers are not told in [starts_at, ends_at)."""

    id: int
    matchers: tuple[Matcher, ...]
    starts_at: int
    ends_at: int
    author: str
    reason: str

    def holds(self, now: int) -> bool:
        return self.starts_at <= now < self.ends_at

    def covers(self, labels: Mapping[str, str], now: int) -> bool:
        return self.holds(now) and all(one.matches(labels) for one in self.matchers)


def silenced(labels: Mapping[str, str], silences: Iterable[Silence], now: int) -> Silence | None:
    return next((one for one in silences if one.covers(labels, now)), None)


def under_maintenance(
    group: Mapping[str, str], sources: Sequence[str], exclusions: Iterable[Exclusion], now: int
) -> Exclusion | None:
    """The approved exclusion that covers all that an alert is about, if there is one.

    An alert that rests on several sources is covered where all of them are. group: the subjects that an alert is about,
    by attribute, where it is not about all of them: an exclusion of a district covers alerts of that district; the
    figures of the whole leave the excluded subjects out by themselves.
    """
    holding = [one for one in exclusions if _holds(one, now) and _is_about(one, group)]
    covered = {one.source for one in holding}
    return holding[0] if sources and covered.issuperset(sources) else None


def _holds(exclusion: Exclusion, now: int) -> bool:
    return instant(exclusion.entered_at) <= now and instant(exclusion.start) <= now < instant(exclusion.end)


def _is_about(exclusion: Exclusion, group: Mapping[str, str]) -> bool:
    if exclusion.subjects and group.get("subject") not in exclusion.subjects:
        return False
    return all(group.get(key) in values for key, values in exclusion.where.items())
