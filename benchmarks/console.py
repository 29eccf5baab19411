"""What does a list page of the console cost beside Django's own? `python -m benchmarks.console`.

One durable PostgreSQL, 100,000 tasks, 1,000,000 audit entries. Each page is opened in process, in
turn with a stock ModelAdmin's page of the same model with the same columns, filters and search.
"""

import argparse
import json
import sys

from benchmarks.__main__ import about
from benchmarks.many import grown
from benchmarks.place import manage, prepared

MOST_STATEMENTS, MOST_MS = 10, 300
HEAD = "| page | statements | ms | stock: statements | ms | of stock |\n|---|---|---|---|---|---|"


def main() -> None:
    """Fill the tables, measure, and print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000, help="rows (%(default)s)")
    parser.add_argument("--entries", type=int, default=1_000_000, help="rows (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved (%(default)s)")
    asked = parser.parse_args()
    with prepared(asked.tasks, ()) as place:
        grown(place, asked.entries, lambda said: print(said, file=sys.stderr),
              tables=("audit_entry",))  # fmt: skip
        told = manage(place, "-m", "benchmarks.console_pages", str(asked.rounds))
    facts = {**about(), "tasks": f"{asked.tasks:,}", "entries": f"{asked.entries:,}"}
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print(HEAD)
    pages = json.loads(told.splitlines()[-1])
    for page in pages:
        print(row(page))
    over = [page["name"] for page in pages
            if page["ms"] > MOST_MS
            or ("stock_ms" in page and page["statements"] > MOST_STATEMENTS)]  # fmt: skip
    print(f"lists over {MOST_STATEMENTS} statements or {MOST_MS} ms: {', '.join(over) or 'none'}")


def row(page: dict[str, float]) -> str:
    """Return a page's row."""
    ours = f"| {page['name']} | {page['statements']} | {page['ms']:.0f}"
    if "stock_ms" not in page:
        return f"{ours} | - | - | - |"
    ratio = page["ms"] / page["stock_ms"]
    return f"{ours} | {page['stock_statements']} | {page['stock_ms']:.0f} | {ratio:.2f} |"


if __name__ == "__main__":
    main()
