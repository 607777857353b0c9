"""Logs as JSON lines on stderr, for machines: what happened, when, how long; never what was asked or read.

Our own messages hold ids, codes and counts only. Other libraries' messages may quote what they were given, and so may
any exception, so of those only the place and the kind are written. Knows no HTTP.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OURS = ("ui", "qa", "embeddings")
FIELDS = "yinju"
"""The attribute of a log record that holds more fields: ``log.info(..., extra={FIELDS: {...}})``."""

_FRAMES = 20


class JsonFormatter(logging.Formatter):
    """One record -> one line: ``time``, ``level``, ``logger``, ``event`` or ``at``, and further fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.split(".")[0] in OURS:
            line["event"] = record.getMessage()
            line |= getattr(record, FIELDS, {})
        else:
            line["at"] = f"{Path(record.pathname).name}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-_FRAMES:]
            line["frames"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def log_json() -> None:
    """From now on, log everything from INFO of ours and WARNING of others on stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)
