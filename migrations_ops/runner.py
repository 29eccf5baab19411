"""How does a run come to its one end, whoever calls? Over HTTP and at the shell alike."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.conf import settings
from django.db import OperationalError

from audit.recording import Journal
from migrations_ops import operations, parameters, registry, tokens
from migrations_ops.errors import AlreadyRunning, RunRefused, TokenForOtherParameters
from migrations_ops.loading import Registered
from migrations_ops.models import Run
from migrations_ops.oneshot import Oneshot
from migrations_ops.parameters import Given
from migrations_ops.tokens import Binding, Permit
from wire.errors import InvalidInput

LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's lock_timeout
Begin: TypeAlias = Callable[[], AbstractContextManager[Journal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, when, and how a recording on their behalf is opened."""

    id: str
    at: datetime
    begin: Begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants a token for."""

    parameters: Given
    max_rows: int | None = None
    preview_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The run that did the work, and whether it was an earlier call's."""

    run: Run
    already_ran: bool


def mint(name: str, wish: Wish, caller: Caller) -> tuple[Permit, str]:
    """Return a permit and its token. Raises NoSuchOneshot, Tombstoned, InvalidInput."""
    found = registry.shipped.find(name)
    operation = parameters.read(found.kind, wish.parameters)
    permit = tokens.permit(
        _binding(found, caller),
        parameters=parameters.spelled(operation),
        max_rows=_max_rows(found, wish),
        preview_digest=wish.preview_digest,
        at=caller.at,
    )
    token = tokens.sign(permit, caller.at)
    with caller.begin() as journal:
        operations.record_minted(permit, journal=journal)
    return permit, token


def run(name: str, caller: Caller, *, token: str, given: Given | None = None) -> Outcome:
    """Run the operation, or tell of the run that did it. A refusal is recorded by itself.

    Raises NoSuchOneshot, Tombstoned, AlreadyRunning, InvalidInput, and the kinds of RunRefused.
    """
    found = registry.shipped.find(name)
    try:
        return _run(found, caller, token, given)
    except RunRefused as refusal:
        with caller.begin() as journal:
            operations.record_refusal(name, refusal, journal=journal)
        raise


def _run(found: Registered, caller: Caller, token: str, given: Given | None) -> Outcome:
    permit = tokens.read(token, caller.at)
    done = Run.objects.done(found.name)
    if done is not None and done.token_jti == permit.jti:
        # A used token authorises nothing any more; showing it again is a retry.
        permit.check(_binding(found, caller, done.code_sha256))
    else:
        permit.check(_binding(found, caller))
        permit.check_time(caller.at)
    operation = _operation(found.kind, permit, given)
    return Outcome(done, already_ran=True) if done else _attempt(permit, operation, caller)


def _attempt(permit: Permit, operation: Oneshot, caller: Caller) -> Outcome:
    name = permit.binding.operation
    try:
        with ExitStack() as recording:
            with _waiting_told(name):
                journal = recording.enter_context(caller.begin())
                claimed = operations.claim(permit, operation, journal=journal)
            run = operations.work(claimed, operation, max_rows=permit.max_rows, journal=journal)
        return Outcome(run, already_ran=False)
    except AlreadyRunning:
        done = Run.objects.done(name)
        if done is None:
            raise
        return Outcome(done, already_ran=True)


def _operation(kind: type[Oneshot], permit: Permit, given: Given | None) -> Oneshot:
    operation = parameters.read(kind, permit.parameters)
    if given is None:
        return operation
    repeated = parameters.read(kind, given)
    if parameters.canonical(repeated) != parameters.canonical(operation):
        raise TokenForOtherParameters
    return operation


def _binding(found: Registered, caller: Caller, code_sha256: str = "") -> Binding:
    return Binding(
        operation=found.name,
        requester=caller.id,
        environment=str(settings.CONTRACT.env),
        code_sha256=code_sha256 or found.code_sha256,
    )


def _max_rows(found: Registered, wish: Wish) -> int:
    if wish.max_rows is None:
        return found.kind.max_rows
    if wish.max_rows > found.kind.max_rows:
        message = f"The operation itself allows {found.kind.max_rows}."
        raise InvalidInput.at("/max_rows", message, "max_value")
    return wish.max_rows


@contextmanager
def _waiting_told(name: str) -> Iterator[None]:
    """Say that another runner is at work when the wait for it was too long."""
    try:
        yield
    except OperationalError as error:
        if _waited_too_long(error):
            raise AlreadyRunning(name=name) from error
        raise


def _waited_too_long(error: OperationalError) -> bool:
    cause = error.__cause__
    busy = str(getattr(cause, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
    return busy or getattr(cause, "sqlstate", None) == LOCK_NOT_AVAILABLE
