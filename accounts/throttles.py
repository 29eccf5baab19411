"""How much may whom? Each call is counted against one budget, announced, and refused beyond it.

Headers: draft-ietf-httpapi-ratelimit-headers, as of revision 11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.budgets import FINE, SLICES, Policy, Verdict, network_of
from accounts.principals import Principal
from accounts.purse import PURSE
from audit.actors import ActorType
from audit.http import Situated

if TYPE_CHECKING:  # at run time the views module is what imports this one, through the settings
    from rest_framework.views import APIView

BY_ADDRESS = frozenset({"anonymous", "token"})


class PerCaller(BaseThrottle):
    """Counts people and agents (services among them) by principal, anybody else by address."""

    unknown: ClassVar[str] = "anonymous"
    verdict: Verdict | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Tell whether the call is within its budget; it is when nothing can be counted."""
        policy, caller = self.budget(request)
        self.verdict = PURSE.spend(policy, caller, cast("Situated", request).at)
        announce(view, self.verdict)
        return self.verdict is None or self.verdict.admitted

    def budget(self, request: Request) -> tuple[Policy, str]:
        """Return which budget the call is taken from, and whose."""
        caller: object = request.user
        if not isinstance(caller, Principal):
            return policy_named(self.unknown), address_of(request)
        is_human = caller.actor_type is ActorType.HUMAN
        return policy_named("user" if is_human else "agent"), caller.id

    def wait(self) -> float | None:
        """Return the seconds until the budget is whole again."""
        return self.verdict.wait if self.verdict else None


class PerTokenCaller(PerCaller):
    """Counts alike where tokens and client credentials are shown in the body, and at that rate."""

    unknown = "token"


def policy_named(name: str) -> Policy:
    """Return the budget that the contract sets as THROTTLE_<NAME>."""
    contract = settings.CONTRACT
    rate = getattr(contract, f"throttle_{name}")
    slices = FINE if name in BY_ADDRESS else SLICES
    return Policy(name, rate.limit, rate.seconds, contract.clock_skew_seconds, slices)


def address_of(request: Request | HttpRequest) -> str:
    """Return where the call comes from, as far as the proxies in front can be trusted."""
    return network_of(cast("Situated", request).origin.ip)


def demand(view: APIView, verdict: Verdict | None) -> None:
    """Announce a verdict reached within a view. Raises Throttled when it is a refusal."""
    announce(view, verdict)
    if verdict is not None and not verdict.admitted:
        raise Throttled(wait=verdict.wait)


def announce(view: APIView, verdict: Verdict | None) -> None:
    """Have the answer say what is left, beside what it says already."""
    if verdict is None:
        return
    for name, item in (("RateLimit-Policy", verdict.policy), ("RateLimit", verdict)):
        said = view.headers.get(name)
        view.headers[name] = f"{said}, {item}" if said else str(item)
