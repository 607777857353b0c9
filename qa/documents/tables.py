"""Rows of cells -> drafts: which rows head a table, and how a row reads as one line of text.

A row's text is its cells joined by ``CELL_SEPARATOR``, empty ones kept so that columns can be counted, those after the
last filled one not; columns that are empty in the whole table are left out. A cell that is merged over several rows
stands in each of them, so that every row can be read alone; one that is merged over columns stands in the first.

A form (姓名 | 蔺晓萱 | 性别 | 女) has no header: each value is named by the cell before it.

Knows no file format. Not covered: other tables whose header stands at their left side, and two tables side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from qa.documents.assemble import Draft
from qa.documents.markdown import CELL_SEPARATOR
from qa.documents.package import TEXT_LIMIT
from qa.errors import DocumentError
from qa.types import BlockKind

HEADER_ROWS = 4
"""Rows that a header has at most, and so many rows above it may be captions."""
LABEL = 40
"""Characters that the name of a column has at most."""
SAMPLE = 8
"""Rows below a possible header whose values are looked at."""

_NUMBER = re.compile(
    r"[(（]?\s*[-+−±≈<>≤≥]?\s*(?:RMB|CNY|USD|EUR|HKD|GBP|JPY|(?:US|HK)?[$]|[¥￥€£])?\s*\d[\d,，]*(?:\.\d+)?(?:[eE][-+]?\d+)?\s*"
    r"(?:[%％‰℃]|[万亿千百]*[元吨人次家户个名辆台套件公里米]{0,2}|[A-Za-zμ°]{1,5})?\s*[)）]?"
)
_DATE = re.compile(
    r"\d{2,4}[-/.年]\d{1,2}(?:[-/.月]\d{0,2}日?)?(?:[ T]?\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}:\d{2}(?::\d{2})?"
)
_YEAR = re.compile(r"(?:19|20)\d{2}\s*(?:年度?|财年)?末?")
_UNIT = re.compile(r"[(（]?\s*(?:计量|货币|金额|数量)?单位\s*[:：].{1,30}")
_LABEL = re.compile(
    r"\S{0,10}(?:姓名|名称|性别|民族|籍贯|学历|学位|专业|职[务称业]|岗位|部门|单位|学校|院校|机[关构]|银行|[账帐]户|[账帐]号|户名|行号|编号|号码|"
    r"代码|电话|手机|邮箱|邮编|传真|网址|地[址点区]|住址|住所|所在地|出生年月|年龄|日期|时间|期限|工期|年限|[^本\d]人|负责人|联系人|代表人|经办人|"
    r"金额|总额|投资|资本|价格?|费用|规模|面积|人数|数量|类[型别]|种类|性质|等级|级别|方式|方法|形式|范围|内容|原因|事由|理由|用途|依据|来源|状态|"
    r"结果|情况|意见|建议|要求|标准|目[的标]|备注|说明|条件|身份证件?号?|政治面貌|型号|规格|品牌|产地)\s*(?:[(（]\S{1,16}[)）])?\s*[:：]?"
)
LABELS = 0.6
"""Share of the cells before values that read as labels in a form; of the values one in five may."""


@dataclass(frozen=True, slots=True)
class Cell:
    """``text`` holds no line breaks. ``columns`` and ``rows``: how far it is merged. ``strong``: bold or shaded."""

    text: str
    columns: int = 1
    rows: int = 1
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by column, counted from 0. ``number`` counts from 1 in a sheet, else 0; ``heads``: it is marked as header;
    ``inner``: the tables that stand in its cells.
    """

    cells: dict[int, Cell] = field(default_factory=dict)
    number: int = 0
    heads: bool = False
    inner: tuple[tuple[Row, ...], ...] = ()

    def filled(self) -> dict[int, Cell]:
        """The cells that hold text."""
        return {column: cell for column, cell in self.cells.items() if cell.text}


class Drafts:
    """Drafts in reading order, as long as they hold no more than TEXT_LIMIT characters together."""

    def __init__(self, path: str) -> None:
        self.all: list[Draft] = []
        self._path = path
        self._size = 0

    def add(self, draft: Draft) -> int:
        """Append a draft; its place, counted from 0.

        :raises DocumentError: ``file_too_large`` if the text has become too long.
        """
        self._size += len(draft.text) + 1
        if self._size > TEXT_LIMIT:
            raise DocumentError("file_too_large", path=self._path, size=self._size, limit=TEXT_LIMIT)
        self.all.append(draft)
        return len(self.all) - 1

    def add_table(
        self,
        rows: Sequence[Row],
        *,
        above: Iterable[int] = (),
        inherited: Sequence[int] | None = None,
        columns: Sequence[int] = (),
        page: int | None = None,
    ) -> tuple[int, ...]:
        """Append one draft a row that holds text; the places of the header's drafts.

        ``above``: places of drafts that head the table. ``inherited``: the table goes on with another, so that only a
        row that looks like a header is one, and without one that table's header, at these places, holds on.
        ``columns``: which ones make a row's text; without them, those that hold text.
        """
        rows = [row for row in rows if row.filled() or row.inner]
        columns = columns or filled_columns(rows)
        captions, headers = head_of(rows, sure=inherited is not None)
        places = list(above)
        if inherited is not None and not captions + headers and any(len(row.filled()) > 1 for row in rows):
            places = list(inherited)
        for at, row in enumerate(rows):
            kind: BlockKind = "caption" if at < captions else "table"
            text = row_text(row, row.filled() if kind == "caption" else columns)
            place = self.add(Draft(text, kind, 0, page, tuple(places), row.number))
            if at < captions + headers:
                places.append(place)
            for table in row.inner:
                self.add_table(table, page=page)
        return tuple(places)


def filled_columns(rows: Iterable[Row]) -> list[int]:
    """The columns in which any of ``rows`` holds text, in order."""
    return sorted({column for row in rows for column in row.filled()})


def row_text(row: Row, columns: Iterable[int]) -> str:
    """The row as one line."""
    texts = [row.cells[column].text if column in row.cells else "" for column in columns]
    while texts and not texts[-1]:
        texts.pop()
    return CELL_SEPARATOR.join(texts)


def head_of(rows: Sequence[Row], *, sure: bool = False) -> tuple[int, int]:
    """How many rows at the top are captions (one cell over a wider table), and how many after them name the columns.

    ``rows`` hold text, each of them. A row heads the table if it is marked so; else the first one does, where it
    reads as names: short, no values over a column of values, and, with ``sure``, set off by its looks or by values
    below. Where a cell in it is merged, the rows that it reaches or opens belong to the header too.
    """
    width = len(filled_columns(rows))
    if width < 2 or len(rows) < 2:
        return 0, 0
    captions = 0
    while captions < min(HEADER_ROWS, len(rows) - 2) and _is_caption(rows[captions]):
        captions += 1
    body = rows[captions:]
    if not any(row.heads for row in body) and is_form([_texts(row) for row in body]):
        return captions, 0
    marked = 0
    while marked < len(body) - 1 and body[marked].heads:
        marked += 1
    if marked:
        depth = _header_depth(body, width)
        return captions, marked if any(map(_values_in, body[marked:depth])) else max(marked, depth)
    if not _names_columns(body, sure):
        return (captions, 0) if captions and len(rows[captions].filled()) > 1 else (0, 0)
    return captions, _header_depth(body, width)


def is_form(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the texts of rows of cells are labels, each with its value in the next cell: 姓名 | 蔺晓萱 | 性别 | 女."""
    if not rows or any(is_label(text) or _YEAR.fullmatch(text) for text in rows[0][1::2]):
        return False
    labels = [text for row in rows for text in row[0::2] if text]
    values = [text for row in rows for text in row[1::2] if text]
    named = sum(map(is_label, labels)) >= LABELS * len(labels) and not any(map(is_value, labels))
    return named and len(labels) > 2 and 5 * sum(map(is_label, values)) <= len(values)


def is_label(text: str) -> bool:
    """Whether a cell says what stands in the one beside it: 联系电话, 出生年月."""
    return _LABEL.fullmatch(text) is not None


def _texts(row: Row) -> list[str]:
    """The texts of a row's cells in order, empty ones too."""
    return [row.cells[column].text for column in sorted(row.cells)]


def _is_caption(row: Row) -> bool:
    """Whether a row has one cell, and is neither marked as header nor merged with the rows below it."""
    cells = list(row.filled().values())
    return len(cells) == 1 and cells[0].rows == 1 and not row.heads


def _names_columns(rows: Sequence[Row], sure: bool) -> bool:
    """Whether the first of ``rows`` reads as the names of the columns."""
    first, below = rows[0].filled(), [row.filled() for row in rows[1 : 1 + SAMPLE]]
    if len(first) < 2 or not below:
        return False
    texts = [cell.text for cell in first.values()]
    if any(len(text) > LABEL or text[-1] in "：:。；;" for text in texts) or len(set(texts)) == 1:
        return False
    over_values = {column for column in first if _holds_values(column, below)}
    values = {column for column, cell in first.items() if is_value(cell.text) and not _YEAR.fullmatch(cell.text)}
    if values & over_values or 2 * len(values) > len(first):
        return False
    if not sure:
        return True
    strong = all(cell.strong for cell in first.values()) and not all(cell.strong for cell in below[0].values())
    return strong or bool(over_values - values)


def _holds_values(column: int, rows: Sequence[dict[int, Cell]]) -> bool:
    """Whether most of the cells of the column that hold text are values."""
    texts = [row[column].text for row in rows if column in row]
    return bool(texts) and 2 * sum(map(is_value, texts)) > len(texts)


def _header_depth(rows: Sequence[Row], width: int) -> int:
    """How many rows the header has that begins with the first of ``rows``."""
    depth, at = 1, 0
    while at < depth and depth < min(HEADER_ROWS, len(rows) - 1):
        cells = rows[at].filled().values()
        depth = max([depth, *(at + cell.rows for cell in cells if cell.rows <= HEADER_ROWS)])
        opens = any(1 < cell.columns < width for cell in cells)
        if opens and depth == at + 1 and not _values_in(rows[at + 1]):
            depth += 1
        at += 1
    return min(depth, HEADER_ROWS, len(rows) - 1)


def _values_in(row: Row) -> bool:
    return any(is_value(cell.text) and not _YEAR.fullmatch(cell.text) for cell in row.filled().values())


def is_value(text: str) -> bool:
    """Whether ``text`` is a number with or without a unit, a date or a time: what stands in a table, not above it."""
    return len(text) <= LABEL and bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text))


def is_unit(text: str) -> bool:
    """Whether ``text`` says in which unit the table below it is: 单位：亿元."""
    return bool(_UNIT.fullmatch(text.strip()))


def one_line(text: str) -> str:
    """The text of a cell with its runs of white space made one space."""
    return " ".join(text.split())


def runs(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows whose numbers follow each other, together: an empty row parts one table of a sheet from the next."""
    run: list[Row] = []
    for row in rows:
        if run and row.number > run[-1].number + 1:
            yield run
            run = []
        run.append(row)
    if run:
        yield run
