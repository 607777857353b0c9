"""Makes text from documents, questions and file names harmless, for HTML and for a terminal.

Covered: HTML, Markdown and LaTeX punctuation, JavaScript and Handlebars templates, control characters, terminal escape
sequences, bidirectional controls, lone surrogates. Not covered: URLs, CSS and JavaScript strings; put no such text there.
This module knows no answers, citations or wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from unicodedata import east_asian_width

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
_PUNCTUATION = "&<>\"'`$*_\\\\{}\\[\\]~|\n"
_UNSAFE = re.compile(f"(?P<punctuation>[{_PUNCTUATION}])|(?P<control>[{_CONTROL}])|(?P<bidi>[{_BIDI}])")
_INVISIBLE = re.compile(f"[{_CONTROL}{_BIDI}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SIGN = re.compile("[\uf020-\uf0ff]")
_HAN = re.compile("[\u2e80-\u2fdf\u3041-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_LATIN = re.compile("[A-Za-z]")
_CUT = "…"
_NAME_LIMIT = 1000


def has_lone_surrogate(text: str) -> bool:
    """Whether ``text`` holds half of a UTF-16 pair, which no encoding can carry."""
    return _SURROGATE.search(text) is not None


def _picture(char: str) -> str:
    """The visible stand-in for a control character: its Unicode control picture, or U+FFFD where there is none."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def _unsafe_to_html(match: re.Match[str]) -> str:
    char = match.group()
    if match.lastgroup == "punctuation":
        return f"&#{ord(char)};"
    if match.lastgroup == "control":
        return _picture(char)
    # Alone in an isolate, a bidirectional control reaches no other character, and the text stays whole.
    return f"<bdi>{char}</bdi>"


def text_html(text: str) -> str:
    """``text`` as HTML that shows it character for character. Line ends stay line ends (style: ``pre-wrap``).

    The text content of the result equals ``text``, except that control characters and lone surrogates are replaced by
    visible pictures of them.
    """
    return _UNSAFE.sub(_unsafe_to_html, text)


def words_html(text: str) -> str:
    """As :func:`text_html`, of a document's own words: characters of symbol fonts, which files of Word and what is made
    from them hold where they have dots before points, are marked for the style to draw. The text content is the same.
    """
    return _SIGN.sub(r'<span class="yj-sign">\g<0></span>', text_html(text))


def set_as(text: str) -> str:
    """The attributes of an element that shows a document's own words: their direction, and the language whose quotation
    marks and apostrophes they have, which share their characters: as wide as a Chinese character, or as narrow as a comma.
    """
    return f'dir="auto"{_lang(text)}'


def _lang(text: str) -> str:
    lang = "zh" if _HAN.search(text) else "en" if _LATIN.search(text) else ""
    return f' lang="{lang}"' if lang else ""


def one_line(text: str, *, limit: int = 200) -> str:
    """``text`` for a label or a terminal: one line, at most ``limit`` characters, nothing invisible in it."""
    line = " ".join(_INVISIBLE.sub("\ufffd", text[: 4 * limit].replace("\r", " ")).split())
    return line if len(line) <= limit and len(text) <= 4 * limit else line[: limit - 1].rstrip() + _CUT


def shortened(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, of which a Chinese character takes two: what is left out is its middle, for
    names of one folder differ at their ends.
    """
    columns = [1 + (east_asian_width(char) in "WF") for char in text]
    if sum(columns) <= width:
        return text
    tail = _fitting(columns[::-1], (width - 1) * 2 // 5)
    head = _fitting(columns, width - 1 - sum(columns[len(columns) - tail :]))
    return text[:head].rstrip() + _CUT + text[len(text) - tail :].lstrip()


def _fitting(columns: Sequence[int], width: int) -> int:
    """How many of ``columns``, from the first on, fit into ``width``."""
    return next((count for count, used in enumerate(accumulate(columns)) if used > width), len(columns))


def label_html(text: str, *, limit: int = 200) -> str:
    """A title or a file name as HTML: one line, as long as ``limit`` Chinese characters at most, its direction kept to
    itself.
    """
    line = shortened(one_line(text, limit=_NAME_LIMIT), 2 * limit)
    return f"<bdi{_lang(line)}>{text_html(line)}</bdi>"


def attribute_html(text: str, *, limit: int = 200) -> str:
    """A title or a file name for a double-quoted HTML attribute."""
    return text_html(one_line(text, limit=limit))


def terminal_text(text: str) -> str:
    """``text`` for a terminal: lines kept, control characters and bidirectional controls made visible as U+FFFD."""
    return _INVISIBLE.sub("\ufffd", text)
