"""What one line of plain text looks like by itself: numbered, a list item, a label, a title, a table row.

Every test here sees a single line, stripped, and nothing around it; :mod:`qa.documents.structure` decides with the
neighbours in view. Knows no document; :mod:`qa.documents.bylines` knows who wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

STOPS = "。！？!?…｡"
CLOSERS = "”’」』）)】》〉〕］]｝}\"'"
END_SIGNS = " ■□●◆◇▲△★☆※♦"
TITLE_COLUMNS = 80
"""The widest line that can be a title: 40 Chinese characters, or 80 letters."""
ROW_LIMIT = 2000
"""Characters above which a line is no row of a table."""

_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
    "\U0001f300-\U0001faff\U00020000-\U0003ffff“”‘’…—]"
)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff]")

_N = "[一二三四五六七八九十百零〇两0-9０-９]"
_CN = "[一二三四五六七八九十]"
_UNIT = "亿万千百元%％倍个米吨度公平年月日时点分秒折级版岁届次名位家人天周号条斤克升"
_AFTER_DECIMAL = rf"(?:[.、．]?\s+(?![{_UNIT}])|[.、．]?(?=[\u3400-\u9fff])(?![{_UNIT}]))"
_ROMAN = r"(?:\d+|[ivxlc]+)"
_SECTIONS = {
    # style: (rank, pattern)
    "part": (
        1,
        rf"第{_N}{{1,4}}(?:部分|[编篇卷])(?=[\s:：、]|$|[\u3400-\u9fff])|(?:part|book)\s+(?:{_ROMAN}|one|two|three)\b[.:]?",
    ),
    "chapter": (2, rf"第{_N}{{1,5}}[章回]|chapter\s+(?:{_ROMAN}|[a-z]+)\b[.:]?"),
    "appendix": (2, rf"附[件录表](?:\s*(?:[\dA-Z]|{_CN}){{1,2}})?(?=[\s:：.、]|$)|appendix\s+(?:\d+|[a-z])\b[.:]?"),
    "section": (3, rf"第{_N}{{1,4}}节|section\s+(?:\d+(?:\.\d+)*|[ivxlc]+)\b[.:]?"),
    "article": (4, rf"第{_N}{{1,5}}条(?:之{_N}{{1,2}})?|article\s+{_ROMAN}\b[.:]?"),
    "han": (5, rf"{_CN}{{1,3}}\s?[、．.](?!\d)"),
    "roman": (5, r"(?-i:[IVX]{1,5})[.、．]\s?(?=\S)"),
    "han_paren": (6, rf"[（(]{_CN}{{1,3}}[）)]"),
    "decimal2": (8, rf"\d{{1,2}}\.\d{{1,2}}{_AFTER_DECIMAL}"),
    "decimal3": (9, rf"\d{{1,2}}(?:\.\d{{1,2}}){{2,4}}{_AFTER_DECIMAL}"),
}
_ITEMS = {
    "arabic": (7, r"\d{1,3}(?:[、．]|\.(?!\d)|[)）])\s*(?=\S)"),
    "arabic_space": (7, rf"\d{{1,2}}[ \u3000]+(?=[\u3400-\u9fffA-Z])(?![{_UNIT}])"),
    "arabic_paren": (10, r"[（(]\d{1,3}[）)]"),
    "letter": (10, r"[a-z][)）]\s*(?=\S)|(?-i:[A-Z])[.、．]\s+(?=\S)"),
    "circled": (11, r"[①-⑳⑴-⒇❶-❿]"),
}
_NUMBERINGS = tuple(
    (family, rank, item, re.compile(pattern, re.IGNORECASE))
    for styles, item in ((_SECTIONS, False), (_ITEMS, True))
    for family, (rank, pattern) in styles.items()
)
_BULLET = re.compile(r"[•·●○■□◆◇▪▫►▶✓✔★☆※◎‣⁃∙][ \t\u3000]*(?=\S)|[-*–+][ \t\u3000]+(?=\S)")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)")

_TOPIC = "相关|相關|延伸|新闻|新聞|背景|知识|拓展|更多|推荐|热点|事件|政策|精彩|上期|下期"
_SORT = "新闻|新聞|报道|報導|链接|連結|閱讀|阅读|背景|资料|内容|推荐|文章|延伸|回顾|追踪|预告|解读|多一点|提示"
_LABEL = re.compile(
    rf"[【\[■●◆★▲]?\s*(?:(?:{_TOPIC})(?:{_SORT})"
    r"|链接|編者按|编者按|编后|短评|快评|记者手记|记者观察|小贴士|小知识|名词解释|要闻|简讯|快讯|短讯|综合新闻|本版导读|导读|广告"
    r"|公告|(?:[\u4e00-\u9fff]{1,4}·)?(?:专栏|特稿|评论|副刊|头条)"
    r"|Related(?:\s+(?:news|articles?|stories|reading|links?))?|See also|Read more|Advertisement|Further reading)"
    r"\s*[】\]]?[:：]?",
    re.IGNORECASE,
)
_PAGE_HEAD = re.compile(r"第?\s*[A-Z]?\d{1,3}\s*版(?:[\s:：·|][^。，]{0,12})?")
_PAGE_MARK = re.compile(
    r"[（(]?(?:上|下|紧)?(?:接|转|轉)\s*(?:第\s*)?[A-Z]?\d{1,3}\s*版[^。]{0,12}[）)]?"
    r"|第\s*\d{1,4}\s*[页頁](?:\s*[,，/／]?\s*共\s*\d{1,4}\s*[页頁])?"
    r"|[-—–]\s*\d{1,4}\s*[-—–]|\d{1,4}\s*/\s*\d{1,4}|(?i:page)\s+\d{1,4}(?:\s+of\s+\d{1,4})?"
)
_RULE = re.compile(r"([=\-~_*#—─━+·.])\s?(?:\1\s?){2,}")
_FIELD = re.compile(r"[^\s，。,:：]{1,8}(?:\s[^\s，。,:：]{1,4})?[:：]\s*\S")
_ENTRY = re.compile(
    r"[【\[]?[\u3400-\u9fff]{2,10}(?<![说道称问答示出为调绍露写])[】\]]?\s*(?:[（(][^（）()\n]{1,12}[）)])?\s*[:：]\s*\S"
)
_SPEAKER = re.compile(
    r"(?:[\[［【(（]?\d{1,4}[-/:：.年月日\d\s]{1,18}[\]］】)）]?\s*)?[^\s，。,:：\d][^，。,:：]{0,11}[:：]\s*\S"
)
_STAMPED = re.compile(r"[\[［]?(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}:\d{2}(?::\d{2})?)[T\s,，:：\]］]")
_CAPTION = re.compile(
    r"[▲△▼↑↓←→◀]|(?:上|下|左|右)?图[:：为\d]|(?:资料)?图片?(?:来源)?[:：\d]|表\s?\d|(?:Figure|Fig\.|Table)\s*\d",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\.{4}|…{2}|·{4})\s*\d{1,4}$|^[^\t]*\t\d{1,4}$")
_CELLS = re.compile(r"\t+|[|｜│┃]|(?<=\S)[ \u3000]{3,}(?=\S)")
_REMARK = re.compile(
    rf"[{STOPS}][{re.escape(CLOSERS)}]*(?:[（(][^（）()]{{0,60}}[）)]|[\[［【]\d{{1,3}}[\]］】]|[①-⑳])+[ ■□]*$"
)
_URL = re.compile(r"https?://|www\.|[\w.]+@[\w.]+")


@dataclass(frozen=True, slots=True)
class Mark:
    """The number that a line starts with. ``family`` is its style; a lower ``rank`` stands higher in a document.

    ``item`` says whether the style numbers list items rather than sections; ``number`` is the number where it is
    written in Western digits, else 0; ``rest`` is the line without it.
    """

    family: str
    rank: int
    item: bool
    number: int
    rest: str


def columns(text: str) -> int:
    """Width in columns: 2 for a Chinese character, 1 for a letter."""
    return len(text) + len(_WIDE.findall(text))


def has_han(text: str) -> bool:
    """Whether there is a Han character in the text."""
    return _HAN.search(text) is not None


def is_han(char: str) -> bool:
    """Whether ``char`` is one Han character."""
    return _HAN.fullmatch(char) is not None


@lru_cache(maxsize=1 << 14)
def is_wide(char: str) -> bool:
    """Whether ``char`` is set without spaces around it: Han, kana, full-width forms and Chinese punctuation."""
    return _WIDE.fullmatch(char) is not None


def closed(text: str) -> bool:
    """Whether the line ends a sentence or hands over to what follows: a stop, a semicolon or a colon.

    Quotes, brackets, end signs (■), note marks and a remark in brackets (（记者 张三）) may follow the mark.
    """
    bare = text.rstrip(CLOSERS + END_SIGNS)
    if not bare or _REMARK.search(text[-ROW_LIMIT:]):
        return True
    last = bare[-1]
    if last == ".":
        return not re.search(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|e\.g|i\.e|[A-Z])\.$", bare[-12:])
    return last in STOPS or last in "；;：:"


def is_prose(text: str) -> bool:
    """Whether the line is running text, closed or torn: it is long, or holds the end of a sentence and more."""
    if "。" in text[:-1]:
        return True
    chinese = has_han(text)
    length = len(text) if chinese else len(text) / 3
    if length > 8 and not chinese and has_stop(text):
        return True
    return length >= 40 or (length >= 24 and (text[-1] in "。." or len(re.findall("[，,、]", text)) > 2))


def has_stop(text: str) -> bool:
    """Whether a sentence ends inside the line, before its last character."""
    return re.search(r"[。！？!?](?=.)|[a-z)\"”]\.\s+[A-Z“\"(]", text) is not None


def numbering(text: str) -> Mark | None:
    """The number that the line starts with, or None."""
    if is_han(text[0]) and text[0] not in "第附一二三四五六七八九十":
        return None
    for family, rank, item, pattern in _NUMBERINGS:
        match = pattern.match(text)
        if match:
            digits = re.search(r"\d+", match.group()) if item else None
            return Mark(family, rank, item, int(digits.group()) if digits else 0, text[match.end() :].strip())
    return None


def is_boxed(text: str) -> bool:
    """Whether the whole line is a short heading in lenticular brackets: 【产品特点】."""
    return len(text) <= 24 and re.fullmatch(r"【[^【】。，]+】", text) is not None


def is_bullet(text: str) -> bool:
    """Whether the line starts with a list bullet."""
    return _BULLET.match(text) is not None


def hash_level(text: str) -> int:
    """The level of a ``## heading`` line, or 0."""
    match = _MARKDOWN_HEADING.match(text)
    return len(match.group(1)) if match else 0


def is_label(text: str) -> bool:
    """Whether the whole line names the kind of what follows (相关新闻), or is furniture of a printed page."""
    if len(text) > 40 or columns(text) > 40:
        return False
    return (_LABEL.fullmatch(text) or _PAGE_HEAD.fullmatch(text) or _PAGE_MARK.fullmatch(text)) is not None


def is_page_mark(text: str) -> bool:
    """Whether the whole line is a page number, or says where an article goes on: it may stand inside an article."""
    return len(text) <= 40 and _PAGE_MARK.fullmatch(text) is not None


def is_rule(text: str) -> bool:
    """Whether the line is a drawn rule: ``-----`` or ``=====``."""
    return len(text) <= ROW_LIMIT and _RULE.fullmatch(text) is not None


def is_field(text: str) -> bool:
    """Whether the line is ``name: value``."""
    return _FIELD.match(text) is not None


def is_entry(text: str) -> bool:
    """Whether the line is an entry of a form: a name of several Chinese characters, not what somebody does (他表示：…), and
    its value. Two in a row are two lines, whatever the first ends with.
    """
    return _ENTRY.match(text) is not None


def is_speech(text: str) -> bool:
    """Whether the line starts with a speaker's name or a time stamp, as chats and logs do."""
    return _SPEAKER.match(text) is not None or _STAMPED.match(text) is not None


def is_stamped(text: str) -> bool:
    """Whether the line starts with a time stamp."""
    return _STAMPED.match(text) is not None


def is_caption(text: str) -> bool:
    """Whether the line starts as a caption of a picture or table does."""
    return _CAPTION.match(text) is not None


def cells(text: str) -> int:
    """Number of table cells in the line; 1 for ordinary text. A line of a table of contents counts as ordinary."""
    if len(text) > ROW_LIMIT or _LEADER.search(text):
        return 1
    return len(_CELLS.findall(text.strip("|｜│┃ "))) + 1


TitleLook = Literal["plain", "weak", "no"]


def title_look(text: str) -> TitleLook:
    """Whether the line could be a title by its own looks: ``plain`` without punctuation, ``weak`` with some.

    A title is short, starts as a sentence may start, and is not closed by a full stop or a comma.
    """
    last = text[-1]
    if (
        len(text) > TITLE_COLUMNS
        or columns(text) > TITLE_COLUMNS
        or last in "。，、；：,;:….．｡—-"
        or _URL.search(text)
        or "。" in text
        or "；" in text
    ):
        return "no"
    if text[0] in "，。、；：！？,.;:!?）)】》”’%％…" or not re.search(r"[^\W\d_]", text) or is_caption(text):
        return "no"
    if (text[0] in '“"「『' and last in '”"」』') or (text[0] in "（(" and last in "）)"):
        return "no"
    if not has_han(text):
        words = text.split()
        if len(words) > 14 or text[0].islower():
            return "no"
        return "weak" if re.search(r"[,!?;]|[a-z]\.\s", text) or len(words) > 10 else "plain"
    marks = len(re.findall(r"[，,：:！？!?]", text))
    if marks > 2:
        return "no"
    return "weak" if marks or columns(text) > 60 and " " not in text and "\u3000" not in text else "plain"
