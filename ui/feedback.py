"""What a person thinks of an answer: kept with its turn, and where it was bad, a line of a gold file for ``yinju eval``.

The file is ``feedback.jsonl`` in the library's folder, in the gold format of design § 6, with fields beside it that say
where the line comes from. ``answers`` is empty where nothing should have been found, and null where the right answer is
not known yet: such a line waits for someone to write it in. Each answer has one line; a later opinion replaces it.

A right answer is looked for in the paragraphs that were shown, character for character, never nearly.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from qa.types import Citation
from ui.chat import Shelf, unsendable
from ui.conversations import Conversations, Rating, iso_moment
from ui.errors import FeedbackError, RequestError
from ui.recall import RecalledTurn, recall_turn

FILE_NAME = "feedback.jsonl"
LOCK_NAME = "feedback.lock"
LOCK_SECONDS = 10.0

TEXT_LIMIT = 2_000
"""Characters of a note, and of a right answer."""

VERDICTS: tuple[Rating, ...] = ("up", "down", "")
REASONS = ("wrong_answer", "wrong_quote", "should_refuse", "has_answer", "other")

Outcome = Literal["kept_up", "forgotten", "kept", "kept_open"]
"""What became of an opinion: no line was needed; it was taken back; its line is ready; its line lacks the answer."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """``verdict`` is ``up``, ``down`` or empty, which takes an earlier one back; ``right`` the answer as it should be."""

    verdict: Rating
    reason: str = ""
    right: str = ""
    note: str = ""


def read_opinion(value: Mapping[str, Any]) -> Opinion:
    """The opinion in a JSON object with ``verdict`` and, for ``down``, ``reason``, ``right`` and ``note``.

    :raises FeedbackError: ``feedback_verdict``, ``feedback_reason`` or ``feedback_long``.
    :raises RequestError: ``request_field_type`` or ``text_broken``.
    """
    fields = {name: value.get(name, "") for name in ("verdict", "reason", "right", "note")}
    for name, part in fields.items():
        if not isinstance(part, str):
            raise RequestError("request_field_type", name=name)
        if unsendable(part):
            raise RequestError("text_broken", name=name)
        if len(part) > TEXT_LIMIT:
            raise FeedbackError("feedback_long", length=len(part), limit=TEXT_LIMIT)
    verdict = next((known for known in VERDICTS if known == fields["verdict"]), None)
    if verdict is None or "verdict" not in value:
        raise FeedbackError("feedback_verdict", value=fields["verdict"], known=("up", "down"))
    if fields["reason"] not in ("", *REASONS):
        raise FeedbackError("feedback_reason", value=fields["reason"], known=REASONS)
    return Opinion(verdict, fields["reason"], fields["right"].strip(), fields["note"].strip())


def give_opinion(conversations: Conversations, library: Shelf, id: str, number: int, opinion: Opinion) -> Outcome:
    """Keep an opinion of turn ``number`` of conversation ``id``.

    :raises ConversationError: ``conversation_unknown``, ``turn_unknown``, or as :class:`Conversations`.
    :raises FeedbackError: ``feedback_file``.
    """
    turn = recall_turn(conversations.turn(id, number), library)
    line = None
    if opinion.verdict == "down":
        line = gold_line(turn, opinion, id=f"{id}-{number}")
        line["time"] = iso_moment(conversations.clock())
    if line is not None or turn.rating == "down":
        _put(conversations.folder, f"{id}-{number}", line)
    conversations.rate(id, number, opinion.verdict)
    if line is None:
        return "kept_up" if opinion.verdict else "forgotten"
    return "kept_open" if line["answers"] is None else "kept"


def gold_line(turn: RecalledTurn, opinion: Opinion, *, id: str) -> dict[str, Any]:
    """The line of a gold file that says what the answer should have been.

    The context is the paragraph that holds the right answer, or the first one shown.
    """
    shown = [item.citation for item in (*turn.citations, *turn.others, *turn.near)]
    context, answers = (shown[0] if shown else None), None
    if opinion.reason == "should_refuse" and context is not None:
        answers = []
    elif opinion.right:
        for cited, start in _places(shown, opinion.right):
            context, answers = cited, [{"text": opinion.right, "start": start}]
            break
    return {
        "id": id,
        "context_id": _context_id(context) if context else "",
        "title": context.title if context else "",
        "context": context.text if context else "",
        "question": str(turn.record.get("understood") or turn.question),
        "answers": answers,
        "given": turn.answer,
        "reason": opinion.reason,
        "right": opinion.right,
        "note": opinion.note,
    }


def _places(shown: list[Citation], right: str) -> Iterator[tuple[Citation, int]]:
    """Paragraphs that hold ``right``, and where in each it starts; within its quote before elsewhere."""
    for cited in shown:
        inside = cited.quote.find(right)
        if inside >= 0:
            yield cited, cited.quote_start - cited.start + inside
    for cited in shown:
        start = cited.text.find(right)
        if start >= 0:
            yield cited, start


def _context_id(cited: Citation) -> str:
    return f"{cited.document_id}-{cited.start}-{cited.end}-{cited.revision[:12]}"


def _put(folder: Path, id: str, line: Mapping[str, Any] | None) -> None:
    """Replace the line ``id`` of the file, or drop it. Other lines stay byte for byte, whatever is in them."""
    from filelock import FileLock, Timeout

    path, fresh = folder / FILE_NAME, folder / f"{FILE_NAME}.new"
    try:
        with FileLock(folder / LOCK_NAME, timeout=LOCK_SECONDS):
            old = path.read_bytes().splitlines(keepends=True) if path.is_file() else []
            lines = [one if one.endswith(b"\n") else one + b"\n" for one in old if _id_of(one) != id]
            if line is not None:
                lines.append(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            with fresh.open("wb") as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
    except (OSError, Timeout) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FeedbackError("feedback_file", path=str(path), reason=reason) from error


def _id_of(line: bytes) -> object:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row.get("id") if isinstance(row, dict) else None
