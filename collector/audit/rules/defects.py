"""Sentences in which a report owns up to a defect, by what the defect is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from collector.audit.document import Document, Sentence


@dataclass(frozen=True)
class Aspect:
    """name, name_en: of the aspect. indicator: names (or praise) of what is scored. defect: how a report says that it is wanting."""

    name: str
    name_en: str
    indicator: re.Pattern[str]
    defect: re.Pattern[str]


ASPECTS = (
    Aspect(
        "绩效目标",
        "targets",
        re.compile(r"绩效目标|指标明确|目标设定|目标合理"),
        re.compile(
            r"(?:目标|指标)(?:值|编制|内容|设定|设置|的)*(?:内容)?(?:还)?(?:不够明确|不明确|不全面|不够具体|不具体|较笼统|笼统|比较抽象|抽象|较难量化|难以量化|未量化|不够细化)"
            r"|指标值[^。;,]{0,6}未量化|未能用可衡量"
        ),
    ),
    Aspect(
        "管理制度",
        "management rules",
        re.compile(r"(?:项目|业务)管理制度|(?<!资金)(?<!财务)管理制度健全|制度执行"),
        re.compile(
            r"(?<!资金)(?<!财务)管理制度[^。;,]{0,4}(?:不够健全|不健全|不完善|缺失)|未制定[^。;]{0,12}(?:管理规定|管理制度|管理办法)"
        ),
    ),
    Aspect(
        "资金使用",
        "use of funds",
        re.compile(r"资金(?:使用|管理)"),
        re.compile(
            r"未对[^。;]{0,10}资金使用[^。;]{0,20}规范|资金使用[^。;,]{0,6}(?:不规范|不合规|违规)|资金管理[^。;,]{0,4}(?:不规范|不健全|不完善)"
        ),
    ),
    Aspect(
        "运行稳定",
        "stable operation",
        re.compile(r"稳定(?:、)?(?:高效|可靠)?(?:、)?(?:高效)?运行|运行稳定|正常运行|稳定率|运行良好"),
        re.compile(
            r"(?:信号|运行|系统|平台)[^。;,]{0,4}(?:不稳定|瘫痪|中断)|未成功|无法(?:使用|打开|访问|登录)|故障频发|频繁(?:故障|掉线|宕机)"
        ),
    ),
    Aspect(
        "项目立项",
        "project approval",
        re.compile(r"立项(?:规范|程序|依据|充分)|^项目立项"),
        re.compile(r"立项[^。;,]{0,6}(?:不规范|不充分|不完善)|无可行性研究|程序上不完善"),
    ),
    Aspect(
        "预算编制",
        "budgeting",
        re.compile(r"预算编制"),
        re.compile(r"预算[^。;,]{0,14}(?:不够准确|不准确|不够细化|不细化|不科学)"),
    ),
    Aspect(
        "使用率",
        "use",
        re.compile(r"使用率|利用率"),
        re.compile(r"(?:使用率|利用率)[^。;,]{0,6}(?:不够高|不高|较低|偏低)"),
    ),
    Aspect(
        "进度",
        "progress",
        re.compile(r"及时率|按时完成|完成及时"),
        re.compile(r"进度(?:滞后|缓慢|较慢|偏慢)|未(?:能)?按(?:时|期)完成|延期"),
    ),
    Aspect(
        "数据共享",
        "data sharing",
        re.compile(r"数据(?:共享|汇聚|交换)[^。;,]{0,6}(?:率|数量|完成)"),
        re.compile(
            r"数据(?:壁垒|孤岛)[^。;,]{0,4}(?:尚未|未|依然|仍)|数据[^。;,]{0,10}(?:仍存在|难以)[^。;,]{0,6}(?:障碍|共享)"
        ),
    ),
)

WANTING = re.compile(
    r"不够|不全面|笼统|不完善|不健全|不足|有待|尚未|未能|需进一步|还未|不规范|不稳定|难量化|存在(?:一些|一定|较大)(?:的)?(?:问题|障碍|差距)|滞后|未成功"
)
_DENIED = re.compile(r"未发现|不存在|避免|防止|杜绝|解决|针对|是否|改善|克服")


def defects(document: Document, aspect: Aspect) -> list[Sentence]:
    return [
        one for one in document.prose if aspect.defect.search(one.text) and not _hypothetical(one.text, aspect.defect)
    ]


def _hypothetical(text: str, defect: re.Pattern[str]) -> bool:
    """A defect that is denied or guarded against in its own clause."""
    match = defect.search(text)
    if match is None:
        return False
    clause = re.split(r"[,;。]", text[: match.start()])[-1]
    return bool(_DENIED.search(clause))


def complaints(prose: Iterable[Sentence]) -> list[Sentence]:
    """Sentences that admit any defect."""
    found = []
    for one in prose:
        clauses = [
            clause for clause in re.split(r"[,;。]", one.text) if WANTING.search(clause) and not _DENIED.search(clause)
        ]
        if clauses:
            found.append(one)
    return found
