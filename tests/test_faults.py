"""The fault bench in short: a kill in each step, a byte in each file, a full disk, a read-only one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def bench(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.faults", *arguments, "--rounds", "1", "--articles", "20"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="steps are forked")
def test_nothing_wrong_is_given_out_after_a_fault() -> None:
    out = bench("kill", "byte")
    assert "kill 1/1, failures: 0" in out
    assert "byte 1/1, failures: 0" in out


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="small disks take root")
def test_a_full_disk_and_one_that_cannot_be_written() -> None:
    if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    assert "readonly 1/1, failures: 0" in bench("full", "readonly")
