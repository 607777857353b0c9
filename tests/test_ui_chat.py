from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from qa.errors import LibraryError
from qa.types import Answer, Exchange
from tests.ui_html import Page
from tests.ui_tiny import PAPER, QUOTE_325, QUOTE_LASER, TinyAnswerer, TinyLibrary, cite, found, last_turn
from ui.chat import Turn, open_source, prove, unsendable
from ui.gate import Gate
from ui.shelf_choice import Choice
from ui.source import Reference

EDITED = replace(PAPER, text=PAPER.text.replace("325家", "326家"))


def turn(
    question: str, *, lang: str = "zh", library: TinyLibrary | None = None, error: Exception | None = None
) -> Turn:
    answerer = TinyAnswerer({question: error} if error else {})
    return last_turn(Gate(answerer), question, library or TinyLibrary(), lang=lang)


def test_a_turn_shows_the_answer_and_opens_its_first_citation() -> None:
    result = turn("有多少家世界500强？")
    assert result.answer is not None
    assert result.answer.answer == "325家"
    assert Page(result.html).text(".yj-short strong") == ["325家"]
    assert Page(result.source).text("mark") == [QUOTE_325]
    assert Page(result.source).attributes(".yj-source", "data-key") == [Reference.to(result.answer.citations[0]).href]
    assert not result.hint


def test_what_is_not_found_opens_nothing() -> None:
    result = turn("门票多少钱？")
    assert Page(result.html).text(".yj-short strong") == ["未找到"]
    assert Page(result.source).text("h2") == ["没有可以出示的原文"]


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        ("", "还没有问题。请先写下想问的事。"),
        (" \n", "还没有问题。请先写下想问的事。"),
        ("长" * 20_000, "问题有 20,000 个字，最多 1,000 个字。请只留下要问的那一句。"),
    ],
)
def test_a_question_to_mend_goes_back_with_a_hint(question: str, hint: str) -> None:
    assert turn(question) == Turn(hint=hint)


def test_a_library_that_fails_becomes_a_sentence() -> None:
    result = turn("问", lang="en", error=LibraryError("library_busy", path="/库"))
    assert Page(result.html).text(".yj-error") == [
        "Another program is changing the library in /库. Wait until it is done and try again."
    ]
    assert Page(result.source).text("h2") == ["The source appears here"]


def test_whatever_else_fails_becomes_a_sentence_and_a_log_entry(caplog: pytest.LogCaptureFixture) -> None:
    result = turn("问", error=RuntimeError("boom"))
    assert Page(result.html).text(".yj-error") == ["出了意外，没有答成。请再试一次；还不行，请看终端里的记录。"]
    assert "boom" not in result.html
    assert "boom" in caplog.text


def test_a_quote_that_no_longer_holds_is_withheld_and_so_is_its_answer(caplog: pytest.LogCaptureFixture) -> None:
    library = TinyLibrary({"d1": EDITED})
    answer = found("问", cite(PAPER, QUOTE_325, "325家"))
    proven, withheld = prove(answer, library)
    assert (proven.status, proven.answer, proven.citations, proven.near, withheld) == ("not_found", "", (), (), 1)
    assert "citation withheld" in caplog.text
    assert "325" not in caplog.text


def test_the_citations_that_hold_stay_with_their_numbers() -> None:
    answer = found("问", cite(PAPER, QUOTE_325, "325家"), cite(PAPER, QUOTE_LASER, None, number=2))
    proven, withheld = prove(answer, TinyLibrary({"d1": EDITED}))
    assert [(citation.number, citation.quote) for citation in proven.citations] == [(2, QUOTE_LASER)]
    assert (proven.status, withheld) == ("answered", 1)
    assert prove(answer, TinyLibrary()) == (answer, 0)


def test_a_removed_document_is_withheld_and_a_broken_library_is_an_error() -> None:
    class Broken(TinyLibrary):
        def document(self, document_id: str) -> object:
            raise LibraryError("library_broken", path="/库", reason="?")

    answer = found("问", cite(PAPER, QUOTE_325, "325家"))
    assert prove(answer, TinyLibrary({}))[1] == 1
    with pytest.raises(LibraryError):
        prove(answer, Broken())
    assert Page(turn("500强", library=Broken()).html).find(".yj-error")


def test_a_link_opens_its_source_in_any_later_turn() -> None:
    href = Reference.to(cite(PAPER, QUOTE_LASER, "N2馆B03")).href
    page = Page(open_source(href, lang="zh", library=TinyLibrary()))
    assert (page.text("mark"), page.text("strong")) == ([QUOTE_LASER], ["N2馆B03"])


@pytest.mark.parametrize(
    ("href", "library", "said"),
    [
        ("#nonsense", TinyLibrary(), "点答案旁的编号 [1]，就翻到它在文件里的位置。"),
        (Reference.to(cite(PAPER, QUOTE_325, None)).href, TinyLibrary({}), "这份文件已经不在资料库里。"),
        (Reference.to(cite(PAPER, QUOTE_325, None)).href, TinyLibrary({"d1": EDITED}), "这份文件在回答之后改过，原来的引文已经对不上，所以不再显示。请重新提问。"),
        ("#c1-d1-1-0-999999-0-1-" + "0" * 16, TinyLibrary(), "这份文件在回答之后改过，原来的引文已经对不上，所以不再显示。请重新提问。"),
    ],
)  # fmt: skip
def test_a_link_that_does_not_hold_shows_why(href: str, library: TinyLibrary, said: str) -> None:
    page = Page(open_source(href, lang="zh", library=library))
    assert page.text(".yj-blank p") == [said]
    assert not page.find("mark")


def test_the_log_never_holds_the_document_s_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        open_source(Reference.to(cite(PAPER, QUOTE_325, None)).href, lang="zh", library=TinyLibrary({"d1": EDITED}))
    assert caplog.records
    assert "世界500强" not in caplog.text


def test_unsendable() -> None:
    assert unsendable("好", None, "\ud83d")
    assert not unsendable("好😀", None)


def test_a_question_is_asked_after_the_turns_before_it_and_of_the_chosen_documents() -> None:
    class Listening(TinyAnswerer):
        def ask(self, question: str, **options: object) -> Answer:
            heard.append(options)
            return super().ask(question)

    heard: list[dict[str, object]] = []
    library = TinyLibrary()
    gate = Gate(Listening())
    first = last_turn(gate, "500强？", library)
    last_turn(gate, "激光？", library, past=[first, Turn("<p>")], choice=Choice(False, frozenset({"d1"})))
    for options in heard:
        assert callable(options.pop("news"))
        assert options.pop("id") is None
    assert heard[0] == {"history": [], "documents": None}
    assert heard[1] == {"history": [Exchange("500强？", "", "325家", "answered")], "documents": frozenset({"d1"})}
