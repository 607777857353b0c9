from __future__ import annotations

import json
from dataclasses import replace

from qa.types import Answer, Timings
from tests.ui_desk import ROWS, table
from tests.ui_html import Page
from tests.ui_tiny import HOSTILE, LONG, NASTY, PAPER, QUOTE_325, QUOTE_LASER, QUOTE_OPEN, cite, found, make_document
from ui import render
from ui.source import Reference

QUESTION = "有多少家世界500强落户重庆？"
ANSWER = found(QUESTION, cite(PAPER, QUOTE_325, "325家", score=0.98765432))
NOT_FOUND = Answer("门票多少钱？", "not_found", "", 0.12, near=(cite(PAPER, QUOTE_OPEN, None),))


def test_to_json_is_the_promise() -> None:
    start = PAPER.text.index("这份实力")
    quote = start + len("这份实力早已被认可。")
    value = render.to_json(replace(ANSWER, id="q17"))
    assert list(value.items()) == [
        ("id", "q17"),
        ("question", QUESTION),
        ("status", "answered"),
        ("answer", "325家"),
        ("confidence", 0.97),
        ("citations", value["citations"]),
        ("near", []),
        ("others", []),
        ("timings_ms", {"retrieve": 21.4, "read": 88.0, "total": 112.3}),
        ("understood", ""),
        ("suggestions", []),
        ("missing", []),
    ]
    assert list(value["citations"][0].items()) == [
        ("number", 1),
        ("document_id", "d1"),
        ("document", "报.txt"),
        ("title", "第八届西洽会开幕"),
        ("page", None),
        ("paragraph", 5),
        ("start", start),
        ("end", start + 44),
        ("text", PAPER.text[start : start + 44]),
        ("quote", QUOTE_325),
        ("quote_start", quote),
        ("quote_end", quote + len(QUOTE_325)),
        ("answer_start", quote + 5),
        ("answer_end", quote + 9),
        ("score", 0.9877),
        ("section", "家底够厚"),
        ("revision", "rev-d1"),
        ("header", ""),
        ("boxes", []),
        ("recognised", False),
        ("table", ""),
        ("row", 0),
    ]
    assert json.loads(json.dumps(value, ensure_ascii=False, allow_nan=False)) == value


def test_to_json_of_what_is_not_found() -> None:
    value = render.to_json(NOT_FOUND)
    assert (value["id"], value["status"], value["answer"], value["citations"]) == (None, "not_found", "", [])
    assert [near["quote"] for near in value["near"]] == [QUOTE_OPEN]


def test_to_text_of_an_answer() -> None:
    assert render.to_text(ANSWER, "zh") == (
        "325家\n"
        "\n"
        "[1] 截至目前，325家世界500强扎根重庆，贡献一半进出口额。\n"
        "    《第八届西洽会开幕》 · 家底够厚 · 第 5 段 · 报.txt\n"
        "\n"
        "很有把握"
    )


def test_to_text_of_what_is_not_found() -> None:
    assert render.to_text(NOT_FOUND, "zh") == (
        "未找到\n"
        "资料里没有找到能回答这个问题的话。\n"
        "\n"
        "下面几段最接近，但它们不是答案：\n"
        "- 袁家军宣布开幕。\n"
        "  《第八届西洽会开幕》 · 第 3 段 · 报.txt"
    )
    assert render.to_text(replace(NOT_FOUND, near=()), "en").splitlines()[0] == "Not found"


def test_to_text_names_the_words_that_no_document_holds() -> None:
    lacking = replace(NOT_FOUND, near=(), missing=("门票", "停\x1b车费"))
    assert render.to_text(lacking, "zh") == (
        "未找到\n资料里没有找到能回答这个问题的话。\n资料里没有这些词：门票、停\ufffd车费"
    )
    assert render.to_text(lacking, "en").splitlines()[2].startswith("No document holds these words: 门票, ")


def test_no_control_character_reaches_the_terminal() -> None:
    text = render.to_text(found("坏", cite(NASTY, f"要害是{HOSTILE}。", HOSTILE)), "zh")
    assert all(char >= " " or char == "\n" for char in text)
    assert not set("\u202e\u2066\u2069\x07") & set(text)


def test_an_answer_shows_the_short_answer_then_the_quote_then_how_sure() -> None:
    page = Page(render.answer_html(ANSWER, "zh"))
    assert page.text(".yj-q") == ["你问 " + QUESTION]
    assert page.text(".yj-short strong") == ["325家"]
    assert page.text("blockquote") == [QUOTE_325]
    assert page.text("blockquote mark") == ["325家"]
    assert page.text(".yj-place > span") == ["《第八届西洽会开幕》", "家底够厚", "第 5 段", "报.txt"]
    assert page.text(".yj-sure") == ["很有把握"]
    href = Reference.to(ANSWER.citations[0]).href
    assert page.text("a.yj-chip") == ["[1]"]
    assert page.attributes("a.yj-chip", "href") == page.attributes("a.yj-cite", "href") == [href]
    assert page.attributes("article", "data-say") == ["回答：325家"]


def test_answers_of_other_documents_stand_apart_with_their_own_quotes() -> None:
    other = replace(cite(PAPER, QUOTE_LASER, "N2馆B03展位"), number=2)
    page = Page(render.answer_html(replace(ANSWER, others=(other,)), "zh"))
    assert page.text(".yj-short strong") == ["325家"]
    assert page.text(".yj-others-head") == ["资料里的说法不一，请对照："]
    assert page.text(".yj-other > p strong") == ["N2馆B03展位"]
    assert page.text(".yj-other blockquote mark") == ["N2馆B03展位"]
    assert page.attributes(".yj-other a.yj-chip", "href") == [Reference.to(other).href]
    assert Page(render.answer_html(ANSWER, "zh")).text(".yj-others") == []
    assert render.to_text(replace(ANSWER, others=(other,)), "zh").splitlines()[-4:] == [
        "资料里另有不同的说法：",
        "N2馆B03展位",
        f"[2] {QUOTE_LASER}",
        "    《国防教育展台》 · 第 7 段 · 报.txt",
    ]
    assert [item["quote"] for item in render.to_json(replace(ANSWER, others=(other,)))["others"]] == [QUOTE_LASER]


def test_a_row_of_a_table_is_quoted_under_its_header() -> None:
    row = replace(ANSWER.citations[0], header="年份 | <收入>")
    page = Page(render.answer_html(replace(ANSWER, citations=(row,)), "zh"))
    assert page.text("blockquote > .yj-row-head") == ["年份 | <收入>"]
    assert page.text("blockquote mark") == ["325家"]


def test_a_row_that_lies_near_stands_under_the_names_of_its_columns() -> None:
    row = cite(table(), ROWS[31], None)
    page = Page(render.answer_html(replace(NOT_FOUND, near=(row,)), "zh"))
    assert page.text(".yj-near th") == ["年份", "门店", "营业额"]
    assert page.text(".yj-near td") == ["2020", "70", "360万元"]
    assert page.find(".yj-near mark") == []


def test_where_the_quote_is_the_answer_it_stands_once() -> None:
    page = Page(render.answer_html(found("整句", cite(PAPER, QUOTE_OPEN, None)), "zh"))
    assert page.text(".yj-short strong") == [QUOTE_OPEN]
    assert page.text("blockquote") == []
    assert page.text(".yj-proof .yj-chip") == ["[1]"]


def test_chips_are_numbered_and_quotes_that_say_the_same_fold() -> None:
    quotes = (QUOTE_325, QUOTE_LASER, QUOTE_OPEN, "西洽会在重庆开幕", "各方看好。")
    citations = [cite(PAPER, quote, quote[:3], number=n) for n, quote in enumerate(quotes, start=1)]
    page = Page(render.answer_html(found("问", *citations), "zh"))
    assert page.text(".yj-short .yj-chip") == ["[1]", "[2]", "[3]", "[4]", "[5]"]
    assert page.text("summary") == ["另有 4 处也这样说"]
    assert page.text("details blockquote") == list(quotes[1:])


def test_where_documents_disagree_each_stands_with_its_date() -> None:
    old = make_document(
        ("heading", 1, "预算"), ("paragraph", 0, "2019年3月通过预算400万元。"), id="d5", name="纪要.txt"
    )
    new = make_document(("heading", 1, "预算"), ("paragraph", 0, "预算为500万元。"), id="d6", name="纪要-2021.txt")
    other = cite(old, "2019年3月通过预算400万元。", "400万元", number=2)
    answer = replace(found("预算？", cite(new, "预算为500万元。", "500万元")), others=(other,))
    page = Page(render.answer_html(answer, "zh"))
    assert page.text(".yj-said .yj-short strong") == ["500万元"]
    assert page.text(".yj-said .yj-date") == ["2021"]
    assert page.text(".yj-other-short strong") == ["400万元"]
    assert page.text(".yj-other .yj-date") == ["2019年3月"]


def test_resting_on_a_citation_shows_its_paragraph() -> None:
    page = Page(render.answer_html(ANSWER, "zh"))
    assert page.attributes(".yj-peek-text", "data-for") == page.attributes("a.yj-chip", "href")
    assert page.text(".yj-peek-body") == [ANSWER.citations[0].text]
    assert page.text(".yj-peek-quote") == [QUOTE_325]
    assert page.text(".yj-peek-quote strong") == ["325家"]


def test_how_sure_is_said_in_words_beside_a_mark_of_four_steps() -> None:
    for confidence, step in ((0.97, "4"), (0.8, "3"), (0.6, "2"), (0.3, "1")):
        page = Page(render.answer_html(replace(ANSWER, confidence=confidence), "zh"))
        assert page.attributes(".yj-sure", "data-sure") == [step]
        assert "%" not in page.text(".yj-sure")[0]


def test_what_was_understood_can_be_edited() -> None:
    page = Page(render.answer_html(replace(ANSWER, understood="落户<越南>的有多少家？"), "zh"))
    assert page.text(".yj-understood") == ["理解为：落户<越南>的有多少家？修改"]
    assert page.text(".yj-meant") == ["落户<越南>的有多少家？"]
    assert not Page(render.answer_html(ANSWER, "zh")).find(".yj-understood")


def test_questions_that_the_library_answers_are_offered_where_nothing_was_found() -> None:
    answer = replace(NOT_FOUND, suggestions=("谁宣布开幕？", "<b>"), missing=("门票", "<i>"))
    page = Page(render.answer_html(answer, "zh"))
    assert page.text(".yj-absent") == ["门票", "<i>"]
    assert page.text(".yj-suggest button") == ["谁宣布开幕？", "<b>"]
    early = Page(render.answer_html(NOT_FOUND, "zh", complete=False))
    assert early.text(".yj-suggest-wait p") == ["正在找资料里能回答的问题……"]
    assert early.text(".yj-next") == []
    assert not page.find(".yj-next")
    assert Page(render.answer_html(NOT_FOUND, "zh")).text(".yj-next") == ["可以换个说法，或问得更具体一些。"]


def test_not_found_says_so_and_marks_what_is_near_as_no_answer() -> None:
    page = Page(render.answer_html(NOT_FOUND, "zh"))
    assert page.text(".yj-short strong") == ["未找到"]
    assert page.text(".yj-near .yj-tag") == ["不是答案"]
    assert page.text(".yj-near blockquote") == [QUOTE_OPEN]
    assert page.text("mark") == []
    assert page.attributes(".yj-near a", "href") == [Reference.to(NOT_FOUND.near[0], kind="n").href]
    assert page.text(".yj-near-head") == ["下面几段最接近，但它们不是答案："]
    assert not Page(render.answer_html(replace(NOT_FOUND, near=()), "zh")).find(".yj-near-head")


def test_withheld_citations_are_mentioned() -> None:
    assert "有 2 处引文" in Page(render.answer_html(ANSWER, "zh", withheld=2)).text(".yj-error")[0]


def test_hostile_text_makes_no_element_and_no_attribute() -> None:
    answer = found("坏" + HOSTILE, cite(NASTY, f"要害是{HOSTILE}。", HOSTILE))
    html = (
        render.answer_html(answer, "zh")
        + render.answer_html(replace(NOT_FOUND, near=answer.citations), "zh")
        + render.error_html(HOSTILE, HOSTILE, "zh")
        + render.waiting_html(HOSTILE, "zh")
        + render.log_html((), "zh", examples=(HOSTILE,))
    )
    page = Page(html)
    assert not {"script", "img"} & page.tags
    assert not [name for name in page.attribute_names if name.startswith("on") or name in ("src", "style")]
    assert all(href.startswith("#") for href in page.attributes("a", "href"))
    shown = HOSTILE.replace("\x07", "␇")
    assert page.text(".yj-error") == [shown]
    assert page.text(".yj-example") == [shown]
    assert page.text("mark") == [shown]
    for sign in ("$", "`", "*", "{{", "\\", "\n"):
        assert sign not in html


def test_long_questions_answers_and_quotes_are_cut_and_say_so() -> None:
    question = "长" * 20_000
    assert len(render.error_html(question, "太长。", "zh")) < 1000
    block = LONG.text[LONG.blocks[1].start : LONG.blocks[1].end]
    whole = found(question, cite(LONG, block, None))
    html = render.answer_html(whole, "zh")
    assert len(html) < 5000
    part = Page(render.answer_html(found(question, cite(LONG, block, "四十二")), "zh"))
    assert part.text("blockquote mark") == ["四十二"]
    assert part.text("blockquote .yj-cut") == ["略去 499,764 字", "略去 499,761 字"]


def test_the_log_is_the_welcome_until_there_are_turns() -> None:
    welcome = Page(render.log_html((), "zh", examples=("问一？", "问二？")))
    assert welcome.text(".yj-example") == ["问一？", "问二？"]
    assert not Page(render.log_html((), "en")).find(".yj-try")
    talking = Page(render.log_html([render.answer_html(ANSWER, "zh"), render.waiting_html("再问", "zh")], "zh"))
    assert talking.text(".yj-q") == ["你问 " + QUESTION, "你问 再问"]
    assert not talking.find(".yj-welcome")


def test_english_words_around_the_document_s_own() -> None:
    page = Page(render.answer_html(replace(ANSWER, confidence=0.6, timings_ms=Timings(1, 2, 3)), "en"))
    assert page.text(".yj-sure") == ["Somewhat sure"]
    assert page.text("blockquote") == [QUOTE_325]
    assert page.text(".yj-place > span") == ["第八届西洽会开幕", "家底够厚", "paragraph 5", "报.txt"]


def test_a_long_question_is_folded_and_there_in_full() -> None:
    long = "使用价值和交换价值是什么关系？" * 30
    page = Page(render.waiting_html(long, "zh"))
    assert page.text(".yj-long > p") == [long]
    assert page.text(".yj-start") == [long[:140] + "…"]
    assert Page(render.waiting_html("一\n" * 6, "zh")).find("details")
    assert not Page(render.waiting_html(long[:200], "zh")).find("details")
