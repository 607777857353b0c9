from __future__ import annotations

import re
from pathlib import Path

import pytest

import embeddings.errors
import qa.errors
import ui.errors
from ui import strings
from ui.wording import kept, page, shelf, terminal

PARTS = (page, shelf, kept, terminal)
UI = Path(strings.__file__).parent
CJK = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
FIELD = re.compile(r"\{(\w+)")


def documented() -> dict[str, set[str]]:
    """Every error code named in the docstring of an error class, with its fields."""
    codes: dict[str, set[str]] = {}
    for module in (qa.errors, embeddings.errors, ui.errors):
        for item in vars(module).values():
            text = " ".join((getattr(item, "__doc__", None) or "").split())
            if isinstance(item, type) and text.startswith("Codes:"):
                for code, fields in re.findall(r"``(\w+)``(?: \(([^)]*)\))?", text):
                    codes[code] = set(fields.replace(" ", "").split(",")) - {""}
    return codes


def test_error_codes_are_found_in_the_docstrings() -> None:
    assert documented()["question_too_long"] == {"length", "limit"}
    assert documented()["port_busy"] == {"host", "port"}


@pytest.mark.parametrize("code", sorted(documented()))
def test_every_error_code_has_a_sentence_that_names_its_fields(code: str) -> None:
    chinese, english = strings.ERRORS[code]
    assert set(FIELD.findall(chinese)) == set(FIELD.findall(english))
    assert documented()[code] - {"known"} <= set(FIELD.findall(chinese))
    assert set(FIELD.findall(chinese)) <= documented()[code] | {"example", "upload_example", "next"}
    assert CJK.search(chinese)
    assert chinese.endswith("。")
    assert not CJK.search(english)
    assert english.endswith(".")


def test_no_sentence_is_left_without_an_error() -> None:
    assert set(strings.ERRORS) == set(documented())


@pytest.mark.parametrize("key", sorted(strings.TEXTS))
def test_labels_have_both_languages_with_the_same_fields(key: str) -> None:
    chinese, english = strings.TEXTS[key]
    assert chinese
    assert english
    assert set(FIELD.findall(chinese)) == set(FIELD.findall(english))
    assert key == "seal" or not CJK.search(english)


def test_every_reason_that_a_reader_gives_has_words_in_both_languages() -> None:
    given = {
        reason
        for path in (UI.parent / "qa" / "documents").rglob("*.py")
        for reason in re.findall(r"\"file_damaged\"[^)]*\breason=(\S+?)\)", path.read_text("utf-8"))
    }
    assert given
    assert all(re.fullmatch(r"\"\w+\"", reason) for reason in given)
    assert {reason.strip('"') for reason in given} <= set(strings.REASONS)
    for chinese, english in strings.REASONS.values():
        assert CJK.search(chinese)
        assert english
        assert not CJK.search(english)


def test_every_label_is_used_and_no_other_is_asked_for() -> None:
    source = "".join(path.read_text("utf-8") for path in UI.glob("*.py") if path.name != "strings.py")
    own = (UI / "strings.py").read_text("utf-8").split("# fmt: on")[1]
    assert len(strings.TEXTS) == sum(len(part.TEXTS) for part in PARTS)
    for key in (key for key in strings.TEXTS if not key.startswith("notice_")):
        assert re.search(f"[\"']{key}[\"']", source + own) or re.fullmatch("source_(empty|none)_(title|body)", key), key
    for key in re.findall(r"\btext\(\s*[\"'](\w+)[\"']", source):
        assert key in strings.TEXTS
    for name in re.findall(r"\bwords\.([A-Z_]+)", source):
        assert isinstance(getattr(terminal, name), str)


def test_every_notice_that_a_reader_makes_has_a_sentence() -> None:
    made = {
        code
        for path in (UI.parent / "qa").rglob("*.py")
        for code in re.findall(r"\bNotice\(\s*[\"'](\w+)[\"']", path.read_text("utf-8"))
    }
    assert {f"notice_{code}" for code in made} <= {key for key in strings.TEXTS if key.startswith("notice_")}


def test_chinese_stands_in_no_other_python_file_of_ui() -> None:
    for path in UI.glob("*.py"):
        if path.name != "strings.py":
            assert not CJK.search(path.read_text("utf-8")), path.name
    for path in (UI / "assets").glob("*.*s"):
        assert not CJK.search(path.read_text("utf-8")), path.name


# fmt: off
@pytest.mark.parametrize(("code", "lang", "fields", "expected"), [
    ("question_too_long", "zh", {"length": 20_000, "limit": 1000}, "问题有 20,000 个字，最多 1,000 个字。请只留下要问的那一句。"),
    ("question_too_long", "en", {"length": 20_000, "limit": 1000}, "The question has 20,000 characters; the limit is 1,000. Keep only the sentence that asks."),
    ("port_busy", "zh", {"host": "127.0.0.1", "port": 7860}, "127.0.0.1 的端口 7860 已被别的程序占用。请用 --port 换一个，例如 --port 7861。"),
    ("port_busy", "en", {"host": "::1", "port": 65535}, "Port 65535 of ::1 is taken by another program. Choose another with --port, for example --port 65534."),
    ("file_too_large", "zh", {"path": "大.txt", "size": 3 * 1024**3, "limit": 512 * 1024**2}, "大.txt 有 3 GB，最大 512 MB。请拆成几份再收入。"),
    ("file_too_large", "en", {"path": "a b.txt", "size": 1_290_000, "limit": 900}, "a b.txt has 1.2 MB; the limit is 900 B. Split it and add the parts."),
    ("file_format", "zh", {"path": "片.mp4", "suffix": ".mp4", "known": (".txt", ".md")}, "还不会读 片.mp4（.mp4）。现在能读：.md、.txt。"),
    ("file_empty", "en", {"path": "空\x1b[31m\n\u202e.txt"}, "空\ufffd[31m \ufffd.txt holds no text and was not added."),
    ("file_empty", "zh", {}, "? 里没有文字，没有收入。"),
    ("file_damaged", "zh", {"path": "坏.pdf", "reason": "format"}, "坏.pdf 读不出来：内容不合它的格式，可能没有下载完整，或扩展名不对。请换一份完好的文件。"),
    ("file_damaged", "en", {"path": "b.pdf", "reason": "pages"}, "b.pdf cannot be read: none of its pages can be opened. Use an intact copy."),
    ("file_unreadable", "zh", {"path": "甲.txt", "reason": "Permission denied"}, "读不了 甲.txt：没有权限。请检查权限，或换一份完好的文件。"),
    ("no_such_code", "zh", {}, "出了意外，没有答成。请再试一次；还不行，请看终端里的记录。"),
])
# fmt: on
def test_sentence(code: str, lang: str, fields: dict[str, object], expected: str) -> None:
    assert strings.sentence(code, lang, **fields) == expected


# fmt: off
@pytest.mark.parametrize(("key", "lang", "fields", "expected"), [
    ("library_size", "zh", {"count": 1, "characters": 4479}, "资料 1 份 · 4,479 字"),
    ("library_size", "en", {"count": 1, "characters": 4479}, "1 document · 4,479 characters"),
    ("library_size", "en", {"count": 2, "characters": 0}, "2 documents · 0 characters"),
    ("withheld", "en", {"count": 1}, "1 quote no longer matched the source and is not shown."),
    ("withheld", "en", {"count": 3}, "3 quotes no longer matched the source and are not shown."),
    ("title", "zh", {"title": "甲{title}乙"}, "《甲{title}乙》"),
])
# fmt: on
def test_text(key: str, lang: str, fields: dict[str, object], expected: str) -> None:
    assert strings.text(key, lang, **fields) == expected


@pytest.mark.parametrize(
    ("probability", "words"),
    [(1.0, "很有把握"), (0.9, "很有把握"), (0.899, "较有把握"), (0.75, "较有把握"), (0.5, "把握一般"), (0.49, "把握不大"), (0.0, "把握不大")],
)
def test_confidence_words(probability: float, words: str) -> None:
    assert strings.confidence_words(probability, "zh") == words


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        (None, "zh"),
        ("", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9", "en"),
        ("en-GB;q=0.5, zh-TW;q=0.6", "zh"),
        ("fr-FR,fr;q=0.9,en;q=0.4", "en"),
        ("fr", "zh"),
        ("EN", "en"),
        ("en,zh", "en"),
        ("en;q=0", "zh"),
        ("zh;q=0, en;q=0.001", "en"),
        ("english", "zh"),
        (";;;,=,en;q=oops", "zh"),
        ("x" * 100_000 + ",en", "zh"),
    ],
)
def test_choose_language(header: str | None, lang: str) -> None:
    assert strings.choose_language(header) == lang


def test_examples_are_those_of_a_document_that_ships(seeds: Path) -> None:
    for name, questions in strings.EXAMPLES.items():
        assert (seeds / name).is_file()
        assert strings.examples_for(["other.txt", name]) == questions
    assert strings.examples_for(["other.txt"]) == ()
