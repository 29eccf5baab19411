"""`make lock`: pin and hash what the *.in files name; `--check` only compares."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local.environment import ROOT, CannotStart

# Each file with those that hold the same packages back to the same versions.
LOCKS = {
    "requirements": (),
    "requirements-local": ("requirements.txt",),
    "requirements-dev": ("requirements-local.txt",),
    "local/uv": (),
    "tests/contract/requirements": (),
    "deploy/tools": (),
    "benchmarks/peers/requirements": (),
    "benchmarks/peers/bolt/requirements": (),
}
OPTIONS = ("--universal", "--generate-hashes", "--no-header", "--quiet")
OLDEST_PYTHON = "3.11"
NEEDS_NEWER = {"benchmarks/peers/bolt/requirements": "3.12"}


def main() -> None:
    """Lock, or compare. Ends with 1 when a lock is behind its source."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, compare")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    arguments = parser.parse_args()
    try:
        if arguments.check:
            behind = _behind()
            sys.exit(f"Run `make lock`: {', '.join(behind)} would change." if behind else 0)
        _lock(ROOT, ["--upgrade"] if arguments.upgrade else [])
    except CannotStart as missing:
        sys.exit(str(missing))


def _lock(folder: Path, more: Sequence[str]) -> None:
    for name, held_by in LOCKS.items():
        held = [f"--constraints={each}" for each in held_by]
        oldest = f"--python-version={NEEDS_NEWER.get(name, OLDEST_PYTHON)}"
        command = [_uv(), "pip", "compile", *OPTIONS, oldest, *more, *held]
        done = subprocess.run(
            [*command, f"{name}.in", "-o", f"{name}.txt"], cwd=folder, check=False
        )
        if done.returncode != 0:
            raise CannotStart(f"{name}.in cannot be resolved; what is above says why.")


def _behind() -> list[str]:
    """The locks that would come out otherwise."""
    with tempfile.TemporaryDirectory() as copy:
        for name in LOCKS:
            (Path(copy) / name).parent.mkdir(parents=True, exist_ok=True)
            for ending in ("in", "txt"):
                shutil.copy(ROOT / f"{name}.{ending}", Path(copy) / f"{name}.{ending}")
        _lock(Path(copy), [])
        return [
            f"{name}.txt"
            for name in LOCKS
            if (ROOT / f"{name}.txt").read_bytes() != (Path(copy) / f"{name}.txt").read_bytes()
        ]


def _uv() -> str:
    found = shutil.which("uv", path=ROOT / ".tools" / "uv" / "bin") or shutil.which("uv")
    if found is None:
        raise CannotStart("uv is missing: run `make install` where it can be downloaded.")
    return found


if __name__ == "__main__":
    main()
