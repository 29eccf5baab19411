"""Child processes that end with us."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from local.environment import ROOT

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DRAIN_SECONDS = 15


class Stopped(BaseException):
    """Somebody asked us to stop, by Ctrl-C or by a signal."""


def stop_on_signals() -> None:
    """Turn the first signal into Stopped, so that everything is closed; ignore the rest."""

    def stop(*_: object) -> None:
        for each in STOPPING:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    for each in STOPPING:
        signal.signal(each, stop)


@contextmanager
def child(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    stop_with: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python program of the project, out of reach of Ctrl-C; stop it when leaving."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=dict(environment), start_new_session=True
    )
    try:
        yield process
    finally:
        _end(process, stop_with)


def _end(process: subprocess.Popen[bytes], stop_with: signal.Signals) -> None:
    """Ask the process to finish what it does, then end it and all it started."""
    process.send_signal(stop_with)
    try:
        process.wait(DRAIN_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
