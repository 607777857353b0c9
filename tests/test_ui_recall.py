from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui_tiny import NASTY, PAPER, QUOTE_325, TinyAnswerer, TinyLibrary, cite, found, make_document
from ui.conversations import Conversations
from ui.recall import RecalledTurn, recall, recall_turn
from ui.render import to_json
from ui.source import Reference, source_html

ASKED = TinyAnswerer()


def kept(folder: Path, *questions: str) -> tuple[Conversations, str]:
    store = Conversations(folder)
    id = store.create()
    for question in questions:
        store.append(id, to_json(ASKED.ask(question)))
    return store, id


def recalled(store: Conversations, id: str, library: TinyLibrary) -> list[RecalledTurn]:
    return recall(store.load(id), library)


def states(turn: RecalledTurn) -> list[str]:
    return [item.state for item in (*turn.citations, *turn.near)]


def test_what_still_holds_is_as_it_was(tmp_path: Path) -> None:
    store, id = kept(tmp_path, "500强？", "门票？", "坏", "整句")
    library = TinyLibrary()
    turns = recalled(store, id, library)
    assert [states(turn) for turn in turns] == [["holds"] * 2, ["holds"] * 2, ["holds"], ["holds"]]
    assert [(turn.stands, turn.stale) for turn in turns] == [(True, ())] * 4
    for turn, question in zip(turns, ("500强？", "门票？", "坏", "整句"), strict=True):
        was = ASKED.ask(question)
        now = turn.proven()
        assert (now.status, now.answer, now.confidence) == (was.status, was.answer, was.confidence)
        assert now.citations == was.citations
        assert now.near == was.near
        for citation in now.citations:
            assert "逐字核对" in source_html(library.document(citation.document_id), Reference.to(citation), "zh")


def test_a_changed_document_leaves_a_record(tmp_path: Path) -> None:
    store, id = kept(tmp_path, "500强？")
    changed = replace(PAPER, text=PAPER.text.replace("325家", "326家"), revision="rev-2")
    (turn,) = recalled(store, id, TinyLibrary({PAPER.id: changed}))
    assert states(turn) == ["changed", "holds"]
    assert turn.citations[0].citation.quote == QUOTE_325
    assert turn.citations[0].said == "325家"
    assert not turn.stands  # what still holds says something else


def test_another_citation_that_says_the_same_is_proof_enough(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    id = store.create()
    again = make_document(("paragraph", 0, "据统计，325家企业落户。"), id="d7")
    said = found("几家？", cite(PAPER, QUOTE_325, "325家"), cite(again, "据统计，325家企业落户。", "325家", number=2))
    store.append(id, to_json(said))
    (turn,) = recalled(store, id, TinyLibrary({again.id: again}))
    assert states(turn) == ["gone", "holds"]
    assert turn.stands
    assert [citation.number for citation in turn.proven().citations] == [2]
    assert [item.citation.number for item in turn.stale] == [1]


def test_a_document_that_grew_in_front_of_the_quote_has_changed(tmp_path: Path) -> None:
    store, id = kept(tmp_path, "500强？")
    grown = make_document(
        ("paragraph", 0, "新的第一段。"),
        *((block.kind, block.level, PAPER.text[block.start : block.end]) for block in PAPER.blocks),
    )
    (turn,) = recalled(store, id, TinyLibrary({PAPER.id: grown}))
    assert states(turn) == ["changed", "changed"]
    assert not turn.stands


def test_a_new_revision_that_reads_the_same_there_still_holds(tmp_path: Path) -> None:
    store, id = kept(tmp_path, "500强？")
    longer = replace(PAPER, revision="rev-2", text=PAPER.text + "\n\n又一段。")
    (turn,) = recalled(store, id, TinyLibrary({PAPER.id: longer}))
    assert states(turn) == ["holds", "holds"]


def test_a_removed_document_leaves_a_record(tmp_path: Path) -> None:
    store, id = kept(tmp_path, "500强？", "门票？")
    answered, not_found = recalled(store, id, TinyLibrary({NASTY.id: NASTY}))
    assert states(answered) == ["gone", "gone"]
    assert (answered.stands, answered.answer) == (False, "325家")
    assert answered.proven().citations == ()
    assert states(not_found) == ["gone", "gone"]
    assert not_found.stands
    assert (not_found.stale, not_found.proven().near) == ((), ())


def test_others_are_proven_too(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    id = store.create()
    answer = replace(found("几家？", cite(PAPER, QUOTE_325, "325家")), others=(cite(NASTY, "前文。", None, number=2),))
    store.append(id, to_json(answer))
    (turn,) = recalled(store, id, TinyLibrary({PAPER.id: PAPER}))
    assert [item.state for item in turn.others] == ["gone"]
    assert (turn.stands, len(turn.stale), turn.proven().others) == (True, 1, ())


def test_json_is_what_was_kept_and_what_became_of_it(tmp_path: Path) -> None:
    store, id = kept(tmp_path, "500强？")
    turn = recall_turn(store.turn(id, 1), TinyLibrary({}))
    value = turn.as_json()
    assert [cited.pop("state") for cited in value["citations"]] == ["gone", "gone"]
    assert {name: value[name] for name in to_json(ASKED.ask("500强？"))} == to_json(ASKED.ask("500强？"))
    assert (value["turn"], value["rating"]) == (1, "")


def test_a_forged_record_proves_nothing(tmp_path: Path) -> None:
    """Whatever stands in the file, only what the document reads is a citation."""
    store = Conversations(tmp_path)
    id = store.create()
    answer = to_json(ASKED.ask("500强？"))
    first = answer["citations"][0]
    for change in (
        {"quote": "假话。"},
        {"quote_start": first["quote_start"] - 1},
        {"paragraph": 99},
        {"document_id": "nobody"},
        {"answer_end": 10**9},
    ):
        store.append(id, {**answer, "citations": [{**first, **change}]})
    assert [turn.stands for turn in recalled(store, id, TinyLibrary())] == [False] * 5


@pytest.mark.parametrize("part", ["near", "others"])
def test_records_of_an_older_program_lack_fields(tmp_path: Path, part: str) -> None:
    store = Conversations(tmp_path)
    id = store.create()
    answer = to_json(ASKED.ask("500强？"))
    del answer[part]
    for cited in answer["citations"]:
        for name in ("section", "revision", "header", "boxes"):
            del cited[name]
    store.append(id, answer)
    (turn,) = recalled(store, id, TinyLibrary())
    assert states(turn)[:2] == ["holds", "holds"]
    turn.as_json()
