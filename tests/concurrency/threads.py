"""Many at once, for real: threads with their own connections, started together."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")
Item = TypeVar("Item")


def at_once(how_many: int, act: Callable[[int], Result]) -> list[Result]:
    """Call `act` with 0, 1, 2 … in that many threads at one moment; returns what each got."""
    barrier = threading.Barrier(how_many)

    def run(number: int) -> Result:
        try:
            barrier.wait(timeout=30)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(run, range(how_many)))


def in_step(
    how_many: int, items: Sequence[Item], act: Callable[[int, Item], Result]
) -> list[tuple[Result, ...]]:
    """Let so many threads call `act` with one item after the other, each at one moment for all.

    Returns what each thread got, by item.
    """
    gate = threading.Barrier(how_many)

    def run(number: int) -> list[Result]:
        own_connection()
        try:
            return [(gate.wait(timeout=30), act(number, item))[1] for item in items]
        finally:
            connection.close()

    with ThreadPoolExecutor(how_many) as pool:
        return list(zip(*pool.map(run, range(how_many)), strict=True))


def own_connection() -> None:
    """Give this thread a connection that it shares with nobody: a pool would queue the race."""
    options = connection.settings_dict.get("OPTIONS", {})
    alone = {name: value for name, value in options.items() if name != "pool"}
    connection.settings_dict = {**connection.settings_dict, "OPTIONS": alone}
