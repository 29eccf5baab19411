"""Who stands at the shell, and who may approve?"""

from accounts.errors import NoSuchAccount
from accounts.models import Account, normal_handle
from accounts.scopes import Scope
from audit.actors import Actor, ActorType
from migrations_ops.errors import ApproverNotPerson, MayNotOperate, OwnRequest


def operator(name: str, scope: Scope = Scope.OPS_RUN) -> Actor:
    """Return who stands at the shell. Raises NoSuchAccount, MayNotOperate."""
    handle = normal_handle(name)
    account = Account.objects.filter(pk=handle).first()
    if account is None:
        raise NoSuchAccount(handle=handle)
    if not account.is_active or scope not in account.scopes:
        raise MayNotOperate(handle=handle, scope=scope.value)
    return Actor(id=handle, type=ActorType(account.actor_type), auth_method="shell")


def approver(actor: Actor, requester: str) -> str:
    """Return the id of a second person. Raises OwnRequest, ApproverNotPerson."""
    if requester in {actor.id, actor.on_behalf_of}:
        raise OwnRequest
    if actor.type is not ActorType.HUMAN or actor.on_behalf_of:
        raise ApproverNotPerson
    return actor.id
