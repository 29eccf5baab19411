"""Which worker takes a new connection? One that has no more of them than its siblings.

All workers listen at one socket, and whoever wakes first takes what waits there. A connection that
is kept stays where it was taken, so one worker may do the work of all while the others idle.
"""

import mmap
import time
from typing import Any

from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

# Those beyond are not counted, and take what comes. A reload begins the new before it ends the old.
MOST_WORKERS = 2 * 64
SLACK = 1  # connections that one may have more than another
PAUSE_SECONDS = 0.0005
PATIENCE = 10  # pauses; a sibling that has not come by then is busy, or stopped

_NOBODY = 255
_FULL = 254  # more are not told apart


class Counts:
    """How many connections each worker holds, in memory that all of them see."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, MOST_WORKERS)  # anonymous, and shared with whoever is forked
        self._shared[:] = bytes([_NOBODY]) * MOST_WORKERS

    def seat(self) -> int | None:
        """Give a place to a worker that is about to be forked, None where all are taken."""
        place = self._shared.find(bytes([_NOBODY]), 0)
        if place < 0:
            return None
        self._shared[place] = 0
        return place

    def leave(self, place: int | None) -> None:
        """Take back the place of a worker that is gone."""
        if place is not None:
            self._shared[place] = _NOBODY

    def tell(self, place: int | None, connections: int) -> None:
        """Let the others know how many a worker has."""
        if place is not None:
            self._shared[place] = min(connections, _FULL)

    def is_ahead(self, place: int | None) -> bool:
        """Tell whether a worker has clearly more than the one with the fewest."""
        return place is not None and self._shared[place] > min(self._shared[:]) + SLACK


COUNTS = Counts()
worker_class = "config.fair_worker.FairWorker"


class FairWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads, that let a sibling go first where they are ahead."""

    place: int | None = None
    _pauses = 0

    def accept(self, listener: Any) -> None:
        """Take the connection, or leave it to a sibling for a moment: it goes on waiting."""
        COUNTS.tell(self.place, self.nr_conns)
        if COUNTS.is_ahead(self.place) and self._pauses < PATIENCE:
            self._pauses += 1
            time.sleep(PAUSE_SECONDS)
            return
        self._pauses = 0
        super().accept(listener)
        COUNTS.tell(self.place, self.nr_conns)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait and dispatch, then tell how many are left: none of its places, once it stops."""
        super().wait_for_and_dispatch_events(timeout)
        COUNTS.tell(self.place, self.nr_conns if self.alive else _FULL)


def pre_fork(server: Arbiter, worker: FairWorker) -> None:
    """Give the worker its place."""
    worker.place = COUNTS.seat()


def child_exit(server: Arbiter, worker: FairWorker) -> None:
    """Take it back."""
    COUNTS.leave(worker.place)
