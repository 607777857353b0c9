"""Spoilt questions and texts for everything that parses them: `python -m benchmarks.fuzz_text [--seconds 60]`.

Each target takes a text and checks what must hold of the result whatever the text is: offsets lie inside it and in
order, spans are slices, nothing is raised but an error with a sentence. With atheris (in the ``fuzz`` extra, where it
has a wheel) texts are grown by what new code they reach; without it they are made by mutation alone.
A text that breaks a target is written to ``build/fuzz_text`` and printed. ``--keep`` writes
``benchmarks/results/fuzz_text.json``, about once in half a minute, and what the runs before found is the corpus of the next.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from functools import partial

from benchmarks.common import BUILD, write_result
from qa.errors import DocumentError, QuestionError

PLACE = BUILD / "fuzz_text"
LONGEST = 2_000
"""Characters of a text."""

KEPT_EVERY = 30.0
"""Seconds between two writings of the result: atheris ends the process itself."""

SLOW = 5.0
"""Seconds of processor time that a text of that length may take."""

SEEDS = (
    "有多少家世界500强落户重庆？", "那越南呢", "它什么时候开幕？", "還有誰？", "第三条规定了什么", "二〇二三年３月5日至8日",
    "约1,234.5万元（含税）、30%以上；12.5亿元。", "What about Vietnam in 2021?", "《红楼梦》的作者是谁", "N2館B03展位",
    "# 标题\n\n| 年份 | 收入 |\n|---|---|\n| 2020 | 3 |\n", "1\n00:00:01,000 --> 00:00:02,000\n你好\n", "甲,乙\n1,\"2\n3\"\n",
    "一、总则\n（一）目的\n第一章 附则", "İstanbul ﬁ ½ ㍿ 𠮷 é é \u202e反\u2066隔", "<p>段<table><tr><td>1</table>&lt;&#x4e2d;", "{\\rtf1 \\u20013?{\\b a}}",
    "<rss><channel><item><title>题</title><description>文</description></item></channel></rss>",
)  # fmt: skip
PIECES = (
    *"零一二三四五六七八九十百千万亿〇两第条年月日号的吗呢？！。；、，（）《》“”0123456789%.,-:#|*_`\n\t \u3000\u200b\ufeff\u0000\U0001f600\ud83d",
    "\r\n",
)


def slices(text: str, ranges: Iterable[tuple[int, int]]) -> None:
    """Every range must be inside ``text``."""
    for start, end in ranges:
        assert 0 <= start <= end <= len(text), (start, end, len(text))


def questions(text: str) -> None:
    """A question by itself, and after others."""
    from qa.answer import clean_question
    from qa.followup import follow_up
    from qa.question import parse_question
    from qa.types import Exchange

    try:
        asked = clean_question(text)
    except QuestionError:
        return
    parse_question(asked)
    before = (
        Exchange("重庆有多少家世界500强？", "重庆有多少家世界500强？", "325家", "answered"),
        Exchange(asked, asked, "", "not_found"),
    )
    assert follow_up(asked, before).question.strip()


def terms(text: str) -> None:
    """Folding, words and numerals."""
    from embeddings.folding import fold, fold_text, simplified
    from embeddings.numerals import arabic_forms
    from embeddings.segment import question_terms, segment, words

    folded = fold_text(text)
    assert folded.text == fold(text)
    slices(text, ((term.start, term.end) for term in segment(text)))
    slices(text, ((word.start, word.end) for word in words(text)))
    question_terms(text)
    assert simplified(text) is not None
    slices(text, ((start, end) for _, start, end in arabic_forms(text)))


def spans(text: str) -> None:
    """Numbers, dates, and answers made whole."""
    from embeddings.folding import fold
    from qa import spans as parts
    from qa.lists import whole_list

    folded = fold(text)
    slices(folded, parts.find_numbers(folded))
    slices(folded, parts.find_dates(folded))
    for start in range(0, len(text), max(1, len(text) // 4)):
        end = min(len(text), start + 3)
        for grown in (parts.snap(text, start, end), whole_list(text, start, end)):
            slices(text, [grown])
        slices(text, [parts.before_semicolon(text, start, end)])
    parts.can_answer("number", text, amount=True)


def documents(text: str) -> None:
    """The readers that take a text or bytes themselves; the others are fuzzed as files."""
    from qa.check import offset_problems
    from qa.documents.delimited import parse_delimited
    from qa.documents.encoding import decode
    from qa.documents.feeds import parse_xml
    from qa.documents.html import parse_html
    from qa.documents.markdown import parse_markdown
    from qa.documents.rtf import parse_rtf
    from qa.documents.subtitles import parse_subtitles
    from qa.documents.text import parse_text
    from qa.passages import split_passages

    data = text.encode("utf-8", "surrogatepass")
    try:
        text = decode(data)[0]
    except (DocumentError, ValueError):
        text = text.encode("utf-8", "replace").decode()
    parsers = [
        *(partial(parse, text) for parse in (parse_text, parse_markdown, parse_delimited, parse_subtitles)),
        *(partial(parse, data) for parse in (parse_html, parse_rtf, parse_xml)),
    ]
    for parse in parsers:
        try:
            document = parse(document_id="d", name="d.txt")
        except DocumentError:
            continue
        document.text.encode("utf-8")  # what is stored holds no half characters
        assert not list(offset_problems(document, split_passages(document))), parse.func


TARGETS: tuple[Callable[[str], None], ...] = (questions, terms, spans, documents)


def attempt(text: str) -> list[str]:
    """What is wrong with how each target takes ``text``: one traceback a target, none where all is well."""
    found = []
    for target in TARGETS:
        begin = time.process_time()
        try:
            target(text)
        except Exception:  # what the fuzzer looks for
            found.append(f"{target.__name__}: {traceback.format_exc()[-1200:]}")
        if time.process_time() - begin > SLOW:
            found.append(f"{target.__name__}: took {time.process_time() - begin:.1f} s")
    return found


def mutated(chance: random.Random) -> str:
    """A text from the seeds, spliced, repeated, cut and sprinkled."""
    text = chance.choice(SEEDS)
    for _ in range(chance.randrange(1, 8)):
        place, other = chance.randrange(len(text) + 1), chance.choice(SEEDS)
        match chance.randrange(5):
            case 0:
                text = text[:place] + chance.choice(PIECES) * chance.choice((1, 1, 2, 40)) + text[place:]
            case 1:
                text = text[:place] + other[chance.randrange(len(other)) :]
            case 2:
                text = text[:place] + text[place + chance.randrange(5) :]
            case 3:
                text = (
                    text[:place]
                    + chr(chance.choice((chance.randrange(0x300), chance.randrange(0x11000))))
                    + text[place:]
                )
            case _:
                text = text[:place] + text[: chance.randrange(len(text) + 1)] * chance.randrange(1, 4) + text[place:]
    return text[:LONGEST]


def tell(text: str, found: list[str]) -> None:
    """Write down a text that breaks something."""
    PLACE.mkdir(parents=True, exist_ok=True)
    path = PLACE / f"{abs(hash(text)):x}.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    print(path, repr(text[:200]), *found, sep="\n", flush=True)


def main() -> None:
    """Fuzz for some seconds and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--blind", action="store_true", help="by mutation alone, though atheris is there")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results/fuzz_text.json")
    arguments = parser.parse_args()
    if not arguments.blind and by_coverage(arguments.seconds, keep=arguments.keep):
        return
    chance, end, count, broken = random.Random(arguments.seed), time.monotonic() + arguments.seconds, 0, 0
    while time.monotonic() < end:
        text = mutated(chance)
        count += 1
        if found := attempt(text):
            broken += 1
            tell(text, found)
    print(f"{count} texts, {broken} broke something")
    if arguments.keep:
        write_result("fuzz_text", {"by": "mutation", "seconds": arguments.seconds, "texts": count, "broke": broken})
    sys.exit(bool(broken))


def by_coverage(seconds: float, *, keep: bool = False) -> bool:
    """Let atheris grow texts for ``seconds``; false where it is not installed. It ends the process at the first find."""
    try:
        import atheris
    except ImportError:
        return False
    with atheris.instrument_imports(include=["qa", "embeddings"]):
        for target in TARGETS:
            for seed in SEEDS:
                target(seed)

    begin = kept = time.monotonic()
    count, cpu = 0, time.process_time()

    def one(data: bytes) -> None:
        nonlocal count, kept
        text = data.decode("utf-8", "ignore")
        found = attempt(text[:LONGEST])
        count += 1
        if keep and (found or time.monotonic() - kept >= KEPT_EVERY):
            kept = time.monotonic()
            spent = {"seconds": round(kept - begin), "cpu_seconds": round(time.process_time() - cpu)}
            write_result("fuzz_text", {"by": "atheris", **spent, "texts": count, "broke": int(bool(found))})
        if found:
            tell(text, found)
            raise SystemExit(1)

    corpus = PLACE / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS):
        (corpus / f"seed{number}").write_text(seed, "utf-8")
    atheris.Setup(
        [
            sys.argv[0],
            f"-max_total_time={int(seconds)}",
            f"-max_len={3 * LONGEST}",
            "-timeout=60",
            f"-artifact_prefix={PLACE}/",
            str(corpus),
        ],
        one,
    )
    atheris.Fuzz()
    return True


if __name__ == "__main__":
    main()
