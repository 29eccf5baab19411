"""Claims in one process by the operation itself: `python -m benchmarks.taking SECONDS THREADS`.

Run by benchmarks.claiming; prints how many were claimed, and the processor's seconds of it.
"""

import sys
import threading
import time

import django

django.setup()

from accounts.principals import Principal  # noqa: E402
from accounts.scopes import Role, Scope  # noqa: E402
from audit.actors import ActorType, Origin  # noqa: E402
from audit.recording import recording  # noqa: E402
from benchmarks.filling import CALLER  # noqa: E402
from tasks import operations  # noqa: E402
from wire.clock import now  # noqa: E402

WHO = Principal(
    id=CALLER, actor_type=ActorType.AGENT, role=Role.USER, scopes=frozenset(Scope), method="own"
)


def main(seconds: float, threads: int) -> None:
    """Claim for so long."""
    counts = [0] * threads
    ends = time.monotonic() + seconds

    def claim(which: int) -> None:
        while time.monotonic() < ends:
            at = now()
            origin = Origin(request_id=f"taking-{which}-{counts[which]}")
            with recording(actor=WHO.as_actor(), at=at, origin=origin) as journal:
                operations.claim(caller=WHO, journal=journal)
            counts[which] += 1

    claimers = [threading.Thread(target=claim, args=(which,)) for which in range(threads)]
    began = time.process_time()
    for claimer in claimers:
        claimer.start()
    for claimer in claimers:
        claimer.join()
    print(sum(counts), time.process_time() - began)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
