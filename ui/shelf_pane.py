"""The library pane in Gradio: wiring only. What it shows is made in ``shelf_html``, what it does in ``shelf``.

The page's script changes the library over HTTP, where the right to is checked; through Gradio it only asks for what to
show. Each event carries all that the page knows (search, tick boxes, documents to undo), so no event depends on another
having arrived, and what comes back says which event it answers.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ui import shelf_html
from ui.chat import Shelf
from ui.errors import CollectionError
from ui.parts import html_part
from ui.shelf_choice import Choice
from ui.shelf_scope import name_html, scope_html, set_deleted_html, set_problem_html
from ui.shelf_sets import DocumentSets
from ui.strings import sentence

if TYPE_CHECKING:
    import gradio as gr

    from qa.library import DocumentInfo
    from ui.shelf import Keeper

SEARCH_LENGTH = 200


def build_shelf(library: Shelf, lang: str, *, keeper: Keeper | None = None) -> None:
    """The pane, where it is called, over ``library``; without a ``keeper`` nothing can be added or removed."""
    import gradio as gr

    view = _View(library, keeper, lang, DocumentSets(library.folder))
    if keeper is not None:
        html_part(shelf_html.add_html(lang), "yj-shelf-add")
    entries = html_part(view.entries(), "yj-shelf-entries")
    html_part(shelf_html.search_html(lang), "yj-shelf-search")
    scope = html_part(view.scope(), "yj-shelf-scope")
    html_part(name_html(lang), "yj-shelf-name")
    listed = html_part(view.listed(), "yj-shelf-list", script="shelf.js")

    def choose(event: gr.EventData) -> str:
        return view.scope_of(library.documents(), _Asked.of(event))

    def collect(event: gr.EventData) -> str:
        asked = _Asked.of(event)
        return view.scope_of(library.documents(), asked, note=view.collected(asked))

    def look(event: gr.EventData) -> tuple[str, str, str]:
        asked = _Asked.of(event)
        infos = library.documents()
        return view.entries(), view.scope_of(infos, asked), view.list_of(infos, asked)

    # Gradio knows an event by its resolved annotation, and this module knows Gradio only inside functions.
    for handler in (choose, collect, look):
        handler.__annotations__ = {"event": gr.EventData}
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    # Not always_last: Gradio would send again what the first of them said.
    quiet["trigger_mode"] = "multiple"
    listed.choose(choose, None, [scope], **quiet)
    listed.collect(collect, None, [scope], **quiet)
    listed.look(look, None, [entries, scope, listed], **quiet)
    # Not by way of the queue: Gradio loses a question that is sent while the stream of an earlier event closes.
    gr.on(None, view.all, None, [entries, scope, listed], **quiet)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the page knows, as it sent it. ``collection`` is what it asks to do with one: ``do``, ``id`` and ``name``;
    ``number`` counts what it asked.
    """

    choice: Choice
    search: str = ""
    undo: frozenset[str] = frozenset()
    collection: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0

    @classmethod
    def of(cls, event: gr.EventData) -> _Asked:
        data = event._data if isinstance(event._data, dict) else {}
        undo, collection, number = data.get("undo"), data.get("collection"), data.get("asking")
        return cls(
            Choice.parse(data.get("choice")),
            str(data.get("search") or "")[:SEARCH_LENGTH],
            frozenset(map(str, undo)) if isinstance(undo, list) else frozenset(),
            collection if isinstance(collection, dict) else {},
            number if isinstance(number, int) else 0,
        )


@dataclass(frozen=True, slots=True)
class _View:
    """The parts of the pane as they are now."""

    library: Shelf
    keeper: Keeper | None
    lang: str
    sets: DocumentSets

    def entries(self) -> str:
        entries = self.keeper.entries() if self.keeper else []
        return shelf_html.entries_html(entries, self.lang, now=time.monotonic())

    def scope(self) -> str:
        return self.scope_of(self.library.documents(), _Asked(Choice()))

    def listed(self) -> str:
        return self.list_of(self.library.documents(), _Asked(Choice()))

    def all(self) -> tuple[str, str, str]:
        return self.entries(), self.scope(), self.listed()

    def scope_of(self, infos: Sequence[DocumentInfo], asked: _Asked, *, note: str = "") -> str:
        """What says which documents questions are limited to."""
        try:
            sets = self.sets.all()
        except CollectionError as error:
            sets, note = [], note or self._problem(error)
        return scope_html(infos, asked.choice, self.lang, sets=sets, note=note, asking=asked.number)

    def collected(self, asked: _Asked) -> str:
        """Keep, rename, delete or bring back a collection; what there is to say of it, as HTML."""
        id, name = (str(asked.collection.get(key, "")) for key in ("id", "name"))
        try:
            match asked.collection.get("do"):
                case "save":
                    ids = [info.id for info in self.library.documents()]
                    chosen = asked.choice.among(ids)
                    self.sets.save(name, ids if chosen is None else chosen)
                case "rename":
                    self.sets.rename(id, name)
                case "delete":
                    gone = next((one for one in self.sets.all() if one.id == id), None)
                    self.sets.delete(id)
                    return set_deleted_html(gone, self.lang) if gone else ""
                case "restore":
                    self.sets.restore(id)
        except CollectionError as error:
            return self._problem(error)
        return ""

    def _problem(self, error: CollectionError) -> str:
        return set_problem_html(sentence(error.code, self.lang, **error.fields))

    def list_of(self, infos: Sequence[DocumentInfo], asked: _Asked) -> str:
        keeper = self.keeper
        return shelf_html.list_html(
            infos,
            asked.choice,
            self.lang,
            search=asked.search,
            removed=keeper.removed() if keeper else (),
            undo=asked.undo,
            fresh={id for entry in keeper.entries() if not entry.twin for id in entry.documents} if keeper else (),
            changing=keeper is not None,
        )
