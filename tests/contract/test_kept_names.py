"""`deploy.kept_names`: no one-shot operation leaves without a word, whatever a change deletes."""

import json
import shutil
import subprocess
import sys

import pytest

from local.environment import ROOT, bare_environment

# No database is asked here: one lane is enough.
pytestmark = pytest.mark.only_on("postgresql")

NAME, OTHER = "trim_titles", "raise_cache"
STONE = {"name": OTHER, "code_sha256": "1" * 64, "receipt": "x.y.z", "key": {}}
AUTHOR = ("-c", "user.name=Alice", "-c", "user.email=alice@example.com")


class Checkout:
    """A repository with the script in it, and what it looks at."""

    def __init__(self, folder):
        self.folder = folder
        for path in ("deploy/__init__.py", "deploy/kept_names.py", "local/environment.py"):
            (folder / path).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / path, folder / path)
        (folder / "local/__init__.py").touch()
        (folder / "migrations_ops/oneshots").mkdir(parents=True)
        self.git("init", "--quiet")
        self.have({NAME: "0" * 64, OTHER: "1" * 64}, [STONE])
        self.git("add", ".")
        self.git(*AUTHOR, "commit", "--quiet", "--no-verify", "-m", "Begin")

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True)

    def have(self, index, tombstones):
        operations = self.folder / "migrations_ops"
        (operations / "oneshots/index.json").write_text(json.dumps(index))
        (operations / "tombstones.json").write_text(json.dumps(tombstones))

    def judged(self, ref="HEAD"):
        command = [sys.executable, "-m", "deploy.kept_names", ref]
        environment = bare_environment()
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True
        )


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def test_a_change_that_keeps_every_name_passes(checkout):
    checkout.have({NAME: "2" * 64, OTHER: "1" * 64, "third": "3" * 64}, [STONE])

    assert checkout.judged().returncode == 0


def test_a_line_that_left_the_index_is_named(checkout):
    checkout.have({OTHER: "1" * 64}, [STONE])

    ran = checkout.judged()

    assert ran.returncode == 1
    assert "trim_titles is not in migrations_ops/oneshots/index.json any more" in ran.stderr


@pytest.mark.parametrize("left", [[], [{**STONE, "receipt": "another"}]])
def test_a_tombstone_that_left_or_changed_is_named(checkout, left):
    checkout.have({NAME: "0" * 64, OTHER: "1" * 64}, left)

    ran = checkout.judged()

    assert ran.returncode == 1
    assert "The tombstone of raise_cache is gone" in ran.stderr


def test_a_commit_from_before_the_first_operation_had_none_to_lose(checkout):
    shutil.rmtree(checkout.folder / "migrations_ops")
    checkout.git("add", "--all")
    checkout.git(*AUTHOR, "commit", "--quiet", "--no-verify", "-m", "Have none")
    checkout.folder.joinpath("migrations_ops/oneshots").mkdir(parents=True)
    checkout.have({NAME: "0" * 64}, [])

    assert checkout.judged().returncode == 0


@pytest.mark.parametrize("ref", ["no-such-branch", "--output=x", ""])
def test_a_commit_that_is_not_there_is_told_and_passes_nothing(checkout, ref):
    ran = checkout.judged(ref)

    assert ran.returncode == 1
    assert "Nothing can be told of" in ran.stderr
    assert not (checkout.folder / "x").exists()
