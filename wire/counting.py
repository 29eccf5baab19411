"""How far is anything counted? To a limit: counting all of a long list reads all of it."""

from typing import Any

from django.db.models import QuerySet

MOST_COUNTED = 10_000  # beyond it a number says "more"


def counted(rows: QuerySet[Any]) -> int:
    """Return how many rows there are, one more than the limit where there are more."""
    # In no order: to take the first of an order, all of them would be sorted.
    return rows.order_by().values("pk")[: MOST_COUNTED + 1].count()


def in_words(number: int) -> str:
    """Spell a number that was counted so."""
    return f"{number:,}" if number <= MOST_COUNTED else f"more than {MOST_COUNTED:,}"
