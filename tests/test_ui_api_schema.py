"""What ``/api/openapi.json`` says is what the endpoints do: schemathesis sends what it allows and what it forbids."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from starlette.applications import Starlette
from starlette.routing import Mount

from qa.answer import clean_question
from qa.types import Answer
from tests.shelf_library import FindingAnswerer, keeping
from ui.api import ENDPOINTS, endpoints
from ui.api_documents import change_routes
from ui.api_schema import openapi
from ui.gate import Gate
from ui.guard import Guard

EXAMPLES = int(os.environ.get("YINJU_FUZZ_EXAMPLES", "8"))
"""Requests of each kind to each address; more for a longer look."""

PAPER = "重庆迎来西洽会。\n\n会上签约34.96亿元。\n"


class Careful(FindingAnswerer):
    """Refuses the questions that the true answerer refuses."""

    def ask(self, question: str, **options: Any) -> Answer:
        return super().ask(clean_question(question), **options)


class FromHere:
    """As a server and a browser do, say that who asks, and who is asked, is this machine."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            kept = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope = {**scope, "client": ("127.0.0.1", 5), "headers": [*kept, (b"host", b"127.0.0.1")]}
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("api")
    (folder / "甲.txt").write_text(PAPER, "utf-8")
    with keeping(folder / "library") as (library, keeper):
        library.add([folder / "甲.txt"], encoder=keeper._encoder)
        app = endpoints(Gate(Careful(library)), library, more=change_routes(keeper))
        guarded = Guard(Starlette(routes=[Mount("/api", app)]), only_local=True)
        yield schemathesis.openapi.from_asgi("/api/openapi.json", FromHere(guarded))


def failures(operation: Any, mode: GenerationMode) -> list[str]:
    """What is wrong with the answers to some requests that the description allows, or forbids."""
    found: dict[str, str] = {}

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        try:
            case.call_and_validate(excluded_checks=[ignored_auth, positive_data_acceptance])
        except FailureGroup as group:
            for failure in group.exceptions:
                found.setdefault(type(failure).__name__, f"{operation.label}: {str(failure)[:600]}")

    ask()
    return list(found.values())


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name)
def test_answers_are_as_described(api: Any, mode: GenerationMode) -> None:
    found = []
    for operation in api.get_all_operations():
        with contextlib.suppress(Unsatisfiable):  # nothing can be sent there that is forbidden
            found += failures(operation.ok(), mode)
    assert not found, "\n".join(found)


def test_every_endpoint_is_described() -> None:
    paths = openapi("1")["paths"]
    described = {f"{method.upper()} /api{path}" for path, operations in paths.items() for method in operations}
    assert described >= set(ENDPOINTS)
