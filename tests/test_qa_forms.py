"""Forms: the value that a label names."""

import docx
import pytest

from qa.documents.reading import read_data
from qa.documents.tables import Cell, Row, head_of, is_form
from qa.forms import behind_said_label
from qa.question import parse_question

APPLICATION = [
    ["姓名", "蔺晓萱", "性别", "女"],
    ["出生年月", "1991年4月", "民族", "回族"],
    ["企业名称", "云溪区蔺记烘焙坊", "吸纳就业人数", "6人"],
    ["经办银行", "云溪农商银行南屏支行", "反担保方式", "自然人保证"],
]
PROJECT = [["项目名称", "青榆湖湿地修复"], ["总投资", "1.86亿元"], ["建设工期", "2023年3月至2024年11月"]]


@pytest.mark.parametrize("rows", [APPLICATION, PROJECT], ids=["four columns", "two columns"])
def test_labels_with_their_values_beside_them_are_a_form_and_head_nothing(rows: list[list[str]]) -> None:
    assert is_form(rows)
    assert head_of([Row(dict(enumerate(map(Cell, row)))) for row in rows]) == (0, 0)


@pytest.mark.parametrize(
    "rows",
    [
        [["姓名", "职务", "联系电话", "邮箱"], ["张三", "主任", "13900000001", "a@b.cn"], ["李四", "科长", "13900000002", "c@d.cn"]],
        [["项目名称", "金额"], ["资产总额", "12亿元"], ["负债总额", "3亿元"], ["员工人数", "51人"], ["研发费用", "2亿元"], ["注册资本", "1亿元"]],
        [["指标名称", "2023年"], ["资产总额", "12亿元"], ["研发费用", "2亿元"]],
        [["部门", "负责人"], ["办公室", "张三"], ["财务处", "李四"], ["基建处", "王五"]],
    ],
    ids=["contacts", "amounts", "a year", "offices"],
)  # fmt: skip
def test_tables_with_a_header_are_no_form(rows: list[list[str]]) -> None:
    assert not is_form(rows)
    assert head_of([Row(dict(enumerate(map(Cell, row)))) for row in rows]) == (0, 1)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory):
    written = docx.Document()
    table = written.add_table(rows=0, cols=4)
    for row in APPLICATION:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    path = tmp_path_factory.mktemp("forms") / "a.docx"
    written.save(path)
    return read_data(path.read_bytes(), document_id="d", name="a.docx", path="a.docx")


@pytest.mark.parametrize(
    ("question", "read", "answer"),
    [
        ("反担保方式是什么", "云溪农商银行南屏支行", "自然人保证"),
        ("经办银行是哪家", "南屏支行", "云溪农商银行南屏支行"),
        ("蔺晓萱是什么民族", "回族", "回族"),
        ("蔺晓萱是哪年出生的", "1991年", "1991年"),
    ],
)
def test_the_value_whose_label_is_said(document, question: str, read: str, answer: str) -> None:
    start = document.text.index(read)
    place = behind_said_label(parse_question(question), document, start, start + len(read))
    assert document.text[slice(*place)] == answer


def test_no_row_of_a_form_is_the_header_of_another(document) -> None:
    assert [block.header for block in document.blocks] == [()] * len(APPLICATION)
