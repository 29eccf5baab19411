"""A revision: processes of an image, with the environment that its template gives them."""

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.rehearsal.switch import HOST, wait_until
from local.environment import bare_environment

COMMAND = ("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi")
OK = 200
PERIOD_SECONDS, LONGEST_SECONDS = 0.1, 60.0  # the platform's probes are some seconds apart
DRAIN_SECONDS = 10  # as long as the platform waits


class Revision:
    """Started when made; says in its log what it said to the platform."""

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str], log: Path) -> None:
        self.name, self.log = name, log
        self.port = free_port()
        own = {"PORT": str(self.port), "K_SERVICE": "taskflow", "K_REVISION": name}
        with log.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, *COMMAND],
                cwd=folder,
                env=bare_environment(**environment, **own),
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def becomes_ready(self, path: str, failures: int) -> bool:
        """Probe the path until it is answered well; give up after failures, or when it ends."""
        answers: list[int] = []

        def settled() -> bool:
            answers.extend(self._probed(path))
            return not self.is_alive() or OK in answers or len(answers) >= failures

        return wait_until(settled, LONGEST_SECONDS, PERIOD_SECONDS) and OK in answers

    def is_alive(self) -> bool:
        """Whether its first process runs."""
        return self.process.poll() is None

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])

    def stop(self) -> None:
        """End it as the platform does: SIGTERM, ten seconds, SIGKILL."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(DRAIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()

    def _probed(self, path: str) -> list[int]:
        """Probe under a name that no setting knows, as platforms do; no status if none listens."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        try:
            connection.request("GET", path, headers={"Host": f"10.0.0.7:{self.port}"})
            return [connection.getresponse().status]
        except (OSError, http.client.HTTPException):
            return []
        finally:
            connection.close()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
