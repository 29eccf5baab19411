"""What can happen at the console's door? Somebody gets in, or does not."""

from accounts.errors import AccountsError, MayNotEnter
from accounts.identities import Identity
from accounts.models import Account
from audit.actions import Action, Outcome
from audit.actors import Actor, ActorType
from audit.recording import Journal

EXTERNAL, PASSWORD = "external", "password"


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
    _note_entry(account, EXTERNAL, journal, identity=identity.id)
    return account


def enter_by_password(account: Account, journal: Journal) -> None:
    """Record that an administrator gets in whose password was right."""
    _note_entry(account, PASSWORD, journal)


def note_refusal(refusal: AccountsError, journal: Journal) -> None:
    """Record that somebody who came from the provider did not get in, and why."""
    handle = refusal.handle if isinstance(refusal, MayNotEnter) else ""
    _note_failure(handle, EXTERNAL, journal, reason=str(refusal))


def note_no_staff(account: Account, journal: Journal) -> None:
    """Record that somebody whose password was right did not get in: the console is not theirs."""
    _note_failure(account.handle, PASSWORD, journal, reason="The account is no staff.")


def _note_entry(account: Account, method: str, journal: Journal, **context: str) -> None:
    journal.record(
        Action.SIGNED_IN,
        target=("principal", account.handle),
        context=context,
        actor=Actor(id=account.handle, type=ActorType.HUMAN, auth_method=method),
    )


def _note_failure(handle: str, method: str, journal: Journal, **context: str) -> None:
    journal.record(
        Action.SIGN_IN_FAILED,
        target=("principal", handle),
        outcome=Outcome.DENIED,
        context={"method": method, **context},
    )
