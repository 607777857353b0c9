"""How right the answers are, on sets and contexts that nothing was trained on. `make bench-quality`.

Each set's questions are asked against all its paragraphs; the paragraph that a question was written for counts as the
hit. Writes ``results/quality.json`` and ``results/quality.png``. ``--limit N`` asks N of each set, chosen at
random once and for all. What was not answered exactly is listed in ``build/errors``, to be read.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from benchmarks.cache import CachedEncoder
from benchmarks.common import BUILD, ROOT, SHARED, read_rows, write_result
from qa.answer import Answerer
from qa.config import Config
from qa.evaluate import GoldQuestion, Score, as_document, evaluate
from qa.library import Library
from qa.question import parse_question
from qa.types import Answer, Document
from training.reader_data import is_held_out

SETS = ("dev_cmrc2018_trial", "dev_dureader_robust", "dev_dureader_checklist", "dev_xquad_en")
HELD_OUT = {"train_cmrc2018_train": 500, "train_drcd_dev": 1000}
"""Training sets whose contexts kept aside are asked about, and among how many of the set's paragraphs."""
FOREIGN = {"dev_cmrc2018_trial": "dev_dureader_robust", "dev_dureader_robust": "dev_cmrc2018_trial"}


def main() -> None:
    """Measure every set, print the table, and write JSON and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=None, metavar="N")
    parser.add_argument("--shared", type=Path, default=SHARED)
    arguments = parser.parse_args()
    encoder = CachedEncoder(BUILD / "vectors.sqlite3")
    begin = time.perf_counter()
    result: dict[str, Any] = {"limit": arguments.limit, "sets": {}, "kinds": {}, "foreign": {}}
    for name in (*SETS, *HELD_OUT):
        documents, questions = read_set(arguments.shared, name)
        with answering(documents, encoder) as answerer:
            kinds = by_kind(name, answerer, chosen(questions, arguments.limit))
            score = sum(kinds.values(), Score())
            result["sets"][name] = {"paragraphs": len(documents), **score.row(), "bins": score.bins}
            result["kinds"][name] = {kind: one.row() for kind, one in sorted(kinds.items(), key=_most_first)}
            if name in FOREIGN:
                other = read_set(arguments.shared, FOREIGN[name])[1]
                result["foreign"][name] = foreign(name, answerer, chosen(other, arguments.limit or 300))
    result["seeds"] = seeds(arguments.shared, encoder)
    result["seconds"] = round(time.perf_counter() - begin)
    show(result)
    print(write_result("quality", result))
    plot(result)


def read_set(shared: Path, name: str) -> tuple[list[Document], list[GoldQuestion]]:
    """The contexts of a set as documents, and its questions; of a training set those that nothing was trained on."""
    documents: dict[str, Document] = {}
    questions = []
    aside = set()
    for row in read_rows(shared / "data" / "qa" / f"{name}.jsonl.gz"):
        id = row["context_id"]
        documents.setdefault(id, as_document(id, row["title"], row["context"]))
        answers = tuple(answer["text"] for answer in row["answers"])
        if name not in HELD_OUT or is_held_out(row):
            questions.append(GoldQuestion(row["id"], row["question"], answers, id))
            aside.add(id)
    own = [document for id, document in documents.items() if id in aside]
    others = [document for id, document in documents.items() if id not in aside]
    room = max(0, HELD_OUT.get(name, 0) - len(own))
    return own + random.Random(0).sample(others, min(room, len(others))), questions


@contextmanager
def answering(documents: Iterable[Document], encoder: CachedEncoder) -> Iterator[Answerer]:
    """An answerer over a throw-away library of ``documents``."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.create(Path(folder), encoder=encoder) as library,
    ):
        library.add_documents(documents, encoder=encoder)
        yield Answerer.over(library, encoder, threshold=Config().threshold)


def chosen(questions: list[GoldQuestion], limit: int | None) -> list[GoldQuestion]:
    """All questions, or a fixed random choice of ``limit``."""
    return questions if limit is None or limit >= len(questions) else random.Random(0).sample(questions, limit)


def by_kind(name: str, answerer: Answerer, questions: list[GoldQuestion]) -> dict[str, Score]:
    """The counts of one set's questions by what they ask for; those not answered exactly go to ``build/errors``."""
    scores: dict[str, Score] = {}
    errors = BUILD / "errors" / f"{name}.jsonl"
    errors.parent.mkdir(parents=True, exist_ok=True)
    with errors.open("w", encoding="utf-8") as file:
        asked = evaluate(answerer, questions)
        for gold, answer, one in track(asked, name, total=len(questions), console=Console(stderr=True)):
            kind = parse_question(gold.question).kind
            scores[kind] = scores.get(kind, Score()) + one
            if one.exact + one.refused < 1:
                file.write(json.dumps(error_line(gold, answer, one), ensure_ascii=False) + "\n")
    return scores


def error_line(gold: GoldQuestion, answer: Answer, one: Score) -> dict[str, Any]:
    """What to read of a question that was not answered exactly."""
    return {
        "question": gold.question,
        "answers": gold.answers,
        "given": answer.answer,
        "confidence": round(answer.confidence, 3),
        "F1": round(one.f1, 3),
        "hit@1": one.hit_at_1,
        "quote": answer.citations[0].quote if answer.citations else "",
    }


def _most_first(item: tuple[str, Score]) -> float:
    return -item[1].row()["questions"]


def foreign(name: str, answerer: Answerer, questions: list[GoldQuestion]) -> dict[str, float]:
    """Another set's questions, which nothing here answers: the share refused."""
    strangers = [GoldQuestion(gold.id, gold.question, (), "") for gold in questions]
    row = sum(by_kind(f"{name} asked {FOREIGN[name]}", answerer, strangers).values(), Score()).row()
    return {"questions": row["questions"], "refused": row["refused"]}


def seeds(shared: Path, encoder: CachedEncoder) -> dict[str, Any]:
    """The sample questions on the newspaper in ``seeds/``: is the first citation's paragraph the right one?"""
    rows = read_rows(shared / "seed_questions_sample.jsonl")
    with tempfile.TemporaryDirectory() as folder, Library.create(Path(folder), encoder=encoder) as library:
        library.add([ROOT / "seeds"], encoder=encoder)
        answerer = Answerer.over(library, encoder, threshold=Config().threshold)
        results = [(row, answerer.ask(row["question"])) for row in rows]
    lines = [seed_line(row, answer) for row, answer in results]
    answerable = [line for line in lines if line["answers"]]
    return {
        "citation right": [sum(line["citation right"] for line in answerable), len(answerable)],
        "exact": [sum(line["given"] in line["answers"] for line in answerable), len(answerable)],
        "refused": [sum(not line["given"] for line in lines if not line["answers"]), len(lines) - len(answerable)],
        "questions": lines,
    }


def seed_line(row: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """One sample question with what was answered."""
    paragraph = "".join(answer.citations[0].text.split()) if answer.citations else ""
    return {
        "question": row["question"],
        "answers": row["answers"],
        "given": answer.answer,
        "quote": answer.citations[0].quote if answer.citations else "",
        "confidence": round(answer.confidence, 3),
        "citation right": bool(row["evidence"]) and "".join(row["evidence"].split()) in paragraph,
    }


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    columns = ["questions", "hit@1", "hit@5", "EM", "F1", "quote holds answer", "citation precision", "answered",
               "refused", "validity", "calibration error"]  # fmt: skip
    print(f"{'':<24}" + "".join(f"{name:>20}" for name in columns))
    for name, row in result["sets"].items():
        cells = [f"{row[key]:>20}" if key == "questions" else f"{100 * row[key]:>20.1f}" for key in columns]
        print(f"{name:<24}" + "".join(cells))
    for name, kinds in result["kinds"].items():
        print(name)
        for kind, row in kinds.items():
            shares = "  ".join(f"{key} {100 * row[key]:5.1f}" for key in ("hit@1", "EM", "F1", "quote holds answer"))
            print(f"  {kind:<14}{row['questions']:>5}  {shares}")
    for name, row in result["foreign"].items():
        print(f"{name} asked {row['questions']} questions of {FOREIGN[name]}: refused {100 * row['refused']:.1f} %")
    for line in result["seeds"]["questions"]:
        print(json.dumps(line, ensure_ascii=False))
    print({key: value for key, value in result["seeds"].items() if key != "questions"})


def plot(result: dict[str, Any]) -> None:
    """Draw the shares by set, and confidence against the share that was right."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (bars, curve) = plt.subplots(1, 2, figsize=(12, 4.5), width_ratios=(3, 2))
    metrics = ["hit@1", "hit@5", "quote holds answer", "F1", "EM"]
    width = 0.8 / len(result["sets"])
    for place, (name, row) in enumerate(result["sets"].items()):
        xs = [i + width * (place - (len(result["sets"]) - 1) / 2) for i in range(len(metrics))]
        bars.bar(xs, [100 * row[key] for key in metrics], width=width, label=name.removeprefix("dev_"))
    bars.set_xticks(range(len(metrics)), metrics)
    bars.set_ylabel("% of answerable questions")
    bars.legend(frameon=False, fontsize=8)
    counts = [[sum(row["bins"][i][j] for row in result["sets"].values()) for j in range(3)] for i in range(10)]
    given = [(confidence / n, right / n, n) for n, confidence, right in counts if n]
    curve.plot([0, 1], [0, 1], color="0.8")
    curve.scatter([g[0] for g in given], [g[1] for g in given], s=[8 + g[2] / 4 for g in given], color="#b8352a")
    curve.set_xlabel("confidence given")
    curve.set_ylabel("share of quotes that hold the answer")
    figure.tight_layout()
    figure.savefig(ROOT / "benchmarks" / "results" / "quality.png", dpi=120)


if __name__ == "__main__":
    main()
