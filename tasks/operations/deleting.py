"""What happens when a task is deleted?"""

from accounts.principals import Principal
from audit.actions import Action
from audit.recording import Journal
from tasks.errors import HasDependents, HasSubtasks
from tasks.models import Dependency, Task
from tasks.operations.rights import may_delete
from tasks.operations.settling import Expectation, Sets, Settled, anything, note, settle, whole
from tasks.rows import Standing


def delete(
    *, task_id: int, caller: Principal, journal: Journal, expected: Expectation = anything
) -> None:
    """Delete a task, if it is what is expected; its history stays in the audit.

    Raises NoSuchTask, what the expectation raises, PeopleOnly, ViewersOnlyLook, NotCreator,
    HasSubtasks, HasDependents.
    """

    def decide(standing: Standing) -> Sets:
        may_delete(standing, caller)
        # Whoever is about to refer to it comes first and is seen, or finds it gone.
        Task.objects.lock_out(task_id)
        if Task.objects.filter(parent=task_id).exists():
            raise HasSubtasks
        if Dependency.objects.filter(depends_on=task_id).exists():
            raise HasDependents
        return {}

    def tell(settled: Settled) -> None:
        # Moving the row first keeps children from coming under it between decision and deletion.
        Task.objects.filter(pk=task_id).delete()
        task = settled.before.task
        note(journal, Action.TASK_DELETED, task, whole(task, gone=True))

    settle(task_id, caller, journal, decide, tell, expected)
