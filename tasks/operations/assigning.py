"""Who is meant by an id: to be given a task, or a place in a project?"""

import re
from collections.abc import Collection, Mapping

from accounts.models import Account
from accounts.principals import Principal
from audit.actors import ActorType
from tasks.errors import UnknownPrincipal
from tasks.sql import portions

SERVICE = "sa:"
FROM_OUTSIDE = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._-]*:\S+\Z")


def kind_of(principal: str, caller: Principal, at: str = "/assigned_to") -> ActorType:
    """Return what kind of actor an id names. Raises UnknownPrincipal.

    Our own handles must be registered; ids of outside issuers and of services cannot be looked
    up, so their form is all that is asked.
    """
    kinds = kinds_of([principal], caller)
    if principal not in kinds:
        raise UnknownPrincipal.at(at, "Nobody has this id.", "unknown_principal")
    return kinds[principal]


def kinds_of(principals: Collection[str], caller: Principal) -> Mapping[str, ActorType]:
    """Return what kind of actor each id names, without those that name nobody."""
    kinds = {one: _outside(one) for one in principals if FROM_OUTSIDE.match(one)}
    handles = [one for one in principals if one.startswith("@") and one != caller.id]
    for some in portions(handles):
        known = Account.objects.filter(pk__in=some).values_list("pk", "actor_type")
        kinds |= {handle: ActorType(kind) for handle, kind in known}
    return {**kinds, caller.id: caller.actor_type}


def _outside(principal: str) -> ActorType:
    return ActorType.SERVICE if principal.startswith(SERVICE) else ActorType.HUMAN
