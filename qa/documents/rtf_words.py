"""RTF bytes -> tokens, and what its control words, code pages and destinations are called. Knows no document."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Token:
    """``open`` and ``close`` of a group; ``text`` (its bytes in ``data``); ``byte`` (in ``number``), escaped; ``word``,
    a control word or symbol with its number, ``None`` where it has none.
    """

    kind: Literal["open", "close", "text", "byte", "word"]
    word: str = ""
    number: int = 0
    data: bytes = b""


_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)

NO_NUMBER = -(10**11)
"""The number of a control word that has none: no file can hold it."""


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of ``data``; binary data in it is passed over."""
    position = 0
    while match := _TOKEN.search(data, position):
        position = match.end()
        word, number, escaped, symbol, brace, text = match.groups()
        if text is not None:
            yield Token("text", data=text)
        elif word is not None:
            if word == b"bin":
                position += max(0, int(number or 0))
                continue
            yield Token("word", word.decode("ascii"), NO_NUMBER if number is None else int(number))
        elif escaped is not None:
            yield Token("byte", number=int(escaped, 16))
        elif brace is not None:
            yield Token("open" if brace == b"{" else "close")
        elif symbol is not None:
            yield from _symbol(symbol)


def _symbol(symbol: bytes) -> Iterator[Token]:
    if symbol in (b"\\", b"{", b"}"):
        yield Token("byte", number=symbol[0])
    elif symbol in (b"\r", b"\n"):
        yield Token("word", "par", NO_NUMBER)
    else:
        yield Token("word", symbol.decode("latin-1"), NO_NUMBER)


def codec_of(code_page: int) -> str:
    """Python's name for a Windows code page; that of Western Europe for one that it does not know."""
    for name in (_CODE_PAGES.get(code_page, f"cp{code_page}"), "cp1252"):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return "cp1252"


_CODE_PAGES = {
    936: "gb18030",
    950: "big5hkscs",
    949: "cp949",
    932: "cp932",
    54936: "gb18030",
    65001: "utf-8",
    10_000: "mac_roman",
}

CHARSETS = {
    128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
"""The code page of a font's character set. Those that say nothing (Western, symbol) leave the file's."""

CHARACTERS = {
    "line": "\n", "lbr": "\n", "tab": "\t", "emdash": "—", "endash": "–", "emspace": "\u2003", "enspace": "\u2002",
    "qmspace": "\u2005", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "~": "\u00a0", "_": "\u2011", "-": "", "zwj": "\u200d", "zwnj": "\u200c", "column": "\n",
}  # fmt: skip
"""Control words and symbols that are characters. An optional hyphen is layout."""

_SKIPPED = """
    colortbl info pict object objdata nonshppict filetbl listtable listoverridetable revtbl rsidtbl generator themedata
    colorschememapping datastore latentstyles fldinst datafield formfield xe tc tcf rxe bkmkstart bkmkend xmlnstbl sp sn sv
    pgptbl pnseclvl pntxtb pntxta upr author operator company keywords subject comment doccomm creatim revtim printim
    buptim atnid atnauthor atnref atndate atrfstart atrfend template userprops mmathPr private ftnsep ftnsepc
    aftnsep aftnsepc shprslt falt panose fontemb leveltext levelnumbers listname pn do background
"""
SKIPPED = frozenset(_SKIPPED.split()) - {"info"}
"""Destinations whose text is no part of the document's."""
