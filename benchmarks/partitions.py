"""What does a history in parts cost and give? `python -m benchmarks.partitions`

Ten million entries of a year, sealed. Asked as one table; as two parts, right after `manage.py
audit partition`; as twelve months of ids; and, beside that, as twelve months of `occurred_at`.
Then the oldest month is archived, its part dropped, and all that stays verified.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import psycopg

from benchmarks import report
from benchmarks.many import ENTRIES, Filling, fill
from benchmarks.place import Place, manage, prepared

MONTHS, CALLS = 12, 60
NEWEST = "ORDER BY id DESC LIMIT 51"
QUESTIONS = {
    "newest page": NEWEST,
    "deep page": f"WHERE id < {{middle}} {NEWEST}",
    "one entry": "WHERE id = {middle}",
    "history of a task": f"WHERE task_id = {{task}} {NEWEST}",
    "an actor's trail": f"WHERE actor_id = '@person7' {NEWEST}",
    "an action, rare and old": f"WHERE action = 'principal.created' {NEWEST}",
    "a project": f"WHERE project_slug = 'project-7' {NEWEST}",
    "a target": f"WHERE target_type = 'task' AND target_id = '{{task}}' {NEWEST}",
    "a request": f"WHERE request_id = 'fill-{{middle}}' {NEWEST}",
    "an hour": f"WHERE occurred_at >= '{{at}}' AND occurred_at < '{{at}}'::timestamptz"
    f" + interval '1 hour' {NEWEST}",
    "what to seal": "AS entry WHERE xact >= {floor} AND NOT EXISTS (SELECT 1 FROM audit_leaf"
    " WHERE entry_id = entry.id) ORDER BY xact, id LIMIT 8192",
}
ENTRY = """INSERT INTO {table} (occurred_at, action, outcome, actor_id, actor_type, on_behalf_of,
  auth_method, client_id, target_type, target_id, changes, context, request_id, user_agent,
  release, leaf_hash) VALUES (now(), 'task.created', 'success', '@bench', 'agent', '', 'own', '',
  'task', '1', '{{}}', '{{}}', 'bench', '', '', '')"""
BY_TIME = """
CREATE TABLE by_time (LIKE audit_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
PARTITION BY RANGE (occurred_at)"""


class Rehearsal:
    """The steps, each timed."""

    def __init__(self, place: Place, total: int, say: Callable[[str], None]) -> None:
        self.place, self.total, self.say = place, total, say
        self.seconds: dict[str, float] = {}
        self.asked: dict[str, dict[str, float]] = {}
        [[task, at, middle]] = place.execute(
            f"SELECT task_id, occurred_at, id FROM audit_entry WHERE id = {total // 2}"
        )
        [[floor]] = place.execute("SELECT floor FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
        self.known = {"task": task, "at": at, "middle": middle, "floor": floor}

    def play(self) -> None:
        """Go through it all."""
        self.ask("one table")
        with self._timed("begin a second part"):
            manage(self.place, "manage.py", "audit", "partition")
        self.ask("two parts")
        with self._timed("copy into months by time"):
            self._copy_by_time()
        self.ask("12 months of occurred_at", "by_time")
        self.place.execute("DROP TABLE by_time")
        with self._timed("copy into months by id"):
            self._copy_by_id()
        manage(self.place, "manage.py", "migrate", "--verbosity=0")
        self.ask("12 months of ids")
        self._retire()
        with self._timed("verify what stays, by two"):
            told = manage(self.place, "manage.py", "audit", "verify", "--jobs=2")
        self.say(told.replace("\n", " "))

    def ask(self, name: str, table: str = "audit_entry") -> None:
        """Measure every question, in ms, and how long an entry takes to be stored."""
        self.place.execute(f"ANALYZE {table}")
        with psycopg.connect(self.place.url, autocommit=True) as connection:

            def once(sql: str) -> float:
                began = time.perf_counter()
                connection.execute(sql.encode(), prepare=False)
                return (time.perf_counter() - began) * 1000

            found = {
                question: median(
                    once(f"SELECT * FROM {table} {rest.format(**self.known)}") for _ in range(CALLS)
                )
                for question, rest in QUESTIONS.items()
            }
            connection.execute("BEGIN")
            write = ENTRY.format(table=table)
            found["an entry stored"] = median(once(write) for _ in range(CALLS))
            connection.execute("ROLLBACK")
        self.asked[name] = found
        self.say(f"{name}: " + ", ".join(f"{what} {ms:.2f}" for what, ms in found.items()))

    def _copy_by_id(self) -> None:
        """Cut the first part into months, as they would be had they been cut when they ended."""
        bounds = [self.total * month // MONTHS for month in range(1, MONTHS)]
        [[stop]] = self.place.execute("SELECT max(id) + 1 FROM audit_entry_1")
        [[limit]] = self.place.execute(
            "SELECT substring(pg_get_expr(relpartbound, oid), $$TO \\('?(\\d+)$$)"
            " FROM pg_class WHERE relname = 'audit_entry_1'"
        )
        starts, stops = [0, *bounds], [*bounds, limit]
        names = [f"audit_entry_{100 + month}" for month in range(MONTHS)]
        for name, start, end in zip(names, starts, stops, strict=True):
            self._copied(name, f"id >= {start} AND id < {end}")
        attached = "".join(
            f"ALTER TABLE audit_entry ATTACH PARTITION {name}"
            f" FOR VALUES FROM ({start or 'MINVALUE'}) TO ({end});"
            for name, start, end in zip(names, starts, stops, strict=True)
        )
        self.say(f"up to entry {stop}")
        self.place.execute(
            f"BEGIN; ALTER TABLE audit_entry DETACH PARTITION audit_entry_1; {attached} COMMIT"
        )
        self.place.execute("DROP TABLE audit_entry_1")
        for name in names:
            self.place.execute(f"ALTER TABLE {name} DROP CONSTRAINT {name}_within")
        self.place.execute("VACUUM ANALYZE audit_entry")

    def _copy_by_time(self) -> None:
        """Make a second table, in calendar months: its key has to hold the time as well."""
        self.place.execute(BY_TIME)
        self.place.execute("ALTER TABLE by_time ADD PRIMARY KEY (id, occurred_at)")
        self.place.execute(
            "ALTER TABLE by_time ALTER id ADD GENERATED BY DEFAULT AS IDENTITY"
            f" (START {self.total * 2})"
        )
        for [definition] in self.place.execute(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = 'audit_entry'::regclass AND NOT indisprimary"
        ):
            words = str(definition).split()
            words[words.index("INDEX") + 1] = f"by_time_{words[2]}"
            made = " ".join(words).replace("audit_entry USING", "by_time USING")
            self.place.execute(made.replace("ONLY ", ""))
        for [month] in self.place.execute(
            "SELECT generate_series(date_trunc('month', min(occurred_at)), max(occurred_at),"
            " interval '1 month')::date FROM audit_entry"
        ):
            name = f"by_time_{month:%Y_%m}"
            low, high = f"'{month}'", f"'{month}'::timestamptz + interval '1 month'"
            self._copied(name, f"occurred_at >= {low} AND occurred_at < {high}")
            [[end]] = self.place.execute(f"SELECT {high}")
            self.place.execute(
                f"ALTER TABLE by_time ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ('{end}')"
            )
        self.place.execute("VACUUM ANALYZE by_time")

    def _copied(self, name: str, within: str) -> None:
        self.place.execute(
            f"CREATE TABLE {name} (LIKE audit_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS);"
            f" INSERT INTO {name} SELECT * FROM audit_entry WHERE {within};"
            f" ALTER TABLE {name} ADD CONSTRAINT {name}_within CHECK ({within})"
        )

    def _retire(self) -> None:
        """Archive the oldest month, and drop its part."""
        [[before]] = self.place.execute(
            "SELECT time + interval '1 us' FROM audit_checkpoint WHERE size >"
            f" {self.total // MONTHS} ORDER BY size LIMIT 1"
        )
        file = self.place.folder / "archive.jsonl"
        before_bytes = self._bytes()
        with self._timed("archive the oldest month"):
            told = manage(
                self.place, "manage.py", "audit", "archive", f"--before={before}", f"--to={file}"
            )
        self.say(told.strip())
        with self._timed("drop its part, begin another"):
            self.say(manage(self.place, "manage.py", "audit", "partition").replace("\n", " "))
        self.say(f"{(before_bytes - self._bytes()) / 1e6:.0f} MB are free again")

    def _bytes(self) -> int:
        [[found]] = self.place.execute(
            "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('audit_entry')"
        )
        return int(str(found))

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[what] = time.perf_counter() - began
        self.say(f"{what}: {self.seconds[what]:.1f} s")

    def table(self) -> str:
        """Return what the questions took."""
        names = list(self.asked)
        rows = (
            (question, *(f"{self.asked[name][question]:.2f}" for name in names))
            for question in self.asked[names[0]]
        )
        return report.table(("ms", *names), rows)


def main() -> None:
    """Rehearse; print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.partitions", description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000_000, help="(%(default)s)")
    asked = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr, flush=True)

    with prepared(0, ()) as place:
        filled(place, asked.entries, say)
        rehearsal = Rehearsal(place, asked.entries, say)
        rehearsal.play()
    print(rehearsal.table())
    print(json.dumps(rehearsal.seconds, indent=1))


def filled(place: Place, total: int, say: Callable[[str], None]) -> None:
    """Make a year of entries, ten of each task, and seal them month by month."""
    manage(place, "manage.py", "audit", "seal")  # the first key
    fill(
        place.execute,
        Filling(total, total // 10, "interval '365 days'", "2026-11-01"),
        ENTRIES,
    )
    say(f"{total} entries")
    manage(place, "-m", "benchmarks.sealed", str(total // MONTHS + 1))
    place.execute("VACUUM ANALYZE")
    say("sealed")


if __name__ == "__main__":
    main()
