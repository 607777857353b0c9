from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.shelf_names import NAME_BYTES, PARTS, confined

ODD = st.text(st.sampled_from("a报/\\.: \"'<>|?*~$\x00\n\x1f\x7f\u202e\u2028\ud800é\u0301 con😀"), max_size=60)


# fmt: off
@pytest.mark.parametrize(("name", "expected"), [
    ("年报 2023.pdf", "年报 2023.pdf"),
    ("报/2023/年报.pdf", "报/2023/年报.pdf"),
    ("../../etc/passwd", "etc/passwd"),
    ("/etc/passwd", "etc/passwd"),
    ("..", "x.txt"),
    ("./.././.", "x.txt"),
    ("", "x.txt"),
    (" . ", "x.txt"),
    (".hidden.txt", "hidden.txt"),
    ("~$年报.docx", "年报.docx"),
    ("C:\\年报.pdf", "C：＼年报.pdf"),
    ('谁说"好"?<b>.txt', "谁说＂好＂？＜b＞.txt"),
    ("it's.txt", "it's.txt"),
    ("a\nb\x00c.txt", "a_b_c.txt"),
    ("反\u202egpj.txt", "反gpj.txt"),
    ("半\ud800.txt", "半_.txt"),
    ("con.txt", "_con.txt"),
    ("NUL", "_NUL"),
    ("cafe\u0301.txt", "café.txt"),
    ("a/b/c/d/e/f/g/h.txt", "c/d/e/f/g/h.txt"),
    ("长" * 100 + ".pdf", "长" * 58 + ".pdf"),  # 58 * 3 + 4 = 178 bytes of 180
    ("a." + "b" * 300, "a." + "b" * 178),
])
# fmt: on
def test_confined(name: str, expected: str) -> None:
    assert confined(name, fallback="x.txt") == expected


@given(st.one_of(ODD, st.text(max_size=220)))
def test_a_confined_name_stays_where_it_is_put(name: str) -> None:
    safe = confined(name, fallback="x.txt")
    parts = safe.split("/")
    assert PurePosixPath(safe).parts == tuple(parts) == PureWindowsPath(safe).parts
    assert not PurePosixPath(safe).is_absolute()
    assert 1 <= len(parts) <= PARTS
    for part in parts:
        assert part.strip(" .") != ""
        assert not part.startswith((".", "~$", " "))
        assert not part.endswith((".", " "))
        assert len(part.encode("utf-8")) <= NAME_BYTES + 1  # a reserved name gains one
        assert not set(part) & set('\\/<>:"|?*')
        assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in part)
    assert confined(safe, fallback="x.txt") == safe
