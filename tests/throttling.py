"""How tests of throttles move between stores, processes and windows."""

from datetime import timedelta

import time_machine

from accounts import guesses
from accounts.purse import PURSE
from wire.clock import now

STORES = {
    "database": "accounts.throttle_models.DatabaseStore",
    "redis": "accounts.throttle_redis.RedisStore",
}


def later(**delta: float) -> time_machine.travel:
    """Move the clock, and have it stand still there."""
    return time_machine.travel(now() + timedelta(**delta), tick=False)


def forget_here() -> None:
    """Do as another process would, which knows nothing."""
    PURSE.__init__()  # type: ignore[misc]
    guesses.TRIES.__init__(guesses.STORE)  # type: ignore[misc]
