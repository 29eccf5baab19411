"""By which keys are statements of the issuer's judged? Those of a file, an address, or its own."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from accounts import jose, statement_keys
from accounts.claimed import issuer_of
from accounts.fetching import FetchFailed, fetch
from accounts.operations import statements
from audit.signing import AUDIENCE
from audit.verification import Judge, Unproven
from wire.clock import now
from wire.strict_json import NotStrictJson, loads

SCHEMES = ("https://", "http://")


def key_set(source: str) -> dict[str, Any]:
    """Return the keys of a file or an address, each good at all times unless it says otherwise.

    Raises ArgumentTypeError.
    """
    try:
        held: Any = loads(
            fetch(source).body if source.startswith(SCHEMES) else Path(source).read_bytes()
        )
        return {"keys": [{"nbf": 0, **key} for key in held["keys"]]}
    except (OSError, FetchFailed, NotStrictJson) as error:
        raise ArgumentTypeError(f"{source}: {error}") from error
    except (LookupError, TypeError) as error:
        raise ArgumentTypeError(f"{source} is not a set of keys") from error


def judge_by(keys: dict[str, Any] | None) -> Judge:
    """Return who judges by these keys, or by all that this service ever published.

    The keys decide who the issuer is; by which address it went at the time does not matter.
    """
    known = statements.archive(now()) if keys is None else keys

    def judge(statement: str, typ: str) -> dict[str, Any]:
        try:
            return statement_keys.verify(
                statement,
                known,
                issuer=issuer_of(statement) or "",
                typ=typ,
                audience=AUDIENCE,
                at=now(),
            )
        except jose.RejectedToken as error:
            raise Unproven(str(error)) from error

    return judge
