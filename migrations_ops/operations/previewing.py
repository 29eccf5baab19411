"""What would happen? It is done for real, looked at, and taken back."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from audit.actions import Action
from audit.recording import Journal, rehearsal
from migrations_ops import parameters
from migrations_ops.errors import StalePreview
from migrations_ops.loading import Registered
from migrations_ops.oneshot import AtOnce, InBatches, Oneshot
from migrations_ops.operations.telling import TARGET

SAMPLES = 20
NOW = "now"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """A row before and after: the columns that change; nothing after when it is deleted."""

    id: str
    before: Row
    after: Row | None


@dataclass(frozen=True, slots=True)
class Preview:
    """How many rows, some of them before and after, and a digest of both and of the request."""

    count: int
    samples: Sequence[Sample]
    digest: str


def preview(found: Registered, operation: Oneshot, *, journal: Journal) -> Preview:
    """Do the work on a few rows, or all of it when it is done at once, and take it back."""
    count = operation.count()
    with rehearsal():
        # What the work tells is taken back too: nobody hears of what did not happen.
        aside = Journal(actor=journal.actor, at=journal.at, origin=journal.origin)
        samples = _samples(operation, aside)
    shown = {
        "operation": found.name,
        "code_sha256": found.code_sha256,
        "parameters": parameters.digest(operation),
        "count": count,
        "samples": [[sample.id, sample.before, sample.after] for sample in samples],
    }
    return Preview(count, samples, hashlib.sha256(_spelled(shown).encode()).hexdigest())


def check_fresh(
    found: Registered, operation: Oneshot, digest: str | None, *, journal: Journal
) -> None:
    """Raise StalePreview when a preview would show something else now."""
    if digest is None:
        return
    present = preview(found, operation, journal=journal)
    if present.digest != digest:
        raise StalePreview(name=found.name, preview_digest=present.digest)


def record_preview(found: Registered, shown: Preview, *, journal: Journal) -> None:
    """Note that somebody looked; not what was seen."""
    journal.record(
        Action.OP_PREVIEWED,
        target=(TARGET, found.name),
        context={
            "count": shown.count,
            "preview_digest": shown.digest,
            "code_sha256": found.code_sha256,
        },
    )


def _samples(operation: Oneshot, journal: Journal) -> list[Sample]:
    rows = operation.affected()
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:SAMPLES])
    before = _rows(operation, keys)
    if isinstance(operation, InBatches):
        operation.batch(None, SAMPLES, journal)
    elif isinstance(operation, AtOnce):
        operation.run(journal)
    after = _rows(operation, keys)
    return [_sample(key, before[key], after.get(key), journal.at) for key in keys]


def _rows(operation: Oneshot, keys: Sequence[Any]) -> dict[Any, Row]:
    found = operation.affected().model.objects.in_bulk(keys)
    return {key: _columns(row) for key, row in found.items()}


def _columns(row: Model) -> Row:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def _sample(key: object, before: Row, after: Row | None, at: datetime) -> Sample:
    if after is None:
        return Sample(str(key), _plain(before, at), None)
    changed = [name for name in before if before[name] != after[name]]
    return Sample(
        str(key),
        _plain({name: before[name] for name in changed}, at),
        _plain({name: after[name] for name in changed}, at),
    )


def _plain(row: Row, at: datetime) -> Row:
    """Spell the values as JSON; the time of the work as `now`, since it will be another."""
    spelled: Row = json.loads(
        _spelled({name: NOW if value == at else value for name, value in row.items()})
    )
    return spelled


def _spelled(value: object) -> str:
    return json.dumps(value, cls=Spelling, sort_keys=True, separators=(",", ":"))


class Spelling(DjangoJSONEncoder):
    """JSON for whatever a column may hold."""

    def default(self, o: object) -> object:
        """Return bytes as hex, and everything else as Django spells it."""
        return bytes(o).hex() if isinstance(o, bytes | memoryview) else super().default(o)
