"""Bring the database up to date and fill it with the demo people, in one process."""

import sys
from pathlib import Path

import django
import psycopg
from django.core.management import call_command
from django.db import connection


def main(var: str) -> None:
    """Migrate and write the demo data; both do nothing the second time. Ends with 1 if away."""
    django.setup()
    _check_answers()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("demo_data", var=Path(var))


def _check_answers() -> None:
    """Connect once, without a pool that would hide the reason and try again."""
    if connection.vendor != "postgresql":
        return
    parameters = connection.get_connection_params()
    try:
        psycopg.connect(**parameters).close()
    except psycopg.OperationalError as refused:
        where = f"{parameters.get('host')}, port {parameters.get('port', 5432)}"
        sys.exit(
            f"The database of DATABASE_URL at {where} does not let us in ({_reason(refused)}): "
            "start it or correct DATABASE_URL, or unset it to get an embedded one."
        )


def _reason(refused: psycopg.OperationalError) -> str:
    first_line = str(refused).strip().splitlines()[0]
    return first_line.rsplit("failed: ", 1)[-1].removeprefix("FATAL:").strip()


if __name__ == "__main__":
    main(sys.argv[1])
