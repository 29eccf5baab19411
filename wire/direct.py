"""How is PostgreSQL asked what every call asks, without ceremony? By libpq, in binary.

To make a cursor, look up how each column is read and convert it twice costs more than the database
takes to answer. Here each connection prepares a statement once and keeps with it how its columns
are read. For what is asked outside a transaction while nobody counts or watches statements;
anything else goes through Django's cursor (docs/adr/0013).
"""

import json
import re
from collections.abc import Sequence
from itertools import count
from typing import Any, TypeAlias, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Connection, OperationalError
from psycopg.adapt import Loader, PyFormat, Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.postgres import types
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

Thing = TypeVar("Thing")
Driver: TypeAlias = Connection[Any]
Rows: TypeAlias = Sequence[Sequence[Any]]
Texts: TypeAlias = Sequence[Sequence[str | None]]

MOST = 100  # statements kept by one connection: those that it was asked last
_STALE = (InvalidSqlStatementName, FeatureNotSupported)  # gone, or its columns have changed
_TEXT = types["text"].oid
_NAMES = count()
_KEPT = "kept_by_taskflow"


class Direct:
    """A statement as Django writes it, with `%s` where a value stands.

    One that is not planned once is planned for the values of each time.
    """

    def __init__(self, sql: str, *, is_planned_once: bool = True) -> None:
        self.is_planned_once = is_planned_once
        places = count(1)
        self.text = re.sub(
            "%(.)", lambda found: f"${next(places)}" if found[1] == "s" else found[1], sql
        ).encode()

    def rows(self, params: Sequence[Any]) -> Rows | None:
        """Return the rows with values as Python has them, None where this is not the way.

        JSON comes as what it says, not as text. Raises what Django raises for its own cursors.
        """
        return self._asked(params, Format.BINARY)

    def texts(self, params: Sequence[Any]) -> Texts | None:
        """Return the rows as PostgreSQL spells them: times in ISO 8601 and UTC, JSON unparsed."""
        return self._asked(params, Format.TEXT)

    def _asked(self, params: Sequence[Any], form: Format) -> Rows | None:
        ours = connections[DEFAULT_DB_ALIAS]
        driver = _driver(ours)
        if driver is None:
            return None
        with ours.wrap_database_errors:
            kept = _kept(driver, self, form)
            if kept is None:
                return None
            try:
                return kept.rows(driver, params)
            except _STALE:
                kept.forget()
                return kept.rows(driver, params)


class _Kept:
    """What one connection knows of a statement, by the types of its values: of a larger number
    the database may make another type of column."""

    def __init__(self, driver: Driver, statement: Direct, form: Format) -> None:
        self._text, self._form = statement.text, form
        self._is_named = statement.is_planned_once
        self._dumped = Transformer(driver)
        self._prepared: dict[tuple[int, ...], _Prepared] = {}

    def forget(self) -> None:
        """Prepare anew."""
        self._prepared.clear()

    def leave(self, driver: Driver) -> None:
        """Have the database forget it too."""
        for known in self._prepared.values():
            driver.pgconn.exec_(b"DEALLOCATE " + known.name)

    def rows(self, driver: Driver, params: Sequence[Any]) -> Rows:
        """Ask, and read what comes."""
        values = self._dumped.dump_sequence(params, [PyFormat.AUTO] * len(params))
        kinds, forms = self._dumped.types or (), self._dumped.formats
        known = self._prepared.get(kinds) or self._prepare(driver, kinds)
        given = cast("Sequence[bytes]", values)
        answer = (
            driver.pgconn.exec_prepared(known.name, given, forms, self._form)
            if self._is_named
            else driver.pgconn.exec_params(self._text, given, kinds, forms, self._form)
        )
        _refuse(driver, answer, unless=ExecStatus.TUPLES_OK)
        return known.read(answer, self._form)

    def _prepare(self, driver: Driver, kinds: tuple[int, ...]) -> "_Prepared":
        known = _Prepared(driver)
        if self._is_named:
            done = driver.pgconn.prepare(known.name, self._text, kinds)
            _refuse(driver, done, unless=ExecStatus.COMMAND_OK)
        self._prepared[kinds] = known
        return known


class _Prepared:
    """A name, and how the columns of what it answers are read."""

    def __init__(self, driver: Driver) -> None:
        self.name = b"taskflow_%d" % next(_NAMES)
        self._loaded = Transformer(driver)
        self._is_new = True

    def read(self, answer: PGresult, form: Format) -> Rows:
        """Return the rows of an answer."""
        self._loaded.set_pgresult(answer, set_loaders=self._is_new)
        if self._is_new and form is Format.TEXT:
            self._loaded.set_loader_types([_TEXT] * answer.nfields, Format.TEXT)
        self._is_new = False
        return self._loaded.load_rows(0, answer.ntuples, tuple)


class _Json(Loader):
    """Reads JSON as what it says: most arrays of a task are empty."""

    format = Format.BINARY

    def load(self, data: Any) -> Any:
        """Return the value; the first byte is the version of the form."""
        text = bytes(data)[1:]
        return [] if text == b"[]" else _decode(text.decode())


_decode = json.JSONDecoder().decode


def guard(wrapper: Thing) -> Thing:
    """Mark a wrapper of Django's cursors that has nothing to say about what goes this way."""
    _GUARDS.add(wrapper)
    return wrapper


_GUARDS: set[object] = set()


def _driver(ours: Any) -> Driver | None:
    """Return the driver's connection where it stands open for us."""
    if not ours.settings_dict["OPTIONS"].get("server_side_binding"):
        return None  # SQLite, or a pooler that knows no prepared statements
    if ours.queries_logged or not _GUARDS.issuperset(ours.execute_wrappers):
        return None
    ours.ensure_connection()
    driver: Driver = ours.connection
    is_idle = driver.pgconn.transaction_status == TransactionStatus.IDLE
    return driver if is_idle and driver.autocommit else None


def _kept(driver: Driver, statement: Direct, form: Format) -> _Kept | None:
    # With the connection, as it ends with it.
    of_driver: dict[tuple[Direct, Format], _Kept] | None = vars(driver).get(_KEPT)
    if of_driver is None:
        driver.adapters.register_loader("jsonb", _Json)
        of_driver = vars(driver)[_KEPT] = {}
    if not statement.is_planned_once:
        return _Kept(driver, statement, form) if _spells_iso(driver) else None
    kept = of_driver.pop((statement, form), None)
    if kept is None and _spells_iso(driver):
        kept = _Kept(driver, statement, form)
        if len(of_driver) == MOST:
            of_driver.pop(next(iter(of_driver))).leave(driver)
    if kept is not None:
        of_driver[statement, form] = kept  # the last to go
    return kept


def _spells_iso(driver: Driver) -> bool:
    style = driver.pgconn.parameter_status(b"DateStyle") or b""
    return style.startswith(b"ISO") and driver.pgconn.parameter_status(b"TimeZone") == b"UTC"


def _refuse(driver: Driver, answer: PGresult, *, unless: ExecStatus) -> None:
    if driver.pgconn.status != ConnStatus.OK:
        raise OperationalError(driver.pgconn.get_error_message())
    if answer.status != unless:
        raise error_from_result(answer)
