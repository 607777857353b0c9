"""The part of the library column that holds the conversations, and what keeps and restores them: Gradio wiring.

A page holds the id of its conversation in ``current``, empty before its first answer. Its address names it, so that a
reload brings back the answers and their citations, each proven again. What it looks like is in ``history_html``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qa.errors import YinjuError
from ui import render
from ui.asking import Stop
from ui.chat import Shelf, Turn, open_source
from ui.conversations import Conversation, Conversations
from ui.errors import ConversationError
from ui.frame import hint_html
from ui.history_html import (
    deleted_html,
    history_head_html,
    history_html,
    problem_html,
    stale_html,
    tools_html,
    unkept_html,
    with_end,
)
from ui.parts import html_part
from ui.recall import RecalledTurn, recall
from ui.source import Reference, empty_source_html
from ui.strings import Lang, sentence, text

if TYPE_CHECKING:
    import gradio as gr

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What an action changes on the page; ``None`` stays as it is."""

    listing: str
    current: str | None = None
    log: str | None = None
    turns: tuple[Turn, ...] | None = None
    pane: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The conversations beside a library, as the page in one language uses them. Knows no Gradio; never raises."""

    conversations: Conversations
    library: Shelf
    lang: Lang
    examples: tuple[str, ...] = ()

    def listing(self, current: str = "", *, search: str = "", note: str = "") -> str:
        """The list as HTML, or the sentence that says why there is none."""
        try:
            infos = self.conversations.find(search)
        except ConversationError as error:
            infos, note = [], problem_html(self._said(error))
        return history_html(infos, self.lang, now=time.time(), current=current, search=search, note=note)

    def keep(self, turn: Turn, current: str) -> tuple[Turn, str]:
        """Keep an answered turn in the conversation ``current``, or in a new one; the turn with its tools, and the id."""
        if turn.answer is None:
            return turn, current
        answer = render.to_json(turn.answer)
        try:
            try:
                id = current or self.conversations.create()
                number = self.conversations.append(id, answer)
            except ConversationError as error:
                # Another window may have deleted the conversation, or it is full: the answer opens a new one.
                if error.code not in ("conversation_unknown", "conversation_long"):
                    raise
                id = self.conversations.create()
                number = self.conversations.append(id, answer)
        except ConversationError as error:
            _LOG.warning("a turn was not kept: %s", error)
            return replace(turn, html=with_end(turn.html, unkept_html(self._said(error), self.lang))), current
        return replace(turn, html=with_end(turn.html, tools_html(id, number, "", self.lang))), id

    def resumed(self, shown: str | None, turns: tuple[Turn, ...], current: str) -> tuple[tuple[Turn, ...], str, str]:
        """The turns that a page shows and the id of their conversation, where the server remembers ``turns`` of the
        conversation ``current``. Of another, because it has forgotten the page, they come from what is kept; where
        that is gone, a new one begins, with a note that says why.

        ``shown`` is the id that the page gives, ``None`` where it gives none.
        """
        if shown is None or shown == current:
            return turns, current, ""
        if not shown:
            return (), "", ""
        try:
            conversation = self.conversations.load(shown)
            recalled = recall(conversation, self.library)
        except YinjuError as error:
            return (), "", problem_html(self._said(error))
        return tuple(self._turn(conversation, turn) for turn in recalled), shown, ""

    def act(self, asked: Mapping[str, Any], current: str) -> Shown:
        """Do what the page asks for: ``open``, ``new``, ``rename``, ``delete``, ``restore`` or ``list``, which a search
        does too. The page says which conversation is ``current``; where it does not, that is what is remembered.
        """
        shown = asked.get("current")
        current = shown if isinstance(shown, str) else current
        id, words = str(asked.get("id", "")), str(asked.get("text", ""))
        search, number = str(asked.get("search", "")), asked.get("turn")
        try:
            match asked.get("do"):
                case "open":
                    return self._opened(id, search, number if isinstance(number, int) else 0)
                case "new":
                    return self._fresh(search)
                case "rename":
                    self.conversations.rename(id, words)
                case "delete":
                    return self._deleted(id, current, search)
                case "restore":
                    self.conversations.restore(id)
        except YinjuError as error:
            said = self._said(error)
            return Shown(self.listing(current, search=search, note=problem_html(said)))
        return Shown(self.listing(current, search=search))

    def _opened(self, id: str, search: str, number: int) -> Shown:
        conversation = self.conversations.load(id)
        recalled = recall(conversation, self.library)
        turns = tuple(self._turn(conversation, turn) for turn in recalled)
        chosen = next((turn for turn in recalled if turn.number == number), recalled[-1] if recalled else None)
        log = render.log_html([turn.html for turn in turns], self.lang, examples=self.examples)
        return Shown(self.listing(id, search=search), id, log, turns, self._source(chosen), hint_html(self.lang))

    def _fresh(self, search: str, note: str = "") -> Shown:
        log = render.log_html((), self.lang, examples=self.examples)
        listing = self.listing(search=search, note=note)
        return Shown(listing, "", log, (), empty_source_html(self.lang), hint_html(self.lang))

    def _deleted(self, id: str, current: str, search: str) -> Shown:
        title = self.conversations.load(id).title or text("conversation_untitled", self.lang)
        self.conversations.delete(id)
        note = deleted_html(id, title, self.lang)
        return self._fresh(search, note) if id == current else Shown(self.listing(current, search=search, note=note))

    def _turn(self, conversation: Conversation, turn: RecalledTurn) -> Turn:
        answer = turn.proven()
        if turn.stands:
            html = render.answer_html(answer, self.lang)
        else:
            html = render.error_html(turn.question, text("recall_none", self.lang), self.lang)
        end = stale_html(turn, self.lang) + tools_html(conversation.id, turn.number, turn.rating, self.lang)
        return Turn(with_end(html, end), answer=answer).as_past()

    def _source(self, turn: RecalledTurn | None) -> str:
        first = next(iter(turn.proven().citations), None) if turn else None
        if first is None:
            return empty_source_html(self.lang, key="none" if turn and turn.status == "not_found" else "empty")
        return open_source(Reference.to(first).href, lang=self.lang, library=self.library)

    def _said(self, error: YinjuError) -> str:
        return sentence(error.code, self.lang, **error.fields)


@dataclass(frozen=True, slots=True)
class HistoryPane:
    """The pane's components: ``current`` is the id of the page's conversation, ``listing`` shows them all."""

    history: History
    current: gr.State
    listing: gr.HTML

    def wire(self, *, log: gr.HTML, turns: gr.State, pane: gr.HTML, hint: gr.HTML, stop: gr.State) -> None:
        """Let the pane change the conversation ``log``, its ``turns``, the source ``pane`` and the ``hint``; a question
        that is under way when another conversation is shown is given up by way of ``stop``.
        """
        import gradio as gr

        def act(current: str, stop: Stop, event: gr.EventData) -> Sequence[object]:
            shown = self.history.act(event._data or {}, current)
            if shown.log is not None:
                stop.stop(left=True)
            parts = (shown.listing, shown.current, shown.log, shown.turns, shown.pane, shown.hint)
            return tuple(gr.skip() if part is None else part for part in parts)

        act.__annotations__ = {"event": gr.EventData}
        outputs = [self.listing, self.current, log, turns, pane, hint]
        self.listing.talk(
            act,
            [self.current, stop],
            outputs,
            queue=False,
            trigger_mode="multiple",
            show_progress="hidden",
            api_visibility="private",
        )


def build_history(history: History) -> HistoryPane:
    """The pane, made where a column is open; :meth:`HistoryPane.wire` joins it to the rest."""
    import gradio as gr

    with gr.Column(elem_id="yj-history"):
        html_part(history_head_html(history.lang), "yj-history-head")
        # Filled by the script, with the conversation that the address names: a value made here would overtake it.
        listing = html_part("", "yj-history-list", script="history.js")
        current = gr.State("")
    return HistoryPane(history, current, listing)
