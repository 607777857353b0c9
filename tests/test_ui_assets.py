from __future__ import annotations

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).parent.parent / "ui" / "assets"
# An export is a page of its own, which Gradio does not touch.
CSS = "".join(path.read_text("utf-8") for path in sorted(ASSETS.glob("*.css"), reverse=True) if path.stem != "export")


def palette(selector: str) -> dict[str, str]:
    """The colours that a rule sets, by name."""
    body = CSS[CSS.index(f"\n{selector} {{") :].split("}", 1)[0]
    return dict(re.findall(r"--yj-([\w-]+): (#[0-9a-f]{6})", body))


LIGHT = palette(":root")
DARK = {**LIGHT, **palette(".dark")}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance in [0, 1]."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_luminance_of_black_white_and_red() -> None:
    assert luminance("#000000") == 0
    assert luminance("#ffffff") == pytest.approx(1)
    assert luminance("#ff0000") == pytest.approx(0.2126)


# fmt: off
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), [
    ("ink", "paper"), ("ink2", "paper"), ("ink3", "paper"), ("red", "paper"), ("ink", "sheet"), ("ink2", "sheet"),
    ("ink3", "sheet"), ("red", "sheet"), ("ink", "raised"), ("ink2", "near"), ("mark-ink", "mark"), ("mark-hit", "mark"),
    ("on-fill", "fill"), ("green", "green-soft"),
])
# fmt: on
def test_text_has_the_contrast_of_wcag_aa(colours: dict[str, str], ink: str, paper: str) -> None:
    low, high = sorted((luminance(colours[ink]), luminance(colours[paper])))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_both_themes_set_every_colour() -> None:
    assert set(palette(":root")) == set(palette(".dark"))


def test_every_colour_is_used_and_set() -> None:
    used = set(re.findall(r"var\(--yj-([\w-]+)\)", CSS))
    assert set(LIGHT) <= used
    assert used <= set(LIGHT) | {"sans", "serif", "shadow"}


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in ASSETS.iterdir():
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]|@import|url\(", text), path.name


def test_the_style_sheet_mixes_no_shorthand_with_its_longhands() -> None:
    """Gradio copies each rule through the browser's own writer, which drops a ``font`` with ``var()`` that is mixed."""
    for body in re.findall(r"\{([^{}]*)\}", CSS):
        if re.search(r"\bfont:[^;]*var\(", body):
            assert not re.search(r"\b(font-[a-z-]+|line-height):", body), body


def test_no_selector_holds_a_comma_in_brackets() -> None:
    """Gradio splits selectors at every comma before it puts a prefix of its own before each part."""
    for selector in re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)):
        if not selector.strip().startswith("@"):
            assert not re.search(r"\([^()]*,", selector), selector
