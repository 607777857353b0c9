from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.ui_tiny import TinyAnswerer
from ui import conversations as module
from ui.conversations import DATABASE_NAME, Conversations, iso_moment
from ui.errors import ConversationError
from ui.render import to_json

ASKED = TinyAnswerer()


class Clock:
    """Tells the time it is set to, and a second more each time."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Conversations:
    return Conversations(tmp_path / "library", clock)


def asked(store: Conversations, *questions: str) -> str:
    id = store.create()
    for question in questions:
        store.append(id, to_json(ASKED.ask(question)))
    return id


def fails(code: str) -> pytest.RaisesExc[ConversationError]:
    return pytest.RaisesExc(ConversationError, check=lambda error: error.code == code)


def test_nothing_is_written_before_the_first_conversation(store: Conversations) -> None:
    assert store.find() == []
    assert not store.folder.exists()


def test_a_turn_comes_back_as_it_was_kept(store: Conversations) -> None:
    answer = to_json(ASKED.ask("有多少家世界500强？", id="q1"))
    id = store.create()
    assert store.append(id, answer) == 1
    assert store.append(id, to_json(ASKED.ask("门票？"))) == 2
    loaded = store.load(id)
    assert (loaded.title, len(loaded.turns)) == ("有多少家世界500强？", 2)
    assert loaded.turns[0].answer == answer
    assert (loaded.turns[0].number, loaded.turns[0].rating) == (1, "")
    assert loaded.created < loaded.turns[0].asked < loaded.turns[1].asked == loaded.changed
    assert store.turn(id, 2).question == "门票？"
    with fails("turn_unknown"):
        store.turn(id, 3)


def test_the_newest_comes_first(store: Conversations) -> None:
    first, second = asked(store, "一"), asked(store, "二")
    assert [(info.id, info.title, info.turns) for info in store.find()] == [(second, "二", 1), (first, "一", 1)]
    store.append(first, to_json(ASKED.ask("三")))
    assert [(info.id, info.title, info.turns) for info in store.find()] == [(first, "一", 2), (second, "二", 1)]
    assert [info.id for info in store.find(limit=1)] == [first]


def test_a_title_is_one_clean_line(store: Conversations) -> None:
    id = asked(store, "第一行\n第二行 \u202e" + "长" * 300)
    title = store.load(id).title
    assert title.startswith("第一行 第二行 \ufffd长")
    assert len(title) == module.TITLE_LIMIT
    assert store.rename(id, "  新\t名 ") == "新 名"
    store.append(id, to_json(ASKED.ask("再问")))
    assert store.load(id).title == "新 名"
    for bad, code in (
        ("", "conversation_title_empty"),
        (" \n", "conversation_title_empty"),
        ("长" * 121, "conversation_title_long"),
    ):
        with fails(code):
            store.rename(id, bad)
    assert store.load(store.create("起好的名字")).title == "起好的名字"


# fmt: off
@pytest.mark.parametrize(("search", "hits"), [
    ("500强", {"a": 1}),
    ("５００强", {"a": 1}),                      # width
    ("開幕", {"a": 2}),                          # traditional; b has it only in what lay near
    ("325家", {"a": 1}),                         # in the answer
    ("体验在哪", {"a": 3}),                      # in a question
    ("激光 500强", {"a": 1}),                     # both words in one turn: the first answer also quotes the other sentence
    ("门票 500强", {}),                          # never in one turn
    ("旅行", {"c": 0}),                          # in the title
    ("没有的词", {}),
    ("%", {}), ("_", {}), ("' OR 1", {}),
    ("", {"a": 0, "b": 0, "c": 0}), ("  ", {"a": 0, "b": 0, "c": 0}),
])
# fmt: on
def test_search(store: Conversations, search: str, hits: dict[str, int]) -> None:
    names = {asked(store, "有多少家世界500强？", "整句", "激光体验在哪？"): "a", asked(store, "门票？"): "b"}
    names[store.create("旅行计划")] = "c"
    assert {names[info.id]: info.hit for info in store.find(search)} == hits


def test_what_is_deleted_can_be_brought_back_for_a_while(store: Conversations, clock: Clock) -> None:
    id = asked(store, "500强？")
    store.delete(id)
    assert store.find() == []
    for refused in (lambda: store.load(id), lambda: store.delete(id), lambda: store.append(id, to_json(ASKED.ask("问"))), lambda: store.rename(id, "名")):
        with fails("conversation_unknown"):
            refused()
    store.restore(id)
    store.restore(id)
    assert [turn.question for turn in store.load(id).turns] == ["500强？"]
    store.delete(id)
    clock.now += module.KEPT_DELETED + 10
    with fails("conversation_unknown"):
        store.restore(id)
    store.delete(asked(store, "另一个"))
    with sqlite3.connect(store.folder / DATABASE_NAME) as connection:
        assert connection.execute("SELECT count(*) FROM turns").fetchone() == (1,)
    connection.close()
    assert "500强？".encode() not in (store.folder / DATABASE_NAME).read_bytes()


@pytest.mark.parametrize("id", ["", "nope", "0" * 16, "0" * 17, "../../etc", "' OR '1'='1"])
def test_an_unknown_id_is_said_to_be_unknown(store: Conversations, id: str) -> None:
    asked(store, "问")
    for refused in (lambda: store.load(id), lambda: store.restore(id), lambda: store.rate(id, 1, "up")):
        with fails("conversation_unknown"):
            refused()


def test_ratings(store: Conversations) -> None:
    id = asked(store, "问")
    store.rate(id, 1, "down")
    assert store.turn(id, 1).rating == "down"
    store.rate(id, 1, "")
    assert store.turn(id, 1).rating == ""
    with fails("turn_unknown"):
        store.rate(id, 2, "up")


def test_limits(store: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURNS_LIMIT", 2)
    monkeypatch.setattr(module, "CONVERSATIONS_LIMIT", 2)
    id = asked(store, "一", "二")
    with fails("conversation_long"):
        store.append(id, to_json(ASKED.ask("三")))
    asked(store, "四")
    with fails("conversations_full"):
        store.create()
    monkeypatch.setattr(module, "TURN_BYTES", 10)
    with fails("turn_large"):
        store.append(id, to_json(ASKED.ask("三")))


@pytest.mark.parametrize(("content", "code"), [(b"no database" * 999, "conversations_broken"), (None, "conversations_broken")])
def test_a_file_that_is_none_of_ours(store: Conversations, content: bytes | None, code: str) -> None:
    store.folder.mkdir()
    path = store.folder / DATABASE_NAME
    path.write_bytes(content) if content is not None else path.mkdir()
    for refused in (store.create, *([store.find] if content is not None else [])):
        with fails(code):
            refused()
    if content is not None:
        assert path.read_bytes() == content


def test_a_file_of_another_version_is_left_alone(store: Conversations) -> None:
    asked(store, "问")
    with sqlite3.connect(store.folder / DATABASE_NAME) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    for refused in (store.find, store.create):
        with fails("conversations_version"):
            refused()


def test_a_file_that_another_program_holds(store: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(store, "问")
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(store.folder / DATABASE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with fails("conversations_busy"):
        store.create()
    assert len(store.find()) == 1
    other.close()


def write_turns(folder: Path, id: str, name: str, count: int) -> None:
    store = Conversations(folder)
    for number in range(count):
        store.append(id, to_json(ASKED.ask(f"{name}{number}")))


def test_two_processes_and_two_threads_write_at_once(store: Conversations) -> None:
    id = store.create()
    spawn = multiprocessing.get_context("spawn")
    writers: list[threading.Thread | multiprocessing.process.BaseProcess] = [
        spawn.Process(target=write_turns, args=(store.folder, id, name, 8)) for name in "甲乙"
    ]
    writers += [threading.Thread(target=write_turns, args=(store.folder, id, name, 8)) for name in "丙丁"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    turns = store.load(id).turns
    assert [turn.number for turn in turns] == list(range(1, 33))
    for name in "甲乙丙丁":
        assert [turn.question for turn in turns if turn.question[0] == name] == [f"{name}{number}" for number in range(8)]


WRITE = """
import sys
from pathlib import Path
from tests.test_ui_conversations import ASKED, to_json
from ui.conversations import Conversations
store = Conversations(Path(sys.argv[1]))
for number in range(100_000):
    store.append(sys.argv[2], to_json(ASKED.ask(f"问{number}")))
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_instant_loses_nothing_it_had_kept(store: Conversations) -> None:
    for pause in (0.0, 0.003, 0.011):
        id = store.create()
        with subprocess.Popen([sys.executable, "-c", WRITE, str(store.folder), id], cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(5):
                told = int(writer.stdout.readline())
            time.sleep(pause)
            os.kill(writer.pid, signal.SIGKILL)
            told = max([told, *(int(line) for line in writer.stdout.read().splitlines() if line.strip())])
        kept = [turn.question for turn in store.load(id).turns]
        assert kept == [f"问{number}" for number in range(len(kept))]
        assert len(kept) in (told + 1, told + 2)
        assert store.append(id, to_json(ASKED.ask("后来"))) == len(kept) + 1


def test_times_are_written_in_utc() -> None:
    assert iso_moment(1_795_446_399.9) == "2026-11-23T15:06:39Z"
