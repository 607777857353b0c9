"""The list of conversations, the tools under an answer, and what the page does with them, without Gradio."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from tests.ui_html import Page
from tests.ui_tiny import HOSTILE, PAPER, QUOTE_325, TinyAnswerer, TinyLibrary, last_turn
from ui import conversations, history_html
from ui.chat import Turn
from ui.conversations import ConversationInfo, Conversations
from ui.export import FORMATS
from ui.feedback import REASONS, Outcome
from ui.gate import Gate
from ui.history_html import history_html as listing_html
from ui.history_html import tools_html, with_end
from ui.history_pane import History
from ui.recall import State

NOW = 1_795_446_399.0


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(Conversations(tmp_path), TinyLibrary(folder=tmp_path), "zh")


def turn(question: str, history: History) -> Turn:
    return last_turn(Gate(TinyAnswerer()), question, history.library)


def test_every_choice_has_its_label() -> None:
    assert tuple(history_html._FORMATS) == tuple(FORMATS)
    assert tuple(history_html._REASONS) == REASONS
    assert set(history_html._OUTCOMES) == set(get_args(Outcome))
    assert set(history_html._STATES) == set(get_args(State))


def test_a_hostile_title_is_text() -> None:
    page = Page(listing_html([ConversationInfo("0" * 16, HOSTILE, NOW, NOW, 2, hit=3)], "zh", now=NOW, search=HOSTILE))
    assert "".join(page.text(".yj-open > span")) == HOSTILE.replace("\x07", "\ufffd").replace(
        "\u202e", "\ufffd"
    ).replace("\u2066", "\ufffd").replace("\u2069", "\ufffd")
    assert {"script", "img"} & page.tags == set()
    assert page.attributes(".yj-open", "href") == [f"/?conversation={'0' * 16}#turn-3"]


def test_the_tools_stand_in_the_turn() -> None:
    page = Page(with_end("<article><p>x</p></article>", tools_html("0" * 16, 2, "down", "zh")))
    assert [element.parent.tag for element in page.find("div.yj-tools") if element.parent] == ["article"]
    assert page.attributes("button.yj-rate", "aria-pressed") == ["false", "true"]
    assert len(page.find("input")) == len(REASONS) + 2


def test_turns_are_kept_in_one_conversation(history: History) -> None:
    first, id = history.keep(turn("500强？", history), "")
    second, same = history.keep(turn("门票？", history), id)
    assert same == id
    assert ('id="turn-1"' in first.html, 'id="turn-2"' in second.html) == (True, True)
    assert [stored.question for stored in history.conversations.load(id).turns] == ["500强？", "门票？"]
    assert f'data-current="{id}"' in history.listing(id)


def test_what_was_no_answer_is_not_kept(history: History) -> None:
    made = turn("", history)
    assert history.keep(made, "") == (made, "")
    assert history.conversations.find() == []


def test_a_conversation_deleted_elsewhere_or_full_goes_on_in_a_new_one(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, id = history.keep(turn("500强？", history), "")
    history.conversations.delete(id)
    _, other = history.keep(turn("激光？", history), id)
    assert other != id
    monkeypatch.setattr(conversations, "TURNS_LIMIT", 1)
    _, third = history.keep(turn("整句", history), other)
    assert third not in (id, other)


def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(history: History) -> None:
    (history.conversations.folder / "conversations.sqlite3").write_bytes(b"nothing" * 999)
    made, id = history.keep(turn("500强？", history), "")
    assert id == ""
    assert "325家" in made.html
    assert "这一问没有存下" in made.html
    assert "读写不了" in history.listing()


def test_opening_shows_the_turns_and_the_source_of_the_one_asked_for(history: History) -> None:
    _, id = history.keep(turn("500强？", history), "")
    history.keep(turn("激光？", history), id)
    shown = history.act({"do": "open", "id": id, "turn": 1}, "")
    assert shown.current == id
    assert len(shown.turns or ()) == 2
    assert [one.answer.answer for one in shown.turns or () if one.answer] == ["325家", "N2馆B03展位"]
    assert Page(shown.pane or "").text("mark") == [QUOTE_325]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"do": "open"},
        {"do": "open", "turn": "x"},
        {"do": "open", "id": HOSTILE},
        {"do": "delete", "id": "x"},
        {"do": "rename", "id": "x"},
        {"do": "nonsense"},
        {"do": "restore", "id": None},
    ],
)
def test_anything_may_be_asked_for(history: History, asked: dict[str, object]) -> None:
    shown = history.act(asked, "")
    assert (shown.current, shown.log) == (None, None)
    Page(shown.listing)


def test_deleting_the_open_conversation_begins_a_new_one(history: History) -> None:
    _, id = history.keep(turn("500强？", history), "")
    shown = history.act({"do": "delete", "id": id}, id)
    assert (shown.current, shown.turns) == ("", ())
    assert Page(shown.listing).attributes("button.yj-undo", "data-id") == [id]
    back = history.act({"do": "restore", "id": id}, "")
    assert (back.current, Page(back.listing).text(".yj-open > span")) == (None, ["500强？"])


def test_a_page_that_was_forgotten_takes_its_conversation_from_what_is_kept(history: History) -> None:
    first, id = history.keep(turn("500强？", history), "")
    remembered = (first.as_past(),)
    assert history.resumed(None, remembered, id) == (remembered, id, "")
    assert history.resumed(id, remembered, id) == (remembered, id, "")
    turns, current, note = history.resumed(id, (), "")
    assert (current, note) == (id, "")
    assert [(one.answer.question, one.answer.answer) for one in turns if one.answer] == [("500强？", "325家")]
    assert history.resumed("", remembered, id) == ((), "", "")


def test_a_page_never_goes_on_in_another_conversation(history: History) -> None:
    first, one = history.keep(turn("500强？", history), "")
    _, other = history.keep(turn("激光？", history), "")
    turns, current, _ = history.resumed(other, (first.as_past(),), one)
    assert (current, [made.answer.answer for made in turns if made.answer]) == (other, ["N2馆B03展位"])
    history.conversations.delete(other)
    for shown in (other, HOSTILE):
        turns, current, note = history.resumed(shown, (first.as_past(),), one)
        assert (turns, current) == ((), "")
        assert "没有编号为" in note


def test_what_a_forgotten_page_does_to_the_list_leaves_its_conversation_current(history: History) -> None:
    _, id = history.keep(turn("500强？", history), "")
    shown = history.act({"do": "rename", "id": id, "text": "西洽会", "current": id}, "")
    assert f'data-current="{id}"' in shown.listing


def test_what_no_longer_holds_has_no_link_and_no_badge(history: History, tmp_path: Path) -> None:
    _, id = history.keep(turn("500强？", history), "")
    gone = History(history.conversations, TinyLibrary({}, folder=tmp_path), "zh")
    (recalled,) = gone.act({"do": "open", "id": id}, "").turns or ()
    page = Page(recalled.html)
    assert page.text("section.yj-stale span.yj-tag") == ["资料已移除", "资料已移除"]
    assert page.find("a.yj-chip") == page.find("a.yj-cite") == []
    assert not any(f"/{PAPER.id}" in address for address in page.attributes("a", "href"))
