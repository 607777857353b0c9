"""Defaults, then the file, then the environment, then flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.config import Config, load_config
from qa.errors import ConfigError


def environment(tmp_path: Path, content: str | None = None, **variables: str) -> dict[str, str]:
    path = tmp_path / "config.toml"
    if content is not None:
        path.write_text(content, "utf-8")
    return {"YINJU_CONFIG": str(path), **variables}


def test_defaults(tmp_path: Path) -> None:
    assert load_config(environment(tmp_path)) == Config()
    assert Config().host == "127.0.0.1"


def test_later_sources_win(tmp_path: Path) -> None:
    given = environment(tmp_path, 'port = 1\nhost = "a"\nthreshold = 0.1', YINJU_PORT="2", YINJU_HOST="b")
    config = load_config(given, port=3, host=None)
    assert (config.threshold, config.host, config.port) == (0.1, "b", 3)


@pytest.mark.parametrize(("name", "threshold"), [("谨慎", 0.5), ("careful", 0.5), ("适中", 0.25), ("大胆", 0.15)])
def test_a_threshold_may_be_named(tmp_path: Path, name: str, threshold: float) -> None:
    assert load_config(environment(tmp_path, f'threshold = "{name}"')).threshold == threshold
    assert load_config(environment(tmp_path, YINJU_THRESHOLD=name)).threshold == threshold


# fmt: off
@pytest.mark.parametrize(("content", "variables", "flags", "code"), [
    ("port = ", {}, {}, "config_file"),
    ("colour = 1", {}, {}, "config_field"),
    ("", {"YINJU_PORT": "http"}, {}, "config_value"),
    ("", {}, {"port": 65536}, "config_value"),
    ("", {"YINJU_THRESHOLD": "1.5"}, {}, "config_value"),
    ("", {"YINJU_THRESHOLD": "nan"}, {}, "config_value"),
    ("", {}, {"language": "fr"}, "config_value"),
    ("", {}, {"engine": "elastic"}, "config_value"),
    ("", {}, {"engine": "milvus"}, "config_needed"),
    ("", {}, {"uri": "http://a"}, "config_unused"),
    ("", {"YINJU_URI_TOKEN": "a:b"}, {}, "config_unused"),
    ("", {}, {"encoder_url": "http://a/v1"}, "config_needed"),
    ('passage_prompt = "passage: "', {}, {}, "config_unused"),
])
# fmt: on
def test_a_setting_that_cannot_be_used(
    tmp_path: Path, content: str, variables: dict[str, str], flags: dict[str, object], code: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(environment(tmp_path, content, **variables), **flags)
    assert caught.value.code == code


def test_where_it_runs_may_be_a_server(tmp_path: Path) -> None:
    given = environment(tmp_path, YINJU_URI_TOKEN="root:secret", YINJU_ENCODER_KEY="k-1", YINJU_PASSAGE_PROMPT="passage: ")
    config = load_config(given, engine="milvus", uri="http://a:19530", encoder_url="http://b/v1", model="m")
    assert (config.uri, config.uri_token, config.encoder_url) == ("http://a:19530", "root:secret", "http://b/v1")
    assert config.passage_prompt == "passage: "
    assert "secret" not in repr(config)
    assert "k-1" not in repr(config)
