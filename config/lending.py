"""How long is a thread lent a connection? A minute, where the pool has one for each thread.

To take it from the pool for each request and put it back is a tenth of what a request calls, and
serves nobody where nobody waits for it.
"""

import time
from typing import Any

from django.db.backends.signals import connection_created

LENT_SECONDS = 60  # then the pool looks at it, and renews what has become old


def lend_for_longer(threads: int) -> None:
    """Have so many threads, and no others, keep what the pool lends them.

    What failed goes back at the end of its request, as ever.
    """

    def keep(connection: Any, **_: object) -> None:
        pool = connection.settings_dict["OPTIONS"].get("pool")
        if pool and pool["max_size"] >= threads:
            connection.close_at = time.monotonic() + LENT_SECONDS

    connection_created.connect(keep, weak=False)
