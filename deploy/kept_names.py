"""Has a one-shot operation left without a word? `python -m deploy.kept_names REF`

`manage.py check --tag oneshots` compares the files with index and tombstones, so it cannot see a
change that takes a file and its line in the index away at once. The commit before can.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from local.environment import ROOT

INDEX = "migrations_ops/oneshots/index.json"
TOMBSTONES = "migrations_ops/tombstones.json"


def main(ref: str) -> None:
    """Ends with 1 and every name that REF had and this checkout has no more."""
    try:
        gone = [*_unlisted(ref), *_exhumed(ref)]
    except subprocess.CalledProcessError as refused:
        sys.exit(f"Nothing can be told of {ref}: {refused.stderr.strip()}")
    if gone:
        sys.exit("\n".join(gone))
    print(f"Every one-shot operation that {ref} knew is still known.")


def _unlisted(ref: str) -> Iterator[str]:
    for name in _then(ref, INDEX, {}).keys() - _now(INDEX, {}).keys():
        yield f"{name} is not in {INDEX} any more: put the line back; a name is kept for ever."


def _exhumed(ref: str) -> Iterator[str]:
    kept = _now(TOMBSTONES, [])
    for stone in _then(ref, TOMBSTONES, []):
        if stone not in kept:
            yield f"The tombstone of {stone['name']} is gone or another: put it back as it was."


def _now(path: str, empty: Any) -> Any:
    file = ROOT / path
    return json.loads(file.read_text()) if file.exists() else empty


def _then(ref: str, path: str, empty: Any) -> Any:
    """Return what the commit has under the path. Raises CalledProcessError for no commit."""
    commit = _git("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}").strip()
    listed = _git("ls-tree", commit, "--", path)
    return json.loads(_git("show", f"{commit}:{path}")) if listed else empty


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "HEAD^")
