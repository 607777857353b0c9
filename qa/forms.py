"""Forms: tables whose values are each named by the cell before them, as 姓名 | 蔺晓萱 | 性别 | 女.

Knows no network and no probability; what a form is, :mod:`qa.documents.tables` says.
"""

from __future__ import annotations

from bisect import bisect_right

from qa.columns import SAID
from qa.question import Question
from qa.table_rows import LONGEST, form_of, share_said
from qa.types import Document


def behind_said_label(question: Question, document: Document, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` of the document, or, where that is in a form, the value whose label the question says: all of it where
    it was a part. As it is where the question says no label, two alike, or the value is long.
    """
    blocks = document.blocks
    block = blocks[bisect_right(blocks, start, key=lambda one: one.start) - 1]
    if block.kind != "table" or not block.start <= start < end <= block.end:
        return start, end
    pairs = form_of(document, block)
    if not pairs:
        return start, end
    said = [(share_said(question, document.text[slice(*label)]), label[1] - label[0], value) for label, value in pairs]
    best = max(said)
    others = [value for share, length, value in said if (share, length) == best[:2] and value != best[2]]
    low, high = best[2]
    if best[0] < SAID or others or not 0 < high - low <= LONGEST:
        return start, end
    within = low <= start and end <= high
    return best[2] if within or best[0] == 1.0 else (start, end)
