"""What may staff do to a task from the console? The lifecycle's verbs, and what a PATCH can."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from django import forms

from accounts.deeds import Call, Deed, NoForm, Told, list_of, page_of
from accounts.principals import Principal
from accounts.registry_errors import AlreadySo
from tasks import operations
from tasks.lifecycle import STEPS, Status, Verb
from tasks.models import Task, standing_of
from tasks.operations import Asked, Draft, Unchanged
from tasks.projects import SLUG
from tasks.rows import LONGEST_NOTE, LONGEST_TEXT, Priority, Standing
from wire.clock import now


@contextmanager
def unchanged_told() -> Iterator[None]:
    """Raise AlreadySo where nothing was left to change: a button that did nothing says so."""
    try:
        yield
    except Unchanged as unchanged:
        raise AlreadySo from unchanged


class SlugField(forms.RegexField):
    """A project's slug, as the API takes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex=rf"\A{SLUG}\Z", max_length=63, **kwargs)


class NoteForm(forms.Form):
    """A word for the record."""

    note = forms.CharField(max_length=LONGEST_NOTE, required=False, widget=forms.Textarea)


class ReasonForm(forms.Form):
    """Why; it stands in the history."""

    reason = forms.CharField(max_length=LONGEST_NOTE, widget=forms.Textarea)


class MaybeReasonForm(forms.Form):
    """Why, if there is something to say."""

    reason = forms.CharField(max_length=LONGEST_NOTE, required=False, widget=forms.Textarea)


class ProgressForm(NoteForm):
    """How far the work has come."""

    percent = forms.IntegerField(min_value=0, max_value=100)
    field_order = ("percent", "note")


class AssignForm(forms.Form):
    """Whose task it is to be."""

    assigned_to = forms.CharField(
        max_length=255, required=False, help_text="A handle such as @bob; empty: nobody's."
    )


class TaskForm(forms.Form):
    """What a task begins with."""

    title = forms.CharField(max_length=200)
    description = forms.CharField(max_length=LONGEST_TEXT, required=False, widget=forms.Textarea)
    priority = forms.TypedChoiceField(
        coerce=int, choices=[(p.value, p.word) for p in Priority], initial=Priority.MEDIUM.value
    )
    project_slug = SlugField(required=False, label="Project", help_text="Empty: none.")
    assigned_to = forms.CharField(max_length=255, required=False, help_text="Empty: nobody.")


MEANS: Mapping[Verb, str] = MappingProxyType({
    Verb.START: "You become its holder, and it is in progress.",
    Verb.PROGRESS: "The board shows how far the work has come; a lease is renewed.",
    Verb.COMPLETE: "It is done: 100 %, completed now.",
    Verb.SUBMIT: "It waits for somebody else's verdict.",
    Verb.APPROVE: "The work is taken as done. You cannot approve your own.",
    Verb.REJECT: "It goes back to its holder with your reason.",
    Verb.BLOCK: "It cannot go on until somebody unblocks it.",
    Verb.UNBLOCK: "It goes back to where it was before it was blocked.",
    Verb.RELEASE: "Nobody holds it any more, and others may take it; its progress stays.",
    Verb.CANCEL: "It will not be done. It can be reopened.",
    Verb.REOPEN: "It is pending again, at 0 %.",
})  # fmt: skip
FORMS: Mapping[Verb, type[forms.Form]] = MappingProxyType({
    Verb.START: NoForm,
    Verb.PROGRESS: ProgressForm,
    Verb.BLOCK: ReasonForm,
    Verb.REJECT: ReasonForm,
    Verb.UNBLOCK: NoForm,
    Verb.CANCEL: MaybeReasonForm,
    Verb.REOPEN: MaybeReasonForm,
})  # fmt: skip
GRAVE = frozenset({Verb.CANCEL})


def standing(task: Task, caller: Principal) -> Standing | None:
    """Return how the caller stands to the task; read once for all buttons of a page."""
    known: dict[str, Any] = vars(task).setdefault("standings_read", {})
    if caller.id not in known:
        known[caller.id] = standing_of(task.pk, caller)
    return known[caller.id]  # type: ignore[no-any-return]


def _step(verb: Verb) -> Deed:
    def act(task: Task, call: Call) -> Told:
        taken = operations.take_step(
            verb,
            task_id=task.pk,
            caller=call.caller,
            journal=call.journal,
            asked=Asked(**call.given),
        )
        return Told(f"“{taken.title}” is {taken.status.replace('_', ' ')}.")

    def why_not(task: Task, caller: Principal) -> str | None:
        seen = standing(task, caller)
        gone = "The task is gone."
        return gone if seen is None else operations.obstacle(verb, seen, caller, now())

    form = FORMS.get(verb, NoteForm)
    return Deed(verb.value, verb.value.capitalize(), MEANS[verb], act, form, why_not, verb in GRAVE)


def _edit(sets: Callable[[Task, Mapping[str, Any]], dict[str, Any]], done: str):  # type: ignore[no-untyped-def]
    @unchanged_told()
    def act(task: Task, call: Call) -> Told:
        operations.edit(
            sets(task, call.given), task_id=task.pk, caller=call.caller, journal=call.journal
        )
        return Told(done)

    return act


def _closed(task: Task, _: Principal) -> str | None:
    return (
        None if Status(task.status) not in {Status.COMPLETED, Status.CANCELLED} else "It is over."
    )


def _delete(task: Task, call: Call) -> Told:
    operations.delete(task_id=task.pk, caller=call.caller, journal=call.journal)
    return Told(
        f"“{task.title}” is deleted; its history stays in the audit.", leads_to=list_of(Task)
    )


def _create(_: None, call: Call) -> Told:
    members = {name: value for name, value in call.given.items() if value not in {"", None}}
    made = operations.create(Draft(**members), caller=call.caller, journal=call.journal)
    sentence = f"“{made.title}” is on the board as task {made.id}."
    return Told(sentence, leads_to=page_of(Task, made.id))


CREATE = Deed("create", "New task", "It begins pending.", _create, TaskForm)
ASSIGN = Deed(
    "assign",
    "Assign",
    "It becomes somebody's; whoever held it no longer does.",
    _edit(lambda _, given: {"assigned_to": given["assigned_to"] or None}, "It is assigned anew."),
    AssignForm,
    _closed,
    initial=lambda task: {"assigned_to": task.assigned_to},
)
ASK_TO_CANCEL = Deed(
    "ask-to-cancel",
    "Ask to stop",
    "Its holder is told with the next heartbeat that the work is not wanted any more.",
    _edit(lambda _, __: {"cancel_requested": True}, "The holder is asked to stop."),
    why_not=lambda task, _: (
        None if task.status == Status.IN_PROGRESS and not task.cancel_requested else "Nobody works."
    ),
)
DELETE = Deed(
    "delete", "Delete", "It is gone; its history stays in the audit.", _delete, is_grave=True
)
OF_A_TASK = (*map(_step, STEPS), ASSIGN, ASK_TO_CANCEL, DELETE)
OF_THE_BOARD = (CREATE,)
