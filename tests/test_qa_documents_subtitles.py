"""Subtitles: what is said in paragraphs, when it is said in headings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa.check import offset_problems
from qa.documents.subtitles import parse_subtitles


def blocks(text: str) -> list[tuple[str, str]]:
    document = parse_subtitles(text, document_id="d", name="a.srt")
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def srt(*cues: tuple[int, int, str]) -> str:
    return "\n".join(
        f"{n}\n00:{a // 60:02}:{a % 60:02},000 --> 00:{b // 60:02}:{b % 60:02},500\n{text}\n"
        for n, (a, b, text) in enumerate(cues, start=1)
    )


def test_cues_are_joined_until_the_sentence_ends() -> None:
    text = srt((1, 3, "他说，明天\n要去北京。"), (4, 5, "But he"), (5, 6, "<i>never</i> came."), (7, 8, "1949"))
    assert blocks(text) == [
        ("heading", "00:00:01–00:00:08"),
        ("paragraph", "他说，明天要去北京。"),
        ("paragraph", "But he never came."),
        ("paragraph", "1949"),
    ]


def test_pauses_and_time_part_cues_without_punctuation() -> None:
    text = srt((1, 2, "大家好"), (2, 4, "今天讲历史"), (10, 12, "第一件事"), (130, 131, "后来"))
    assert blocks(text) == [
        ("heading", "00:00:01–00:00:12"),
        ("paragraph", "大家好 今天讲历史"),
        ("paragraph", "第一件事"),
        ("heading", "00:02:10–00:02:11"),
        ("paragraph", "后来"),
    ]


def test_two_languages_stay_beside_each_other() -> None:
    text = srt((1, 2, "你好\nHello"), (2, 3, "再见\nGoodbye"))
    assert [words for _, words in blocks(text)[1:]] == ["你好\nHello", "再见\nGoodbye"]


def test_web_captions() -> None:
    text = """WEBVTT - 题目

STYLE
::cue { color: red }

NOTE 旁注

intro
00:01.000 --> 00:03.000 align:start
<v 张三>我们 &amp; 他们<c.red>都在</c>。

NOTE
另一条旁注

00:03.000 --> 00:04.000
<v 李四>是的

00:04.000 --> 00:05.000
<v 李四>是的
没错"""
    assert blocks(text) == [
        ("heading", "00:01–00:05"),
        ("label", "张三"),
        ("paragraph", "我们 & 他们都在。"),
        ("label", "李四"),
        ("paragraph", "是的 没错"),
    ]


def test_cues_with_blank_lines_without_numbers_and_with_points() -> None:
    text = "00:00:01.0 --> 00:00:02.0\n一\n\n二\n\n00:00:03,0 -> x\n00:00:04.0 --> 00:00:05.0\n三"
    assert "".join("".join(words.split()) for _, words in blocks(text)[1:]) == "一二00:00:03,0->x三"


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 9), st.text("甲乙。，ab ?<i>", max_size=12)), max_size=12)
)
def test_every_word_is_kept_and_offsets_are_sound(cues: list[tuple[int, int, str]]) -> None:
    text = srt(*((start, start + length, words) for start, length, words in cues))
    document = parse_subtitles(text, document_id="d", name="a.srt")
    assert document == parse_subtitles(text, document_id="d", name="a.srt")
    problems = list(offset_problems(document, []))
    assert problems == (["d: text after 0 is in no passage"] if document.text else [])
