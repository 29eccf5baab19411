"""How does a file become an operation? Read once, judged, and known by the hash of its source."""

import ast
import hashlib
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import MappingProxyType, ModuleType

from migrations_ops.oneshot import AtOnce, InBatches, Oneshot
from migrations_ops.parameter_types import described

FILE = re.compile(r"(?P<number>[0-9]{4})_(?P<name>[a-z][a-z0-9_]{0,90})\.py")
DECLARED: Mapping[str, type] = MappingProxyType(
    {
        "name": str,
        "description": str,
        "owner": str,
        "sunset": date,
        "max_rows": int,
        "reversible": bool,
        "undoes": str,
    }
)
# What happens elsewhere can not be rolled back with the transaction.
OUTSIDE = frozenset({
    "aiohttp", "asyncio", "ftplib", "google", "http", "httpx", "multiprocessing", "os", "requests",
    "shutil", "smtplib", "socket", "subprocess", "tempfile", "urllib", "urllib3",
})  # fmt: skip


class BrokenOperation(Exception):
    """A file of the folder is not an operation. The message names the file and says why."""


@dataclass(frozen=True, slots=True)
class Registered:
    """An operation, the number of its file, and the hash of exactly the source that was loaded."""

    kind: type[Oneshot]
    number: str
    code_sha256: str

    @property
    def name(self) -> str:
        """Return the operation's name."""
        return self.kind.name


def load(path: Path) -> Registered:
    """Return the operation that the file declares. Raises BrokenOperation."""
    named = FILE.fullmatch(path.name)
    if not named:
        raise BrokenOperation(f"{path.name}: a file is named NNNN_name.py, name in small letters")
    source = path.read_bytes()
    try:
        _refuse_outside(source)
        kind = _operation_in(_execute(path, source))
        _refuse_incomplete(kind, named["name"])
        described(kind)
    except Exception as error:  # whatever a file under construction may raise
        raise BrokenOperation(f"{path.name}: {error}") from error
    return Registered(kind, named["number"], hashlib.sha256(source).hexdigest())


def _refuse_outside(source: bytes) -> None:
    reached = sorted(set(_imported(source)) & OUTSIDE)
    if reached:
        raise TypeError(f"it imports {', '.join(reached)}: an operation touches the database alone")


def _imported(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def _execute(path: Path, source: bytes) -> ModuleType:
    """Run exactly these bytes: no cached byte code, no second read that could differ."""
    spec = spec_from_file_location(f"oneshot_{path.stem}", path)
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        raise TypeError("not a Python source file")
    module = module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(spec.loader.source_to_code(source, str(path)), module.__dict__)  # noqa: S102
    return module


def _operation_in(module: ModuleType) -> type[Oneshot]:
    found = [
        member
        for member in vars(module).values()
        if inspect.isclass(member)
        and issubclass(member, AtOnce | InBatches)
        and member.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise TypeError(
            f"one class that extends AtOnce or InBatches is wanted, {len(found)} are there"
        )
    return found[0]


def _refuse_incomplete(kind: type[Oneshot], name: str) -> None:
    if "__dataclass_fields__" not in vars(kind) or inspect.isabstract(kind):
        raise TypeError(f"{kind.__name__} is not a dataclass that has affected, and run or batch")
    for member, expected in DECLARED.items():
        if type(getattr(kind, member, None)) is not expected:
            raise TypeError(f"{kind.__name__}.{member} is not a {expected.__name__}")
    if kind.name != name:
        raise TypeError(f"{kind.__name__}.name is {kind.name!r}, the file says {name!r}")
    if kind.max_rows < 1:
        raise TypeError(f"{kind.__name__}.max_rows is less than 1")
