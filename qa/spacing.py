"""Letter-spaced words closed up: 审　判　长　　章怀瑾 is read as 审判长　　章怀瑾.

Judgments, notices and titles are set so, and neither a dictionary nor a network knows the word then. A run of single Chinese
characters with exactly one space between each is one word; a wider gap parts words. The text itself stays as it is: only
what is searched and read is closed up. Knows no passage.
"""

from __future__ import annotations

import re

_SPACED = re.compile(
    r"(?<![\u3400-\u9fff])(?<![\u3400-\u9fff] )[\u3400-\u9fff](?:[ \u3000][\u3400-\u9fff])+(?![\u3400-\u9fff])"
)


def closed_up(text: str) -> str:
    """``text`` without the spaces inside letter-spaced words."""
    return "".join(text[place] for place in kept_places(text)) if _SPACED.search(text) else text


def kept_places(text: str) -> list[int]:
    """Where each character of :func:`closed_up` stands in ``text``."""
    dropped = {
        match.start() + offset
        for match in _SPACED.finditer(text)
        for offset, char in enumerate(match[0])
        if char in " \u3000"
    }
    return [place for place in range(len(text)) if place not in dropped]
