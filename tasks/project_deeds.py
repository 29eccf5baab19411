"""What may staff do to projects and their members from the console? What the API lets them."""

from collections.abc import Callable

from django import forms

from accounts.deeds import Call, Deed, NoForm, Told, list_of, page_of
from tasks.deeds import SlugField, unchanged_told
from tasks.models import Member, Project
from tasks.operations import members, projects
from tasks.projects import Membership

ROLES = [(role.value, role.value) for role in Membership]


class ProjectForm(forms.Form):
    """A slug to become a project."""

    slug = SlugField(help_text="Letters, digits, - and _; it never changes.")
    requires_review = forms.BooleanField(
        required=False, help_text="Nothing is completed but by somebody else's approval."
    )


class RoleForm(forms.Form):
    """What a member is to be from now on."""

    role = forms.TypedChoiceField(coerce=Membership, choices=ROLES)


class MemberForm(RoleForm):
    """Somebody to be let in."""

    principal = forms.CharField(
        max_length=255, help_text="A handle such as @alice, <idp>:<sub> or sa:<email>."
    )
    field_order = ("principal", "role")


def _create(_: None, call: Call) -> Told:
    made = projects.create(**call.given, caller=call.caller, journal=call.journal)
    return Told(
        f"{made.slug} is a project, and you are its owner.", leads_to=page_of(Project, made.slug)
    )


def _review(*, required: bool) -> Callable[[Project, Call], Told]:
    @unchanged_told()
    def act(project: Project, call: Call) -> Told:
        edits = {"requires_review": required}
        projects.change(edits, slug=project.slug, caller=call.caller, journal=call.journal)
        return Told(f"{project} {'requires' if required else 'no longer requires'} review.")

    return act


def _add(project: Project, call: Call) -> Told:
    added = members.add(**call.given, slug=project.slug, caller=call.caller, journal=call.journal)
    return Told(f"{added.principal} is {added.role} of {project}.")


def _delete(project: Project, call: Call) -> Told:
    projects.delete(slug=project.slug, caller=call.caller, journal=call.journal)
    return Told(f"{project} is a project no more; its slug is open.", leads_to=list_of(Project))


@unchanged_told()
def _change_role(member: Member, call: Call) -> Told:
    done = members.change(
        member.principal, **call.given, slug=member.project_id,
        caller=call.caller, journal=call.journal,
    )  # fmt: skip
    return Told(f"{done.principal} is {done.role} of {member.project_id} now.")


def _remove(member: Member, call: Call) -> Told:
    members.remove(
        member.principal, slug=member.project_id, caller=call.caller, journal=call.journal
    )
    return Told(
        f"{member.principal} is out of {member.project_id}.",
        leads_to=page_of(Project, member.project_id),
    )


OF_A_PROJECT = (
    Deed("add-member", "Add member", "They see its tasks from now on; members work on them as "
         "well, and owners, who are people, decide about the project.", _add, MemberForm,
         initial=lambda _: {"role": Membership.MEMBER}),
    Deed("require-review", "Require review", "Nothing is completed but by the approval of somebody "
         "who did not do the work.", _review(required=True), NoForm,
         lambda project, _: "It does so already." if project.requires_review else None),
    Deed("waive-review", "Waive review", "Whoever holds a task may complete it. What waits for a "
         "verdict still does.", _review(required=False), NoForm,
         lambda project, _: None if project.requires_review else "It requires none."),
    Deed("delete", "Delete", "Its memberships end, and the slug is open to everybody again. Its "
         "history stays in the audit.", _delete, NoForm,
         lambda project, _: projects.obstacle_to_deletion(project.slug), is_grave=True),
)  # fmt: skip
OF_ALL_PROJECTS = (
    Deed("create", "New project", "From now on its members alone see the tasks under the slug; "
         "you are the first, as its owner.", _create, ProjectForm),
)  # fmt: skip
OF_A_MEMBER = (
    Deed("role", "Change role", "Viewers look, members work, owners decide.", _change_role,
         RoleForm, initial=lambda member: {"role": member.role}),
    Deed("remove", "Remove", "They see nothing of the project from now on. What they hold there "
         "stays theirs until it is passed on or released.", _remove, is_grave=True),
)  # fmt: skip
