"""Short names that a document gives itself."""

from __future__ import annotations

import pytest

from qa.aliases import Alias, as_called, find_aliases, other_names, parties
from qa.evaluate import as_document
from qa.types import Hit, Passage


# fmt: off
@pytest.mark.parametrize(("text", "expected"), [
    ("第八届中国西部国际投资贸易洽谈会(简称“西洽会”)开幕。", [("西部国际投资贸易洽谈会", "西洽会")]),
    ("由商务部主办的中国国际进口博览会（以下简称“进博会”）举行。", [("进口博览会", "进博会")]),
    ("重庆某某科技有限公司（以下称甲方）与本人", [("重庆某某科技有限公司", "甲方")]),
    ("會議通過中華民國憲法增修條文（簡稱「憲法增修條文」）。", []),
    ("世界卫生组织（下称世卫组织）说", [("世界卫生组织", "世卫组织")]),
    ("他说（声音很小）谢谢。", []),
    ("中国西部（简称西部）和西部（简称西部）", []),
    ("简称“西洽会”", []),
    ("出租方（甲方）：尹慧茹，身份证号码：3301", [("尹慧茹", "出租方"), ("尹慧茹", "甲方")]),
    ("甲 方：江州果业（集团）有限公司\n乙方：林溪\n", [("江州果业（集团）有限公司", "甲方"), ("林溪", "乙方")]),
    ("原告：沈国良，男。\n被告：邱志鹏，男。\n被告：陶玉兰，女。", [("沈国良", "原告")]),
    ("被告人范小东，男，1996年生。\n公诉机关指控被告人盗窃。", [("范小东", "被告人")]),
    ("被告人范小东，男。\n被告人雷俊，女。", []),
    ("甲方：\n乙方：______", []),
    ("通用名称：盐酸奥维洛尔缓释片\n商品名称：舒络宁\n", [("盐酸奥维洛尔缓释片", "舒络宁")]),
    ("本条所称甲方：指出租人。", []),
])
# fmt: on
def test_definitions(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(alias.full, alias.short) for alias in find_aliases(text)] == expected


def test_other_names_both_ways_and_only_what_is_not_said() -> None:
    aliases = [Alias("西部国际投资贸易洽谈会", "西洽会")]
    assert other_names("第八届中国西部国际投资贸易洽谈会开幕。", aliases) == ["西洽会"]
    assert other_names("西洽会开幕。", aliases) == ["西部国际投资贸易洽谈会"]
    assert other_names("西部国际投资贸易洽谈会，即西洽会。", aliases) == []
    assert other_names("别的事。", aliases) == []


CONTRACT = "房屋租赁合同\n出租方（甲方）：尹慧茹，女\n承租方（乙方）：瞿文博，男\n乙方每月向甲方支付租金4800元。\n瞿文博已看房。"


# fmt: off
@pytest.mark.parametrize(("question", "passage", "title", "called"), [
    ("瞿文博租尹慧茹的房子多少钱？", "乙方每月向甲方支付租金4800元。", "",          "乙方租甲方的房子多少钱？"),
    ("瞿文博看房了吗？",           "瞿文博已看房。",               "",          "瞿文博看房了吗？"),
    ("租金是多少？",              "乙方每月向甲方支付租金4800元。", "",          "租金是多少？"),
    ("乙方和瞿文博是什么关系？",    "乙方每月向甲方支付租金4800元。", "",          "乙方和瞿文博是什么关系？"),
    ("瞿文博住哪儿？",            "房子在湖州路。",               "乙方的信息", "乙方住哪儿？"),
    ("瞿文博住哪儿？",            "房子在湖州路。",               "",          "乙方住哪儿？"),
    ("江溪住哪儿？",              "房子在湖州路。",               "",          "江溪住哪儿？"),
    ("瞿文博租尹慧茹的房子，為什麼？", "乙方自住。",                  "",          "乙方租甲方的房子，为什么？"),
])
# fmt: on
def test_a_question_in_the_words_of_its_passage(question: str, passage: str, title: str, called: str) -> None:
    document = as_document("d", title, CONTRACT)
    hit = Hit(Passage(0, "d", 0, len(passage), title, "", 1), passage, 0.0, 0.0, 0.0, document)
    assert as_called(question, hit) == called


def test_a_long_name_goes_by_its_beginning() -> None:
    document = as_document("d", "", "甲方：融科智感（合肥）半导体有限公司\n甲方每月15日发放工资。")
    hit = Hit(Passage(0, "d", 0, 12, "", "", 1), "甲方每月15日发放工资。", 0.0, 0.0, 0.0, document)
    assert as_called("融科智感几号发工资？", hit) == "甲方几号发工资？"
    assert as_called("合肥融科几号发工资？", hit) == "合肥甲方几号发工资？"
    assert as_called("融智几号发工资？", hit) == "融智几号发工资？"


def test_an_institution_goes_by_its_abbreviation() -> None:
    document = as_document("d", "", "甲方（买方）：澜江市第三人民医院\n甲方应在三十日内付款。")
    hit = Hit(Passage(0, "d", 0, 11, "", "", 1), "甲方应在三十日内付款。", 0.0, 0.0, 0.0, document)
    assert as_called("澜江三院几天内付款？", hit) == "甲方几天内付款？"
    assert as_called("澜江的医院几天内付款？", hit) == "澜江的医院几天内付款？"
    assert as_called("松江三院几天内付款？", hit) == "松江三院几天内付款？"


def test_a_company_goes_by_its_name_without_its_place() -> None:
    document = as_document("d", "", "卖方：沈阳北辰机床制造有限公司\n患者姓名：戚文彬\n患者对青霉素过敏。")
    hit = Hit(Passage(0, "d", 0, 5, "", "", 1), "质保三年。", 0.0, 0.0, 0.0, document)
    assert as_called("北辰质保多久？", hit) == "卖方质保多久？"
    assert as_called("沈阳质保多久？", hit) == "沈阳质保多久？"
    assert as_called("戚文彬对什么过敏？", hit) == "患者对什么过敏？"


# fmt: off
@pytest.mark.parametrize(("text", "expected"), [
    ("甲方：尹慧茹\n乙方：瞿文博\n", ("尹慧茹", "瞿文博")),
    ("甲方：赵一\n乙方：钱二\n丙方：孙三\n丁方：李四\n保证人：周五\n", ()),
    ("记者：赵一\n", ()),
])
# fmt: on
def test_whom_a_document_is_about(text: str, expected: tuple[str, ...]) -> None:
    assert parties(text) == expected
