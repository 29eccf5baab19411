"""What can happen to a project's members? All of it waits for its turn on the project's row."""

from django.db import IntegrityError

from accounts.principals import Principal
from audit.actions import Action
from audit.actors import ActorType
from audit.recording import Journal
from tasks.errors import AlreadyMember, LastOwner, NoSuchMember, OwnersArePeople
from tasks.models import Member
from tasks.operations.assigning import kind_of
from tasks.operations.projects import note, take_turn
from tasks.operations.settling import Expectation, anything
from tasks.operations.unchanged import Unchanged
from tasks.projects import MemberRow, Membership


def add(
    principal: str, role: Membership, *, slug: str, caller: Principal, journal: Journal
) -> MemberRow:
    """Let somebody into a project.

    Raises UnknownPrincipal, OwnersArePeople, AlreadyMember, and as take_turn.
    """
    take_turn(slug, caller)
    _refuse_role(principal, role, caller)
    try:
        added = Member.objects.create(
            project_id=slug,
            principal=principal,
            role=role,
            added_by=caller.id,
            added_at=journal.at,
        )
    except IntegrityError as error:
        raise AlreadyMember(principal=principal) from error
    _tell(journal, Action.PROJECT_MEMBER_ADDED, slug, principal, (None, role))
    return row_of(added)


def change(
    principal: str,
    role: Membership,
    *,
    slug: str,
    caller: Principal,
    journal: Journal,
    expected: Expectation = anything,
) -> MemberRow:
    """Give a member another role.

    Raises NoSuchMember, what the expectation raises, Unchanged, OwnersArePeople, LastOwner, and as
    take_turn.
    """
    take_turn(slug, caller)
    before = _found(slug, principal)
    expected(before)
    if before.role == role:
        raise Unchanged(before)
    if role is Membership.OWNER:
        _refuse_role(principal, role, caller)
    Member.objects.filter(project=slug, principal=principal).update(role=role)
    _refuse_to_orphan(slug, principal)
    _tell(journal, Action.PROJECT_MEMBER_CHANGED, slug, principal, (before.role, role))
    return before._replace(role=role)


def remove(
    principal: str,
    *,
    slug: str,
    caller: Principal,
    journal: Journal,
    expected: Expectation = anything,
) -> None:
    """Put a member out of a project; what they hold there stays theirs until it is passed on.

    Raises NoSuchMember, what the expectation raises, LastOwner, and as take_turn.
    """
    take_turn(slug, caller)
    before = _found(slug, principal)
    expected(before)
    Member.objects.filter(project=slug, principal=principal).delete()
    _refuse_to_orphan(slug, principal)
    _tell(journal, Action.PROJECT_MEMBER_REMOVED, slug, principal, (before.role, None))


def row_of(member: Member) -> MemberRow:
    """Return the row of a member."""
    return MemberRow(*(getattr(member, name) for name in MemberRow._fields))


def _found(slug: str, principal: str) -> MemberRow:
    member = Member.objects.filter(project=slug, principal=principal).first()
    if member is None:
        raise NoSuchMember
    return row_of(member)


def _refuse_role(principal: str, role: Membership, caller: Principal) -> None:
    kind = kind_of(principal, caller, at="/principal")
    if role is Membership.OWNER and kind is not ActorType.HUMAN:
        raise OwnersArePeople.at("/role", "Only people own projects.", "owners_are_people")


def _refuse_to_orphan(slug: str, principal: str) -> None:
    if not Member.objects.filter(project=slug, role=Membership.OWNER).exists():
        raise LastOwner(principal=principal)


def _tell(
    journal: Journal,
    action: Action,
    slug: str,
    principal: str,
    roles: tuple[str | None, str | None],
) -> None:
    note(journal, action, slug, {"role": roles}, {"principal": principal})
