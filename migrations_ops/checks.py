"""Do the operations keep the rules that outlive them, and are their markers guarded?

The findings are warnings, so that a sunset that passes or a file half written never stops `migrate`
or `runserver`. `check --tag oneshots`, which the pipeline runs, fails on them all the same.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections

from migrations_ops import receipts, registry, triggers
from migrations_ops.loading import BrokenOperation
from migrations_ops.registry import Registry, Tombstone
from wire.clock import now


def oneshots_are_in_order(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Compare the files with the index, the tombstones and the calendar."""
    # Read anew: what is asked is how the files are, not what this process once loaded.
    present = Registry(registry.shipped.folder)
    try:
        return [found for rule in RULES for found in rule(present)]
    except BrokenOperation as broken:
        return [checks.Warning(str(broken), id="oneshots.W001")]


def markers_are_guarded(
    app_configs: object, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report triggers of the markers that are missing (runs with `check --database default`)."""
    return [
        checks.Error(
            f"The trigger {name} is missing, which keeps the markers of one-shot operations.",
            hint="Run `manage.py migrate`; it puts the triggers back.",
            id="oneshots.E001",
        )
        for alias in databases or ()
        if triggers.TABLE in connections[alias].introspection.table_names()
        for name in triggers.missing(connections[alias])
    ]


def _sunsets(present: Registry) -> Iterator[CheckMessage]:
    today = now().date()
    for name, found in present.operations.items():
        if found.kind.sunset < today:
            yield checks.Warning(
                f"The sunset of {name} was {found.kind.sunset}.",
                hint=f"{found.kind.owner}: delete the file and add its receipt as a tombstone.",
                id="oneshots.W002",
            )


def _unindexed(present: Registry) -> Iterator[CheckMessage]:
    listed = present.index()
    for name, found in present.operations.items():
        if listed.get(name) != found.code_sha256:
            what = "has changed since" if name in listed else "is not in"
            yield checks.Warning(
                f"The file of {name} {what} the index.",
                hint="Run `manage.py oneshot index` and commit its result.",
                id="oneshots.W003",
            )


def _vanished(present: Registry) -> Iterator[CheckMessage]:
    for name in present.index().keys() - present.operations.keys() - present.tombstones.keys():
        yield checks.Warning(
            f"The file of {name} is gone, and nothing tells why.",
            hint="Put it back, or add its receipt to tombstones.json.",
            id="oneshots.W004",
        )


def _undead(present: Registry) -> Iterator[CheckMessage]:
    for name, stone in present.tombstones.items():
        found = present.operations.get(name)
        if found is None:
            continue
        if found.code_sha256 == stone.code_sha256:
            yield checks.Warning(
                f"{name} has a tombstone, and its file is still there.",
                hint="Delete the file.",
                id="oneshots.W005",
            )
        else:
            yield checks.Warning(
                f"The name {name} is used again; it belongs to the operation of the tombstone.",
                hint="Choose another name.",
                id="oneshots.W006",
            )


def _unproven(present: Registry) -> Iterator[CheckMessage]:
    """A tombstone stands for a file only with a receipt, or a signed cancellation, of its own."""
    for name, stone in present.tombstones.items():
        if name not in present.operations and not _is_proven(stone):
            yield checks.Warning(
                f"The tombstone of {name} holds no receipt that its key signed for this code.",
                hint="Add the receipt with `manage.py oneshot receipt --verify FILE --bury`.",
                id="oneshots.W007",
            )


def _is_proven(stone: Tombstone) -> bool:
    try:
        said = receipts.verify(stone.receipt, {"keys": [stone.key]}, at=now())
    except receipts.NotAReceipt:
        return False
    return (said["operation"], said["code_sha256"]) == (stone.name, stone.code_sha256)


def _lasting(present: Registry) -> Iterator[CheckMessage]:
    """What calls itself reversible has a file that undoes it, and the other way round."""
    undone = {found.kind.undoes for found in present.operations.values()} - {""}
    known = present.operations.keys() | present.tombstones.keys()
    reversible = {name for name, found in present.operations.items() if found.kind.reversible}
    for name in sorted((reversible - undone) | (undone - known)):
        yield checks.Warning(
            f"No file undoes {name}." if name in reversible else f"There is no {name} to undo.",
            hint="An operation that undoes another says so by `undoes`.",
            id="oneshots.W008",
        )


RULES = (_sunsets, _unindexed, _vanished, _undead, _unproven, _lasting)
