"""The words of OAuth that tests say."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.operations.credentials import Credential

ISSUER = "http://127.0.0.1:8000"
TYPE = "urn:ietf:params:oauth:token-type:"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def basic(credential: Credential) -> dict[str, str]:
    """The client's id and secret as HTTP Basic wants them."""
    pair = f"{credential.client_id}:{credential.client_secret}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL of the block: neither what begins and ends it, nor what throttles count."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    every = [query["sql"] for query in captured.captured_queries]
    around = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    found += [sql for sql in every if not sql.startswith(around) and "throttlewindow" not in sql]
