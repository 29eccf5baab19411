"""What happens when a task is asked for without saying which?"""

from accounts.principals import Principal
from audit.actions import Action
from audit.recording import Journal
from outbox.telling import tell
from tasks.lifecycle import Status
from tasks.operations.effects import Asked, Moment, taken
from tasks.operations.settling import Sets, Settled, as_seen, carried_out, differences, note
from tasks.operations.steps import left_by, remember_holder
from tasks.ready import ANYTHING, Wanted, next_ready, next_to_take
from tasks.rows import TaskRow
from tasks.sight import Sight
from tasks.taking import FRESH, ID, SLUG, TARGET, TOLD, taking
from wire.choosing import NothingFits


class NothingReady(Exception):
    """There is nothing to take. No refusal: asking again later may find something.

    A recording without an entry cannot commit, so it is left the other way, by raising.
    """


def claim(
    wanted: Wanted = ANYTHING,
    *,
    caller: Principal,
    journal: Journal,
    lease_seconds: int | None = None,
) -> TaskRow:
    """Take the first ready task in line; of callers at one instant each gets another.

    Raises NothingReady.
    """
    asked = Asked(lease_seconds=lease_seconds)
    if not journal.is_open and wanted == ANYTHING:
        task = _take_fresh(caller, journal, asked)
        if task is not None:
            return task
    journal.begin()
    return _take_locked(wanted, caller, journal, asked)


def _take_fresh(caller: Principal, journal: Journal, asked: Asked) -> TaskRow | None:
    """Take the foremost task at once, if nobody has had it before. Raises NothingReady."""
    sets = _taken(Moment(FRESH, caller, journal.at, asked))
    changes = differences(FRESH.task, as_seen(FRESH.task, sets))

    def say() -> None:
        journal.record(Action.TASK_CLAIMED, target=("task", TARGET), task_id=ID,
                       project_slug=SLUG, changes=changes, context=_said(asked))  # fmt: skip
        tell(journal, Action.TASK_CLAIMED, task_id=ID, project_slug=SLUG, data=TOLD)

    try:
        row = journal.take(taking(sets, Sight.of(caller), journal.at), say)
    except NothingFits:
        # To hear that there is nothing takes no transaction.
        if next_ready(ANYTHING, caller, journal.at) is None:
            raise NothingReady from None
        return None
    return None if row is None else TaskRow.read(row)


def _take_locked(wanted: Wanted, caller: Principal, journal: Journal, asked: Asked) -> TaskRow:
    """Take the foremost task, whatever it is, in an open transaction. Raises NothingReady."""
    before = next_to_take(wanted, caller, journal.at)
    if before is None:
        raise NothingReady
    sets = _taken(Moment(before, caller, journal.at, asked))

    def tell_of(settled: Settled) -> None:
        remember_holder(settled, journal)
        note(journal, Action.TASK_CLAIMED, settled.after,
             differences(before.task, settled.after), _said(asked))  # fmt: skip

    alone = left_by(before, sets) is None
    settled = carried_out(before, sets, journal, tell_of, alone=alone)
    if settled is None:
        raise NothingReady
    return settled.after


def _taken(moment: Moment) -> Sets:
    return {"status": Status.IN_PROGRESS.value, **taken(moment)}


def _said(asked: Asked) -> dict[str, object]:
    return {"lease_seconds": asked.lease_seconds} if asked.lease_seconds else {}
