"""How often may a password be tried? Counted by name before it is hashed; a right one is free.

Counted in the database always, without which nobody signs in anyway: a cache that is away or was
emptied gives no guesses away.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.budgets import Policy, Verdict
from accounts.errors import SignInPaused
from accounts.models import normal_handle
from accounts.purse import Purse

# Against the rate of an address: fewer, at least so many, and over a longer time.
FEWER, FEWEST, LONGER = 12, 5, 15
REMEMBERED_SECONDS = 30 * 86_400

STORE = "accounts.throttle_models.DatabaseStore"
TRIES = Purse(STORE)


@dataclass(frozen=True, slots=True)
class Guess:
    """One try: whose budget it was taken from, from which place, and whether it may be made."""

    caller: str
    place: str
    verdict: Verdict

    @property
    def is_refused(self) -> bool:
        """Tell whether the password must not be looked at."""
        return not self.verdict.admitted

    def was_right(self, at: datetime) -> None:
        """Do not count it after all, and remember the place as one the account is used from."""
        TRIES.give_back(self.verdict, self.caller)
        TRIES.spend(_familiar(), self.place, at)


def take(name: str, address: str, at: datetime) -> Guess:
    """Take a try out of the name's budget.

    When strangers have used that up, whoever comes from an address at which the name's password
    was right before has a budget apart: nobody is locked out of there from elsewhere. Raises
    SignInPaused where the try can not be counted.
    """
    caller = _spelled(name)
    place = f"{caller} {address}"
    guess = Guess(caller, place, _counted(caller, at))
    if guess.is_refused and TRIES.knows(_familiar(), place, at):
        return Guess(place, place, _counted(place, at))
    return guess


def _counted(caller: str, at: datetime) -> Verdict:
    verdict = TRIES.spend(_tries(), caller, at)
    if verdict is None:
        raise SignInPaused
    return verdict


def _tries() -> Policy:
    rate = settings.CONTRACT.throttle_token
    limit = max(FEWEST, rate.limit // FEWER)
    skew = settings.CONTRACT.clock_skew_seconds
    return Policy("sign-in", limit, rate.seconds * LONGER, skew, slices=None)


def _familiar() -> Policy:
    skew = settings.CONTRACT.clock_skew_seconds
    return Policy("familiar", 1, REMEMBERED_SECONDS, skew, slices=None)


def _spelled(name: str) -> str:
    """Return one spelling for all by which the registry would find the same account.

    In upper case, as SQL compares: more letters fall together in it than in lower case.
    """
    name = name.strip()
    return (name if "@" in name[1:] else normal_handle(name)).upper()
