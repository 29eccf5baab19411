"""What does sealing cost the writers, how far does it lag, and how fast is history verified?

`python -m benchmarks.sealing`: in each round the same writes are measured without and with
`manage.py audit seal --every 1` beside them; then history is grown, sealed and verified.
"""

import argparse
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from benchmarks.load import run
from benchmarks.many import ENTRIES, Filling, fill
from benchmarks.measuring import token_from
from benchmarks.place import Place, manage, prepared
from benchmarks.processes import running
from benchmarks.scenarios import LOADS
from benchmarks.services import BY_NAME
from local.environment import bare_environment
from local.processes import child

CREATE = next(load for load in LOADS if load.name == "create")
OLDEST_OPEN = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(occurred_at)), 0)
FROM audit_entry AS entry
WHERE xact >= coalesce((SELECT floor FROM audit_checkpoint ORDER BY size DESC LIMIT 1), 0)
  AND NOT EXISTS (SELECT 1 FROM audit_leaf WHERE entry_id = entry.id)
"""


def main() -> None:
    """Measure, and print what came out as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sealing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved (%(default)s)")
    parser.add_argument("--seconds", type=float, default=6, help="of writing (%(default)s)")
    parser.add_argument("--entries", type=int, default=1_000_000, help="to verify (%(default)s)")
    asked = parser.parse_args()
    with prepared(1_000, ()) as place:
        told = beside_writers(place, asked.rounds, asked.seconds)
        told |= at_size(place, asked.entries)
    print(json.dumps(told, indent=2))


def beside_writers(place: Place, rounds: int, seconds: float) -> dict[str, float]:
    """Return the writes a second without and with a sealer, and how old an open entry gets."""
    ours = BY_NAME["taskflow"]
    alone, beside, lags = [], [], []
    manage(place, "manage.py", "audit", "seal")
    with running(ours.command_for(2), ours.environment(place)) as server:
        token = token_from(server, place.credential)

        def written() -> float:
            told = run(CREATE, server.url, token=token, first=0, count=1, seconds=seconds)
            return told.requests / told.seconds

        written()  # warm up
        for _ in range(rounds):
            alone.append(written())
            with sealing(place) as seen:
                beside.append(written())
            lags += seen
    ratios = [with_it / without for with_it, without in zip(beside, alone, strict=True)]
    return {
        "writes_per_second_without": round(median(alone)),
        "writes_per_second_with_sealing": round(median(beside)),
        "ratio_median": round(median(ratios), 3),
        "lag_seconds_median": round(median(lags), 2),
        "lag_seconds_most": round(max(lags), 2),
    }


@contextmanager
def sealing(place: Place) -> Iterator[list[float]]:
    """Seal every second meanwhile; yields how old the oldest open entry was, looked at often."""
    seen: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            seen.append(float(str(place.execute(OLDEST_OPEN)[0][0])))

    environment = bare_environment(**place.for_ours())
    with child(["manage.py", "audit", "seal", "--every", "1"], environment):
        _wait_until_sealed(place)
        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            yield seen
        finally:
            over.set()
            watcher.join()


def _wait_until_sealed(place: Place) -> None:
    """Wait for the sealer to have started, and to have caught up with the round before."""
    while float(str(place.execute(OLDEST_OPEN)[0][0])) > 0:
        time.sleep(0.05)


def at_size(place: Place, entries: int) -> dict[str, float]:
    """Return how long it takes to seal and to verify so many entries."""
    fill(place.execute, Filling(entries, entries // 10), ENTRIES)
    sealed = _seconds(place, "seal")
    place.execute("VACUUM ANALYZE")
    return {
        "entries": entries,
        "sealed_in_seconds": sealed,
        "verified_in_seconds": _seconds(place, "verify"),
        "verified_in_seconds_by_two": _seconds(place, "verify", "--jobs=2"),
    }


def _seconds(place: Place, *arguments: str) -> float:
    began = time.perf_counter()
    manage(place, "manage.py", "audit", *arguments)
    return round(time.perf_counter() - began, 1)


if __name__ == "__main__":
    main()
