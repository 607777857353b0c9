from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from ui.errors import PortBusy
from ui.web import require_free_port

ROOT = Path(__file__).parent.parent

SERVE = """
import json, os
from tests.ui_tiny import TinyAnswerer, TinyLibrary
from ui.app import build_application, loaded
from ui.gate import Gate
from ui.server import serve

def ready(url):
    names = ("GRADIO_ANALYTICS_ENABLED", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY")
    print(json.dumps([url, [os.environ.get(name) for name in names]]), flush=True)

serve(
    lambda: loaded(build_application(Gate(TinyAnswerer()), TinyLibrary())),
    host="127.0.0.1", port=0, open_browser=False, ready=ready,
)
print("served", flush=True)
"""


def test_importing_loads_no_server_and_changes_no_environment() -> None:
    script = (
        "import os, sys; before = dict(os.environ); import ui.app, ui.api, ui.chat, ui.render, ui.server, ui.strings, ui.web; "
        "assert dict(os.environ) == before; "
        "print(sorted({'gradio', 'fastapi', 'starlette', 'uvicorn', 'torch', 'httpx', 'prometheus_client'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_serve_tells_its_address_answers_keeps_quiet_and_stops_when_interrupted() -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url, environment = json.loads(process.stdout.readline())
            assert environment[:2] == ["False", "1"]
            assert environment[2].upper() in ("1", "TRUE")  # Gradio writes it in its own way
            request = urllib.request.Request(url, headers={"Accept-Language": "zh-CN"})
            with urllib.request.urlopen(request, timeout=60) as response:
                assert "引据" in response.read().decode()
            body = json.dumps({"question": "激光？"}).encode()
            with urllib.request.urlopen(url + "api/ask", data=body, timeout=60) as response:
                assert json.load(response)["answer"] == "N2馆B03展位"
            port = int(url.rsplit(":", 1)[1].strip("/"))
            with pytest.raises(PortBusy):
                require_free_port("127.0.0.1", port)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (out, err, process.returncode) == ("served\n", "", 0)
    require_free_port("127.0.0.1", port)
