"""The page in a network namespace of its own, in which there is nothing but this machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.page

ALONE = (*["unshare", "--net", "--map-root-user", "sh", "-c"], 'ip link set lo up && exec "$@"', "sh")
TESTS = "a_question_is_answered_and_its_source_is_marked or not_found_marks_what_is_near"


def test_the_page_works_where_there_is_no_network() -> None:
    """The page's own tests, run where no address but this machine's can be reached."""
    if subprocess.run([*ALONE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system makes no network namespaces")
    reach = "import socket; socket.create_connection(('192.0.2.1', 80), 2)"
    tried = subprocess.run([*ALONE, sys.executable, "-c", reach], check=False, capture_output=True, text=True)
    assert "Network is unreachable" in tried.stderr
    run = [*ALONE, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_ui_page.py", "-k", TESTS]
    done = subprocess.run(run, check=False, capture_output=True, text=True, cwd=ROOT, env=dict(os.environ))
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("..")
