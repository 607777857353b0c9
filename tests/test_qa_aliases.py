"""Short names that a document gives itself."""

from __future__ import annotations

import pytest

from qa.aliases import Alias, find_aliases, other_names


# fmt: off
@pytest.mark.parametrize(("text", "expected"), [
    ("第八届中国西部国际投资贸易洽谈会(简称“西洽会”)开幕。", [("西部国际投资贸易洽谈会", "西洽会")]),
    ("由商务部主办的中国国际进口博览会（以下简称“进博会”）举行。", [("进口博览会", "进博会")]),
    ("重庆某某科技有限公司（以下称甲方）与本人", [("重庆某某科技有限公司", "甲方")]),
    ("會議通過中華民國憲法增修條文（簡稱「憲法增修條文」）。", []),
    ("世界卫生组织（下称世卫组织）说", [("世界卫生组织", "世卫组织")]),
    ("他说（声音很小）谢谢。", []),
    ("中国西部（简称西部）和西部（简称西部）", []),
    ("简称“西洽会”", []),
])
# fmt: on
def test_definitions(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(alias.full, alias.short) for alias in find_aliases(text)] == expected


def test_other_names_both_ways_and_only_what_is_not_said() -> None:
    aliases = [Alias("西部国际投资贸易洽谈会", "西洽会")]
    assert other_names("第八届中国西部国际投资贸易洽谈会开幕。", aliases) == ["西洽会"]
    assert other_names("西洽会开幕。", aliases) == ["西部国际投资贸易洽谈会"]
    assert other_names("西部国际投资贸易洽谈会，即西洽会。", aliases) == []
    assert other_names("别的事。", aliases) == []
