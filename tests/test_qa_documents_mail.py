"""Mail and saved web pages: subject, sender and words, of the version that shows most; attachments are named."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.documents.mail import parse_mail
from qa.documents.sniff import sniff
from qa.errors import DocumentError
from qa.types import Document, Notice


def message(text: str = "", html: str = "", **head: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    for field, value in {"Subject": "年会场地", "From": "黄蓉 <huang@example.org>", **head}.items():
        made[field] = value
    if text:
        made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    return made


def read(made: EmailMessage | bytes) -> Document:
    data = made if isinstance(made, bytes) else made.as_bytes()
    return parse_mail(data, document_id="d", name="a.eml")


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_a_message_has_its_subject_sender_and_words() -> None:
    document = read(message("郭靖：\n\n年会定在襄阳饭店，可容纳260人。\n", To="guo@example.org"))
    assert blocks(document) == [
        ("heading", "年会场地"),
        ("byline", "From: 黄蓉 <huang@example.org>"),
        ("byline", "To: guo@example.org"),
        ("paragraph", "郭靖："),
        ("paragraph", "年会定在襄阳饭店，可容纳260人。"),
    ]
    assert (document.title, document.format, document.notices) == ("年会场地", "mail", ())


def test_of_two_versions_the_one_in_html_counts_and_keeps_its_table() -> None:
    table = "<p>报价如下</p><table><tr><th>品名</th><th>价</th></tr><tr><td>离心泵</td><td>18.5万</td></tr></table>"
    document = read(message("报价如下\n", table))
    assert blocks(document)[2:] == [("paragraph", "报价如下"), ("table", "品名 | 价"), ("table", "离心泵 | 18.5万")]
    assert document.blocks[-1].header == (4,)


def test_attachments_are_named_and_not_read() -> None:
    made = message("见附件。\n")
    made.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="合同.pdf")
    made.add_attachment("机密", filename="说明.txt")
    document = read(made)
    assert document.text.endswith("见附件。")
    assert document.notices == (Notice("attachments", detail="合同.pdf、说明.txt"),)


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "unknown-8bit", "utf-8"])
def test_the_encoding_is_the_declared_one_where_the_bytes_bear_it_out(declared: str) -> None:
    words = "长江大保护十年，水质持续改善，江豚数量回升到1249头。"
    head = f"From: a@b.c\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset={declared}\r\n\r\n"
    assert read(head.encode() + words.encode("gb18030")).text == f"From: a@b.c\n{words}"


def test_a_saved_page_is_read_as_a_page() -> None:
    head = "From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    page = "<html><body><nav><a href=/>首页</a></nav><h1>票价调整</h1><p>成人票调整为每人45元，学生票为22元。</p></body></html>"
    part = f"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Location: https://example.org/\r\n\r\n{page}\r\n--b--\r\n"
    document = read((head + part).encode())
    assert blocks(document) == [("heading", "票价调整"), ("paragraph", "成人票调整为每人45元，学生票为22元。")]
    assert document.format == "mail"


def test_encoded_words_that_cannot_be_read_stay() -> None:
    assert read(b"Subject: =?utf-8?b?A?= x\r\n\r\nhi").text == "=?utf-8?b?A?= x\nhi"


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(DocumentError) as caught:
        read(b"\xff\xfe no head")
    assert caught.value.code == "file_damaged"


@pytest.mark.parametrize(
    ("data", "suffix", "name"),
    [
        (b"From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\n\r\nhi", ".eml", "mail"),
        (b"From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\n\r\nhi", "", "mail"),
        (b"From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\n\r\nhi", ".txt", "text"),
        (b"From: <Saved by Blink>\r\nhi", ".mht", "mail"),
        ("发件人：黄蓉\n".encode(), "", "text"),
    ],
)
def test_mail_is_known_by_name_or_head(data: bytes, suffix: str, name: str) -> None:
    form = sniff(data, suffix)
    assert form is not None
    assert form.name == name


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        document = read(b"Subject: =?utf-8?b?" + data)
    except DocumentError:
        return
    assert all(0 <= block.start < block.end <= len(document.text) for block in document.blocks)
