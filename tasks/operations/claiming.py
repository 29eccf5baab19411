"""What happens when a task is asked for without saying which?"""

from accounts.principals import Principal
from audit.actions import Action
from audit.recording import Journal
from tasks.lifecycle import Status
from tasks.operations.effects import Asked, Moment, taken
from tasks.operations.settling import Settled, carried_out, differences, note
from tasks.operations.steps import left_by, remember_holder
from tasks.ready import ANYTHING, Wanted, next_ready
from tasks.rows import TaskRow


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
    before = next_ready(wanted, caller, journal.at, taking=True)
    if before is None:
        raise NothingReady
    moment = Moment(before, caller, journal.at, Asked(lease_seconds=lease_seconds))
    said = {"lease_seconds": lease_seconds} if lease_seconds else {}

    def tell(settled: Settled) -> None:
        remember_holder(settled, journal)
        note(journal, Action.TASK_CLAIMED, settled.after,
             differences(before.task, settled.after), said)  # fmt: skip

    sets = {"status": Status.IN_PROGRESS.value, **taken(moment)}
    alone = left_by(before, sets) is None
    settled = carried_out(before, sets, journal, tell, alone=alone)
    if settled is None:
        raise NothingReady
    return settled.after
