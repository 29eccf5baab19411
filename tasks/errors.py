"""What can go wrong with a task?"""

from collections.abc import Collection
from typing import Self

from wire.errors import DomainError, Fault, InvalidInput


class TaskError(DomainError):
    """The board refused."""


class NoSuchTask(TaskError):
    """There is no such task, or none the caller may see: the two are told alike."""

    sentence = "There is no such task."


class StepNotAllowed(TaskError):
    """The task's life has no such step from where it is."""

    sentence = "{refused}"


class StatusOutOfReach(StepNotAllowed):
    """No step leads from the present status to the one that was asked for."""

    sentence = "Cannot change status from '{source}' to '{target}'"


class NoSuchProject(TaskError):
    """There is no such project, or none the caller is in: the two are told alike."""

    sentence = "There is no such project."


class ViewersOnlyLook(TaskError):
    """The caller may look at the project's tasks and no more."""

    sentence = "Viewers of a project may look at its tasks, not change them."


class NotProjectOwner(TaskError):
    """This is for the owners of the project and administrators."""

    sentence = "Only an owner of the project or an administrator may do this."


class ProjectExists(TaskError):
    """The slug belongs to a project already."""

    sentence = "There is a project of this slug already."


class TasksOfOthers(TaskError):
    """To make a project of an open slug would take away what others work on."""

    sentence = "Others have tasks under this slug: an administrator can make it a project."


class ProjectHasTasks(TaskError):
    """Without its project a slug is open, and so would be its tasks."""

    sentence = "The project has tasks, which everybody would see without it: delete or move them."


class NoSuchMember(TaskError):
    """Nobody of that id is in the project."""

    sentence = "There is no such member."


class AlreadyMember(TaskError):
    """They are in the project."""

    sentence = "{principal} is in the project already."


class LastOwner(TaskError):
    """A project always has somebody who can say who belongs to it."""

    sentence = "{principal} is the project's last owner."


class OwnersArePeople(InvalidInput):
    """Agents and services work in projects and rule over none."""


class NotHolder(TaskError):
    """Somebody else holds the task."""

    sentence = "The task is held by {holder}."


class StaleFence(TaskError):
    """The hold on the task has passed on since the caller took it."""

    sentence = "The task has passed on: its fence is {fence} now."


class AssignedToOther(TaskError):
    """The task is waiting for somebody else."""

    sentence = "The task is assigned to {assignee}."


class DependenciesOpen(TaskError):
    """What the task depends on is not completed."""

    sentence = "The task depends on tasks that are not completed."


class ReviewRequired(TaskError):
    """In this project nothing is completed without a second look."""

    sentence = "The project requires review: submit the task for somebody else to approve."


class SubtasksOpen(TaskError):
    """A parent is not completed over open children."""

    sentence = "The task has open subtasks."


class ParentCompleted(TaskError):
    """An open task cannot come under a completed one."""

    sentence = "The parent task is completed; reopen it first."


class OwnWork(TaskError):
    """Who did the work does not judge it, and no agent judges an agent's."""

    sentence = "The work was done by {worker}, which the caller may not judge."


class PeopleOnly(TaskError):
    """This takes a person."""

    sentence = "Only a person may do this."


class NotCreator(TaskError):
    """This is for the task's creator, owners of its project and administrators."""

    sentence = "Only the task's creator, an owner of its project or an administrator may do this."


class HolderNeeded(TaskError):
    """A held task passes from one holder to another; to have none it is released."""

    sentence = "Somebody holds the task: release it to have nobody assigned."


class HasSubtasks(TaskError):
    """A task is not deleted from over its subtasks."""

    sentence = "The task has subtasks; delete or move them first."


class HasDependents(TaskError):
    """A task is not deleted while others depend on it."""

    sentence = "Other tasks depend on this one; change them first."


class UnknownPrincipal(InvalidInput):
    """Nobody has the id that was given."""


class RowsRefused(InvalidInput):
    """Some rows of a file cannot become tasks, so none does."""

    sentence = (
        "{bad} of {rows} rows cannot be imported, so none was."
        " {listed} of {found} faults are listed."
    )
    most_listed = 100

    @classmethod
    def among(cls, rows: int, faults: Collection[Fault]) -> Self:
        """Make the refusal of so many rows for faults whose pointers begin `/rows/<number>`."""
        numbers = {fault: int(fault.pointer.split("/")[2]) for fault in faults}
        told = sorted(faults, key=numbers.__getitem__)[: cls.most_listed]
        bad = len(set(numbers.values()))
        return cls(told, bad=bad, rows=rows, listed=len(told), found=len(faults))
