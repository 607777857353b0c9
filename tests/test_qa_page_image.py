"""Pictures of pages: of the file that was read, or none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from qa.documents import read_document
from qa.errors import DocumentError
from qa.page_image import PageImages
from tests.pdf_writer import Page, pdf


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    (tmp_path / "paper.pdf").write_bytes(pdf(Page().text(72, 100, "Three hundred firms came.")))
    return tmp_path / "paper.pdf"


def test_a_page_is_drawn_from_the_file_that_was_read(paper: Path) -> None:
    document = read_document(paper, document_id="d", name="paper.pdf")
    assert document.pages == 1
    assert document.revision == hashlib.sha256(paper.read_bytes()).hexdigest()
    images = PageImages()
    picture = images.draw(document, 1)
    assert picture.startswith(b"\x89PNG\r\n")
    assert images.draw(document, 1) is picture


def test_a_changed_or_missing_file_is_not_drawn(paper: Path) -> None:
    document = read_document(paper, document_id="d", name="paper.pdf")
    paper.write_bytes(paper.read_bytes() + b"\n")
    with pytest.raises(DocumentError) as changed:
        PageImages().draw(document, 1)
    paper.unlink()
    with pytest.raises(DocumentError) as gone:
        PageImages().draw(document, 1)
    assert (changed.value.code, gone.value.code) == ("file_changed", "file_changed")


@pytest.mark.parametrize("page", [0, 2, -1])
def test_there_are_only_the_pages_that_there_are(paper: Path, page: int) -> None:
    document = read_document(paper, document_id="d", name="paper.pdf")
    with pytest.raises(DocumentError) as error:
        PageImages().draw(document, page)
    assert (error.value.code, error.value.fields["pages"]) == ("page_missing", 1)
