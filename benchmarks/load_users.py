"""Who converses in ``benchmarks.load``: over HTTP as a program does, or over the page's queue as its script does.

Each checks whose answer it gets. Knows no threads, times or tallies.
"""

from __future__ import annotations

import html
import itertools
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ui.strings import ERRORS

if TYPE_CHECKING:
    import httpx

_TURN = re.compile(
    r'<article class="yj-turn yj-is-([a-z-]+)".*?<p class="yj-q"[^>]*><span[^>]*>[^<]*</span>(.*?)</p>', re.S
)
_CURRENT = re.compile(r'data-current="([0-9a-f]*)"')
_BUSY = re.compile(
    re.escape(ERRORS["service_busy"][0]).replace(r"\{seconds\}", r"(?P<seconds>\d+)").replace(r"\{waiting\}", r"\d+")
)


class TooBusy(Exception):  # noqa: N818
    """The server asks to come back in ``seconds``."""

    def __init__(self, status: str, seconds: float) -> None:
        super().__init__(status)
        self.status = status
        self.seconds = seconds


class WrongReplyError(Exception):
    """A reply that is not an answer to what was asked."""


class WrongConversationError(Exception):
    """An answer that belongs to another conversation."""


class User(Protocol):
    """Someone who converses in one way."""

    name: str
    way: str

    def begin(self) -> None:
        """Begin a new conversation."""

    def ask(self, question: str) -> str:
        """Ask; the answer's status.

        :raises TooBusy: come again later.
        :raises WrongReplyError: no answer.
        :raises WrongConversationError: somebody else's answer.
        """


@dataclass
class ApiUser:
    """Converses over HTTP. Sends the answers so far back as its history."""

    name: str
    client: httpx.Client
    texts: Texts
    way: str = "api"
    history: list[dict[str, Any]] = field(default_factory=list)
    asked: Iterator[int] = field(default_factory=itertools.count)

    def begin(self) -> None:
        """Begin a new conversation."""
        self.history = []

    def ask(self, question: str) -> str:
        """Ask; the answer's status. Raises as :class:`User` says."""
        id = f"{self.name}-{next(self.asked)}"
        response = self.client.post("/api/ask", json={"question": question, "id": id, "history": self.history})
        if response.status_code in (429, 503) and "retry-after" in response.headers:
            raise TooBusy(str(response.status_code), float(response.headers["retry-after"]))
        if response.status_code != 200:
            raise WrongReplyError(f"HTTP {response.status_code}: {response.text[:200]}")
        answer = response.json()
        if (answer["id"], answer["question"]) != (id, question):
            raise WrongConversationError(f"{id} {question} got {answer['id']} {answer['question']}")
        for citation in (*answer["citations"], *answer["near"], *answer["others"]):
            self.texts.check(self.client, citation)
        self.history.append(answer)
        return str(answer["status"])


@dataclass
class PageUser:
    """Converses over the queue that the page uses, as its script does, in a session of its own for each conversation."""

    name: str
    client: httpx.Client
    way: str = "page"
    session: str = ""
    conversation: str = ""
    questions: list[str] = field(default_factory=list)
    sessions: Iterator[int] = field(default_factory=itertools.count)

    def begin(self) -> None:
        """Begin a new conversation, as opening the page anew does."""
        self.session = f"{self.name}{next(self.sessions):06}"
        self.conversation, self.questions = "", []

    def ask(self, question: str) -> str:
        """Ask; the answer's status. Raises as :class:`User` says."""
        wiring = Wiring.of(self.client)
        data = [question if place == wiring.box else None for place in range(wiring.inputs)]
        body = {
            "data": data,
            "fn_index": wiring.event,
            "session_hash": self.session,
            "event_data": None,
            "trigger_id": None,
        }
        joined = self.client.post("/gradio_api/queue/join", json=body)
        if joined.status_code in (429, 503) and "retry-after" in joined.headers:
            raise TooBusy(str(joined.status_code), float(joined.headers["retry-after"]))
        if joined.status_code != 200:
            raise WrongReplyError(f"HTTP {joined.status_code}: {joined.text[:200]}")
        output = self._completed(joined.json()["event_id"])
        self.questions.append(question)
        return self._checked(str(output[wiring.log]), str(output[wiring.listing]))

    def _completed(self, event: str) -> list[Any]:
        """What the event's last message holds. The stream is read to its end, as the page does."""
        output: list[Any] | None = None
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if message.get("msg") == "process_completed":
                    if message["event_id"] != event:
                        raise WrongConversationError(f"{self.name}: {message['event_id']} instead of {event}")
                    if not message["success"]:
                        raise WrongReplyError(str(message["output"])[:200])
                    output = message["output"]["data"]
        if output is None:
            raise WrongReplyError("the stream of messages ended")
        return output

    def _checked(self, log: str, listing: str) -> str:
        turns = _TURN.findall(log)
        if [html.unescape(question) for _, question in turns] != self.questions:
            raise WrongConversationError(f"{self.name}: {turns} instead of {self.questions}")
        status = str(turns[-1][0])
        if status == "error":
            if busy := _BUSY.search(html.unescape(log.rpartition("<article")[2])):
                raise TooBusy("page", float(busy["seconds"]))
            raise WrongReplyError(log.rpartition("<article")[2][:300])
        current = _CURRENT.search(listing)
        if current is None or (self.conversation and current[1] != self.conversation):
            raise WrongConversationError(f"{self.name}: conversation {current} instead of {self.conversation}")
        self.conversation = current[1]
        return "not_found" if status == "not-found" else status


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where things are in the page's event that asks a question: its number, and places among its inputs and outputs."""

    event: int
    inputs: int
    box: int
    log: int
    listing: int

    @classmethod
    def of(cls, client: httpx.Client) -> Wiring:
        """The wiring of the page, read from what it tells its own script; once, for it doesn't change."""
        with _WIRING_LOCK:
            if not _WIRINGS:
                _WIRINGS.append(cls._read(client.get("/config").raise_for_status().json()))
            return _WIRINGS[0]

    @classmethod
    def _read(cls, config: dict[str, Any]) -> Wiring:
        ids = {part["props"].get("elem_id"): part["id"] for part in config["components"]}
        box, log, listing = ids["yj-box"], ids["yj-log"], ids["yj-history-list"]
        event = next(
            one for one in config["dependencies"] if [box, "submit"] in [list(target) for target in one["targets"]]
        )
        inputs, outputs = event["inputs"], event["outputs"]
        return cls(event["id"], len(inputs), inputs.index(box), outputs.index(log), outputs.index(listing))


_WIRING_LOCK = threading.Lock()
_WIRINGS: list[Wiring] = []


@dataclass
class Texts:
    """The documents' texts, each fetched once, to check citations against."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    known: dict[str, str] = field(default_factory=dict)

    def check(self, client: httpx.Client, citation: dict[str, Any]) -> None:
        """See that the quote is a slice of its document.

        :raises WrongReplyError: it is not.
        """
        id = citation["document_id"]
        if id not in self.known:
            response = client.get(f"/api/documents/{id}/text")
            if response.status_code != 200:
                return  # its name may need quoting that a program cannot guess; the slice is then not checked
            with self.lock:
                self.known[id] = response.text
        if self.known[id][citation["quote_start"] : citation["quote_end"]] != citation["quote"]:
            raise WrongReplyError(f"{citation['quote']} is not at {citation['quote_start']} of {id}")
