"""How does a run come to its one end, whoever calls? Over HTTP and at the shell alike."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import cast

from audit.recording import Journal
from migrations_ops import operations, parameters, pump, registry, tokens
from migrations_ops.asking import binding
from migrations_ops.calling import Caller, refusals_told, waiting_told
from migrations_ops.errors import (
    AlreadyRunning,
    RunAborted,
    RunCancelled,
    RunPaused,
    TokenForOtherParameters,
)
from migrations_ops.loading import Registered
from migrations_ops.models import ENDED, Run, Status
from migrations_ops.oneshot import AtOnce, InBatches, Oneshot
from migrations_ops.operations.batching import LEASE
from migrations_ops.operations.working import end_when_frozen, failures_named
from migrations_ops.parameters import Given
from migrations_ops.pump import Pace
from migrations_ops.tokens import Permit
from wire.clock import now
from wire.errors import InvalidInput

FIRST_BATCH = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the run stands, and whether an earlier call ended it."""

    run: Run
    already_ran: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """A run that may begin or go on."""

    found: Registered
    permit: Permit
    operation: Oneshot
    standing: Run | None


def run(
    name: str, caller: Caller, *, token: str, given: Given | None = None, pace: Pace | None = None
) -> Outcome:
    """Run the operation or go on with it, or tell of the run that ended it.

    A refusal is recorded by itself. Raises NoSuchOneshot, Tombstoned, AlreadyRunning, RunPaused,
    RunCancelled, StalePreview, InvalidInput, and the kinds of RunRefused and RunAborted.
    """
    with refusals_told(name, caller):
        ready = _ready(name, caller, token, given)
        if ready.standing and ready.standing.status in ENDED:
            return Outcome(ready.standing, already_ran=True)
        operation = ready.operation
        if not isinstance(operation, InBatches):
            return _at_once(ready, cast("AtOnce", operation), caller)
        taken = _taken(ready, caller)
    if taken.status in ENDED:
        return Outcome(taken, already_ran=True)
    # An undone batch has an entry of its own already.
    with refusals_told(name, caller, but=(RunAborted,)):
        ended = pump.drive(taken, operation, caller, pace or Pace())
        if ended.status == Status.CANCELLED:
            raise RunCancelled(name=name, receipt=ended.receipt)
    return Outcome(ended, already_ran=False)


def pause(name: str, caller: Caller) -> Run:
    """Let no batch begin from now on. Raises NoSuchOneshot, Tombstoned, NotInThatState."""
    with refusals_told(name, caller), waiting_told(name):
        found = registry.shipped.find(name)
        with caller.begin() as journal:
            return operations.pause(found.name, journal=journal)


def resume(name: str, caller: Caller) -> Run:
    """Let batches begin again. Raises NoSuchOneshot, Tombstoned, NotInThatState."""
    with refusals_told(name, caller), waiting_told(name):
        found = registry.shipped.find(name)
        with caller.begin() as journal:
            return operations.resume(found.name, journal=journal)


def cancel(name: str, caller: Caller) -> Run:
    """End the run, or the hope for one, for ever. Raises as `pause` does."""
    with refusals_told(name, caller), waiting_told(name):
        found = registry.shipped.find(name)
        with caller.begin() as journal:
            return operations.cancel(found, journal=journal)


def _ready(name: str, caller: Caller, token: str, given: Given | None) -> Ready:
    found = registry.shipped.find(name)
    permit = tokens.read(token, caller.at)
    standing = Run.objects.of(name)
    done = standing if standing and standing.status == Status.DONE else None
    if done and done.was_driven_by(permit.jti):
        # A used token authorises nothing any more; showing it again is a retry.
        permit.check(binding(found, caller.id, done.code_sha256))
    else:
        permit.check(binding(found, caller.id))
        permit.check_time(caller.at)
    operation = _operation(found, permit, given, standing)
    if not done:
        operations.check_approved(permit.request, caller.at)
        _check_open(standing, permit)
    return Ready(found, permit, operation, standing)


def _check_open(run: Run | None, permit: Permit) -> None:
    if run is None:
        return
    if run.status == Status.CANCELLED:
        raise RunCancelled(name=run.name, receipt=run.receipt)
    if run.status == Status.PAUSED:
        raise RunPaused(name=run.name)
    if parameters.digest_of(run.parameters) != permit.parameters_sha256:
        raise TokenForOtherParameters


def _at_once(ready: Ready, operation: AtOnce, caller: Caller) -> Outcome:
    name = ready.found.name
    try:
        with ExitStack() as recording:
            with waiting_told(name):
                journal = recording.enter_context(caller.begin())
                end_when_frozen()
                claimed = _claimed(ready, journal)
            with failures_named(name):
                done = operations.work(claimed, operation, journal=journal)
        return Outcome(done, already_ran=False)
    except AlreadyRunning:
        return Outcome(_ended(name), already_ran=True)


def _taken(ready: Ready, caller: Caller) -> Run:
    """Return the run, this caller's to work on, or ended by somebody who was quicker."""
    try:
        with waiting_told(ready.found.name), caller.begin() as journal:
            end_when_frozen()
            if ready.standing is not None:
                return operations.take(ready.standing, ready.permit, journal=journal)
            expected = ready.operation.count()
            claimed = _claimed(
                ready, journal, lease_until=now() + LEASE, rows_expected=expected,
                rows_affected=0, batch_size=FIRST_BATCH,
            )  # fmt: skip
            operations.record_started(claimed, journal=journal)
            return claimed
    except AlreadyRunning:
        return _ended(ready.found.name)


def _claimed(ready: Ready, journal: Journal, **more: object) -> Run:
    claimed = operations.claim(ready.permit, ready.operation, journal=journal, **more)
    with failures_named(ready.found.name):
        operations.check_fresh(
            ready.found, ready.operation, ready.permit.preview_digest, journal=journal
        )
    return claimed


def _ended(name: str) -> Run:
    """Return the run that another caller has ended meanwhile. Raises AlreadyRunning when none."""
    done = Run.objects.done(name)
    if done is None:
        raise AlreadyRunning(name=name)
    return done


def _operation(
    found: Registered, permit: Permit, given: Given | None, standing: Run | None
) -> Oneshot:
    kept = standing.parameters if standing else None
    source = next((each for each in (given, permit.parameters, kept) if each is not None), None)
    if source is None:
        message = "They are too long for the token, so the call has to repeat them."
        raise InvalidInput.at("/parameters", message, "required")
    operation = parameters.read(found.kind, source)
    if parameters.digest(operation) != permit.parameters_sha256:
        raise TokenForOtherParameters
    return operation
