"""The one configuration: defaults, then the file, then the environment, then flags. Knows no meaning of its values."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from platformdirs import user_config_path, user_data_path

from qa.errors import ConfigError

APPLICATION = "yinju"

CAUTION = {"careful": 0.5, "谨慎": 0.5, "balanced": 0.25, "适中": 0.25, "bold": 0.15, "大胆": 0.15}
"""Names of thresholds. Of questions whose answer is there, 0.5 answers 81 %, 0.25 91 %, 0.15 94 %; of another set's
questions 0, 3 and 7 %, of those with a name exchanged 2, 8 and 18 % (``training/calibrate.py`` prints these shares).
"""

ENGINES = ("local", "milvus")


@dataclass(frozen=True, slots=True)
class Config:
    """Where things are and how bold to be. Every field is also an environment variable, ``YINJU_`` + its name."""

    library: Path = field(default_factory=lambda: user_data_path(APPLICATION) / "library")
    """The folder of the library."""

    model: str | None = None
    """An encoder by name or folder; none: the one that ships."""

    host: str = "127.0.0.1"
    """The address that the page is served at."""

    port: int = 7860
    """The port that the page is served at, 0 to 65535; 0: any free one."""

    threshold: float = 0.25
    """The confidence in [0, 1] below which the answer is 未找到; in the file and the environment also by name, one of
    :data:`CAUTION`.
    """

    language: str = "zh"
    """The language of messages in the terminal: zh or en."""

    engine: str = "local"
    """What the library is searched with: ``local``, in its folder, or ``milvus``, on a server."""

    uri: str | None = None
    """The Milvus server, ``http://host:19530``, or a file ending in ``.db`` for milvus-lite."""

    uri_token: str = field(default="", repr=False)
    """What the Milvus server asks for: ``user:password`` or an API key."""

    encoder_url: str | None = None
    """A service that makes the vectors, ``http://host:8000/v1``: every text and question is sent there."""

    encoder_key: str = field(default="", repr=False)
    """The API key of that service."""

    query_prompt: str = ""
    """What that service gets before each question, if its model needs it."""

    passage_prompt: str = ""
    """What that service gets before each passage, if its model needs it."""


def load_config(environment: Mapping[str, str] | None = None, **flags: object) -> Config:
    """The configuration of this run, from ``os.environ`` unless told. Flags that are ``None`` were not given.

    :raises ConfigError: ``config_file`` (path, reason), ``config_field`` (name, known), ``config_value`` (name, value),
        ``config_needed`` (name, needed), ``config_unused`` (name, needed).
    """
    variables = os.environ if environment is None else environment
    path = Path(variables.get("YINJU_CONFIG", user_config_path(APPLICATION) / "config.toml"))
    names = [item.name for item in fields(Config)]
    values = _from_file(path)
    for name in values:
        if name not in names:
            raise ConfigError("config_field", name=name, known=", ".join(names))
    values |= {name: variables[f"YINJU_{name.upper()}"] for name in names if variables.get(f"YINJU_{name.upper()}")}
    values |= {name: value for name, value in flags.items() if value is not None}
    parsed: dict[str, Any] = {name: _parsed(name, value) for name, value in values.items()}
    config = replace(Config(), **parsed)
    _require_uses(config)
    return config


def _require_uses(config: Config) -> None:
    """Refuse a setting that would have no effect, or lacks another.

    :raises ConfigError: ``config_needed`` or ``config_unused``.
    """
    if config.engine == "milvus" and config.uri is None:
        raise ConfigError("config_needed", name="engine=milvus", needed="uri")
    if config.encoder_url is not None and config.model is None:
        raise ConfigError("config_needed", name="encoder_url", needed="model")
    if config.engine != "milvus" and (config.uri or config.uri_token):
        raise ConfigError("config_unused", name="uri" if config.uri else "uri_token", needed="engine=milvus")
    if config.encoder_url is None:
        for name in ("encoder_key", "query_prompt", "passage_prompt"):
            if getattr(config, name):
                raise ConfigError("config_unused", name=name, needed="encoder_url")


def _from_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError("config_file", path=str(path), reason=str(error)) from error


def _parsed(name: str, value: object) -> Path | int | float | str:
    """The value as its field's type, if it is one that the field allows."""
    text = str(value)
    try:
        match name:
            case "library":
                return Path(text).expanduser()
            case "port" if 0 <= int(text) <= 65535:
                return int(text)
            case "threshold" if text in CAUTION:
                return CAUTION[text]
            case "threshold" if 0.0 <= float(text) <= 1.0:
                return float(text)
            case "language" if text in ("zh", "en"):
                return text
            case "engine" if text in ENGINES:
                return text
            case "model" | "host" | "uri" | "encoder_url" if text:
                return text
            case "uri_token" | "encoder_key" | "query_prompt" | "passage_prompt":
                return text
    except ValueError as error:
        raise ConfigError("config_value", name=name, value=value) from error
    raise ConfigError("config_value", name=name, value=value)
