"""Where a page stands, as its script says with each question: the conversation it shows, and the documents ticked.

What the server remembers of a page may be gone while the page is still open: its tab slept, or many others came. What
the page itself says is not. Knows no Gradio; takes what nobody has checked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ui.shelf_choice import EVERYTHING, Choice


@dataclass(frozen=True, slots=True)
class Standing:
    """``conversation`` is the id of the one shown, empty for a new one, ``None`` where the page does not say."""

    conversation: str | None = None
    choice: Choice = EVERYTHING

    @classmethod
    def parse(cls, said: object) -> Standing:
        """What the page said, ``{"conversation"?: str, "choice"?: {"all": bool, "ids": [str]}}`` as JSON text; what
        makes no sense counts as not said.
        """
        try:
            value = json.loads(said) if isinstance(said, str) else None
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            return cls()
        shown = value.get("conversation")
        return cls(shown if isinstance(shown, str) else None, Choice.parse(value.get("choice")))
