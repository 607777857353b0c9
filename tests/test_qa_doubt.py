"""What makes a reading unlikely, whatever else speaks for it."""

import pytest

from qa.doubt import UNLIKELY, doubt, holds_wanted
from qa.question import align, parse_question
from qa.types import Document, Hit, Passage, Reading

HEAD = "晨报 2026年5月22日\n"


def hit(text: str, *, document: str = "", title: str = "") -> Hit:
    passage = Passage(1, "d", 0, len(text), title=title, section="", paragraph=1, page=None)
    return Hit(
        passage, text, 0.0, 0.0, 0.0, document=Document("d", "a.txt", "a.txt", "", "text", "", document or text, ())
    )


def doubted(question: str, text: str, **more: str) -> float:
    found = hit(text, **more)
    return doubt(parse_question(question), found, Reading(0, (0, len(text)), None, 1.0))


@pytest.mark.parametrize(
    ("question", "quote", "holds"),
    [
        ("采茶机器人卖多少钱一台？", "采茶机器人凭1.9万张选票成为最受欢迎展品。", False),
        ("采茶机器人卖多少钱一台？", "采茶机器人每台售价3.8万元。", True),
        ("铺面多少钱一平方米？", "按照第4.2条执行，另见附件一。", False),
        ("合同一共多少钱？", "合同总价为人民币玖拾贰万叁仟陆佰元整。", True),
        ("2022年的净亏损是多少？", "均价自2022年末以来下降约47%。", False),
        ("逾期一天罚款多少？", "逾期一天按货款的0.5%罚款。", True),
        ("票价是多少？", "凭学生证免费。", True),
        ("她今年多大年纪？", "育有二子一女。", False),
        ("她今年多大年纪？", "现年三十五岁。", True),
        ("丁某被判了几年？", "丁某于2022年9月在客运站抢夺金项链一条。", False),
        ("丁某被判了几年？", "丁某于2022年9月被判有期徒刑三年。", True),
        ("春运要持续多长时间？", "春运将从2月2日持续到3月13日。", True),
        ("丁某被判了几年？", "丁某已被另案起诉。", False),
        ("事故造成几人受伤？", "“4·02”泄漏事件暴露出监管漏洞。", False),
        ("事故造成几人受伤？", "事故致三人轻伤。", True),
        ("出保函的是哪家银行？", "乙方提交等额的银行保函。", False),
        ("出保函的是哪家银行？", "由江州银行出具保函。", True),
        ("香港有多少家企业到场？", "香港贸发局连续举办，推动协同。", False),
        ("香港有多少家企业到场？", "香港三十家企业到场。", True),
        ("工程什么时候完工？", "项目业主为润泽公司，资金自筹。", False),
        ("工程什么时候完工？", "工程于6月底完工。", True),
        ("谁获得了冠军？", "场面十分热闹。", True),
    ],
)
def test_a_quote_must_hold_something_of_the_kind_that_is_asked_for(question, quote, holds):
    assert holds_wanted(parse_question(question), align(quote)) is holds


def test_units_of_a_tables_row_stand_in_its_header():
    assert holds_wanted(parse_question("除颤仪一台多少钱？"), "除颤仪 | df-5 | 38,600")


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("第八届洽谈会的主宾国是哪国？", True),
        ("第8届洽谈会的主宾国是哪国？", True),
        ("第七届洽谈会的主宾国是哪国？", False),
        ("2026年洽谈会的主宾国是哪国？", True),
        ("2019年洽谈会的主宾国是哪国？", False),
        ("3号馆的主宾国是哪国？", True),
        ("4号馆的主宾国是哪国？", False),
        ("第二次会谈的主宾国是哪国？", True),
    ],
)
def test_the_document_must_name_the_year_and_the_number_of_what_is_asked_about(question, named):
    text = "本届洽谈会，英国以主宾国身份在3号馆参会。"
    assert doubted(question, text, document=f"{HEAD}第八届洽谈会开幕，7家企业签约\n{text}") == (
        1.0 if named else UNLIKELY
    )


@pytest.mark.parametrize(
    ("question", "text", "factor"),
    [
        ("卢巧珍的孩子叫什么名字？", "被告人卢巧珍系公司出纳。", UNLIKELY),
        ("卢巧珍的孩子叫什么名字？", "卢巧珍之子卢小满随其生活。", 1.0),
        ("禾沐书店的董事长是谁？", "承办人：温咏晴。", UNLIKELY),
        ("禾沐书店的董事长是谁？", "董事长温咏晴致辞。", 1.0),
        ("电影《盐田》的导演是谁？", "《盐田》由宓小禾执导。", 1.0),
    ],
)
def test_kin_and_offices_must_be_told_of(question, text, factor):
    assert doubted(question, text) == factor


def test_an_office_may_stand_in_the_title():
    assert doubted("禾沐书店的董事长是谁？", "温咏晴今天到任。", title="禾沐书店换董事长") == 1.0


def test_doubts_add_up():
    assert doubted("第七届洽谈会卖票收入多少钱？", "洽谈会开幕。") == pytest.approx(UNLIKELY**2)
