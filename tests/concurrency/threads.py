"""Many at once, for real: threads with their own connections, started together."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


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
