"""What can happen when somebody comes to the console from the outside provider?"""

from accounts.errors import AccountsError, MayNotEnter
from accounts.identities import Identity
from accounts.models import Account
from audit.actions import Action, Outcome
from audit.actors import Actor, ActorType
from audit.recording import Journal

METHOD = "external"


def enter(identity: Identity, journal: Journal) -> Account:
    """Return the administrator whom the identity is linked to. Raises MayNotEnter.

    Nobody is made an account by it, nor staff. A stranger, an account that is no staff and one
    that is disabled hear the same.
    """
    linked = Account.objects.filter(
        identities__issuer=identity.issuer, identities__subject=identity.subject
    )
    account = linked.first()
    if account is None or not (account.is_active and account.is_staff):
        raise MayNotEnter(identity=identity.id, handle=account.handle if account else "")
    journal.record(
        Action.SIGNED_IN,
        target=("principal", account.handle),
        context={"identity": identity.id},
        actor=Actor(id=account.handle, type=ActorType.HUMAN, auth_method=METHOD),
    )
    return account


def note_refusal(refusal: AccountsError, journal: Journal) -> None:
    """Record that somebody did not get in, and why."""
    handle = refusal.handle if isinstance(refusal, MayNotEnter) else ""
    journal.record(
        Action.SIGN_IN_FAILED,
        target=("principal", handle),
        outcome=Outcome.DENIED,
        context={"method": METHOD, "reason": str(refusal)},
    )
