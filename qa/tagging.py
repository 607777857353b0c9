"""Folded text into tokens with coarse parts of speech, from jieba's dictionary alone.

jieba's own tagger runs a hidden Markov model over every unknown stretch and takes 55 to 70 microseconds a character
(AMD Zen 3, one core), this about 3: a reader can then tag every sentence that it considers. What the dictionary does
not know is ``oov``, or ``oovnr`` where it looks like a Chinese name. It knows no question and no offsets but its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from embeddings import chinese
from qa.lexicon import COMMON_SURNAMES

_TRANSLITERATION = (
    "阿埃艾安昂奥澳巴白柏拜班邦保鲍贝本比彼毕别滨波伯博勃布查茨达大戴丹道德登邓迪底地蒂丁东杜敦顿多俄厄恩尔耳法范菲费芬丰夫弗福富盖甘冈高戈哥格葛根贡古瓜圭"
    "哈海罕汉翰豪赫黑亨洪侯胡华怀惠霍基吉季加迦贾简江杰金京久卡开凯坎康考柯科克肯孔库夸奎拉莱赖兰朗劳勒雷黎李里理丽莉利立连良列琳林留柳龙卢鲁路吕伦罗洛"
    "马玛麦迈曼芒毛梅门蒙孟米密敏明摩莫默姆木穆拿娜纳乃南内嫩尼年涅宁纽农努诺欧帕潘庞佩彭皮平珀普齐奇乔切钦琼丘让热仁日荣茹儒瑞若萨塞赛桑瑟森沙莎山尚舍申圣施什"
    "史士舒司斯丝思松苏素索所塔泰坦汤唐陶特滕提廷图托瓦万王旺威韦维魏温文翁沃乌伍西希锡夏香肖谢辛欣兴休许雅亚延扬耶叶伊宜因英尤于约泽曾扎詹张哲珍芝治朱兹子祖佐"
)
# A dotted name may not swallow the verb or preposition before it: those characters open no name here.
_NOT_FIRST = "于因为的所自约年子大本和"
DOTTED_NAME = rf"(?![{_NOT_FIRST}])[{_TRANSLITERATION}]{{1,7}}(?:[·•‧・][{_TRANSLITERATION}a-z]{{1,8}})+"
"""Pattern of a foreign name with dots, folded: 阿尔滕姆舍夫·艾别克."""
_PIECE = re.compile(
    rf"(?P<name>{DOTTED_NAME})"
    rf"|(?P<run>[{chinese.HAN}]+?(?=(?![{_NOT_FIRST}])[{_TRANSLITERATION}]{{1,7}}[·•‧・])|[{chinese.HAN}]+)"
    r"|(?P<num>\d+(?:,\d{3})*(?:\.\d+)?%?)"
    rf"|(?P<lat>[^\W\d_{chinese.HAN}](?:[^\W_{chinese.HAN}]|['’.&-](?=[^\W_{chinese.HAN}]))*)"
    r"|(?P<sign>\S)"
)
_LONGEST_RUN = 256
KEPT = 600
"""Characters of the longest text whose tokens are kept: a sentence, or a passage."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a folded text, or what belongs together (8,700; 阿尔滕姆舍夫·艾别克). ``tag`` is jieba's first letter,
    two letters for names and a few others; ``num``, ``lat``, ``oov``, ``oovnr``; ``nrx`` for a dotted name; ``P`` and
    the sign itself for punctuation.
    """

    text: str
    tag: str
    start: int
    end: int


def tokenize(folded: str) -> list[Token]:
    """Tokens of a folded text in order, white space left out."""
    return list(_tokens_again(folded)) if len(folded) <= KEPT else list(_tokens(folded))


@lru_cache(maxsize=2048)
def _tokens_again(folded: str) -> tuple[Token, ...]:
    """As :func:`tokenize`, for what is looked at many times while one question is answered."""
    return _tokens(folded)


def _tokens(folded: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    for piece in _PIECE.finditer(folded):
        start, kind = piece.start(), piece.lastgroup
        if kind == "run":
            _add_words(tokens, piece[0], start)
        elif kind == "sign":
            tokens.append(Token(piece[0], "oov" if piece[0].isalnum() else "P" + piece[0], start, start + 1))
        else:
            tokens.append(Token(piece[0], "nrx" if kind == "name" else str(kind), start, piece.end()))
    return tuple(tokens)


def frequency(word: str) -> int:
    """Occurrences of ``word`` in the corpus behind jieba's dictionary (60 million words); 0 if it is not in it."""
    return int(chinese.tagger().tokenizer.FREQ.get(word) or 0)


def _add_words(tokens: list[Token], run: str, offset: int) -> None:
    for at in range(0, len(run), _LONGEST_RUN):
        start = offset + at
        for word in chinese.cut(run[at : at + _LONGEST_RUN]):
            tokens.append(Token(word, _tag(word), start, start + len(word)))
            start += len(word)


@lru_cache(maxsize=1 << 15)
def _tag(word: str) -> str:
    flag = _flags().get(word)
    if flag is None or flag == "x":
        return "oovnr" if word[0] in COMMON_SURNAMES and len(word) in (2, 3) else "oov"
    return flag[:2] if flag[:2] in ("nr", "ns", "nt", "nz", "vn", "uj", "ul") else flag[0]


@lru_cache(maxsize=1)
def _flags() -> Mapping[str, str]:
    flags: Mapping[str, str] = chinese.tagger().word_tag_tab
    return flags
