"""What one line of plain text looks like by itself: numbered, a list item, a byline, a label, a title, a table row.

Every test here sees a single line, stripped, and nothing around it; :mod:`qa.documents.structure` decides with the
neighbours in view. Knows no document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

STOPS = "。！？!?…｡"
CLOSERS = "”’」』）)】》〉〕］]｝}\"'"
OPENERS = "“‘「『（(【《〈〔［[｛{"
TITLE_COLUMNS = 80
"""The widest line that can be a title: 40 Chinese characters, or 80 letters."""
ROW_LIMIT = 2000
"""Characters above which a line is no row of a table."""

_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003ffff“”‘’…—]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff]")

_N = "[一二三四五六七八九十百零〇两0-9０-９]"
_UNIT = "亿万千百元%％倍个米吨度公平年月日时点分秒折级版岁届次名位家人天周号条斤克升"
_NUMBERINGS: tuple[tuple[str, int, bool, re.Pattern[str]], ...] = tuple(
    (family, rank, item, re.compile(pattern, re.IGNORECASE))
    for family, rank, item, pattern in (
        ("part", 1, False, rf"第{_N}{{1,4}}(?:部分|[编篇卷])(?=[\s:：、]|$|[\u3400-\u9fff])|(?:part|book)\s+(?:\d+|[ivxlc]+|one|two|three|four)\b[.:]?"),
        ("chapter", 2, False, rf"第{_N}{{1,5}}[章回]|chapter\s+(?:\d+|[ivxlc]+|[a-z]+)\b[.:]?"),
        ("section", 3, False, rf"第{_N}{{1,4}}节|section\s+(?:\d+(?:\.\d+)*|[ivxlc]+)\b[.:]?"),
        ("article", 4, False, rf"第{_N}{{1,5}}条(?:之{_N}{{1,2}})?|article\s+(?:\d+|[ivxlc]+)\b[.:]?"),
        ("appendix", 2, False, r"附[件录表](?:\s*[\dA-Z一二三四五六七八九十]{1,2})?(?=[\s:：.、]|$)|appendix\s+(?:\d+|[a-z])\b[.:]?"),
        ("han", 5, False, r"[一二三四五六七八九十]{1,3}\s?[、．.](?!\d)"),
        ("han_paren", 6, False, r"[（(][一二三四五六七八九十]{1,3}[）)]"),
        ("roman", 5, False, r"(?-i:[IVX]{1,5})[.、．]\s?(?=\S)"),
        ("decimal3", 9, False, rf"\d{{1,2}}(?:\.\d{{1,2}}){{2,4}}(?:[.、．]?\s+|[.、．]?(?=[\u3400-\u9fff])(?![{_UNIT}]))"),
        ("decimal2", 8, False, rf"\d{{1,2}}\.\d{{1,2}}(?:[.、．]?\s+(?![{_UNIT}])|[.、．]?(?=[\u3400-\u9fff])(?![{_UNIT}]))"),
        ("arabic", 7, True, r"\d{1,3}(?:[、．]|\.(?!\d)|[)）])\s*(?=\S)"),
        ("arabic_space", 7, True, rf"\d{{1,2}}[ \u3000]+(?=[\u3400-\u9fffA-Z])(?![{_UNIT}])"),
        ("arabic_paren", 10, True, r"[（(]\d{1,3}[）)]"),
        ("circled", 11, True, r"[①-⑳⑴-⒇❶-❿]"),
        ("letter", 10, True, r"[a-z][)）]\s*(?=\S)|(?-i:[A-Z])[.、．]\s+(?=\S)"),
    )
)
_BULLET = re.compile(r"[•·●○■□◆◇▪▫►▶✓✔★☆※◎‣⁃∙][ \t\u3000]*(?=\S)|[-*–+][ \t\u3000]+(?=\S)")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)")

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛"
    "伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包"
    "司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻"
    "揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭許鄧呂蘇盧蔣賈葉閻鍾"
)
_NAME = rf"(?:[{_SURNAMES}][\u4e00-\u9fff·]{{1,3}}|[{_SURNAMES}][ \u3000]+[\u4e00-\u9fff](?![\u4e00-\u9fff])|[\u4e00-\u9fff]{{2,4}}·[\u4e00-\u9fff·]{{2,8}})"
_ROLE = (
    "(?:(?:本报|本刊|本台|本网|特约|实习|见习|首席|驻[\u4e00-\u9fff]{2,4}|全媒体|融媒体?|数字)*(?:记者|通讯员|评论员|撰稿人?|观察员)|作者|责任编辑|责编|"
    "美术编辑|美编|版式|编辑|编审|编译|校对|审核|主编|监制|摄影报道|摄影|摄像|摄|文图|图文|文|图|供图|供稿|来源|稿源|翻译|整理|采写|执笔|值班主任|值班编委|"
    "视频|制作|统筹|策划|出品|制图|签发|初审|复审|终审|記者|責任編輯|編輯|來源|攝影|圖|撰稿)"
)
_NAMES = rf"{_NAME}(?:[\s、,，/／]+{_NAME})*"
_CREDIT = rf"{_ROLE}(?:[\s、/／]*{_ROLE})*"
_STAMP = (
    r"(?:\d{4}|[二〇○零一二三四五六七八九]{4})\s?[年./-]\s?(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s?[月./-]\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?日?"
    r"(?:\s*[（(]?(?:星期|周|週)[一二三四五六日天][）)]?)?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_DATE = re.compile(_STAMP)
_BYLINES = tuple(
    re.compile(pattern)
    for pattern in (
        # 新重庆-重庆日报记者 杨帆 王天翊 · 本报记者 张三 · 记者 王五 通讯员 赵六 文/图
        rf"[（(【■□◎●▲]?\s*[\w\-—·“”《》（）() \u3000]{{0,24}}?{_ROLE}[\s:：/／]*{_NAMES}(?:[\s、,，/／|]+{_CREDIT}[\s:：/／]*(?:{_NAMES})?)*(?:[\s、,，/／]*(?:综合|摄影)?(?:报道|撰|摄影?|供图))?\s*[）)】]?",
        # 文/张三 图/李四 · 来源：新华网 责任编辑：王五
        rf"[（(【]?(?:{_STAMP}[\s|丨]*)?{_CREDIT}\s*[:：/／丨|]\s*[^。，；！？]{{1,40}}[）)】]?",
        # 张三 文/摄
        rf"[（(]?{_NAMES}\s+{_CREDIT}[）)]?",
        # 新华社北京5月1日电（记者 李四）
        r"(?:据|综合)?[\u4e00-\u9fffA-Za-z]{0,8}(?:社|网|报|台|讯)[\u4e00-\u9fff]{0,10}\d{1,2}月\d{1,2}日(?:专?电|讯|消息|报道)\s*(?:[（(][^）)]{2,40}[）)])?",
        r"[（(](?:作者|本文|本版|原载|摘自|摄影|文图|完|责任编辑|编辑|来源|资料图|据)[^。]{0,40}[）)]",
        r"(?i:by)\s+[A-Z][\w.'’-]+(?:\s+(?:[A-Z][\w.'’-]+|and|de|van|von)){1,6}(?:\s*[,|–-].{1,40})?",
        r"(?:Source|Author|Editor|Photo(?:graph)?|Reporting|Written|Edited|Reporter)s?(?:\s+by|\s*[:：])\s*[A-Z].{1,60}(?<![.!?])",
    )
)
_LABEL = re.compile(
    r"[【\[■●◆★▲]?\s*(?:(?:相关|相關|延伸|新闻|新聞|背景|知识|拓展|更多|推荐|热点|事件|政策|精彩|上期|下期)(?:新闻|新聞|报道|報導|链接|連結|閱讀|阅读|背景|资料|内容|推荐|文章|延伸|回顾|追踪|预告|解读|多一点|提示)|"
    r"链接|編者按|编者按|编后|短评|快评|记者手记|记者观察|小贴士|小知识|名词解释|要闻|简讯|快讯|短讯|综合新闻|本版导读|导读|广告|公告|"
    r"(?:[\u4e00-\u9fff]{1,4}·)?(?:专栏|特稿|评论|副刊|头条)|Related(?:\s+(?:news|articles?|stories|reading|links?))?|See also|Read more|Advertisement|Further reading)\s*[】\]]?[:：]?",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"[（(]?(?:上|下|紧)?(?:接|转|轉)\s*(?:第\s*)?[A-Z]?\d{1,3}\s*版[^。]{0,12}[）)]?|第?\s*[A-Z]?\d{1,3}\s*版(?:[\s:：·|][^。，]{0,12})?|"
    r"第\s*\d{1,4}\s*[页頁](?:\s*[,，/／]?\s*共\s*\d{1,4}\s*[页頁])?|[-—–]\s*\d{1,4}\s*[-—–]|\d{1,4}\s*/\s*\d{1,4}|(?i:page)\s+\d{1,4}(?:\s+of\s+\d{1,4})?"
)
_RULE = re.compile(r"([=\-~_*#—─━+·.])\s?(?:\1\s?){2,}")
_DATELINE = re.compile(
    r"(?:本报|本刊|本台|本网|(?:据)?[\u4e00-\u9fff]{1,6}(?:社|网|日报|晚报|晨报|台))[^。，,]{0,24}?(?:讯|电|消息|报道)\s*[（( \u3000]|"
    r"[（(](?:[\u4e00-\u9fff]{0,6})?记者[^）)]{2,30}[）)]|[A-Z][A-Za-z. ]{2,24}(?:\([A-Za-z ]+\)|,[^.]{2,24})?\s+[—–-]{1,2}\s+[A-Z]"
)
_FIELD = re.compile(r"[^\s，。,:：]{1,8}(?:\s[^\s，。,:：]{1,4})?[:：]\s*\S")
_SPEAKER = re.compile(r"(?:[\[［【(（]?\d{1,4}[-/:：.年月日\d\s]{1,18}[\]］】)）]?\s*)?[^\s，。,:：\d][^，。,:：]{0,11}[:：]\s*\S")
_STAMPED = re.compile(r"[\[［]?(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}:\d{2}(?::\d{2})?)[T\s,，:：\]］]")
_CAPTION = re.compile(r"[▲△▼↑↓←→◀]|(?:上|下|左|右)?图[:：为\d]|(?:资料)?图片?(?:来源)?[:：\d]|表\s?\d|(?:Figure|Fig\.|Table)\s*\d", re.IGNORECASE)
_LEADER = re.compile(r"(?:\.{4}|…{2}|·{4})\s*\d{1,4}$|^[^\t]*\t\d{1,4}$")
_CELLS = re.compile(r"\t+|[|｜│┃]|(?<=\S)[ \u3000]{3,}(?=\S)")
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


def han_count(text: str) -> int:
    """Number of Han characters."""
    return len(_HAN.findall(text))


def is_han(char: str) -> bool:
    """Whether ``char`` is one Han character."""
    return _HAN.fullmatch(char) is not None


def is_wide(char: str) -> bool:
    """Whether ``char`` is set without spaces around it: Han, kana, full-width forms and Chinese punctuation."""
    return _WIDE.fullmatch(char) is not None


def closed(text: str) -> bool:
    """Whether the line ends a sentence or hands over to what follows: a stop, a semicolon or a colon, then closers."""
    bare = text.rstrip(CLOSERS + " ")
    if not bare:
        return True
    last = bare[-1]
    if last == ".":
        return not re.search(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|e\.g|i\.e|[A-Z])\.$", bare)
    return last in STOPS or last in "；;：:"


def is_prose(text: str) -> bool:
    """Whether the line is running text, closed or torn: it is long, or holds the end of a sentence and more."""
    length = len(text) if han_count(text) else len(text) / 3
    if "。" in text[:-1] or (length > 8 and has_stop(text) and not han_count(text)):
        return True
    return length >= 40 or (length >= 24 and (text[-1] in "。." or len(re.findall("[，,、]", text)) > 2))


def has_stop(text: str) -> bool:
    """Whether a sentence ends inside the line, before its last character."""
    return re.search(r"[。！？!?](?=.)|[a-z)\"”]\.\s+[A-Z“\"(]", text[:-1] + text[-1:]) is not None


def numbering(text: str) -> Mark | None:
    """The number that the line starts with, or None."""
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


def is_byline(text: str) -> bool:
    """Whether the whole line says who wrote, edited or sent the text, or where it comes from."""
    return columns(text) <= 120 and any(pattern.fullmatch(text) for pattern in _BYLINES)


def is_name(text: str) -> bool:
    """Whether the whole line is a person's name, or several."""
    return len(text) <= 24 and re.fullmatch(_NAMES, text) is not None


def is_date(text: str) -> bool:
    """Whether the whole line is a date, with a time or not."""
    return len(text) <= 40 and _DATE.fullmatch(text) is not None


def is_label(text: str) -> bool:
    """Whether the whole line names the kind of what follows (相关新闻), or is furniture of a printed page."""
    return columns(text) <= 40 and (_LABEL.fullmatch(text) or _FURNITURE.fullmatch(text)) is not None


def is_rule(text: str) -> bool:
    """Whether the line is a drawn rule: ``-----`` or ``=====``."""
    return len(text) <= ROW_LIMIT and _RULE.fullmatch(text) is not None


def is_field(text: str) -> bool:
    """Whether the line is ``name: value``."""
    return _FIELD.match(text) is not None


def is_speech(text: str) -> bool:
    """Whether the line starts with a speaker's name or a time stamp, as chats and logs do."""
    return _SPEAKER.match(text) is not None or _STAMPED.match(text) is not None


def is_stamped(text: str) -> bool:
    """Whether the line starts with a time stamp."""
    return _STAMPED.match(text) is not None


def is_caption(text: str) -> bool:
    """Whether the line starts as a caption of a picture or table does."""
    return _CAPTION.match(text) is not None


def has_dateline(text: str) -> bool:
    """Whether the paragraph opens as news does: ``本报讯（记者 …）``, ``新华社北京5月1日电 …``."""
    return _DATELINE.match(text) is not None


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
    if columns(text) > TITLE_COLUMNS or last in "。，、；：,;:….．｡—-" or _URL.search(text) or "。" in text or "；" in text:
        return "no"
    if text[0] in "，。、；：！？,.;:!?）)】》”’%％…" or not re.search(r"[^\W\d_]", text) or is_caption(text):
        return "no"
    if (text[0] in "“\"「『" and last in "”\"」』") or (text[0] in "（(" and last in "）)"):
        return "no"
    if not han_count(text):
        words = text.split()
        if len(words) > 14 or text[0].islower():
            return "no"
        return "weak" if re.search(r"[,!?;]|[a-z]\.\s", text) or len(words) > 10 else "plain"
    marks = len(re.findall(r"[，,：:！？!?]", text))
    if marks > 2:
        return "no"
    return "weak" if marks or columns(text) > 60 and " " not in text and "\u3000" not in text else "plain"
