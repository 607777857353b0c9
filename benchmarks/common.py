"""What every benchmark says of itself: machine, model, date; where results go; the evaluation data."""

from __future__ import annotations

import datetime
import gzip
import json
import os
import platform
from pathlib import Path
from typing import Any

from embeddings.encoder import model_identity

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
BUILD = ROOT / "build"
SHARED = Path(os.environ.get("YINJU_SHARED", ROOT.parent / "shared"))


def machine() -> str:
    """Processor, cores used and memory, as one line."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        flags = next((line for line in info.read_text().splitlines() if line.startswith("flags")), "")
        widest = next((flag for flag in ("amx_bf16", "avx512_bf16", "avx512f", "avx2") if f" {flag}" in flags), "")
        name = f"{names[0] if names else name} {widest}".strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{name}, {os.cpu_count()} cores, {memory:.0f} GiB"


def header() -> dict[str, str]:
    """The lines that every result carries."""
    return {"machine": machine(), "model": model_identity(None), "date": datetime.date.today().isoformat()}


def write_result(name: str, result: dict[str, Any]) -> Path:
    """Write ``result`` as ``results/NAME.json`` under its header."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({**header(), **result}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file, gzipped or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]
