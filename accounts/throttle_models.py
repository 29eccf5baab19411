"""What is stored of throttles, and how is it counted? A row for each caller's present window."""

from django.db import Error, connection, models

from accounts.budgets import Policy, StoreAway, Window
from wire.prepared import planned_once

# One statement without a transaction: the row's lock makes it atomic for all processes.
TAKE = """
    INSERT INTO accounts_throttlewindow AS kept (key, used, ends)
    VALUES (%(key)s, %(asked)s, %(ends)s)
    ON CONFLICT (key) DO UPDATE SET
        used = excluded.used + CASE
            WHEN kept.ends > %(now)s AND kept.ends <= %(latest)s THEN kept.used ELSE 0 END,
        ends = CASE
            WHEN kept.ends > %(now)s AND kept.ends <= %(latest)s THEN kept.ends
            ELSE excluded.ends END
    RETURNING used, ends
"""
GIVE_BACK = """
    UPDATE accounts_throttlewindow SET used = used - 1
    WHERE key = %(key)s AND ends = %(ends)s AND used > 0
"""
# Materialized: looked for again, as a plan may do with a subquery, it would find others.
PRUNE = """
    DELETE FROM accounts_throttlewindow WHERE ends <= %(before)s AND key IN (
        WITH ended AS MATERIALIZED (
            SELECT key FROM accounts_throttlewindow WHERE ends <= %(before)s
            ORDER BY ends LIMIT %(most)s {skipping}
        ) SELECT key FROM ended
    )
"""
PRUNE_EVERY, PRUNE_MOST = 100, 200  # windows begun here; windows removed for that


class ThrottleWindow(models.Model):
    """How many calls one caller has taken in its present window: a counter, no history."""

    key = models.CharField(max_length=64, primary_key=True)
    used = models.PositiveBigIntegerField()
    ends = models.PositiveBigIntegerField(help_text="seconds since 1970")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["ends"], name="accounts_throttle_ends")]

    def __str__(self) -> str:
        return f"{self.used} until {self.ends}"


class DatabaseStore:
    """Counts in the service's own database."""

    def __init__(self) -> None:
        self._begun = 0

    def take(self, policy: Policy, key: str, asked: int, now: int) -> Window:
        """Count `asked` more calls in the present window, or begin one. Raises StoreAway."""
        facts: dict[str, str | int] = {
            "key": key,
            "asked": asked,
            "now": now,
            "ends": now + policy.seconds,
            "latest": policy.latest_end(now),
        }
        try:
            with planned_once(), connection.cursor() as cursor:
                cursor.execute(TAKE, facts)
                [(used, ends)] = cursor.fetchall()
            if used == asked:
                self._prune_at_times(now - policy.skew)
        except Error as error:
            raise StoreAway from error
        return Window(used, ends)

    def give_back(self, key: str, ends: int) -> None:
        """Count one call less, if its window is still there. Raises StoreAway."""
        try:
            with planned_once(), connection.cursor() as cursor:
                cursor.execute(GIVE_BACK, {"key": key, "ends": ends})
        except Error as error:
            raise StoreAway from error

    def knows(self, key: str, now: int) -> bool:
        """Tell whether a window has begun and not ended. Raises StoreAway."""
        try:
            return ThrottleWindow.objects.filter(pk=key, ends__gt=now).exists()
        except Error as error:
            raise StoreAway from error

    def _prune_at_times(self, before: int) -> None:
        """Remove windows that have ended, twice as fast as new ones begin."""
        self._begun += 1
        if self._begun % PRUNE_EVERY:
            return
        can_skip = connection.features.has_select_for_update_skip_locked
        statement = PRUNE.format(skipping="FOR UPDATE SKIP LOCKED" if can_skip else "")
        with connection.cursor() as cursor:
            cursor.execute(statement, {"before": before, "most": PRUNE_MOST})
