"""What an image is built from, where it has to be had without a registry: its base, its packages.

The base that the Dockerfile pins is taken where it can be pulled. Elsewhere a Debian of the same
name, made by debootstrap, stands for it; it is kept in buildah's own store for the next time.
"""

import re
import shutil
import subprocess
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from local.environment import ROOT

PINNED = re.compile(
    r"^ARG PYTHON_IMAGE=python:(?P<python>3\.\d+)-slim-(?P<debian>\w+)@(?P<digest>sha256:\w+)$",
    re.MULTILINE,
)
STAND_IN = "localhost/taskflow-rehearsal/python"
# What the Dockerfile asks of its base: a Python that is called so, venv, pip.
PACKAGES = ("python3", "python3-venv", "python3-pip", "python-is-python3", "ca-certificates")
LEFT_BEHIND = ("var/cache/apt", "var/lib/apt/lists", "var/log")


class Missing(Exception):
    """Something that the image needs cannot be had on this machine; the text says what."""


@dataclass(frozen=True)
class Base:
    """What the image is built on: the name to build with, and what to tell of it."""

    name: str
    told: str


def call(*command: str | Path) -> str:
    """Run a program and return what it prints. Raises CalledProcessError."""
    return subprocess.run(
        [str(each) for each in command], capture_output=True, text=True, check=True
    ).stdout.strip()


def last_line(failed: subprocess.CalledProcessError) -> str:
    """Return the last thing that a program said before it failed."""
    said = f"{failed.stdout}\n{failed.stderr}".strip().splitlines()
    return said[-1].strip() if said else f"{failed.cmd[0]} ended with {failed.returncode}"


def base(dockerfile: str) -> Base:
    """Return the pinned base, or what stands for it here. Raises Missing."""
    pinned = PINNED.search(dockerfile)
    assert pinned is not None
    stand_in = f"{STAND_IN}:{pinned['python']}-{pinned['debian']}"
    if _is_stored(stand_in):
        return _standing_in(stand_in, pinned["debian"])
    wanted = f"docker.io/library/python@{pinned['digest']}"
    try:
        call("buildah", "pull", "--quiet", wanted)
    except subprocess.CalledProcessError as refused:
        _bootstrap(pinned["debian"], stand_in, last_line(refused))
        return _standing_in(stand_in, pinned["debian"])
    return Base(wanted, "on the base that is pinned")


def packages(requirements: Path, python: str, folder: Path) -> None:
    """Fetch every locked package, by hash, for that Python. Raises Missing.

    Also those that only some Pythons need: the markers are for whoever installs to judge.
    """
    unmarked = folder / "requirements.txt"
    unmarked.write_text(
        re.sub(r" ;[^\\\n]*?( ?\\)?$", r"\1", requirements.read_text(), flags=re.MULTILINE)
    )
    how = ("--require-hashes", "--no-deps", "--only-binary=:all:", f"--python-version={python}")
    with TemporaryDirectory(prefix="taskflow-") as tools:
        venv.create(tools, with_pip=True)
        command = (Path(tools) / "bin" / "pip", "download", "--quiet", "--dest", folder)
        try:
            call(*command, *how, "-r", unmarked)
        except subprocess.CalledProcessError as refused:
            raise Missing(f"its packages cannot be fetched ({last_line(refused)})") from refused
    unmarked.unlink()


def _standing_in(name: str, debian: str) -> Base:
    return Base(name, f"on a Debian {debian} of debootstrap's in place of the base that is pinned")


def _is_stored(name: str) -> bool:
    return bool(call("buildah", "images", "--quiet", "--filter", f"reference={name}"))


def _bootstrap(debian: str, name: str, why: str) -> None:
    """Make an image of the smallest Debian with a Python in it. Raises Missing."""
    if shutil.which("debootstrap") is None:
        raise Missing(f"its base cannot be pulled ({why}) and debootstrap is missing")
    container = call("buildah", "from", "scratch")
    try:
        root = Path(call("buildah", "mount", container))
        wanted = f"--include={','.join(PACKAGES)}"
        call("debootstrap", "--variant=minbase", wanted, debian, root)
        _clear(root, LEFT_BEHIND)
        call("buildah", "commit", "--quiet", container, name)
    except subprocess.CalledProcessError as refused:
        raise Missing(f"debootstrap makes no base ({last_line(refused)})") from refused
    finally:
        call("buildah", "rm", container)


def _clear(root: Path, folders: Sequence[str]) -> None:
    for folder in folders:
        shutil.rmtree(root / folder, ignore_errors=True)
        (root / folder).mkdir()


def the_dockerfile() -> str:
    """Return the project's own."""
    return (ROOT / "Dockerfile").read_text()
