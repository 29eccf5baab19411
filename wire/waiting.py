"""Did the database give up waiting for somebody else?"""

from django.db import OperationalError

LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's lock_timeout


def waited_too_long(error: OperationalError) -> bool:
    """Tell whether another transaction was in the way for as long as we wait."""
    cause = error.__cause__
    busy = str(getattr(cause, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
    return busy or getattr(cause, "sqlstate", None) == LOCK_NOT_AVAILABLE
