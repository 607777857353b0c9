"""Encodings are found out, never asked for, and never patched with replacement characters."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.documents.encoding import NotText, decode, decode_as_far

SIMPLIFIED = "长江大保护十年，水质持续改善，江豚数量回升到1249头。"
TRADITIONAL = "馬祖列島位於臺灣海峽正北方，面臨閩江口，由三十六個島嶼組成。"


# fmt: off
@pytest.mark.parametrize(("text", "encoding", "found"), [
    (SIMPLIFIED,                 "utf-8",     "utf-8"),
    (SIMPLIFIED,                 "gbk",       "gb18030"),
    (SIMPLIFIED + "𠮷〇🙂",       "gb18030",   "gb18030"),
    (SIMPLIFIED,                 "utf-16-le", "utf-16-le"),
    (SIMPLIFIED,                 "utf-16-be", "utf-16-be"),
    (TRADITIONAL,                "utf-8",     "utf-8"),
    (TRADITIONAL,                "big5",      "big5hkscs"),
    (TRADITIONAL,                "gbk",       "gb18030"),
    (TRADITIONAL,                "utf-16-le", "utf-16-le"),
    ("他说：“好。”",              "gbk",       "gb18030"),
    ("他說：「好。」",            "big5",      "big5hkscs"),
    ("姓名,成绩\n张三,95\n",      "gbk",       "gb18030"),
    ("version 1.2 更新说明: fix bugs, see README.md for more", "gbk", "gb18030"),
    ("A plain line.\n",          "ascii",     "utf-8"),
    ("A plain line.\n",          "utf-16-le", "utf-16-le"),
    ("A plain line.\n",          "utf-16-be", "utf-16-be"),
    ("Café au lait — naïve résumé", "cp1252", "cp1252"),
    ("Das Größte ist schön.",    "cp1252",    "cp1252"),
])
# fmt: on
def test_each_encoding_is_found(text: str, encoding: str, found: str) -> None:
    assert decode(text.encode(encoding)) == (text, found)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_a_byte_order_mark_decides_and_is_dropped(mark: bytes, encoding: str) -> None:
    assert decode(mark + SIMPLIFIED.encode(encoding)) == (SIMPLIFIED, encoding)


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + "长江".encode("gbk"),
        codecs.BOM_UTF16_LE + b"\x00\xd8",
        codecs.BOM_UTF16_LE + b"a",
        b"\x00\x01\x02\x03" * 20,
        b"\xff" * 50,
        b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8\x00\x00\x00",
        SIMPLIFIED.encode() + b"\xff\xfe\x00",
    ],
)
def test_what_no_encoding_explains_is_refused(data: bytes) -> None:
    with pytest.raises(NotText):
        decode(data)


def test_random_bytes_are_no_text() -> None:
    generator = random.Random(0)
    for _ in range(200):
        with pytest.raises(NotText):
            decode_as_far(generator.randbytes(200))


# fmt: off
@pytest.mark.parametrize(("text", "encoding", "torn", "found"), [
    (SIMPLIFIED + "头",  "utf-8",     1, "utf-8"),
    (SIMPLIFIED + "头",  "utf-8",     2, "utf-8"),
    (SIMPLIFIED + "🙂",  "utf-8",     3, "utf-8"),
    (SIMPLIFIED + "头",  "gb18030",   1, "gb18030"),
    (SIMPLIFIED + "🙂",  "gb18030",   1, "gb18030"),
    (TRADITIONAL + "組", "big5",      1, "big5hkscs"),
    (SIMPLIFIED + "头",  "utf-16-le", 1, "utf-16-le"),
    (SIMPLIFIED + "🙂",  "utf-16-be", 2, "utf-16-be"),
])
# fmt: on
def test_a_file_that_breaks_off_within_a_character_is_read_up_to_it(
    text: str, encoding: str, torn: int, found: str
) -> None:
    data = text.encode(encoding)
    assert decode_as_far(data) == (text, found, False)
    assert decode_as_far(data[:-torn]) == (text[:-1], found, True)


@pytest.mark.parametrize("tail", [b"\xff\xfe\x00", b"\xff", b"\x80", b"\xe5\xa4\xff"])
def test_bytes_that_begin_no_character_are_no_break(tail: bytes) -> None:
    with pytest.raises(NotText):
        decode_as_far(SIMPLIFIED.encode() + tail)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1))
def test_utf8_always_wins(text: str) -> None:
    assert decode(("文" + text).encode()) == ("文" + text, "utf-8")


def test_a_tail_of_a_log_with_colours_is_text() -> None:
    text = "\x1b[32mINFO\x1b[0m server started\n" * 3 + "plain line\n" * 3
    assert decode(text.encode()) == (text, "utf-8")


def _accuracy(texts: list[str], encodings: tuple[str, ...], size: int) -> float:
    generator = random.Random(size)
    right = total = 0
    for _ in range(200):
        text = generator.choice(texts)
        start = generator.randrange(max(1, len(text) - size))
        snippet = text[start : start + size]
        for encoding in encodings:
            data = snippet.encode(encoding, "ignore")
            with contextlib.suppress(NotText):
                right += decode(data)[0] == data.decode(encoding)
            total += 1
    return right / total


@pytest.mark.shared
@pytest.mark.parametrize("size", [30, 100, 1000])
def test_real_snippets_of_both_scripts(shared: Path, size: int) -> None:
    def contexts(name: str) -> list[str]:
        with gzip.open(shared / "data" / "qa" / name, "rt", encoding="utf-8") as file:
            return [json.loads(line)["context"] for line in file]

    assert _accuracy(contexts("dev_cmrc2018_trial.jsonl.gz"), ("gb18030", "utf-16-le", "utf-16-be"), size) >= 0.99
    assert _accuracy(contexts("train_drcd_dev.jsonl.gz"), ("big5", "gb18030", "utf-16-le"), size) >= 0.99
