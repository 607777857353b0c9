"""Our own code runs nothing that data says, and loads no format that can hold code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted(
    path for folder in ("embeddings", "qa", "ui", "training", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "marshal",
    "shelve",
    "dill",
    "joblib",
    "cloudpickle",
    "jsonpickle",
    "code",
    "codeop",
}
CALLS = {"eval", "exec", "compile", "__import__", "input", "os.system", "os.popen", "subprocess.getoutput", "yaml.load"}


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def problems(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names if item.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            called, flags = name_of(node.func), {item.arg: getattr(item.value, "value", None) for item in node.keywords}
            if called in CALLS or flags.get("shell") or flags.get("allow_pickle") or flags.get("trust_remote_code"):
                yield called
            if called == "torch.load" and flags.get("weights_only") is not True:
                yield called
            if called in ("np.load", "numpy.load") and flags.get("allow_pickle", False) is not False:
                yield called
            if called.endswith((".load_extension", ".enable_load_extension", ".read_index_binary")):
                yield called


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_comes_in_as_data(path: Path) -> None:
    assert list(problems(ast.parse(path.read_text("utf-8")))) == []


def test_the_search_itself_finds_what_it_looks_for() -> None:
    code = "import pickle\nfrom joblib import load\neval('1')\nnp.load(x, allow_pickle=True)\ntorch.load(x)\nrun(x, shell=True)"
    assert list(problems(ast.parse(code))) == ["pickle", "joblib", "eval", "np.load", "np.load", "torch.load", "run"]


def test_only_the_dense_leg_shows_faiss_a_file_and_only_after_its_hash() -> None:
    users = {path.name: path.read_text("utf-8") for path in FILES if "read_index" in path.read_text("utf-8")}
    assert {name for name, source in users.items() if "faiss().read_index(" in source} == {"dense_file.py"}
    for source in (users.pop(name) for name in ("dense.py", "dense_segment.py")):
        assert source.index("with reading_checked(") < source.index("read_index(file)")
    source = users.pop("dense_file.py")
    assert "yield file, _checked_count(file, path, magic, dim)" in source
    assert not users
