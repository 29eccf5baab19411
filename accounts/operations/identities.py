"""Who of an outside provider is one of our accounts?"""

from django.db import IntegrityError

from accounts.errors import IdentityTaken, NoSuchAccount, NoSuchIdentity, UnfitIdentity
from accounts.identities import external_id
from accounts.identity_models import LONGEST_ISSUER, ExternalIdentity
from accounts.links import LINKS
from accounts.models import Account, normal_handle
from audit.actions import Action
from audit.recording import Journal


def link(name: str, *, issuer: str, subject: str, journal: Journal) -> ExternalIdentity:
    """Let the outside identity be the account from now on, whatever its e-mail says.

    Raises UnfitIdentity, NoSuchAccount, and IdentityTaken when it is linked already.
    """
    handle, outside = normal_handle(name), _outside_id(issuer, subject)
    if not Account.objects.filter(pk=handle).exists():
        raise NoSuchAccount(handle=handle)
    try:
        made = ExternalIdentity.objects.create(
            issuer=issuer, subject=subject, account_id=handle, created_at=journal.at
        )
    except IntegrityError as error:
        raise IdentityTaken(identity=outside) from error
    _record(journal, handle, (None, outside), issuer)
    return made


def unlink(name: str, *, issuer: str, subject: str, journal: Journal) -> None:
    """Let the outside identity stand for itself again. Raises NoSuchIdentity, UnfitIdentity."""
    handle, outside = normal_handle(name), _outside_id(issuer, subject)
    gone, _ = ExternalIdentity.objects.filter(
        issuer=issuer, subject=subject, account_id=handle
    ).delete()
    if not gone:
        raise NoSuchIdentity(identity=outside, handle=handle)
    _record(journal, handle, (outside, None), issuer)


def _outside_id(issuer: str, subject: str) -> str:
    try:
        outside = external_id(issuer, subject)
    except ValueError as error:
        raise UnfitIdentity from error
    if not issuer.isprintable() or not 0 < len(issuer) <= LONGEST_ISSUER:
        raise UnfitIdentity
    return outside


def _record(
    journal: Journal, handle: str, identity: tuple[str | None, str | None], issuer: str
) -> None:
    journal.record(
        Action.PRINCIPAL_CHANGED,
        target=("principal", handle),
        changes={"external_identity": identity},
        context={"issuer": issuer},
    )
    LINKS.forget()
