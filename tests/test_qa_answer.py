"""Answers are slices, or nothing is said."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import QUESTION_LIMIT, Answerer, clean_question, compared, heard
from qa.confidence import Calibration
from qa.errors import LibraryError, QuestionError
from qa.evaluate import as_document
from qa.followup import FollowUp, follow_up
from qa.library import Library
from qa.retrieve import Retriever
from qa.types import Answer, Block, Document, Exchange, Hit, Passage, Reading, VerbatimError
from tests.conftest import KeywordEncoder

PAPER = "截至目前，325家世界500强扎根重庆。越南是重庆最大贸易伙伴。\n325家企业里有越南企业。"


class Certain(Calibration):
    """A calibration that believes the reader: the score is the probability."""

    def __init__(self) -> None:
        super().__init__(0.0, {})

    def probability(self, question: str, hits: Sequence[Hit], reading: Reading) -> float:
        return reading.score


class Finder:
    """A reader that quotes every sentence holding ``325家``, the first in the text most surely."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        readings = []
        for number, hit in enumerate(hits):
            start = 0
            for line in hit.text.splitlines(keepends=True):
                at = hit.text.find("325家", start, start + len(line))
                if at >= 0:
                    end = start + len(line.rstrip())
                    readings.append(Reading(number, (start, end), (at, at + 4), 0.9 - start / 1000))
                start += len(line)
        return readings


def answerer(library: Library, encoder: KeywordEncoder, *, threshold: float = 0.5) -> Answerer:
    library.add_documents([as_document("d", "标题", PAPER)], encoder=encoder)
    return Answerer(library, Retriever(library, encoder), Finder(), Certain(), threshold)


def test_an_answer_is_cut_out_of_its_quote(library: Library, encoder: KeywordEncoder) -> None:
    answer = answerer(library, encoder).ask("有多少家世界500强？", id="q1")
    assert (answer.status, answer.answer, answer.confidence, answer.id) == ("answered", "325家", 0.9, "q1")
    first, second = answer.citations
    assert (first.number, first.title, first.paragraph) == (1, "标题", 1)
    assert first.quote == "截至目前，325家世界500强扎根重庆。越南是重庆最大贸易伙伴。"
    assert PAPER[first.answer_start : first.answer_end] == "325家"
    assert (second.number, second.paragraph, second.quote) == (2, 2, "325家企业里有越南企业。")
    assert all(citation.holds_in(library.document("d")) for citation in answer.citations)
    assert answer.timings_ms.total >= answer.timings_ms.retrieve


def test_passages_come_in_the_order_of_their_readings_and_the_others_behind(
    library: Library, encoder: KeywordEncoder
) -> None:
    texts = ["重庆有企业。", "重庆有325家企业。", "重庆企业。"]
    documents = [as_document(f"d{number}", "", text) for number, text in enumerate(texts)]
    library.add_documents(documents, encoder=encoder)
    answering = Answerer(library, Retriever(library, encoder), Finder(), Certain(), 0.5)
    retrieved = [hit.text for hit in answering.retriever.retrieve("重庆企业", k=5)]
    hits, answer = answering.ask_with_hits("重庆企业")
    assert answer.answer == "325家"
    assert [hit.text for hit in hits] == [texts[1], *(text for text in retrieved if text != texts[1])]


class Marker:
    """A reader that finds what it is told to, each in its line, the first most surely."""

    def __init__(self, *marked: tuple[str, float]) -> None:
        self.marked = marked

    def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        readings = []
        for words, score in self.marked:
            at = hits[0].text.index(words)
            start = hits[0].text.rfind("\n", 0, at) + 1
            end = (hits[0].text + "\n").index("\n", at)
            readings.append(Reading(0, (start, end), (at, at + len(words)), score))
        return readings


FLAGS = "智能船体功能标志，应满足第3章的要求；\n智能货物管理功能标志，应满足第6章的要求；\n智能集成平台功能标志，应满足第7章的要求；"
RELEASE = "2006年推出1.0版\n从2006年12月推出1.0版开始。\n2012年推出1.0版的改版。"


@pytest.mark.parametrize(
    ("text", "marked", "question", "said"),
    [
        (FLAGS, [("第7章", 0.9), ("第6章", 0.6)], "智能货物管理功能标志应满足第几章的要求？", "第6章"),
        (FLAGS, [("第7章", 0.9), ("第6章", 0.6)], "智能集成平台功能标志应满足第几章的要求？", "第7章"),
        (FLAGS, [("智能集成平台", 0.9), ("第6章", 0.6)], "智能货物管理功能标志应满足第几章的要求？", "智能集成平台"),
        (RELEASE, [("2006年", 0.9), ("2006年12月", 0.85)], "1.0版是什么时候推出的？", "2006年12月"),
        (RELEASE, [("2006年", 0.9), ("2006年12月", 0.6)], "1.0版是什么时候推出的？", "2006年"),  # far less sure
        (RELEASE, [("2006年", 0.9), ("2006年12月", 0.85)], "1.0版是哪一年推出的？", "2006年"),
        (RELEASE, [("2012年", 0.9), ("2006年12月", 0.85)], "1.0版是什么时候推出的？", "2012年"),
    ],
)
def test_of_readings_alike_the_one_that_fits_the_question_better_is_given(
    library: Library, encoder: KeywordEncoder, text: str, marked: list[tuple[str, float]], question: str, said: str
) -> None:
    library.add_documents([as_document("d", "标题", text)], encoder=encoder)
    asked = Answerer(library, Retriever(library, encoder), Marker(*marked), Certain(), 0.5).ask(question)
    assert (asked.answer, asked.confidence) == (said, 0.9)


class Whole:
    """A reader that quotes every line whole, without a short answer."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        return [
            Reading(number, match.span(), None, 0.8)
            for number, hit in enumerate(hits)
            for match in re.finditer(".+", hit.text)
        ]


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("推介会是哪天办的？", "借助平台，推介会5月21日在重庆举办。", "5月21日"),
        ("推介会几点开始？", "借助平台，推介会5月21日在重庆举办。", "借助平台，推介会5月21日在重庆举办。"),
        ("推介会是谁办的？", "借助平台，推介会5月21日在重庆举办。", "借助平台，推介会5月21日在重庆举办。"),
        ("推介会是哪天办的？", "推介会5月21日开始，5月23日结束。", "推介会5月21日开始，5月23日结束。"),
    ],
)
def test_a_sentence_that_says_when_is_answered_with_its_only_date(
    library: Library, encoder: KeywordEncoder, question: str, text: str, answer: str
) -> None:
    library.add_documents([as_document("d", "", text)], encoder=encoder)
    given = Answerer(library, Retriever(library, encoder), Whole(), Certain(), 0.5).ask(question)
    assert (given.answer, given.citations[0].quote) == (answer, text)


class SureOfShort(Certain):
    """Believes a short answer more than a sentence."""

    def probability(self, question: str, hits: Sequence[Hit], reading: Reading) -> float:
        return 0.9 if reading.answer is not None else 0.6


def test_a_sentence_is_no_surer_for_its_only_date(library: Library, encoder: KeywordEncoder) -> None:
    library.add_documents([as_document("d", "", "推介会5月21日在重庆举办。")], encoder=encoder)
    given = Answerer(library, Retriever(library, encoder), Whole(), SureOfShort(), 0.5).ask("推介会是哪天办的？")
    assert (given.answer, given.confidence) == ("5月21日", 0.6)


class Numbers:
    """A reader that gives the number before 家 in every line, the longest line most surely."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        readings = []
        for number, hit in enumerate(hits):
            for match in re.finditer(r".*?(\d+家).*", hit.text):
                readings.append(Reading(number, match.span(), match.span(1), len(match[0]) / 20))
        return sorted(readings, key=lambda reading: -reading.score)


def test_what_other_paragraphs_say_is_shown_as_the_same_or_as_another_answer(
    library: Library, encoder: KeywordEncoder
) -> None:
    texts = {
        "a": "今年共有325家世界500强在重庆。",
        "b": "其中有325家世界500强。",
        "c": "去年是312家世界500强。",
        "d": "有5家。",
    }
    library.add_documents([as_document(id, "报", text) for id, text in texts.items()], encoder=encoder)
    answer = Answerer(library, Retriever(library, encoder), Numbers(), Certain(), 0.1).ask("多少家世界500强？")
    assert answer.answer == "325家"
    assert [(one.number, one.document_id) for one in answer.citations] == [(1, "a"), (2, "b")]
    # 5家 is part of 325家, and says it with too little confidence besides.
    assert [(one.number, one.document_id) for one in answer.others] == [(3, "c")]


def test_another_answer_of_the_same_document_is_that_to_another_question(
    library: Library, encoder: KeywordEncoder
) -> None:
    text = "今年共有325家世界500强在重庆。\n去年是312家世界500强在成都。"
    library.add_documents([as_document("a", "报", text)], encoder=encoder)
    answer = Answerer(library, Retriever(library, encoder), Numbers(), Certain(), 0.1).ask("多少家世界500强？")
    assert (answer.answer, len(answer.citations), answer.others) == ("325家", 1, ())


# fmt: off
@pytest.mark.parametrize(("one", "two", "relation"), [
    ("325家",      "３２５家",     "same"),
    ("《西洽会》",  "西洽會",       "same"),
    ("约45.1亿元",  "45.1亿元",    "part"),
    ("400万元",     "500万元",     "other"),
])
# fmt: on
def test_answers_are_compared_as_they_are_matched(one: str, two: str, relation: str) -> None:
    assert compared(one, two) == relation


def test_below_the_threshold_nothing_is_said(library: Library, encoder: KeywordEncoder) -> None:
    answer = answerer(library, encoder, threshold=0.95).ask("有多少家世界500强？")
    assert (answer.status, answer.answer, answer.citations) == ("not_found", "", ())
    assert [citation.number for citation in answer.near] == [1]
    assert answer.near[0].text in PAPER


def test_a_document_removed_while_it_is_read_is_not_cited(library: Library, encoder: KeywordEncoder) -> None:
    class Remover(Finder):
        def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
            library.remove("d")
            return super().read(question, hits)

    asked = replace(answerer(library, encoder), reader=Remover()).ask("有多少家世界500强？")
    assert (asked.status, asked.citations, asked.near) == ("not_found", (), ())


def test_a_citation_that_does_not_hold_is_withheld_and_logged(
    library: Library, encoder: KeywordEncoder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = answerer(library, encoder)
    real = library.document
    monkeypatch.setattr(library, "document", lambda id: replace(real(id), text=PAPER.replace("500强", "400强")))
    with caplog.at_level(logging.ERROR):
        answer = built.ask("有多少家世界500强？")
    assert (answer.status, answer.citations, answer.near) == ("not_found", (), ())
    assert "withheld" in caplog.text
    assert "325家" not in caplog.text


def test_a_very_long_paragraph_is_cited_by_the_part_that_was_read(library: Library, encoder: KeywordEncoder) -> None:
    text = "重庆天气晴朗。" * 400 + "325家世界500强扎根重庆。" + "重庆天气晴朗。" * 400
    library.add_documents([as_document("long", "", text)], encoder=encoder)
    built = Answerer(library, Retriever(library, encoder), Finder(), Certain(), 0.5)
    citation = built.ask("多少家世界500强扎根？").citations[0]
    assert len(citation.text) <= 400
    assert text[citation.start : citation.end] == citation.text
    assert citation.answer_start == 7 * 400


# fmt: off
@pytest.mark.parametrize(("question", "code"), [
    ("", "question_empty"),
    (" \t\n\u3000", "question_empty"),
    ("？！…", "question_empty"),
    ("问" * (QUESTION_LIMIT + 1), "question_too_long"),
    ("问" * 20_000, "question_too_long"),
    ("多少\x00家", "question_control"),
    ("多少\x1b[31m家", "question_control"),
    ("多少\ud800家", "question_control"),
])
# fmt: on
def test_questions_that_cannot_be_asked(question: str, code: str) -> None:
    with pytest.raises(QuestionError) as caught:
        clean_question(question)
    assert caught.value.code == code


def test_the_error_says_where_the_control_character_is() -> None:
    with pytest.raises(QuestionError) as caught:
        clean_question("  多少\x07家")
    assert caught.value.fields == {"position": 3, "character": "U+0007"}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50))
def test_what_can_be_asked_is_only_trimmed(question: str) -> None:
    if any(unicodedata.category(char)[0] in "LNS" for char in question):
        assert clean_question(question) == question.strip()
    else:
        with pytest.raises(QuestionError, match="question_empty"):
            clean_question(question)


BLOCK = Block(1, "paragraph", 0, 10)
DOCUMENT = Document("d", "d", "d", "r", "text", "", "零一二三四五六七八九", (BLOCK,))
PASSAGE = Passage(1, "d", 0, 10, "", "", 1)


@given(st.tuples(st.integers(-1, 11), st.integers(-1, 11)), st.none() | st.tuples(st.integers(-1, 11), st.integers(-1, 11)))
def test_cite_slices_or_refuses(quote: tuple[int, int], answer: tuple[int, int] | None) -> None:
    inner = quote if answer is None else answer
    fits = 0 <= quote[0] < quote[1] <= 10 and quote[0] <= inner[0] < inner[1] <= quote[1]
    if not fits:
        with pytest.raises(VerbatimError):
            DOCUMENT.cite(number=1, passage=PASSAGE, paragraph=BLOCK, quote=quote, answer=answer, score=1.0)
        return
    citation = DOCUMENT.cite(number=1, passage=PASSAGE, paragraph=BLOCK, quote=quote, answer=answer, score=1.0)
    assert citation.quote == DOCUMENT.text[quote[0] : quote[1]]
    assert citation.holds_in(DOCUMENT)
    assert not citation.holds_in(replace(DOCUMENT, text="九八七六五四三二一零"))


def test_a_changed_digit_breaks_a_citation(tmp_path: Path) -> None:
    citation = DOCUMENT.cite(number=1, passage=PASSAGE, paragraph=BLOCK, quote=(2, 5), answer=None, score=1.0)
    assert not replace(citation, quote="二三四"[::-1]).holds_in(DOCUMENT)
    assert not replace(citation, quote_start=3).holds_in(DOCUMENT)
    assert not citation.holds_in(replace(DOCUMENT, id="other"))


class Sayer:
    """A reader that quotes every line with 发言 in it, the answer being what stands before the word."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        found = []
        for number, hit in enumerate(hits):
            for match in re.finditer(r"(.+?)(?:发言).*", hit.text):
                found.append(Reading(number, match.span(), match.span(1), 0.9 - match.start() / 1000))
        return found


def test_a_follow_up_is_asked_as_it_is_understood(library: Library, encoder: KeywordEncoder) -> None:
    built = answerer(library, encoder)
    said = (Exchange("重庆有多少家世界500强？", "", "325家", "answered"),)
    answer = built.ask(" 那越南呢？", history=said)
    assert (answer.question, answer.understood) == (" 那越南呢？", "越南有多少家世界500强？")
    assert built.ask("重庆有多少家世界500强？", history=said).understood == ""
    assert built.ask("那越南呢？").understood == ""


def test_answers_that_were_given_are_not_given_again(library: Library, encoder: KeywordEncoder) -> None:
    text = "林溪发言。\n高远发言。\n林溪和方文发言。"
    library.add_documents([as_document("a", "大会", text)], encoder=encoder)
    built = Answerer(library, Retriever(library, encoder), Sayer(), Certain(), 0.1)
    said: list[Exchange] = []
    given_so_far = []
    for question in ("谁在大会上发言？", "还有谁？", "还有谁？", "还有谁？"):
        answer = built.ask(question, history=said)
        given_so_far.append(answer.answer)
        said.append(Exchange(question, answer.understood, answer.answer, answer.status))
    # A list that goes on after an answer is another; then nothing is left.
    assert given_so_far == ["林溪", "高远", "林溪和方文", ""]
    assert [exchange.understood for exchange in said] == ["", *["谁在大会上发言？"] * 3]
    assert said[-1].status == "not_found"


def test_what_cannot_be_asked_alone_is_answered_from_what_was_talked_of_or_not_at_all(
    library: Library, encoder: KeywordEncoder
) -> None:
    library.add_documents(
        [as_document("a", "大会", "林溪发言。"), as_document("b", "论坛", "高远发言。方文表示发言多久都行。")], encoder=encoder
    )
    built = Answerer(library, Retriever(library, encoder), Sayer(), Certain(), 0.1)
    said = [Exchange("大会怎么开？", "", "林溪", "answered")]
    alone = "那方文呢？"
    assert follow_up(alone, said) == FollowUp(alone, leans=True)
    answer = built.ask(alone, history=said)
    assert {citation.document_id for citation in answer.citations} <= {"a"}
    assert (answer.answer, answer.understood) == ("林溪", "")
    # Nothing to look for, nothing talked of, or the document is not among the chosen.
    assert built.ask("还有谁？", history=said).status == "not_found"
    assert built.ask(alone, history=[Exchange("大会怎么开？", "", "", "not_found")]).status == "not_found"
    assert built.ask(alone, history=said, documents=frozenset({"b"})).status == "not_found"


def test_chosen_documents_alone_are_asked(library: Library, encoder: KeywordEncoder) -> None:
    library.add_documents([as_document("e", "标题", "今年有9家。")], encoder=encoder)
    built = answerer(library, encoder)
    assert built.ask("多少家世界500强？", documents=frozenset({"d"})).answer == "325家"
    assert built.ask("多少家世界500强？", documents=frozenset({"e"})).status == "not_found"
    none = built.ask("多少家世界500强？", documents=frozenset())
    assert (none.status, none.near, none.confidence) == ("not_found", (), 0.0)
    with pytest.raises(LibraryError, match="document_unknown"):
        built.ask("多少家？", documents=frozenset({"d", "x"}))


def test_a_conversation_that_nobody_could_have_had_is_not_followed() -> None:
    good = Exchange("重庆有多少家？", "", "", "not_found")
    for bad in ("", "多少\x00", "长" * 2000):
        assert len(heard([good, Exchange(bad, "", "", "answered"), good])) == 1
    assert len(heard([good] * 100)) == 20


def test_words_that_no_document_holds_are_named(library: Library, encoder: KeywordEncoder) -> None:
    answer = answerer(library, encoder, threshold=0.95).ask("重慶的門票和越南的停车费是多少元？")
    assert answer.missing == ("門票", "停车费")
    assert answerer(library, encoder).ask("重庆有多少家企业？").missing == ()


def test_a_question_that_is_answered_is_suggested(library: Library, encoder: KeywordEncoder) -> None:
    text = "重庆全市共有325家世界500强企业。"
    library.add_documents([as_document("s", "", text)], encoder=encoder)

    class Counter(Finder):
        """Knows only how many."""

        def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
            asked.append(question)
            return super().read(question, hits) if "多少" in question else []

    asked: list[str] = []
    built = Answerer(library, Retriever(library, encoder), Counter(), Certain(), 0.5)
    answer = built.ask("重庆的世界500强企业有哪些优惠？")
    assert (answer.status, answer.suggestions) == ("not_found", ("重庆全市共有多少家世界500强企业？",))
    assert len(asked) == 2
    told: list[object] = []
    again = built.ask("重庆的世界500强企业有哪些优惠？", news=told.append)
    hits, early = told
    assert isinstance(hits, list)
    assert [type(hit).__name__ for hit in hits] == ["Hit"] * len(hits)
    assert isinstance(early, Answer)
    assert replace(again, suggestions=(), timings_ms=early.timings_ms) == early
    assert again.suggestions == answer.suggestions
    assert built.ask(answer.suggestions[0]).answer == "325家"
    assert replace(built, threshold=0.99).ask("重庆的世界500强企业有哪些优惠？").suggestions == ()
