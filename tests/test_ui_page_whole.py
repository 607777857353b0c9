"""The whole path in a real Chromium: the newspaper in seeds/, the model that ships, the real page."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.encoder import load_encoder
from qa.answer import Answerer
from qa.config import Config
from qa.library import Library
from tests.conftest import ROOT
from tests.ui_server import chromium, serving, visiting

pytestmark = pytest.mark.page


def test_from_the_newspaper_to_a_quote_that_is_proven(tmp_path: Path) -> None:
    encoder = load_encoder()
    with Library.create(tmp_path / "library", encoder=encoder) as library:
        library.add([ROOT / "seeds"], encoder=encoder)
        answerer = Answerer.over(library, encoder, threshold=Config().threshold)
        expected = answerer.ask("有多少家世界500强落户重庆？").citations[0]
        text = library.document(expected.document_id).text
        with serving(answerer, library) as address, chromium() as browser, visiting(browser, address) as visit:
            visit.ask("有多少家世界500强落户重庆？")
            visit.wait_turns(1)
            assert visit.text(".yj-short strong") == ["325家"]
            visit.tab.get_by_role("link", name="[1]", exact=True).first.click()
            visit.wait("#yj-pane mark")
            assert visit.text("#yj-pane mark") == [text[expected.quote_start : expected.quote_end]]
            assert visit.text("#yj-pane .yj-badge") == ["逐字核对 ✓"]
            visit.ask("西洽会的门票多少钱？")
            visit.wait_turns(2)
            assert visit.text(".yj-short strong") == ["325家", "未找到"]
            assert all(request.startswith(address) for request in visit.requests if request.startswith("http"))
