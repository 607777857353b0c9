"""milvus-lite as a server of its own: what pymilvus says to it, it would say to a cluster."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

INSTALLED = all(find_spec(name) is not None for name in ("pymilvus", "milvus_lite"))


class MilvusProcess:
    """A server over ``folder`` that may be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start it and wait until it listens.

        :raises RuntimeError: it does not, for a minute.
        """
        command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(self._folder)]
        self._process = subprocess.Popen(
            [*command, "--port", str(self._port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"milvus-lite did not start: {self._process.poll()}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()
