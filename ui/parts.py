"""What every part of the page is made with: Gradio's HTML component without Gradio's looks, and the files in ``assets``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio as gr


def html_part(
    value: str,
    elem_id: str,
    *,
    script: str | None = None,
    functions: Sequence[Callable[..., Any]] | None = None,
) -> gr.HTML:
    """HTML under ``elem_id``. ``script`` names an asset that runs once when it is there, and may call ``functions``."""
    import gradio as gr

    return gr.HTML(
        value,
        elem_id=elem_id,
        apply_default_css=False,
        js_on_load=asset(script) if script else None,
        server_functions=list(functions) if functions else None,
    )


def asset(name: str) -> str:
    """The text of a file in ``assets``."""
    return files("ui").joinpath("assets", name).read_text("utf-8")
