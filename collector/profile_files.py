"""Profiles and rule sets from YAML: the shipped ones by id, others by path; every mistake names file, line, key and remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import collector
from collector.errors import ConfigurationError
from collector.scoring.profile import Profile
from collector.scoring.rule_set import RuleSet
from collector.scoring.rules import FITTING
from collector.strict_yaml import Model, place_of, read_yaml, validated
from connectors.registry import CONNECTORS

_SHIPPED = Path(collector.__file__).parent
PROFILES, RULE_SETS = _SHIPPED / "profiles", _SHIPPED / "rule_sets"


@dataclass(frozen=True)
class Evaluation:
    """A profile with the rule set that it names."""

    profile: Profile
    rules: RuleSet


def shipped_profiles() -> list[str]:
    return sorted(path.stem for path in PROFILES.glob("*.yaml"))


def shipped_rule_sets() -> list[str]:
    return sorted(path.stem for path in RULE_SETS.glob("*.yaml"))


def load_evaluation(name: str, folder: Path | None = None) -> Evaluation:
    """name: the id of a shipped profile, or the path of a file (relative to ``folder``). Raises ConfigurationError.

    A rule set is looked for beside the profile first, then among the shipped ones.
    """
    path = _path_of(name, folder)
    profile = _load(path, Profile)
    beside = path.parent / f"{profile.rule_set}.yaml"
    rules = _rules(beside) if beside.is_file() else _shipped_rules(path, profile)
    if faults := [*_rule_faults(profile, rules), *_connector_faults(profile)]:
        document = read_yaml(path)
        raise ConfigurationError("\n".join(f"{place_of(path, document, loc)}: {text}" for loc, text in faults))
    return Evaluation(profile, rules)


@cache
def load_rule_set(name: str) -> RuleSet:
    """A shipped one. Raises ConfigurationError."""
    if name not in shipped_rule_sets():
        raise ConfigurationError(
            f"there is no rule set {name!r}; the shipped ones are {', '.join(shipped_rule_sets())}"
        )
    return _rules(RULE_SETS / f"{name}.yaml")


def _rules(path: Path) -> RuleSet:
    """What a file that is ``based_on`` a shipped rule set does not say, that one says; its rules are added name by name."""
    document = read_yaml(path)
    name = document.pop("based_on", None)
    if name is None:
        return validated(path, document, document, RuleSet)
    if name not in shipped_rule_sets():
        known = ", ".join(shipped_rule_sets())
        raise ConfigurationError(
            f"{path}: based_on: there is no rule set {name!r} to build on; the shipped ones are {known}"
        )
    base = read_yaml(RULE_SETS / f"{name}.yaml")
    if "based_on" in base:
        raise ConfigurationError(f"{path}: based_on: {name!r} is itself based on another; build on that one")
    return validated(path, document, _merged(base, document), RuleSet)


def _merged(base: Any, own: Any) -> dict[str, Any]:
    rules = own.get("rules", {})
    both = {**base["rules"], **rules} if isinstance(rules, dict) else rules
    return {**base, **own, "rules": both}


def _path_of(name: str, folder: Path | None) -> Path:
    if not name.endswith((".yaml", ".yml")):
        if name not in shipped_profiles():
            known = ", ".join(shipped_profiles())
            raise ConfigurationError(
                f"profile {name!r}: there is none; the shipped ones are {known}; or give the path of a .yaml file"
            )
        return PROFILES / f"{name}.yaml"
    return (folder or Path()) / name


def _shipped_rules(path: Path, profile: Profile) -> RuleSet:
    try:
        return load_rule_set(profile.rule_set)
    except ConfigurationError as error:
        raise ConfigurationError(f"{place_of(path, read_yaml(path), ('rule_set',))}: {error}") from None


def _rule_faults(profile: Profile, rules: RuleSet) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Lines whose rule there is not, or whose rule does not take their kind of target."""
    known = ", ".join(rules.rules)
    for number, line in enumerate(profile.lines):
        if line.rule is None:
            continue
        at = ("lines", number, "rule")
        rule = rules.rules.get(line.rule)
        if rule is None:
            yield at, f"the rule set {rules.id} has no rule {line.rule!r}; it has {known}"
        elif (rule.kind == "qualitative") != (line.qualitative is not None):
            other = "a target in words" if rule.kind == "qualitative" else "a target with operator and number"
            yield at, f"the rule {line.rule!r} scores {other}, and this line has none"
        elif line.parsed_target is not None and line.parsed_target.operator not in FITTING[rule.kind]:
            fitting = " or ".join(FITTING[rule.kind])
            yield at, f"the rule {line.rule!r} scores targets with {fitting}; this target is {line.target!r}"
    if profile.funds and profile.funds.weight is not None:
        rule = rules.rules.get(profile.funds.rule)
        if rule is None or rule.kind != "execution":
            yield ("funds", "rule"), f"the rule set {rules.id} has no rule {profile.funds.rule!r} of kind execution"


def _connector_faults(profile: Profile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for number, line in enumerate(profile.lines):
        for name in getattr(line.fill, "connectors", ()):
            if name not in CONNECTORS:
                yield (
                    ("lines", number, "fill", "connectors"),
                    f"there is no connector {name!r}; `citygauge connectors` lists them",
                )


def _load(path: Path, kind: type[Model]) -> Model:
    document = read_yaml(path)
    return validated(path, document, document, kind)
