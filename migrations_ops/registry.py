"""Which operations are there, which have left, and which should be there?"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from migrations_ops.errors import NoSuchOneshot, Tombstoned
from migrations_ops.loading import BrokenOperation, Registered, load

LONGEST_NAME = 100
FOLDER = Path(__file__).resolve().parent / "oneshots"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an operation whose file is gone: its receipt, and the key that signed it."""

    name: str
    code_sha256: str
    receipt: str
    key: Mapping[str, Any] = field(default_factory=dict)


class Registry:
    """The operations of one folder; read at first use and the same from then on.

    Beside the files stand `index.json` and, one folder up, `tombstones.json`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index_path = folder / "index.json"
        self.tombstones_path = folder.parent / "tombstones.json"

    def find(self, name: str) -> Registered:
        """Return the operation. Raises NoSuchOneshot, Tombstoned, BrokenOperation."""
        if name in self.tombstones:
            raise Tombstoned(name=name, receipt=self.tombstones[name].receipt)
        if name not in self.operations:
            raise NoSuchOneshot(name=shown(name))
        return self.operations[name]

    @cached_property
    def operations(self) -> Mapping[str, Registered]:
        """Return all operations by name, in the order of their files. Raises BrokenOperation."""
        found: dict[str, Registered] = {}
        numbers: set[str] = set()
        for path in sorted(self.folder.glob("[!_]*.py")):
            operation = load(path)
            if operation.name in found or operation.number in numbers:
                raise BrokenOperation(f"{path.name}: another file has its number or its name")
            found[operation.name] = operation
            numbers.add(operation.number)
        return found

    @cached_property
    def tombstones(self) -> Mapping[str, Tombstone]:
        """Return the operations that have left, by name. No file means none."""
        if not self.tombstones_path.exists():
            return {}
        rows = json.loads(self.tombstones_path.read_text())
        stones = (Tombstone(**row) for row in rows)
        return {stone.name: stone for stone in stones}

    def bury(self, stone: Tombstone) -> None:
        """Add a tombstone, or put it in the place of an earlier one of this name."""
        stones = {**self.tombstones, stone.name: stone}
        rows = [asdict(stones[name]) for name in sorted(stones)]
        self.tombstones_path.write_text(json.dumps(rows, indent=2) + "\n")

    def index(self) -> Mapping[str, str]:
        """Return the checked-in list, name to SHA-256. No file means an empty one."""
        if not self.index_path.exists():
            return {}
        listed: dict[str, str] = json.loads(self.index_path.read_text())
        return listed

    def write_index(self) -> Mapping[str, str]:
        """Bring the list up to date and return it; a name once in it never leaves it."""
        present = {name: found.code_sha256 for name, found in self.operations.items()}
        listed = {**self.index(), **present}
        self.index_path.write_text(json.dumps(listed, indent=2, sort_keys=True) + "\n")
        return listed


def shown(name: str) -> str:
    """Return a name that somebody made up as it can be shown and stored: visible ASCII, short."""
    return ascii(name)[1:-1][:LONGEST_NAME]


shipped = Registry(FOLDER)
