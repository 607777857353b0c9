"""Markdown: the text of a document is what a reader of the rendered page sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents import read_document
from qa.documents.markdown import INLINE_LIMIT, parse_markdown
from qa.errors import DocumentError
from qa.types import Document


def parse(text: str) -> Document:
    return parse_markdown(text, document_id="d", name="d.md")


def blocks(text: str) -> list[tuple[str, int, str]]:
    document = parse(text)
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def visible(text: str) -> str:
    return parse(text).text


def test_a_page() -> None:
    # fmt: off
    assert blocks("""\
# 引据 **使用**手册

从[自己的文件](https://example.org "t")里找*答案*，
并逐字出示`证据`。

第一步
-----

1. 安装 `yinju`
2. 加入文件
   - 支持 *Markdown*
   - 支持纯文本

     各种编码都认。

> 引文不改一字。

| 数据集 | 命中率 |
|---|--:|
| **CMRC** | 98.7 |
| a \\| b | |

```python
print("**原样**")
    x = 1
```

---
<!-- 不显示 -->
![架构图](a.png)
""") == [
        ("heading",   1, "引据 使用手册"),
        ("paragraph", 0, "从自己的文件里找答案，并逐字出示证据。"),
        ("heading",   2, "第一步"),
        ("list_item", 0, "1. 安装 yinju"),
        ("list_item", 0, "2. 加入文件"),
        ("list_item", 0, "支持 Markdown"),
        ("list_item", 0, "支持纯文本"),
        ("paragraph", 0, "各种编码都认。"),
        ("paragraph", 0, "引文不改一字。"),
        ("table",     0, "数据集 | 命中率"),
        ("table",     0, "CMRC | 98.7"),
        ("table",     0, "a | b |"),
        ("code",      0, 'print("**原样**")\n    x = 1'),
        ("paragraph", 0, "架构图"),
    ]
    # fmt: on
    assert parse("# 引据 **使用**手册\n\n正文").title == "引据 使用手册"


# fmt: off
@pytest.mark.parametrize(("source", "text"), [
    ("你好\n世界",                         "你好世界"),
    ("你好，\nAI",                        "你好， AI"),
    ("hello\nworld",                      "hello world"),
    ("基于 langchain\n思想",               "基于 langchain 思想"),
    ("第一行  \n第二行",                   "第一行\n第二行"),
    ("甲<br>乙<br/>丙",                    "甲\n乙\n丙"),
    ("**粗**_斜_~~删~~`码`",               "粗斜删码"),
    ("a &amp; b &lt;c&gt; &copy; &#20013;", "a & b <c> © 中"),
    ("\\*不是斜体\\*",                      "*不是斜体*"),
    ("见 <https://example.org/a>。",        "见 https://example.org/a。"),
    ("[**粗**链接][ref]\n\n[ref]: http://x", "粗链接"),
    ("前<!-- 注 -->后 <b>粗</b>",           "前后 粗"),
    ("![甲 *乙*](a.png) 与 [![丙](b)](c)",  "甲 乙 与 丙"),
    ("![](data:image/png;base64,AAAA====)图", "图"),
    ("<div>\n<b>甲</b> &amp; 乙\n</div>",   "甲 & 乙"),
    ("<h1 align='center'>题</h1>",         "题"),
    ("<table><tr><th>甲</th><th>乙</th></tr><tr><td>1</td><td>2</td></tr></table>", "甲 | 乙\n1 | 2"),
    ("<script>\nalert(1)\n</script>\n\n文", "文"),
    ("<style>p{}</style>\n\n文",            "文"),
    ("7. 七\n8. 八",                       "7. 七\n8. 八"),
    ("1. 甲\n1. 乙",                       "1. 甲\n2. 乙"),
    ("- [x] 已办",                         "[x] 已办"),
    ("    缩进的代码\n      第二行",         "缩进的代码\n  第二行"),
    ("来源：新华网",                        "来源：新华网"),
])
# fmt: on
def test_what_a_reader_sees(source: str, text: str) -> None:
    assert visible(source) == text


# fmt: off
@pytest.mark.parametrize(("source", "title"), [
    ("---\ntitle: \"使用 手册\"\ndate: 2026-05-01\n---\n# 一\n文", "使用 手册"),
    ("---\r\ntitle: 手册\r\n---\r\n文",                           "手册"),
    ("---\ndate: 2026-05-01\n---\n# 一\n文",                     "一"),
    ("## 二级\n文",                                              "d"),
    ("文\n\n# 后面的题\n",                                        "后面的题"),
    ("标题\n===\n文",                                             "标题"),
    ("文\n\n---\n\ntitle: 不是",                                  "d"),
])
# fmt: on
def test_titles(source: str, title: str) -> None:
    document = parse(source)
    assert document.title == title
    assert "date:" not in document.text


def test_bylines_and_labels_are_recognised() -> None:
    assert [kind for kind, _, _ in blocks("# 题\n\n本报记者 张三\n\n正文在此。\n\n相关新闻\n")] == [
        "heading", "byline", "paragraph", "label",
    ]  # fmt: skip


@settings(deadline=None)
@given(st.text() | st.text(alphabet="#*_`[]()!<>-|:~\\&;=+.1 \n\t甲a"))
def test_offsets_are_exact_whatever_the_text(text: str) -> None:
    document = parse(text)
    position = 0
    for number, block in enumerate(document.blocks, 1):
        assert block.number == number
        assert not document.text[position : block.start].strip()
        assert document.text[block.start : block.end] == document.text[block.start : block.end].strip() != ""
        position = block.end
    assert position == len(document.text)


@given(st.lists(st.text(alphabet="甲乙丙丁，。abc", min_size=1), min_size=1))
def test_plain_paragraphs_are_kept_word_for_word(paragraphs: list[str]) -> None:
    assert [text for _, _, text in blocks("\n\n".join(paragraphs))] == paragraphs


SIZE = 15_000


# fmt: off
@pytest.mark.parametrize("text", [
    "中" * 1_000_000, "[" * SIZE, "![" * SIZE, "*a " * SIZE, "<!-- " * SIZE, "<?" * SIZE, "`" * SIZE, "a**b" * SIZE, "&" * SIZE,
    "|" * 5_000 + "\n" + "|-" * 5_000 + "|\n", "<div>" * SIZE, "中\n" * SIZE,
])
# fmt: on
def test_hostile_text_is_read_in_time(text: str) -> None:
    document = parse(text)
    assert all(block.end <= len(document.text) for block in document.blocks)


# fmt: off
@pytest.mark.parametrize("text", [
    "> " * 1_000 + "文", "- " * 1_000 + "文", "".join("  " * depth + "- 项\n" for depth in range(300)),
])
# fmt: on
def test_what_the_parser_would_drop_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="file_nested"):
        parse(text)


def test_levels_within_the_limit_are_read() -> None:
    text = "".join("  " * depth + f"- 项{depth}\n" for depth in range(45))
    assert [said for _, _, said in blocks(text)] == [f"项{depth}" for depth in range(45)]


def test_long_runs_of_text_lose_nothing() -> None:
    line = "这是**很**长的一段。" * 20
    text = visible("\n".join([line] * 100))
    assert len(text) > INLINE_LIMIT
    assert text == line.replace("**", "") * 100


@pytest.mark.shared
def test_a_real_readme(shared: Path) -> None:
    document = read_document(shared / "documents" / "md_zh_readme_chatchat.md", document_id="d", name="README.md")
    texts = [document.text[block.start : block.end] for block in document.blocks]
    assert "模型部署框架 | Xinference | LocalAI | Ollama | FastChat" in texts
    assert [block.level for block in document.blocks if block.level][:4] == [2, 2, 3, 3]
    contents = [text for text, block in zip(texts, document.blocks, strict=True) if block.kind == "contents"]
    assert (contents[:2], contents[-1]) == (["目录", "概述"], "联系我们")
    assert "](" not in document.text


def test_footnotes_stay() -> None:
    text = "超时见[^1]，[链接][a]。\n\n[^1]: 返回错误码E1042。\n[^n]: 另见*附录*。\n\n[a]: https://example.org\n"
    assert blocks(text) == [
        ("paragraph", 0, "超时见[^1]，链接。"),
        ("note", 0, "[^1]: 返回错误码E1042。"),
        ("note", 0, "[^n]: 另见附录。"),
    ]


def test_the_rows_of_a_table_in_html_have_their_header() -> None:
    document = parse("前言\n\n<table><tr><th>版本</th><th>日期</th></tr><tr><td>3.2</td><td>2月</td></tr></table>\n")
    assert [(block.kind, block.header, document.text[block.start : block.end]) for block in document.blocks] == [
        ("paragraph", (), "前言"),
        ("table", (), "版本 | 日期"),
        ("table", (2,), "3.2 | 2月"),
    ]


def test_entries_of_a_form_keep_their_lines_and_wrapped_prose_does_not() -> None:
    text = "**甲方**：江州果业公司\n地址：青石路1号\n电话：0571\n\n今年的收购\n价格：不变\n"
    assert [block[2] for block in blocks(text)] == [
        "甲方：江州果业公司\n地址：青石路1号\n电话：0571",
        "今年的收购价格：不变",
    ]
