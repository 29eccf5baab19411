"""Claims in one process by the operation itself: `python -m benchmarks.taking SECONDS THREADS`.

Run by benchmarks.claiming; prints how many were claimed, and the processor's seconds of it. Without
arguments it claims one and prints what was said to the database, as a script for pgbench and its
variables.
"""

import json
import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import django
from django.db import connection
from psycopg.adapt import PyFormat, Transformer

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


def claim_one(origin: Origin) -> None:
    """Claim the next as a request does."""
    with recording(actor=WHO.as_actor(), at=now(), origin=origin, lazily=True) as journal:
        operations.claim(caller=WHO, journal=journal)


def said() -> tuple[str, dict[str, str]]:
    """Claim one; return the statement for pgbench, with the values of its variables."""
    heard: list[tuple[str, Sequence[Any]]] = []

    def listen(execute: Callable[..., Any], sql: str, params: Any, *more: Any) -> Any:
        heard.append((sql, params))
        return execute(sql, params, *more)

    with connection.execute_wrapper(listen):
        claim_one(Origin(request_id="raw"))
    [(sql, params)] = heard
    dumped = Transformer(connection.connection)
    values = iter(params)
    variables: dict[str, str] = {}

    def place(_: re.Match[str]) -> str:
        value = next(values)
        if value is None or value == "":
            return "NULL" if value is None else "''"  # pgbench has no such variables
        name = f"value{len(variables)}"
        variables[name] = bytes(dumped.get_dumper(value, PyFormat.TEXT).dump(value) or b"").decode()
        return f":{name}"

    return re.sub("%s", place, sql), variables


def main(seconds: float, threads: int) -> None:
    """Claim for so long."""
    counts = [0] * threads
    ends = time.monotonic() + seconds

    def claim(which: int) -> None:
        while time.monotonic() < ends:
            origin = Origin(request_id=f"taking-{which}-{counts[which]}")
            claim_one(origin)
            counts[which] += 1

    claimers = [threading.Thread(target=claim, args=(which,)) for which in range(threads)]
    began = time.process_time()
    for claimer in claimers:
        claimer.start()
    for claimer in claimers:
        claimer.join()
    print(sum(counts), time.process_time() - began)


if __name__ == "__main__":
    if sys.argv[1:]:
        main(float(sys.argv[1]), int(sys.argv[2]))
    else:
        print(json.dumps(said()))
