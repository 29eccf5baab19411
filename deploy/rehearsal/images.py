"""Images, as far as they can be had without a container engine: folders, named by their content."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.rehearsal.project import PROJECT, REGION
from local.check import production
from local.environment import ROOT

NAME = f"{REGION}-docker.pkg.dev/{PROJECT}/taskflow/taskflow"
_LISTED = (ROOT / ".dockerignore").read_text().splitlines()
_LET_IN = [line[1:] for line in _LISTED if line.startswith("!")]
_LEFT_OUT = shutil.ignore_patterns(*(line[3:] for line in _LISTED if line.startswith("**/")))

Edit = Callable[[Path], None]


class NotBuilt(Exception):
    """The image cannot be built; the text is what the build said."""


@dataclass(frozen=True)
class Image:
    """What runs: where it is here, and the name by which it is deployed."""

    folder: Path
    reference: str


def built(store: Path, edit: Edit) -> Image:
    """Build what this checkout would, changed by `edit`, on the layers that are there already."""
    fresh = store / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(_layers(store), fresh)
    edit(fresh)
    _call(fresh, "-m", "compileall", "-q", ".")
    digest = _digest(fresh)
    folder = store / digest[:12]
    shutil.rmtree(fresh) if folder.exists() else fresh.rename(folder)
    return Image(folder, f"{NAME}@sha256:{digest}")


def _layers(store: Path) -> Path:
    """Return what .dockerignore lets in, compiled, with static files, as the Dockerfile says."""
    folder = store / "layers"
    if not folder.exists():
        for name in _LET_IN:
            _copy(ROOT / name, folder / name)
        _call(folder, "-m", "compileall", "-q", "-j", "2", ".")
        _call(folder, "manage.py", "collectstatic", "--no-input", "--verbosity=0")
    return folder


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=_LEFT_OUT)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _digest(folder: Path) -> str:
    content = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if _counts(path)):
        content.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return content.hexdigest()


def _counts(path: Path) -> bool:
    return path.is_file() and path.suffix != ".pyc"


def _call(folder: Path, *arguments: str) -> None:
    """Run a step of the build, with secrets that are worth nothing. Raises NotBuilt."""
    environment = production("postgres://build.invalid/build")
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotBuilt(f"{done.stdout}{done.stderr}".strip())
