"""Sentences and passages: every character in exactly one, nothing too long, nothing across an article."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.documents import read_document
from qa.documents.assemble import Draft, assemble
from qa.documents.text import parse_text
from qa.passages import HEADER, LONG_SENTENCE, MAX, sentences, split_passages
from qa.types import Document, Passage


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


# fmt: off
@pytest.mark.parametrize("parts", [
    ["今天下雨。", "明天放晴！", "后天呢？"],
    ["总投资额34.96亿元。", "同比增长11.9%。"],
    ["“投资重庆，我们很坚定。”", "对接会上，代表们纷纷点赞。"],
    ["他问：“好吗？”"],
    ["“怎么办？”他问。", "没有人回答。"],
    ["“加油！”", "“别松劲！”", "喊声响成一片。"],
    ["《谁是最可爱的人？》是一篇名作。", "它写于1951年。"],
    ["会议强调：要坚持改革；要扩大开放。"],
    ["（他没有来。）", "大家都很失望。"],
    ["他想了想……还是走了。", "天黑了。"],
    ["“我……”", "他说不下去了。"],
    ["“我走了。”", "她轻声说，头也没回。"],
    ["真的吗？！", "当然！！"],
    ["他在“十五五”期间提出“高质量发展”。", "此后成效显著。"],
    ["第一行没有句号", "第二行也没有"],
    ["Mr. Smith paid 3.5 million in the U.S. last year.", "It was too much."],
    ["Dr. J. R. Miller left at 5 p.m. on Monday.", "Nobody saw him."],
    ["See e.g. Fig. 3 for details.", "Is it clear?", "Yes!"],
    ["Visit www.example.org today.", "Thanks."],
    ["He said \"no.\"", "She left."],
    ["Use v1.2.3 of Node.js now.", "Then go on."],
    ["重庆是直辖市.", "成都是省会."],
    ["用半角标点!", "行吗?", "可以."],
    ["1. 完善监测站网，汛前完成检修。", "2. 健全发布机制。"],
])
# fmt: on
def test_sentences(parts: list[str]) -> None:
    chinese = any("\u4e00" <= char <= "\u9fff" for char in parts[0])
    joint = "\n" if parts[0].startswith(("第一行", "1. ")) else "" if chinese else " "
    assert cut(joint.join(parts)) == parts


def test_a_semicolon_ends_a_sentence_only_where_it_is_long() -> None:
    clauses = [f"{part}方面要加强组织领导，压实各级责任，完善工作机制，确保各项任务落到实处、取得实效" for part in "甲乙丙丁"]
    text = "；".join(clauses) + "。"
    assert len(text) > LONG_SENTENCE
    assert cut(text) == [clause + "；" for clause in clauses[:3]] + [clauses[3] + "。"]
    short = "甲方面要加强；乙方面要加强。"
    assert cut(short) == [short]


TEXTS = st.lists(
    st.sampled_from(["重庆", "。", "，", "！", "？", "”", "“", "……", "；", "\n", " ", "Mr. ", "3.5", "a b. ", "C. ", "）", "\u3000"])
).map("".join) | st.text()


@given(TEXTS)
@example("。" * 50)
@example("甲。 ” 乙")
def test_sentences_cover_all_that_is_not_white_space(text: str) -> None:
    position = 0
    for start, end in sentences(text):
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip() != ""
        position = end
    assert not text[position:].strip()


KINDS = st.sampled_from(["paragraph", "paragraph", "paragraph", "heading", "byline", "label", "list_item", "table", "code"])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    drafts = []
    for _ in range(draw(st.integers(0, 12))):
        kind = draw(KINDS)
        unit = draw(st.sampled_from(["重庆", "长江大保护，成效显著。", "a b", "。", "，", "x\ny", "“甲”"]))
        text = unit * draw(st.sampled_from([1, 2, 30, 170]))
        drafts.append(Draft(text, kind, draw(st.integers(1, 4)) if kind == "heading" else 0, draw(st.none() | st.integers(1, 9))))
    return assemble(drafts, document_id="d", name="d.txt", path="", revision="", format="text")


@settings(deadline=None)
@given(documents())
def test_every_character_lies_in_exactly_one_passage(document: Document) -> None:
    passages = split_passages(document)
    position = 0
    for passage in passages:
        assert not document.text[position : passage.start].strip()
        assert 0 < passage.end - passage.start <= MAX
        text = document.text[passage.start : passage.end]
        assert text == text.strip()
        block = document.blocks[passage.paragraph - 1]
        assert block.start <= passage.start < block.end
        assert (passage.id, passage.document_id, passage.page) == (0, "d", block.page)
        position = passage.end
    assert not document.text[position:].strip()
    assert passages == split_passages(document)
    for block in document.blocks:
        if block.level == 1:
            assert not any(passage.start < block.start < passage.end for passage in passages if not _labelled(document, passage))


def _labelled(document: Document, passage: Passage) -> bool:
    return document.blocks[passage.paragraph - 1].kind == "label"


def spans(document: Document) -> list[tuple[str, str, int, int]]:
    """Title, section, first paragraph and length of each passage."""
    return [(p.title, p.section, p.paragraph, p.end - p.start) for p in split_passages(document)]


def make(*drafts: Draft) -> Document:
    return assemble(drafts, document_id="d", name="某文.txt", path="", revision="", format="text")


def test_one_long_paragraph_is_cut_evenly_at_sentence_ends() -> None:
    sentence = "这一句话正好有二十个字，一个不多一个不少。"
    assert len(sentence) == 21
    document = make(Draft(sentence * 28))
    passages = split_passages(document)
    assert [p.end - p.start for p in passages] == [294, 294]
    assert all(document.text[p.end - 1] == "。" for p in passages)


def test_text_without_any_stop_is_cut_at_commas_then_anywhere() -> None:
    assert [length for *_, length in spans(make(Draft("一二三四五六七八九，" * 60)))] in ([320, 280], [280, 320])
    assert [length for *_, length in spans(make(Draft("字" * 600)))] == [300, 300]


def test_short_paragraphs_under_one_heading_are_put_together() -> None:
    document = make(Draft("题", "heading", 1), *[Draft("甲" * 99) for _ in range(7)])
    # "题" and three paragraphs of 99 with a line end before each; four paragraphs of 99 with three line ends between
    assert spans(document) == [("题", "", 1, 301), ("题", "", 5, 399)]
    assert spans(make(Draft("甲" * 150), Draft("乙" * 150))) == [("某文", "", 1, 301)]


def test_articles_and_sections_are_never_mixed() -> None:
    document = make(
        Draft("大会开幕", "heading", 1),
        Draft("市长致辞", "heading", 2),
        Draft("今天开幕。"),
        Draft("会场内外", "heading", 2),
        Draft("观众很多。"),
        Draft("记者 张三", "byline"),
        Draft("相关新闻", "label"),
        Draft("签约成功", "heading", 1),
        Draft("双方签约。"),
        Draft("空的一节", "heading", 2),
        Draft("再下一节", "heading", 2),
        Draft("细处", "heading", 3),
        Draft("完。"),
    )
    text = document.text
    assert [(p.title, p.section, p.paragraph, text[p.start : p.end]) for p in split_passages(document)] == [
        ("大会开幕", "市长致辞", 1, "大会开幕\n市长致辞\n今天开幕。"),
        ("大会开幕", "会场内外", 4, "会场内外\n观众很多。\n记者 张三"),
        ("签约成功", "", 7, "相关新闻\n签约成功\n双方签约。"),
        ("签约成功", "再下一节 › 细处", 10, "空的一节\n再下一节\n细处\n完。"),
    ]


def test_a_heading_with_nothing_under_it_says_something_of_the_next() -> None:
    document = make(
        Draft("研究报告", "heading", 1),
        Draft("要点如下。"),
        Draft("证券分析师", "heading", 3),
        Draft("倪正洋", "heading", 3),
        Draft("资格编号：S012"),
        Draft("研究助理", "heading", 3),
        Draft("附录", "heading", 2),
        Draft("无。"),
    )
    assert [(p.section, document.text[p.start : p.end]) for p in split_passages(document)] == [
        ("", "研究报告\n要点如下。"),
        ("倪正洋", "证券分析师\n倪正洋\n资格编号：S012"),
        ("研究助理", "研究助理"),
        ("附录", "附录\n无。"),
    ]


def test_a_heading_stays_with_the_text_under_it() -> None:
    document = make(Draft("题", "heading", 1), *[Draft(str(number) * 398) for number in range(1, 4)])
    assert [p.paragraph for p in split_passages(document)] == [1, 3, 4]
    longer = make(Draft("题" * 20, "heading", 1), Draft("甲乙丙丁。" * 79), Draft("完。"))
    first = split_passages(longer)[0]
    assert longer.text[first.start : first.end].startswith("题" * 20 + "\n甲乙丙丁。")


def test_pages_and_names_come_from_the_first_block() -> None:
    document = make(Draft("甲" * 300, page=1), Draft("乙" * 300, page=2))
    assert [(p.title, p.page, p.paragraph) for p in split_passages(document)] == [("某文", 1, 1), ("某文", 2, 2)]


def test_the_first_seed(seeds: Path) -> None:
    document = read_document(next(seeds.glob("000_*.txt")), document_id="d", name="seed.txt")
    passages = split_passages(document)
    assert len(passages) == 17
    texts = [document.text[p.start : p.end] for p in passages]
    for needle, title, section in (
        ("325家世界500强扎根重庆", "西洽会搭台 全球巨头扎堆“渝”见", "家底够厚 重庆凭硬实力圈粉全球企业"),
        ("涪陵区亮出发展蓝图,能多洁", "西洽会搭台 全球巨头扎堆“渝”见", "精准对接 生命健康+绿色转型成合作热词"),
        ("N2馆B03展位", "国防教育展台观众体验激光打靶", ""),
        ("重庆与越南进出口额约45.1亿元", "渝越合作步入快车道", ""),
    ):
        found = [p for p, text in zip(passages, texts, strict=True) if needle in text]
        assert [(p.title, p.section) for p in found] == [(title, section)]


def test_hostile_documents_are_split_in_time() -> None:
    for text in ("中文\n" * 5_000, "好。”说" * 9_000, "，" * 40_000, "…" * 40_000, "a. " * 9_000, "中 " * 20_000):
        document = parse_text(text, document_id="d", name="d.txt")
        passages = split_passages(document)
        assert sum(len("".join(document.text[p.start : p.end].split())) for p in passages) == len("".join(text.split()))


def sheet(count: int, wide: str = "") -> Document:
    drafts = [Draft("表1 各省营收（亿元）", "caption"), Draft("省份 | 2023年 | 2024年", "table", header=(0,))]
    drafts += [Draft(f"第{i}省{wide} | {i}.5 | {i}.75", "table", header=(0, 1), row=i) for i in range(1, count + 1)]
    return assemble(drafts, document_id="d", name="表.xlsx", path="", revision="", format="xlsx")


def test_rows_parted_from_their_header_are_indexed_with_it() -> None:
    document = sheet(60)
    passages = split_passages(document)
    assert len(passages) > 2
    assert passages[0].also == ""
    assert {passage.also for passage in passages[1:]} == {"表1 各省营收（亿元） 省份 | 2023年 | 2024年"}


def test_rows_are_cut_between_and_never_inside_unless_too_long() -> None:
    document = sheet(20, "之特别行政区域" * 20)
    ends = {block.end for block in document.blocks}
    assert all(passage.end in ends for passage in split_passages(document))


def test_a_row_that_is_too_long_goes_on_with_its_header_and_its_beginning() -> None:
    document = assemble(
        [Draft("型号 | 说明", "table"), Draft("PPR-9087 | " + "此项说明很长，" * 100, "table", header=(0,))],
        document_id="d", name="表.xlsx", path="", revision="", format="xlsx",
    )  # fmt: skip
    later = split_passages(document)[1:]
    assert later
    for passage in later:
        assert passage.also.startswith("型号 | 说明 PPR-9087 | 此项说明很长，")
        assert len(passage.also) <= HEADER


def test_a_header_that_is_very_long_is_cut() -> None:
    drafts = [Draft(" | ".join(f"第{i}栏的名称" for i in range(40)), "table")]
    drafts += [Draft(f"{i} | " + "值 | " * 60, "table", header=(0,)) for i in range(10)]
    document = assemble(drafts, document_id="d", name="表.csv", path="", revision="", format="table")
    assert all(HEADER - 2 <= len(passage.also) <= HEADER for passage in split_passages(document)[1:])


def test_a_long_run_of_points_takes_no_longer_than_its_length() -> None:
    # A run that no sentence ends with must be looked at once, not once from each of its points: 200,000 took minutes.
    begin = time.process_time()
    assert sentences("甲" + "." * 200_000 + "A") == [(0, 200_002)]
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("name", "also"), [("澜江三院采购合同.docx", "澜江三院采购合同"), ("report_0418.txt", ""), ("合同.docx", ""), (f"{'长' * 41}.txt", "")]
)
def test_what_the_name_of_the_file_says_goes_for_every_passage(name: str, also: str) -> None:
    document = assemble(
        [Draft("设备采购合同", kind="heading", level=1), Draft("甲方应在三十日内付款。")], document_id="d", name=name, path="", revision="", format="text"
    )
    assert [passage.also for passage in split_passages(document)] == [also]
