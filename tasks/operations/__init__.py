"""What can happen to a task? The same answer for REST, agents, pushes and the console."""

from tasks.operations.claiming import NothingReady, claim
from tasks.operations.commenting import comment
from tasks.operations.creating import Draft, create
from tasks.operations.deleting import delete
from tasks.operations.editing import edit
from tasks.operations.effects import Asked
from tasks.operations.importing import bring_in
from tasks.operations.steps import obstacle, take_step
from tasks.operations.unchanged import Unchanged

__all__ = [
    "Asked",
    "Draft",
    "NothingReady",
    "Unchanged",
    "bring_in",
    "claim",
    "comment",
    "create",
    "delete",
    "edit",
    "obstacle",
    "take_step",
]
