"""Who is meant by an id: to be given a task, or a place in a project?"""

import re

from accounts.models import Account
from accounts.principals import Principal
from audit.actors import ActorType
from tasks.errors import UnknownPrincipal

SERVICE = "sa:"
FROM_OUTSIDE = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._-]*:\S+\Z")


def kind_of(principal: str, caller: Principal, at: str = "/assigned_to") -> ActorType:
    """Return what kind of actor an id names. Raises UnknownPrincipal.

    Our own handles must be registered; ids of outside issuers and of services cannot be looked
    up, so their form is all that is asked.
    """
    if principal == caller.id:
        return caller.actor_type
    if principal.startswith("@"):
        known = Account.objects.filter(pk=principal).values_list("actor_type", flat=True).first()
        if known is not None:
            return ActorType(known)
    elif FROM_OUTSIDE.match(principal):
        return ActorType.SERVICE if principal.startswith(SERVICE) else ActorType.HUMAN
    raise UnknownPrincipal.at(at, "Nobody has this id.", "unknown_principal")
