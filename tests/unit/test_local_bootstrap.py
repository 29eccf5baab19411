"""The first command on a fresh machine installs everything, or says in one sentence what to do."""

import os
import shutil
import subprocess

import pytest

FAILING_PIP = """#!/bin/sh
case "$*" in
*pip*) echo "connection broken: Temporary failure in name resolution" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def bootstrap(tmp_path, repository):
    (tmp_path / "local").mkdir()
    for name in ("bootstrap.sh", "uv.txt"):
        shutil.copy(repository / "local" / name, tmp_path / "local")
    (tmp_path / "requirements-local.txt").write_text("django==5.2\n")

    def run(**environment):
        command = ["sh", str(tmp_path / "local" / "bootstrap.sh"), "local"]
        return subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True
        )

    return run


def test_an_old_python_is_refused(bootstrap):
    refused = bootstrap(PYTHON="/bin/false")

    assert refused.returncode == 1
    assert refused.stderr.startswith("Python 3.11 or newer is needed: install it, or name it")
    assert refused.stderr.count("\n") == 1


def test_a_missing_network_is_one_sentence(bootstrap, tmp_path):
    (tmp_path / "python").write_text(FAILING_PIP)
    (tmp_path / "python").chmod(0o755)

    refused = bootstrap(PYTHON=str(tmp_path / "python"))

    assert refused.returncode == 1
    progress, sentence = refused.stderr.splitlines()
    assert progress == "Installing packages into .venv ..."
    assert sentence.startswith("No packages can be downloaded, because the package index does not")


def test_what_is_installed_already_is_left_alone(bootstrap, tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/bin/true")
    shutil.copy(tmp_path / "requirements-local.txt", tmp_path / ".venv")

    done = bootstrap(PYTHON="/bin/false")

    assert (done.returncode, done.stderr) == (0, "")
