"""How is a long reading done by several processes?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import django
from django.db import connection


@contextmanager
def processes(how_many: int) -> Iterator[Callable[..., Any]]:
    """Yield what is `map`, but done by so many processes, each with its own connection."""
    if how_many == 1:
        yield map
        return
    database = connection.settings_dict["NAME"]
    # Not forked: connections and locks of this process are none of theirs.
    with get_context("spawn").Pool(how_many, _start, (database,)) as pool:
        yield pool.imap


def _start(database: str) -> None:
    django.setup()
    connection.settings_dict["NAME"] = database
