"""`make run`: a database, migrations, demo people and a server, until Ctrl-C."""

import argparse
import http.client
import subprocess
import sys
import time
from pathlib import Path

from local.banner import banner
from local.database import Database, database_for_run, remember
from local.environment import DATABASE_URL, VAR, CannotStart, child_environment, is_local
from local.ports import HOST, PORT, free_port
from local.processes import Stopped, child, stop_on_signals

HEALTH_SECONDS = 30


def main() -> None:
    """Serve until a signal comes. Ends with 1 and one sentence if something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=VAR, help="the folder of the data")
    var: Path = parser.parse_args().var.resolve()
    stop_on_signals()
    try:
        run(var)
    except CannotStart as missing:
        sys.exit(str(missing))
    except Stopped:
        print("\nStopped.", file=sys.stderr)


def run(var: Path) -> None:
    """Serve until the server ends by itself. Raises CannotStart and Stopped."""
    if not is_local():
        raise CannotStart("`make run` is for developers' machines: unset ENV and K_SERVICE.")
    port = free_port()
    var.mkdir(parents=True, exist_ok=True)
    with database_for_run(var) as database:
        _serve(database, var, port)


def _serve(database: Database, var: Path, port: int) -> None:
    environment = child_environment(
        **{
            DATABASE_URL: database.url,
            PORT: str(port),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
    )
    with child(["-m", "local.prepare", str(var)], environment) as preparing:
        if preparing.wait() != 0:
            sys.exit(1)  # it has said why
    remember(database, var)
    with child(_gunicorn(port), environment) as server:
        _wait_until_healthy(server, port)
        print(banner(database, var, f"http://{HOST}:{port}"), flush=True)
        raise CannotStart(f"The server ended by itself with {server.wait()}; its log says why.")


def _gunicorn(port: int) -> list[str]:
    return ["-m", "gunicorn", "-c", "config/gunicorn.py", "-b", f"{HOST}:{port}", "config.wsgi"]


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int) -> None:
    last_moment = time.monotonic() + HEALTH_SECONDS
    while not _is_healthy(port):
        if server.poll() is not None:
            raise CannotStart(f"The server ended with {server.returncode}; its log says why.")
        if time.monotonic() > last_moment:
            raise CannotStart("The server gives no healthy answer; its log says why.")
        time.sleep(0.05)


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
