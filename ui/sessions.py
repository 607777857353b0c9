"""What Gradio keeps of every page that was ever opened, kept small while the server runs.

Gradio makes a component anew for each output that an event leaves as it was, and keeps every one of them, each with the
last value that was shown under it; and it keeps the session of a tab that was closed. None of that is read here: it
serves Gradio's links to a page's state, which are switched off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradio.routes import App

SESSIONS = 200
"""Open pages of one language that are remembered; the one used longest ago goes first."""

CLOSED = timedelta(hours=1)
"""Time after its last question for which a closed page is remembered; its tab may only have been asleep."""

EVERY = 5.0
"""Seconds between two looks."""


def tidy(page: App) -> None:
    """Drop what is not needed of every session of ``page``. To be called in the page's event loop, where no event of a
    session is halfway through.
    """
    own = page.get_blocks().default_config.blocks
    sessions, used = page.state_holder.session_data, page.state_holder.time_last_used
    end = datetime.now() - CLOSED
    for hash, session in list(sessions.items()):
        session.config_values.clear()
        components = session.blocks_config.blocks
        for id in [id for id in components if id not in own]:
            del components[id]
        if session.is_closed and used[hash] < end:
            del sessions[hash], used[hash]


async def keep_tidy(pages: Sequence[App]) -> None:
    """Tidy the sessions of ``pages`` until cancelled."""
    while True:
        await asyncio.sleep(EVERY)
        for page in pages:
            tidy(page)
