"""`make bench` measures who is there, says in one line who is not, and claims nothing of them."""

import ast
import os
import shutil
import subprocess
from dataclasses import replace

import pytest

from benchmarks.__main__ import chosen_of, pythons
from benchmarks.load import Outcome
from benchmarks.measuring import Cell
from benchmarks.report import report
from benchmarks.results import Results
from benchmarks.services import BY_NAME, SERVICES

BOLT = "benchmarks/peers/bolt/requirements.txt"
# An interpreter that is new enough, and cannot make an environment.
BROKEN_PYTHON = """#!/bin/sh
case "$1" in
-c) exit 0 ;;
*) echo "No module named venv" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def setup(tmp_path, repository):
    """The set-up in a folder of its own, where wrk and the other peers are installed already."""
    for name in ("benchmarks/setup.sh", "benchmarks/peers/requirements.txt", BOLT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository / name, tmp_path / name)
    _install(tmp_path / ".tools" / "peers", repository / "benchmarks/peers/requirements.txt")
    _executable(tmp_path / "bin" / "wrk", "#!/bin/sh\n")

    def run(python):
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            ["sh", str(tmp_path / "benchmarks" / "setup.sh")],
            env={**os.environ, "PATH": path, "BOLT_PYTHON": str(python)},
            capture_output=True,
            text=True,
        )

    return run


def _install(folder, locked):
    _executable(folder / "bin" / "python", "#!/bin/sh\n")
    shutil.copy(locked, folder / "requirements.txt")


def _executable(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def test_without_a_newer_python_bolt_is_left_out_in_one_line(setup):
    done = setup("/bin/false")

    assert done.returncode == 0
    assert done.stderr.startswith("bolt is left out: it needs Python 3.12 or newer")
    assert done.stderr.count("\n") == 1


def test_bolt_is_left_out_in_one_line_where_it_cannot_be_installed(setup, tmp_path):
    _executable(tmp_path / "python", BROKEN_PYTHON)

    done = setup(tmp_path / "python")

    assert done.returncode == 0
    assert done.stderr.startswith("bolt is left out: it could not be installed")
    assert done.stderr.count("\n") == 1
    assert "No module named venv" in (tmp_path / ".tools" / "bolt.log").read_text()
    assert not (tmp_path / ".tools" / "bolt").exists()


def test_an_older_bolt_does_not_stay_without_a_python(setup, tmp_path):
    _install(tmp_path / ".tools" / "bolt", tmp_path / "benchmarks/peers/requirements.txt")

    done = setup("/bin/false")

    assert done.returncode == 0
    assert not (tmp_path / ".tools" / "bolt").exists()


def test_what_is_installed_already_is_left_alone(setup, tmp_path):
    _install(tmp_path / ".tools" / "bolt", tmp_path / BOLT)

    done = setup("/bin/false")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_who_is_not_installed_is_told_and_not_measured(monkeypatch, tmp_path):
    missing = replace(BY_NAME["bolt"], command=(str(tmp_path / "python"),))
    others = [service for service in SERVICES if service.name != "bolt"]
    monkeypatch.setattr("benchmarks.__main__.SERVICES", (*others, missing))
    said: list[str] = []

    assert chosen_of((), said.append) == others
    assert said == ["bolt is left out: it needs Python 3.12 or newer"]

    _executable(tmp_path / "python", "#!/bin/sh\necho 3.12.9\n")

    assert chosen_of((), said.append) == [*others, missing]
    assert chosen_of(("bolt",), said.append) == [missing]
    assert pythons([*others, missing]) == {"Python of bolt": "3.12.9"}
    assert len(said) == 1


def _outcome(per_second):
    return Outcome(per_second=per_second, p50_ms=1, p99_ms=2, cpu_ms=3, requests=100)


def _rows(*services):
    cells = [
        Cell(name, load, 1, _outcome(rate))
        for name, rate in services
        for load in ("start", "list", "get")
    ]
    limits = dict.fromkeys(("transition", "list", "signatures"), 1_000.0)
    lines = report(Results({}, cells, limits=limits)).splitlines()
    return [line for line in lines if line.startswith("| … of `bolt`")]


def test_a_target_whose_peer_was_not_measured_says_so():
    assert _rows(("taskflow", 130.0)) == [
        "| … of `bolt` | ≥ 2 | 2 | - | not measured |",
        "| … of `bolt` | ≥ 1.3 | 1.3 | - | not measured |",
        "| … of `bolt` | ≥ 1.2 | 1.2 | - | not measured |",
    ]


def test_the_floors_beside_bolt():
    assert _rows(("taskflow", 130.0), ("bolt", 100.0)) == [
        "| … of `bolt` | ≥ 2 | 2 | 1.30 | **missed** |",
        "| … of `bolt` | ≥ 1.3 | 1.3 | 1.30 | met |",
        "| … of `bolt` | ≥ 1.2 | 1.2 | 1.30 | met |",
    ]


@pytest.mark.parametrize("name", ["TaskOut", "TaskIn", "ProgressIn"])
def test_bolt_answers_and_takes_the_members_that_the_other_peers_do(repository, name):
    """Neither module can be loaded here: each needs packages of an environment of its own."""
    peers = repository / "benchmarks" / "peers"

    assert _members(peers / "bolt" / "api.py", name) == _members(peers / "shapes.py", name)


def _members(file, name):
    [found] = [
        node
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.ClassDef) and node.name == name
    ]
    fields = [node for node in found.body if isinstance(node, ast.AnnAssign)]
    return [ast.unparse(node.target) for node in fields]
