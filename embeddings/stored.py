"""The first module of the bundled model, which sentence-transformers loads by the name in ``modules.json``.

Tokenizes with the folder's ``tokenizer.json`` and runs the BERT whose weights ``weights.py`` expands. Nothing but
sentence-transformers imports this module, so its own imports may be heavy. Knows no prompts or pooling.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.sentence_transformer.modules import InputModule
from tokenizers import Tokenizer
from transformers import BertConfig

from embeddings.bert import load_bert
from embeddings.weights import FILE_NAME, load_weights

TOKENIZER = "tokenizer.json"
CONFIG = "config.json"


class StoredTransformer(InputModule):
    """Texts -> token embeddings, float32 (n, tokens, hidden) at either precision, and their mask.

    Longer texts are cut at ``max_seq_length`` tokens, the two special ones included.
    """

    def __init__(self, folder: Path, *, dtype: torch.dtype | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        config = BertConfig.from_json_file(folder / CONFIG)
        self.folder = folder
        self.max_seq_length: int = config.max_position_embeddings
        self.tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self.tokenizer.enable_truncation(self.max_seq_length)
        self.tokenizer.enable_padding(pad_id=config.pad_token_id, pad_token="<pad>")
        self.auto_model = load_bert(config, load_weights(folder / FILE_NAME), dtype=dtype or torch.float32)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """Token ids and mask, int64 (n, tokens)."""
        encodings = self.tokenizer.encode_batch_fast([(prompt or "") + text for text in inputs])
        ids = torch.tensor([encoding.ids for encoding in encodings])
        mask = torch.tensor([encoding.attention_mask for encoding in encodings])
        return {"input_ids": ids, "attention_mask": mask}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add ``token_embeddings``; float32, so that pooling and unit length are exact."""
        output = self.auto_model(input_ids=features["input_ids"], attention_mask=features["attention_mask"])
        return features | {"token_embeddings": output.last_hidden_state.float()}

    def get_embedding_dimension(self) -> int:
        """Width of a token embedding."""
        return int(self.auto_model.config.hidden_size)

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Copy the stored files: this form is for reading only, so what was loaded is what is saved."""
        for name in (CONFIG, TOKENIZER, FILE_NAME):
            shutil.copyfile(self.folder / name, Path(output_path) / name)

    @classmethod
    def load(  # type: ignore[override] # the other options are a hub's, and this form is only ever a folder
        cls, model_name_or_path: str, subfolder: str = "", **options: Any
    ) -> StoredTransformer:
        """Load from a local folder; ``model_kwargs={"dtype": torch.bfloat16}`` asks for that precision."""
        return cls(Path(model_name_or_path) / subfolder, dtype=(options.get("model_kwargs") or {}).get("dtype"))
