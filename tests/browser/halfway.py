"""An operation under way: `python -m tests.browser.halfway NAME ROWS` says how far it has come."""

import sys

import django

django.setup()

from migrations_ops.models import Run  # noqa: E402
from wire.clock import now  # noqa: E402


def main(name: str, rows: int) -> None:
    """Leave a marker as a runner does between two batches."""
    begun = {
        "token_jti": "halfway",
        "code_sha256": "0" * 64,
        "run_by": "@admin",
        "started_at": now(),
    }
    Run.objects.get_or_create(name=name, defaults={**begun, "rows_expected": 100})
    Run.objects.filter(name=name).update(rows_affected=rows)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
