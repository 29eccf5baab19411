"""Which port do we serve on? Trouble is one sentence that says what to do."""

import errno
import socket

from local.environment import CannotStart, given, says

PORT = "PORT"
HOST = "127.0.0.1"
USUAL_PORT = 8000
HIGHEST_PORT = 65_535


def free_port() -> int:
    """The port to serve on. Raises CannotStart when it is no port, taken or forbidden."""
    port = _wanted_port()
    trouble = _trouble_at(port)
    if trouble == errno.EADDRINUSE:
        raise CannotStart(
            f"Port {port} is taken by another program; run `make run PORT={_free_after(port)}`."
        )
    if trouble:
        raise CannotStart(
            f"Port {port} may not be used here; run `make run PORT={_free_after(USUAL_PORT)}`."
        )
    return port


def _wanted_port() -> int:
    if not says(PORT):
        return USUAL_PORT
    wanted = given(PORT) or ""
    if wanted.isascii() and wanted.isdigit() and 0 < int(wanted[:6]) <= HIGHEST_PORT:
        return int(wanted)
    raise CannotStart(
        f"PORT is {wanted!r}, which is no port: give a number from 1 to {HIGHEST_PORT}, "
        f"as in `make run PORT={USUAL_PORT}`, or leave it out."
    )


def _trouble_at(port: int) -> int:
    """The errno of listening there; 0 is none."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except OSError as refused:
            return refused.errno or errno.EACCES
    return 0


def _free_after(port: int) -> int:
    candidates = (*range(port + 1, min(port + 100, HIGHEST_PORT)), USUAL_PORT)
    return next((each for each in candidates if not _trouble_at(each)), USUAL_PORT)
