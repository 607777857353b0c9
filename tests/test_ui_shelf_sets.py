"""Collections are kept, named, replaced, deleted and brought back; and what the page shows of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.library import DocumentInfo
from tests.ui_html import Page
from tests.ui_tiny import HOSTILE
from ui.errors import CollectionError
from ui.shelf_choice import Choice
from ui.shelf_scope import name_html, scope_html, set_deleted_html, set_problem_html
from ui.shelf_sets import FILE_NAME, DocumentSet, DocumentSets

INFOS = [DocumentInfo(id, f"{id}.txt", id, f"/{id}.txt", "r", "text", 10, 1, 1) for id in "abc"]


def names(sets: DocumentSets) -> list[str]:
    return [one.name for one in sets.all()]


def test_a_collection_is_kept_renamed_deleted_and_brought_back(tmp_path: Path) -> None:
    sets = DocumentSets(tmp_path)
    assert sets.all() == []
    id = sets.save("  年报\n", ["a", "b"])
    other = sets.save("会议", ["c"])
    assert DocumentSets(tmp_path).all() == [
        DocumentSet(other, "会议", frozenset("c")),
        DocumentSet(id, "年报", frozenset("ab")),
    ]
    sets.rename(id, "公司年报")
    sets.delete(id)
    assert names(sets) == ["会议"]
    sets.restore(id)
    assert sorted(names(sets)) == ["会议", "公司年报"]
    sets.delete(id)
    sets.save("新", ["a"])
    with pytest.raises(CollectionError, match="collection_unknown"):
        sets.restore(id)


def test_the_same_name_replaces_what_had_it(tmp_path: Path) -> None:
    sets = DocumentSets(tmp_path)
    id = sets.save("年报", ["a"])
    assert sets.save("年报", ["b", "c"]) == id
    assert sets.all() == [DocumentSet(id, "年报", frozenset("bc"))]


# fmt: off
@pytest.mark.parametrize(("name", "code", "fields"), [
    ("", "collection_name_empty", {}),
    (" \n\t", "collection_name_empty", {}),
    ("\ud83d", "collection_name_empty", {}),
    ("长" * 41, "collection_name_long", {"length": 41, "limit": 40}),
])
# fmt: on
def test_a_name_that_cannot_be(tmp_path: Path, name: str, code: str, fields: dict[str, object]) -> None:
    with pytest.raises(CollectionError) as caught:
        DocumentSets(tmp_path).save(name, ["a"])
    assert (caught.value.code, caught.value.fields) == (code, fields)


def test_limits_and_names_that_are_taken(tmp_path: Path) -> None:
    sets = DocumentSets(tmp_path)
    first = sets.save("0", ["a"])
    sets.save("1", ["a"])
    with pytest.raises(CollectionError, match="collection_name_taken"):
        sets.rename(first, "1")
    with pytest.raises(CollectionError, match="collection_unknown"):
        sets.delete("none")
    full = {"version": 1, "collections": [{"id": str(n), "name": str(n), "documents": [], "deleted": False} for n in range(100)]}
    (tmp_path / FILE_NAME).write_text(json.dumps(full))
    with pytest.raises(CollectionError) as caught:
        sets.save("更多", ["a"])
    assert caught.value.fields == {"count": 100, "limit": 100}
    assert sets.save("99", ["a"]) == "99"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"version": 2}', '{"version": 1, "collections": [1]}', "[" * 99_999])
def test_a_file_that_cannot_be_used_is_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(content)
    for act in (DocumentSets(tmp_path).all, lambda: DocumentSets(tmp_path).save("年报", ["a"])):
        with pytest.raises(CollectionError) as caught:
            act()
        assert (caught.value.code, caught.value.fields["path"]) == ("collections_file", str(path))
    assert path.read_text() == content


def test_the_chosen_collection_is_marked_and_said() -> None:
    sets = [DocumentSet("1", "年报", frozenset("abz")), DocumentSet("2", HOSTILE[:40], frozenset("c"))]
    page = Page(scope_html(INFOS, Choice(False, frozenset("ab")), "zh", sets=sets))
    assert page.text("label") == ["只问合集“年报”的 2 份"]
    assert page.attributes(".yj-set", "aria-pressed") == ["true", "false"]
    assert [json.loads(ids or "") for ids in page.attributes(".yj-set", "data-documents")] == [["a", "b"], ["c"]]
    assert page.text(".yj-set small") == ["2", "1"]
    assert page.attributes(".yj-set-rename", "data-name") == ["年报"]
    assert len(page.find(".yj-set-delete")) == 1
    assert not page.find(".yj-set-save")
    assert not page.find("script")


def test_ticked_documents_that_are_no_collection_can_be_kept_as_one() -> None:
    sets = [DocumentSet("1", "年报", frozenset("ab"))]
    some = Page(scope_html(INFOS, Choice(False, frozenset("a")), "zh", sets=sets))
    assert some.text(".yj-set-save") == ["存为合集"]
    assert some.attributes(".yj-set", "aria-pressed") == ["false"]
    for choice in (Choice(), Choice(False)):
        page = Page(scope_html(INFOS, choice, "zh", sets=sets))
        assert not page.find(".yj-set-save")
        assert page.text(".yj-set bdi") == ["年报"]
    assert not Page(scope_html(INFOS, Choice(), "zh")).find(".yj-set-row")


def test_what_is_said_of_a_change() -> None:
    gone = Page(set_deleted_html(DocumentSet("1", "<年报>", frozenset()), "zh"))
    assert gone.text(".yj-set-note") == ["已删除合集“<年报>”，资料都还在。撤销"]
    assert gone.attributes(".yj-set-back", "data-id") == ["1"]
    assert Page(set_problem_html("不行<b>")).text(".yj-error") == ["不行<b>"]
    assert Page(name_html("en")).attributes(".yj-set-name", "aria-label") == ["Name of the collection"]
