"""The rules R01 to R28, pure functions of a document; ``audit`` runs them all."""

from __future__ import annotations

from collector.audit.document import Document
from collector.audit.rules import (
    actuals,
    contradictions,
    cost,
    execution,
    flow,
    identity,
    problems,
    quotients,
    remnants,
    satisfaction,
    score_table,
    targets,
    timing,
    totals,
    units,
    weights,
    wholes,
    wording,
)
from collector.audit.rules.finding import Check, Finding, Rule

__all__ = ["RULES", "Finding", "Rule", "audit"]

RULES: tuple[tuple[Rule, Check], ...] = (
    (weights.R01, weights.check_r01),
    (weights.R02, weights.check_r02),
    (totals.R03, totals.check_r03),
    (totals.R04, totals.check_r04),
    (totals.R05, totals.check_r05),
    (totals.R06, totals.check_r06),
    (quotients.R07, quotients.check_r07),
    (execution.R08, execution.check_r08),
    (wholes.R09, wholes.check_r09),
    (contradictions.R10, contradictions.check_r10),
    (actuals.R11, actuals.check_r11),
    (actuals.R12, actuals.check_r12),
    (units.R13, units.check_r13),
    (units.R14, units.check_r14),
    (wording.R15, wording.check_r15),
    (problems.R16, problems.check_r16),
    (identity.R17, identity.check_r17),
    (timing.R18, timing.check_r18),
    (timing.R19, timing.check_r19),
    (remnants.R20, remnants.check_r20),
    (problems.R21, problems.check_r21),
    (satisfaction.R22, satisfaction.check_r22),
    (cost.R23, cost.check_r23),
    (weights.R24, weights.check_r24),
    (score_table.R25, score_table.check_r25),
    (remnants.R26, remnants.check_r26),
    (targets.R27, targets.check_r27),
    (flow.R28, flow.check_r28),
)


def audit(document: Document) -> list[Finding]:
    """All findings, by rule and then in the order of the document; the same cells are told once per rule."""
    found: dict[tuple[str, tuple[str, ...]], Finding] = {}
    for _, check in RULES:
        for one in check(document):
            found.setdefault((one.rule, one.quote), one)
    return list(found.values())
