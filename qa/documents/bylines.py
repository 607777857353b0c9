"""Bylines, datelines and dates: the lines and openings by which a text says who wrote it, where and when.

Every test sees a single line, stripped. Knows no document and no neighbouring line.
"""

from __future__ import annotations

import re

from qa.lexicon import COMPOUND_SURNAMES, SURNAMES

LINE = 120
"""Characters above which a line is no byline."""

# In both scripts.
_SURNAMES = "".join(sorted(SURNAMES)) + "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭許鄧呂蘇盧蔣賈葉閻鍾"
_COMPOUND = "|".join((*COMPOUND_SURNAMES, "歐陽", "諸葛"))
_NAME = (
    rf"(?:(?:{_COMPOUND}|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])"
    rf"|[{_SURNAMES}][ \u3000]+[\u4e00-\u9fff](?![\u4e00-\u9fff])"
    r"|[\u4e00-\u9fff]{2,4}·[\u4e00-\u9fff·]{2,8})"
)
_NAMES = rf"{_NAME}(?:[\s、,，/／]+{_NAME})*"
# After a role and a space, names need no known surname: 记者 阿依古丽 布音
_STATED = (
    rf"(?:[\s:：/／]*{_NAMES}"
    r"|[\s:：/／]+[\u4e00-\u9fff·]{2,4}(?:[\s、,，/／]+[\u4e00-\u9fff·]{2,4})*)"
)
_PAPER = r"(?:本报|本刊|本台|本网|特约|实习|见习|首席|驻[\u4e00-\u9fff]{2,4}|全媒体|融媒体?|数字)"
_ROLE = (
    rf"(?:{_PAPER}*(?:记者|通讯员|评论员|撰稿人?|观察员)|作者|责任编辑|责编|美术编辑|美编|版式|编辑|编审|编译|校对|审核"
    r"|主编|监制|摄影报道|摄影|摄像|摄|文图|图文|文|图|供图|供稿|来源|稿源|翻译|整理|采写|执笔|值班主任|值班编委|视频|制作"
    r"|统筹|策划|出品|制图|签发|初审|复审|终审|記者|責任編輯|編輯|來源|攝影|圖)"
)
_CREDIT = rf"{_ROLE}(?:[\s、/／]*{_ROLE})*"
_CN_DAY = "[一二三四五六七八九十]"
_STAMP = (
    rf"(?:\d{{4}}|[二〇○零一三四五六七八九]{{4}})\s?[年./-]\s?(?:\d{{1,2}}|{_CN_DAY}{{1,2}})\s?[月./-]\s?"
    rf"(?:\d{{1,2}}|{_CN_DAY}{{1,3}})\s?日?(?:\s*[（(]?(?:星期|周|週)[一二三四五六日天][）)]?)?"
    r"(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_DATE = re.compile(_STAMP)
_BYLINES = tuple(
    re.compile(pattern)
    for pattern in (
        # 新重庆-重庆日报记者 杨帆 王天翊 · 本报记者 张三 · 记者 王五 通讯员 赵六 文/图
        rf"[（(【■□◎●▲]?\s*[\w\-—·“”《》（）() \u3000]{{0,24}}?{_ROLE}{_STATED}"
        rf"(?:[\s、,，/／|]+{_CREDIT}(?:{_STATED})?)*"
        r"(?:[\s、,，/／]*(?:综合|摄影)?(?:报道|撰|摄影?|供图))?\s*[）)】]?",
        # 来源：新华网 责任编辑：王五 · 2026-05-22 18:36 来源：新华网 · 文/张三 图/李四
        rf"[（(【]?(?:{_STAMP}[\s|丨]*)?{_CREDIT}\s*[:：/／丨|]\s*[^。，；！？]{{1,40}}[）)】]?",
        # 张三 文/摄
        rf"[（(]?{_NAMES}\s+{_CREDIT}[）)]?",
        # 新华社北京5月1日电（记者 李四）
        r"(?:据|综合)?[\u4e00-\u9fffA-Za-z]{0,8}(?:社|网|报|台|讯)[\u4e00-\u9fff]{0,10}\d{1,2}月\d{1,2}日"
        r"(?:专?电|讯|消息|报道)\s*(?:[（(][^）)]{2,40}[）)])?",
        r"[（(](?:作者|本文|本版|原载|摘自|摄影|文图|完|责任编辑|编辑|来源|资料图|据)[^。]{0,40}[）)]",
        r"(?i:by)\s+[A-Z][\w.'’-]+(?:\s+(?:[A-Z][\w.'’-]+|and|de|van|von)){1,6}(?:\s*[,|–-].{1,40})?",
        r"(?:Source|Author|Editor|Photo(?:graph)?|Reporting|Written|Edited|Reporter)s?(?:\s+by|\s*[:：])\s*"
        r"[A-Z].{1,60}(?<![.!?])",
    )
)
_PRESS = r"(?:本报|本刊|本台|本网|据?[\u4e00-\u9fff]{1,6}(?:社|网|日报|晚报|晨报|台))"
_DATELINE = re.compile(
    rf"{_PRESS}[^。，,]{{0,24}}?(?:讯|电|消息|报道)\s*[（( \u3000]"
    r"|[（(](?:[\u4e00-\u9fff]{0,6})?记者[^）)]{2,30}[）)]"
    r"|[A-Z][A-Za-z. ]{2,24}(?:\([A-Za-z ]+\)|,[^.]{2,24})?\s+[—–-]{1,2}\s+[A-Z]"
)


def is_byline(text: str) -> bool:
    """Whether the whole line says who wrote, edited or sent the text, or where it comes from."""
    return len(text) <= LINE and any(pattern.fullmatch(text) for pattern in _BYLINES)


def is_name(text: str) -> bool:
    """Whether the whole line is a person's name, or several."""
    return len(text) <= 24 and re.fullmatch(_NAMES, text) is not None


def is_date(text: str) -> bool:
    """Whether the whole line is a date, with a time or not."""
    return len(text) <= 40 and _DATE.fullmatch(text) is not None


def has_dateline(text: str) -> bool:
    """Whether the paragraph opens as news does: ``本报讯（记者 …）``, ``新华社北京5月1日电 …``."""
    return _DATELINE.match(text) is not None
