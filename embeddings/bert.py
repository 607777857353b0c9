"""Stored weights -> a BERT that runs. Heavy: imports torch and transformers. Knows no files, tokens or heads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel


def load_bert(config: BertConfig, weights: Mapping[str, NDArray[np.float32]], *, dtype: torch.dtype) -> BertModel:
    """A BERT without pooling whose parameters are the arrays themselves: they are not initialised or copied first.

    Frozen and in evaluation mode.
    """
    state = {name: torch.from_numpy(array).to(dtype) for name, array in weights.items()}
    with torch.device("meta"):
        model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(state, assign=True)
    # These two are no weights, so no file holds them, and on the meta device they have no values.
    positions = torch.arange(config.max_position_embeddings)[None]
    model.embeddings.register_buffer("position_ids", positions, persistent=False)
    model.embeddings.register_buffer("token_type_ids", torch.zeros_like(positions), persistent=False)
    model.requires_grad_(False)
    model.train(False)
    return model
