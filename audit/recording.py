"""The one place where a transaction begins, and the journal whose entries end it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Model

from audit.actions import Action, Outcome
from audit.actors import Actor, Origin
from audit.errors import AuditUnavailable, NothingRecorded
from audit.models import Entry
from wire.choosing import Chosen
from wire.direct import Rows, guard
from wire.prepared import on_postgresql
from wire.statements import OfRow, Statement, insert

AT_ONCE = 1000  # rows in one statement: PostgreSQL takes 65,535 parameters


@dataclass(slots=True)
class Journal:
    """A transaction: who acts, what time it is, and what will be written about it.

    It is open, unless its recording begins lazily: then nothing can be written until `begin` opens
    it, or `carry_out` makes the one change that there is.
    """

    actor: Actor
    at: datetime
    origin: Origin
    entries: list[Entry] = field(default_factory=list)
    kept: dict[type[Any], list[Model]] = field(default_factory=lambda: defaultdict(list))
    is_told_elsewhere: bool = False
    is_open: bool = True
    stored: int = 0  # entries that are no longer in `entries`
    within: ExitStack = field(default_factory=ExitStack)

    def begin(self) -> None:
        """Open the transaction unless it is open: for whatever takes more than one statement."""
        if not self.is_open:
            self.within.enter_context(transaction.atomic(durable=True))
            self.is_open = True

    def carry_out(
        self, change: Statement, note: Callable[[], None], *, alone: bool = False
    ) -> bool:
        """Make a change and have it noted, unless there is nothing to change; tell which.

        Where no transaction is open, or nothing else goes with the change (`alone`), change and
        notes are one statement. Raises AuditUnavailable when that cannot be stored.
        """
        if not self.is_open:
            with suppress(AuditUnavailable):
                return bool(self._carry_out_at_once(change, note))
            # One after the other they tell which of them it was.
            self.begin()
        elif alone and on_postgresql() and not self._pending():
            return bool(self._carry_out_at_once(change, note))
        made = bool(change.make())
        if made:
            note()
        return made

    def take(self, change: Chosen, note: Callable[[], None]) -> Sequence[Any] | None:
        """Change the row that the database chooses, and have it noted; return what is read of it.

        For a journal that is not open yet, as it is one statement. None when the change does not
        fit the row, or its notes cannot be stored: `begin`, and one statement after the other tells
        which. Raises NothingFits when there is none to choose.
        """
        with suppress(AuditUnavailable):
            for row in self._carry_out_at_once(change, note):
                return row
        return None

    def _carry_out_at_once(self, change: Statement | Chosen, note: Callable[[], None]) -> Rows:
        note()
        if not self.entries:
            raise NothingRecorded
        try:
            made = change.make_with(self._pending())
        except OperationalError:
            raise
        except DatabaseError as error:
            raise AuditUnavailable from error
        else:
            self.stored += len(self.entries) if made else 0
            return made
        finally:
            self.entries.clear()
            self.kept.clear()

    def _pending(self) -> list[Model]:
        return [*self.entries, *chain.from_iterable(self.kept.values())]

    def told_elsewhere(self) -> None:
        """Allow no entry: this is a step of something that has entries of its beginning and end."""
        self.is_told_elsewhere = True

    def record(
        self,
        action: Action,
        *,
        target: tuple[str, object],
        task_id: int | OfRow | None = None,
        project_slug: str | OfRow | None = None,
        changes: Mapping[str, tuple[object, object]] | None = None,
        context: Mapping[str, Any] | None = None,
        outcome: Outcome = Outcome.SUCCESS,
        actor: Actor | None = None,
    ) -> None:
        """Note what happened to `target` (type, id); `actor`: who turned out to act."""
        entry = Entry(
            occurred_at=self.at,
            action=action.value,
            outcome=outcome.value,
            **_what(target, task_id, project_slug),
            changes={name: list(pair) for name, pair in (changes or {}).items()},
            context=dict(context or {}),
            **_who(actor or self.actor),
            **_whence(self.origin),
        )
        entry.seal_content()
        self.entries.append(entry)

    def keep(self, row: Model) -> None:
        """Have a row stored beside the entries: what others are to hear of the change."""
        self.kept[type(row)].append(row)


@dataclass(slots=True)
class Whole:
    """A transaction that recordings are parts of, and how many entries they brought."""

    entries: int = 0

    def undo(self) -> None:
        """Let nothing of it be kept; it cannot ask the database anything more."""
        transaction.set_rollback(True)


def _what(
    target: tuple[str, object], task_id: int | OfRow | None, project_slug: str | OfRow | None
) -> dict[str, Any]:
    kind, key = target
    return {
        "target_type": kind,
        "target_id": key if isinstance(key, OfRow) else str(key),
        "task_id": task_id,
        "project_slug": project_slug,
    }


def _who(actor: Actor) -> dict[str, str]:
    return {
        "actor_id": actor.id,
        "actor_type": actor.type.value,
        "on_behalf_of": actor.on_behalf_of,
        "auth_method": actor.auth_method,
        "client_id": actor.client_id,
    }


def _whence(origin: Origin) -> dict[str, str | None]:
    return {
        "request_id": origin.request_id,
        "ip": origin.ip,
        "user_agent": origin.user_agent,
        "release": origin.release,
    }


@contextmanager
def whole() -> Iterator[Whole]:
    """Open the transaction of something that is kept or lost together with recordings.

    A recording within it takes back its own changes when it fails, and commits with the whole.
    """
    with transaction.atomic(durable=True):
        yield Whole()


@contextmanager
def rehearsal() -> Iterator[None]:
    """Let the block's changes be seen within it, inside a recording, and taken back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def recording(
    *,
    actor: Actor,
    at: datetime,
    origin: Origin,
    within: Whole | None = None,
    lazily: bool = False,
) -> Iterator[Journal]:
    """Open the one transaction of a request, a command or a one-shot, or a part of a whole one.

    Commits the block's changes together with its entries and what is kept beside them, or nothing:
    raises AuditUnavailable when these cannot be stored and NothingRecorded without an entry.
    `lazily`: of what makes but one change, a statement is the transaction (docs/adr/0025).
    """
    with ExitStack() as stack:
        journal = Journal(actor=actor, at=at, origin=origin, is_open=False, within=stack)
        if within is not None or not lazily or not _can_be_one_statement():
            stack.enter_context(transaction.atomic(durable=within is None))
            journal.is_open = True
        with nullcontext() if journal.is_open else connection.execute_wrapper(_only_reads):
            yield journal
        _complete(journal)
    if within is not None:
        within.entries += journal.stored + len(journal.entries)


def _can_be_one_statement() -> bool:
    return on_postgresql() and not connection.in_atomic_block


@guard
def _only_reads(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if not (connection.in_atomic_block or sql.startswith(("SELECT", "WITH"))):
        raise RuntimeError(f"No transaction is open for: {sql}")
    return execute(sql, params, many, context)


def _complete(journal: Journal) -> None:
    if not (journal.entries or journal.stored or journal.is_told_elsewhere):
        raise NothingRecorded
    kinds: list[list[Any]] = [journal.entries, *journal.kept.values()]
    portions = [
        rows[first : first + AT_ONCE] for rows in kinds for first in range(0, len(rows), AT_ONCE)
    ]
    if len(portions) > 1:
        journal.begin()
    try:
        for portion in portions:
            insert(portion)
    except DatabaseError as error:
        raise AuditUnavailable from error
