"""R17: the project's name or year differs from that of the title, as in pasted text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collector.audit.document import Document, Place, Sentence
from collector.audit.rules.finding import Finding, Rule
from collector.audit.text import bigrams

R17 = Rule("R17", "high", "项目名称、年度与标题一致", "project and year are those of the title", "前后对照")
_MENTION = re.compile(
    r"(?P<year>20\d\d)年度?(?P<name>[\u4e00-\u9fffA-Za-z0-9“”()]{4,30}?(?:项目|(?:工作|管理|专项)?经费|专项资金|工程))"
    r"(?P<after>[\u4e00-\u9fff]{0,10})"
)
_SUBJECT = re.compile(r"^(?:总体|实施|开展|绩效|的?(?:自评|实施|完成|使用|资金)|虽|取得|完成|执行)")
_GENERIC = re.compile(r"项目|工程|经费|资金|建设|工作|管理|专项|实施|年度|支出|本|该|县级|市级|财政|部门")
_TITLE_AFTER = re.compile(r"绩效(?:自评|评价)(?:报告|表)|的通知|的意见|方案|办法")
ALIKE = 0.34
"""From this share of common two-character strings on, two names are taken for one."""


def check_r17(document: Document) -> Iterator[Finding]:
    yield from _others(document)
    yield from _pasted_business(document)
    yield from _form_names(document)


def _others(document: Document) -> Iterator[Finding]:
    if not document.project:
        return
    seen: set[tuple[str, str]] = set()
    for one in document.prose:
        if re.search(r"绩效(?:自评|评价)报告\(?|\.pdf|关于印发", one.text[:60]) and len(one.text) < 80:
            continue
        for match in _MENTION.finditer(one.text):
            if (
                not _SUBJECT.match(match["after"])
                or _TITLE_AFTER.match(match["after"])
                or (match["year"], match["name"]) in seen
            ):
                continue
            seen.add((match["year"], match["name"]))
            yield from _compared(document, one, match["year"], match["name"])


def _compared(document: Document, one: Sentence, year: str, name: str) -> Iterator[Finding]:
    other_name = not alike(name, document.project) and not alike(name, document.title)
    other_year = document.year is not None and int(year) != document.year
    if other_name or other_year:
        what = [f"项目“{name}”"] * other_name + [f"年度 {year}"] * other_year
        yield _foreign(document, one, "、".join(what), f"{year} {name}")


def _foreign(document: Document, one: Sentence, what: str, stated: str) -> Finding:
    about = f"{document.year or ''} {document.project}".strip()
    return R17.finding(
        one.place,
        [one],
        f"此处写的是{what}，而报告是“{about}”，疑为从别的报告粘贴。",
        f"this is about {stated}; the report is about {about}.",
        stated=stated,
        recomputed=about,
    )


def alike(one: str, other: str) -> bool:
    """By the share of two-character strings in common, of the shorter name, without the words every project's name has."""
    a, b = (bigrams(_GENERIC.sub("", re.sub(r"20\d\d|[^\u4e00-\u9fffA-Za-z]", "", text))) for text in (one, other))
    return not a or not b or len(a & b) / min(len(a), len(b)) >= ALIKE


_BUSINESS = re.compile(
    r"(补贴|补助|奖补|救助|低保|养老金|种粮|扶贫|公租房|助学金|电费|供暖)(?:资金)?(?:管理办法|流程|发放|标准|对象|申领|明细)"
)


def _pasted_business(document: Document) -> Iterator[Finding]:
    """Rules about paying subsidies, in the report on a project that pays none: the word stands nowhere in what the project is."""
    if re.search(r"补贴|补助|奖补|救助|电费", document.project + document.title):
        return
    hits = [(one, match) for one in document.prose for match in _BUSINESS.finditer(one.text)]
    for word in dict.fromkeys(match[1] for _, match in hits):
        own = [one for one, match in hits if match[1] == word]
        described = [one for one in document.prose if word in one.text and one not in own]
        cells = [cell for table in document.tables for cell in table.cells() if word in cell.text]
        places: list[Place] = [one.place for one in own]
        if not described and not cells and places:
            yield _foreign(document, own[0], f"“{word}”业务（{own[0].text[:40]}）", word)


def _form_names(document: Document) -> Iterator[Finding]:
    for form in document.forms if len(document.forms) == 1 else ():
        if form.project and form.project.text and document.title and re.search(r"项目|工程|系统", document.title):
            name = re.sub(r"20\d\d年度?|(?:项目)?(?:支出|资金)?绩效.*$", "", document.title)
            if len(name) >= 4 and not alike(form.project.label, name):
                yield R17.finding(
                    form.project.place,
                    [form.project, document.title],
                    f"自评表的项目名称“{form.project.text}”与标题“{document.title}”不是同一项目。",
                    "the project of the form is not that of the title.",
                    stated=form.project.text,
                    recomputed=document.title,
                )
