"""What the report says of its figures: what was met, what was not, what to do, and what limits them."""

from __future__ import annotations

from collector.periods import iso
from collector.scoring.explaining import why_open
from collector.scoring.fill import FilledByDeclaration
from collector.scoring.form import Line as Row
from collector.scoring.judged import Judged
from collector.scoring.numbers import percent, plain
from collector.scoring.rule_set import Sourced
from collector.scoring.section_texts import Block, Source
from collector.verdict import Verdict, exact


def met(source: Source) -> list[Block]:
    say = source.given.say
    names = [
        row.levels[2] for judged, row in source.rows() if judged.figure is not None and judged.verdict is Verdict.MET
    ]
    return [say("met_lines", count=len(names), names=say.join(names)) if names else say("no_met_lines")]


def problems(source: Source) -> list[Block]:
    """Lines that missed, that are open, that were not measured; then what is wrong with the form itself."""
    told = [text for judged, row in source.rows() if (text := _problem(judged, row, source))]
    told += source.form.findings
    return list(told) or [source.given.say("no_problems")]


def _problem(judged: Judged, row: Row, source: Source) -> str:
    say, name = source.given.say, row.levels[2]
    if judged.basis == "missing" and judged.score is not None:
        return say("problem.missing", name=name, weight=plain(row.weight), why=why_open(judged, source.given))
    if judged.verdict is Verdict.MISSED:
        return say("problem.missed", name=name, reason=row.reason).strip()
    if judged.is_known and judged.verdict is Verdict.INDETERMINATE:
        return say("problem.open", name=name, reason=row.reason).strip()
    return ""


def suggestions(source: Source) -> list[Block]:
    say, language = source.given.say, source.given.say.language
    told: list[Block] = list(source.form.total.settling) or [say("suggest.settled")]
    wanted = [
        say(
            "evidence_of",
            name=source.given.name(one.line),
            documents=say.join(document(language) for document in one.line.fill.evidence),
        )
        for one in source.judged
        if isinstance(one.line.fill, FilledByDeclaration) and not (one.declaration and one.declaration.attachment)
    ]
    return [*told, say("suggest.evidence", items=say.join(wanted))] if wanted else told


def publication(source: Source) -> list[Block]:
    say, proof_ = source.given.say, source.form.proof
    return [say("publish", checkpoint=proof_.checkpoint) if proof_ else say("publish.none")]


def notes(source: Source) -> list[Block]:
    """What limits the figures: coverage, exclusions, lines that no system measures, rules that are assumptions."""
    say = source.given.say
    partial = [
        f"{row.levels[2]} {percent(exact(judged.coverage))}"
        for judged, row in source.rows()
        if judged.coverage is not None and judged.coverage < 1
    ]
    told = [say("note.coverage", items=say.join(partial))] if partial else []
    declared = [
        say("note.why", name=row.levels[2], why=judged.line.fill.why(say.language))
        for judged, row in source.rows()
        if isinstance(judged.line.fill, FilledByDeclaration)
    ]
    told += [say("note.declared", items=say.join(declared))] if declared else []
    return [*told, *_excluded(source), *_assumptions(source)]


def _excluded(source: Source) -> list[str]:
    """What was taken out of the figures, by whom and why."""
    say = source.given.say
    return [
        say(
            "note.excluded",
            name=row.levels[2],
            source=one.source,
            start=iso(one.start, figure.period.zone),
            end=iso(one.end, figure.period.zone),
            reason=one.reason,
            by=one.approved_by,
            late=say("note.late") if one.after_the_fact else "",
        )
        for judged, row in source.rows()
        if (figure := judged.figure) is not None
        for one in figure.exclusions
    ]


def _assumptions(source: Source) -> list[str]:
    say, given = source.given.say, source.given
    used = dict.fromkeys(one.line.rule for one in source.judged if one.line.rule)
    sources: list[Sourced] = [given.rules.rules[name] for name in used]
    sources += [given.rules.bands_source] if given.profile.bands is None else []
    assumed = list(dict.fromkeys(one.source for one in sources if one.unverified))
    told = [say("note.assumptions", items=say("semicolon").join(assumed))] if assumed else []
    lines_ = [one.line for one in source.judged if one.line.assumption is not None]
    return told + [
        say("note.assumed_line", name=given.name(one), text=one.assumption(say.language))
        for one in lines_
        if one.assumption
    ]


def proof(source: Source) -> list[Block]:
    say, one = source.given.say, source.form.proof
    if one is None:
        return []
    values = {
        "period": one.period,
        "revision": one.revision,
        "as_of": one.as_of,
        "digest": one.digest,
        "checkpoint": one.checkpoint,
    }
    return [say("proof", **values)]


def annex(source: Source) -> list[Block]:
    return [source.given.say("annex", title=source.form.title, subtitle=source.form.subtitle)]
