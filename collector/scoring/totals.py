"""The foot of the form: the total as an interval, the grades it may have, and how much of it was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from collector.scoring.form import Score, Total
from collector.scoring.grades import grades_between
from collector.scoring.judged import Given, Judged
from collector.scoring.numbers import plain
from collector.scoring.profile import Veto
from collector.scoring.rule_set import Band
from collector.scoring.settling import added
from collector.verdict import Verdict

FUNDS = "_funds"
"""The name of the funds row among the scores; no line can have it."""


@dataclass(frozen=True)
class Vetoes:
    """holding: those that cap the total. open: those that nobody has decided."""

    holding: tuple[Veto, ...] = ()
    open: tuple[Veto, ...] = ()

    def capped(self, score: Score) -> Score:
        certain = [veto.ceiling for veto in self.holding]
        possible = certain + [veto.ceiling for veto in self.open]
        return Score(min([score.lower, *possible]), min([score.upper, *certain]))


def vetoes_of(judged: Sequence[Judged], given: Given, decided: Mapping[str, bool]) -> Vetoes:
    """decided: by the veto's id, whether it holds, for those that no line decides."""
    verdicts = {one.line.id: one.verdict for one in judged}
    holding, still_open = [], []
    for veto in given.profile.vetoes:
        verdict = verdicts.get(veto.line) if veto.line else None
        holds = (
            decided.get(veto.id)
            if verdict is None
            else {Verdict.MISSED: True, Verdict.INDETERMINATE: None}.get(verdict, False)
        )
        if holds:
            holding.append(veto)
        elif holds is None:
            still_open.append(veto)
    return Vetoes(tuple(holding), tuple(still_open))


def scores_of(judged: Sequence[Judged], of_funds: Score | None) -> dict[str, Score]:
    """Every score of the form by line; that of the funds row first."""
    scores = {FUNDS: of_funds} if of_funds is not None else {}
    return scores | {one.line.id: one.score for one in judged if one.score is not None}


def bands_of(given: Given) -> tuple[Band, ...]:
    return given.profile.bands or given.rules.bands


def total_of(
    judged: Sequence[Judged],
    of_funds: Score | None,
    given: Given,
    vetoes: Vetoes,
    weights: Decimal,
    settling: tuple[str, ...],
) -> Total:
    """weights: of all lines and the funds row. No score where there is nothing to weigh."""
    declared = given.profile.declared
    scores = scores_of(judged, of_funds)
    score = vetoes.capped(added(scores.values())) if scores and weights else None
    grades = grades_between(score, weights, bands_of(given)) if score else ()
    return Total(
        weights=weights,
        out_of=given.profile.out_of,
        score=score,
        grades=tuple(one.name(given.say.language) for one in grades),
        measured_share=_share(judged, "measured", weights),
        settling=settling,
        declared=declared.score if declared else None,
        declared_grade=declared.grade if declared else "",
        imported_share=_share(judged, "imported", weights),
    )


def _share(judged: Sequence[Judged], basis: str, weights: Decimal) -> Decimal:
    """Weight of the lines with a value on this basis / all weights. Where too little was observed nothing rests on it."""
    resting = sum((one.line.weight for one in judged if one.basis == basis and one.value is not None), Decimal(0))
    return resting / weights if weights else Decimal(0)


def findings_of_total(judged: Sequence[Judged], given: Given, weights: Decimal, vetoes: Vetoes) -> list[str]:
    say, declared = given.say, given.profile.declared
    told = []
    if weights != given.profile.out_of and weights:
        told.append(say("scaled", weights=plain(weights), out_of=plain(given.profile.out_of)))
    told += [
        say("veto", text=one.text(say.language), ceiling=plain(one.ceiling), cite=one.cite) for one in vetoes.holding
    ]
    told += [say("veto_open", text=one.text(say.language), cite=one.cite) for one in vetoes.open]
    stated = [one.line.declared.score for one in judged if one.line.declared and one.line.declared.score is not None]
    of_funds = given.profile.funds.declared.score if given.profile.funds and given.profile.funds.declared else None
    if declared and declared.score is not None and len(stated) == len(judged):
        sums = sum(stated, of_funds or Decimal(0))
        if sums != declared.score:
            told.append(say("declared_total", declared=plain(declared.score), added=plain(sums)))
    return told
