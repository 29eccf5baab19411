"""Changes of projects that contend, or that only together would break a rule."""

from functools import partial

import pytest

from audit.models import Entry
from tasks import operations
from tasks.errors import LastOwner, NoSuchProject, NotProjectOwner, ProjectExists, ProjectHasTasks
from tasks.models import Member, Project
from tasks.operations import members, projects
from tasks.projects import Membership
from tests.concurrency.threads import at_once
from tests.factories import ADMIN, ALICE, BOB, a_project, acting
from wire.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)


def attempt(operation, caller, *arguments, **members):
    """Tell what came of an operation: True, or the kind of refusal."""
    try:
        with acting(caller) as journal:
            operation(*arguments, **members, caller=caller, journal=journal)
    except DomainError as refused:
        return type(refused)
    return True


def found(_, slug):
    return attempt(projects.create, ALICE, slug)


def put_out(which, slug):
    return attempt(members.remove, ADMIN, ["@alice", "@bob"][which], slug=slug)


def test_a_slug_becomes_one_project(rounds):
    for number in range(rounds(3, full=100)):
        heard = at_once(8, partial(found, slug=f"shed{number}"))

        assert sorted(heard, key=str) == [ProjectExists] * 7 + [True]
        assert Entry.objects.filter(project_slug=f"shed{number}").count() == 1


@pytest.mark.parametrize("how", ["remove", "demote"])
def test_two_owners_do_not_put_each_other_out(how, rounds):
    for number in range(rounds(5, full=200)):
        slug = f"{how}{number}"
        a_project(slug, {"@alice": "owner", "@bob": "owner"})

        def act(which, slug=slug):
            caller, other = [(ALICE, "@bob"), (BOB, "@alice")][which]
            if how == "remove":
                return attempt(members.remove, caller, other, slug=slug)
            return attempt(members.change, caller, other, Membership.MEMBER, slug=slug)

        heard = at_once(2, act)

        assert heard.count(True) == 1
        assert set(heard) - {True} <= {NoSuchProject, NotProjectOwner}
        assert Member.objects.filter(project=slug, role="owner").count() == 1


def test_nor_do_administrators_leave_a_project_without_one(rounds):
    for number in range(rounds(5, full=200)):
        slug = f"p{number}"
        a_project(slug, {"@alice": "owner", "@bob": "owner"})

        assert set(at_once(2, partial(put_out, slug=slug))) == {True, LastOwner}


def test_a_task_comes_into_a_project_or_the_project_goes_but_no_task_comes_into_the_open(rounds):
    for number in range(rounds(5, full=200)):
        slug = f"p{number}"
        a_project(slug, {"@alice": "owner", "@bob": "member"})

        def act(which, slug=slug):
            if which == 0:
                return attempt(projects.delete, ALICE, slug=slug)
            draft = operations.Draft(title="Sand", project_slug=slug)
            return attempt(operations.create, BOB, draft)

        deleted, *created = at_once(4, act)

        assert deleted in {True, ProjectHasTasks}
        assert created == [True] * 3
        assert Project.objects.filter(pk=slug).exists() == (deleted is not True)
        # Who came after the deletion named a slug that was open again; nobody came before.
        actions = list(Entry.objects.filter(project_slug=slug).values_list("action", flat=True))
        assert actions[-1] == ("project.deleted" if deleted is True else "task.created")
