"""Where is the database? A URL in, Django's spelling out, with every wait bounded.

django-environ splits the URL; what it does not guard is guarded here: its messages quote parts of
a malformed password, `false` in a query stays a (true) string, a bracket in a password makes it
undo no percent-encoding, and an option nobody knows fails only at the first connection.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlparse

from environ import Env

from config.contract.parsing import Malformed, Parse, one_of, switch, text, whole

Settings = dict[str, Any]

POSTGRESQL = "django.db.backends.postgresql"
SQLITE = "django.db.backends.sqlite3"

_ROOT = Path(__file__).resolve().parents[2]
_SHAPE = "must be like postgres://user:password@host:5432/name or sqlite:///var/db.sqlite3"
_ENCODE = f"{_SHAPE}, special characters of the password percent-encoded"
_MEMORY = ":memory:"
_SCHEMES = ("postgres", "postgresql", "sqlite")
_NOT_LIBPQ = (
    *("host", "port"),
    *("conn_max_age", "conn_health_checks", "disable_server_side_cursors"),
)
# What a URL may say behind its question mark; timeouts have variables of their own.
_OPTIONS: Mapping[str, Parse[object]] = MappingProxyType(
    {
        "host": text,
        "port": whole(1, 65_535),
        "conn_max_age": whole(0, 86_400),
        "conn_health_checks": switch,
        "disable_server_side_cursors": switch,
        "pool": switch,
        "server_side_binding": switch,
        "sslmode": one_of("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
        **dict.fromkeys(("sslrootcert", "sslcert", "sslkey", "sslcrl", "sslnegotiation"), text),
        **dict.fromkeys(("channel_binding", "require_auth", "gssencmode"), text),
        **dict.fromkeys(("application_name", "target_session_attrs", "options"), text),
        **dict.fromkeys(("keepalives", "keepalives_idle", "keepalives_interval"), whole(0, 86_400)),
        **dict.fromkeys(("keepalives_count", "tcp_user_timeout"), whole(0, 86_400_000)),
    }
)


def database_url(given: str) -> Settings:
    """Return what the URL alone says, in Django's spelling. Raises Malformed."""
    bare, asked, query = given.partition("?")
    found = _split(bare)
    if found["ENGINE"] == SQLITE:
        if asked:
            raise Malformed("must not have options in a sqlite URL")
        return {**found, "NAME": _file(found["NAME"])}
    options = _options(query) if asked else {}
    own = {name.upper(): options.pop(name) for name in _NOT_LIBPQ if name in options}
    return {**found, **own, "OPTIONS": options}


def _split(bare: str) -> Settings:
    try:
        scheme, netloc, *_ = urlparse(bare)
        known = scheme in _SCHEMES and (scheme != "sqlite" or netloc in {"", _MEMORY})
        # So spelled, a plus survives: environ would read the path as a form.
        found: Settings = Env.db_url_config(bare.replace("+", "%2B")) if known else {}
    except ValueError:  # its message quotes what it took for a port
        raise Malformed(_ENCODE) from None
    if not found:
        raise Malformed(_SHAPE)
    if "#" in bare or not _is_clean(found):
        raise Malformed(_ENCODE)
    return found


def _is_clean(found: Settings) -> bool:
    """Say whether the parts name a database and decode to text."""
    words = [found[part] for part in ("NAME", "USER", "PASSWORD", "HOST") if part in found]
    readable = all(word.isprintable() and "\ufffd" not in word for word in words)
    return readable and bool(found["NAME"]) and "%" not in found.get("HOST", "")


def _options(query: str) -> Settings:
    pairs = [(name.lower(), value) for name, value in parse_qsl(query, keep_blank_values=True)]
    known = {name: value for name, value in pairs if name in _OPTIONS}
    if len(known) < len(pairs) or not pairs:
        raise Malformed(f"may have, once each, only the options {', '.join(_OPTIONS)}")
    return {name: _option(name, value) for name, value in known.items()}


def _option(name: str, value: str) -> object:
    try:
        return _OPTIONS[name](text(value))
    except Malformed as error:
        raise Malformed(f"has an option {name} that {error}") from None


def _file(name: str) -> str:
    """Return the file of a SQLite database; a relative path starts at the project."""
    return name if name == _MEMORY else str(_ROOT / name)


def bounded(found: Settings, values: Mapping[str, Any]) -> Settings:
    """Return the database's settings with its timeouts, its pool and its connections' age."""
    options = _sqlite_options(values) if is_sqlite(found) else _postgresql_options(found, values)
    defaults = {"CONN_MAX_AGE": values["DB_CONN_MAX_AGE"], "CONN_HEALTH_CHECKS": False}
    return {**defaults, **found, "OPTIONS": options}


def _sqlite_options(values: Mapping[str, Any]) -> Settings:
    return {
        # Without these two a write that began as a read is lost to "database is locked".
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        ),
        # The one wait SQLite has stands for the whole statement's.
        "timeout": values["DB_STATEMENT_TIMEOUT_SECONDS"],
    }


def _postgresql_options(found: Settings, values: Mapping[str, Any]) -> Settings:
    waits = {
        "statement_timeout": values["DB_STATEMENT_TIMEOUT_SECONDS"],
        "lock_timeout": values["DB_LOCK_TIMEOUT_SECONDS"],
        "idle_in_transaction_session_timeout": values["DB_IDLE_IN_TRANSACTION_TIMEOUT_SECONDS"],
    }
    # The server takes the last of equal settings, so nothing in the URL undoes these.
    asked = found["OPTIONS"].get("options", "")
    ours = " ".join(f"-c {name}={seconds * 1_000}" for name, seconds in waits.items())
    patience = values["DB_CONNECT_TIMEOUT_SECONDS"]
    options = {name: value for name, value in found["OPTIONS"].items() if name != "pool"}
    options |= {"connect_timeout": patience, "options": f"{asked} {ours}".strip()}
    # The server binds the parameters, so that what is asked often can be planned once.
    options.setdefault("server_side_binding", True)
    if size := pooled(found, values["DB_POOL_SIZE"]):
        # None to begin with: a pool that fills itself opens a second one beside whoever waits for
        # the first, and lends them in turn, each of which then meets every statement anew.
        options["pool"] = {"min_size": 0, "max_size": size, "timeout": patience}
    return options


def is_sqlite(database: Settings) -> bool:
    """Say whether the database is a file of this machine."""
    return bool(database["ENGINE"] == SQLITE)


def has_no_host(database: Settings) -> bool:
    """Say whether libpq would have to guess where the server is."""
    return database["ENGINE"] == POSTGRESQL and not database["HOST"]


def is_pooled_and_kept(age: int, database: Settings, pool_size: int) -> bool:
    """Say whether connections would be kept in two ways, which Django refuses, but only later."""
    return pooled(database, pool_size) > 0 and database.get("CONN_MAX_AGE", age) != 0


def pooled(database: Settings, pool_size: int) -> int:
    """Return how many connections the pool will have; 0 where there is none."""
    has_pool = database["ENGINE"] == POSTGRESQL and database["OPTIONS"].get("pool", True)
    return pool_size if has_pool else 0
