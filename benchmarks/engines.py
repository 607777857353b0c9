"""The two networks on other engines and in other precisions, side by side: `python -m benchmarks.engines [ENGINE …]`.

Each runs the same weights on the same tokens, one text at a time, without padding. **Reader**: milliseconds a passage of CMRC
2018 trial, paragraph given, EM and F1 of the bare best span, and the share of questions where it is that of float32.
**Encoder**: milliseconds a paragraph, and hit@1 of its questions over all paragraphs by cosine alone. Without names, all that
this machine and environment have: ``onnxruntime`` and ``openvino`` take part where they are installed (the former with
``onnx``), bfloat16 where the processor multiplies it. Writes ``results/engines.json``.

Integers under torch: its products for processors of any kind round weights a row of the matrix and activations a text, before
the feed-forward layers a token; torch calls these operators deprecated. Knows no library.
"""

from __future__ import annotations

import argparse
import copy
import importlib.util
import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from benchmarks.common import SHARED, read_rows, write_result
from embeddings.bert import load_bert
from embeddings.encoder import BUNDLED, precision
from embeddings.folding import simplified
from embeddings.weights import FILE_NAME, load_weights
from qa.evaluate import exact_match, f1
from qa.network import EXCLUDED, Window, best_spans, encode, load_network

if TYPE_CHECKING:
    from transformers import BertModel

Floats = NDArray[np.float32]
Run = Callable[[Tensor], Floats]
"""Token ids int64 (1, tokens) -> float32 (tokens, hidden)."""

SET = SHARED / "data" / "qa" / "dev_cmrc2018_trial.jsonl.gz"
QUESTIONS = 120
CHARACTERS = 400
SEED = 0
WEIGHT_LIMIT = 63
"""Largest rounded weight: with 127, sums of two products overflow 16 bits on processors without VNNI."""


def torch_float32(bert: BertModel, _folder: Path) -> Run:
    """As everywhere without bfloat16."""
    return _torch(bert)


def torch_bfloat16(bert: BertModel, _folder: Path) -> Run:
    """As the project runs where the processor has it."""
    return _torch(_in(bert, torch.bfloat16))


def torch_int8(bert: BertModel, _folder: Path) -> Run:
    """Matrix products in integers, the rest float32."""
    for name, module in list(bert.named_modules()):
        if isinstance(module, torch.nn.Linear):
            parent, _, own = name.rpartition(".")
            setattr(bert.get_submodule(parent), own, _Int8(module, by_token=".attention." not in name))
    return _torch(bert)


def onnx_float32(bert: BertModel, folder: Path) -> Run:
    """ONNX Runtime, as exported."""
    return _onnx(_export(bert, folder))


def onnx_int8(bert: BertModel, folder: Path) -> Run:
    """ONNX Runtime, dynamic quantisation, a scale a row of the matrix."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target = folder / "int8.onnx"
    quantize_dynamic(
        _export(bert, folder),
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        extra_options={"MatMulConstBOnly": True},
    )
    return _onnx(target)


def openvino_float32(bert: BertModel, _folder: Path) -> Run:
    """OpenVINO in float32."""
    return _openvino(bert, "f32")


def openvino_bfloat16(bert: BertModel, _folder: Path) -> Run:
    """OpenVINO in bfloat16."""
    return _openvino(bert, "bf16")


ENGINES = {
    engine.__name__: engine
    for engine in (
        torch_float32,
        torch_bfloat16,
        torch_int8,
        onnx_float32,
        onnx_int8,
        openvino_float32,
        openvino_bfloat16,
    )
}


class _Plain(torch.nn.Module):
    """A BERT of one argument and one result, to be exported."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, ids: Tensor) -> Tensor:
        hidden: Tensor = self.bert(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        return hidden


class _Int8(torch.nn.Module):
    def __init__(self, linear: torch.nn.Linear, *, by_token: bool) -> None:
        super().__init__()
        weight, self.bias, self.by_token = linear.weight.detach(), linear.bias.detach(), by_token
        scales = weight.abs().amax(1).double() / WEIGHT_LIMIT
        rounded = torch.quantize_per_channel(weight, scales, torch.zeros(len(weight)).long(), 0, torch.qint8)
        self.packed = torch.ops.quantized.linear_prepack(rounded, None if by_token else self.bias)

    def forward(self, activations: Tensor) -> Tensor:
        product = torch.ops.quantized.linear_dynamic
        if not self.by_token:
            plain: Tensor = product(activations, self.packed)
            return plain
        scales = activations.abs().amax(-1, keepdim=True)
        return torch.addcmul(self.bias, product(activations / scales, self.packed), scales)


def _in(bert: BertModel, dtype: torch.dtype) -> BertModel:
    torch.nn.Module.to(bert, dtype)
    return bert


def _torch(bert: BertModel) -> Run:
    model = _Plain(bert)
    return lambda ids: np.asarray(model(ids)[0].float())


def _export(bert: BertModel, folder: Path) -> Path:
    path = folder / "float32.onnx"
    torch.onnx.export(
        _Plain(bert),
        (torch.ones((1, 8), dtype=torch.long),),
        path,
        input_names=["ids"],
        dynamic_axes={"ids": {1: "tokens"}},
        dynamo=False,
    )
    return path


def _onnx(path: Path) -> Run:
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda ids: np.asarray(session.run(None, {"ids": ids.numpy()})[0][0])


def _openvino(bert: BertModel, name: str) -> Run:
    import openvino

    model = openvino.convert_model(_Plain(bert), example_input=torch.ones((1, 8), dtype=torch.long))
    hints = {"INFERENCE_PRECISION_HINT": name, "INFERENCE_NUM_THREADS": torch.get_num_threads()}
    request = openvino.compile_model(model, "CPU", hints).create_infer_request()
    return lambda ids: np.array(request.infer([ids.numpy()])[0][0])


def available() -> list[str]:
    """The engines that can run here."""
    has = {name: importlib.util.find_spec(name) is not None for name in ("onnx", "onnxruntime", "openvino")}
    bfloat16 = precision() is torch.bfloat16
    names = ["torch_float32", *["torch_bfloat16"] * bfloat16, "torch_int8"]
    names += ["onnx_float32", "onnx_int8"] * (has["onnx"] and has["onnxruntime"])
    return names + ["openvino_float32", *["openvino_bfloat16"] * bfloat16] * has["openvino"]


def measure_reader(run: Run, head: torch.nn.Linear, rows: Sequence[dict[str, Any]], windows: Sequence[Window]) -> Any:
    """Milliseconds, EM, F1, and the spans found."""
    spans, exact, partial, times = [], 0.0, 0.0, []
    for row, window in zip(rows, windows, strict=True):
        ids = torch.tensor([window.ids])
        begin = time.perf_counter()
        hidden = run(ids)
        times.append(1000 * (time.perf_counter() - begin))
        logits = head(torch.from_numpy(hidden))
        allowed = torch.zeros(len(logits), dtype=torch.bool)
        allowed[[0, *range(window.first, window.first + len(window.offsets))]] = True
        best = best_spans(logits.masked_fill(~allowed[:, None], EXCLUDED), window, count=1)
        spans.append(best[0][1:] if best else (0, 0))
        said, golds = row["context"][slice(*spans[-1])], [gold["text"] for gold in row["answers"]]
        exact += max(exact_match(said, gold) for gold in golds)
        partial += max(f1(said, gold) for gold in golds)
    figures = {
        "ms": round(statistics.median(times), 1),
        "EM": round(100 * exact / len(rows), 1),
        "F1": round(100 * partial / len(rows), 1),
    }
    return figures, spans


def measure_encoder(run: Run, tokenizer: Tokenizer, rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Milliseconds a paragraph, and hit@1."""
    contexts = list(dict.fromkeys(row["context"][:CHARACTERS] for row in rows))
    times: list[float] = []

    def vector(text: str) -> Floats:
        ids = torch.tensor([tokenizer.encode(text).ids])
        begin = time.perf_counter()
        mean = run(ids).mean(0)
        times.append(1000 * (time.perf_counter() - begin))
        return np.asarray(mean / np.linalg.norm(mean))

    passages = np.stack([vector(f"passage: {context}") for context in contexts])
    milliseconds = statistics.median(times)
    questions = np.stack([vector(f"query: {row['question']}") for row in rows])
    nearest = (questions @ passages.T).argmax(1)
    right = [contexts[place] == row["context"][:CHARACTERS] for place, row in zip(nearest, rows, strict=True)]
    return {"ms": round(milliseconds, 1), "hit@1": round(100 * float(np.mean(right)), 1)}


def main() -> None:
    """Measure the engines named, or all that are here; print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("engines", nargs="*", choices=[*ENGINES, []], help="without: all that can run here")
    names = parser.parse_args().engines or available()
    from transformers import BertConfig

    rows = [row for row in read_rows(SET) if row["answers"] and row["answers"][0]["start"] < CHARACTERS]
    rows = random.Random(SEED).sample(rows, QUESTIONS)
    network, tokenizer = load_network()
    head, reader = network.head, _in(network.bert, torch.float32)
    encoder = load_bert(
        BertConfig.from_json_file(BUNDLED / "config.json"), load_weights(BUNDLED / FILE_NAME), dtype=torch.float32
    )
    windows = [
        encode(
            tokenizer, simplified(row["question"]), simplified(row["title"]), simplified(row["context"][:CHARACTERS])
        )
        for row in rows
    ]
    results: dict[str, Any] = {}
    first: list[tuple[int, int]] = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder, torch.inference_mode(), warnings.catch_warnings():
            # Deprecated operators and tracing: what is compared, not what the project runs on.
            warnings.simplefilter("ignore")
            figures, spans = measure_reader(ENGINES[name](copy.deepcopy(reader), Path(folder)), head, rows, windows)
        with tempfile.TemporaryDirectory() as folder, torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            embedded = measure_encoder(ENGINES[name](copy.deepcopy(encoder), Path(folder)), tokenizer, rows)
        first = first or spans
        same = 100 * statistics.mean(one == other for one, other in zip(spans, first, strict=True))
        results[name] = {"reader": {**figures, "same as the first": round(same, 1)}, "encoder": embedded}
        print(name, results[name], flush=True)
    print(write_result("engines", {"questions": len(rows), "threads": torch.get_num_threads(), "engines": results}))


if __name__ == "__main__":
    main()
