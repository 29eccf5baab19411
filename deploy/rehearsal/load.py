"""People who use the service meanwhile: request by request, each on its own connection."""

import http.client
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

PAUSE_SECONDS = 0.05
PATHS = ("/health", "/api/health/db")


class Load(threading.Thread):
    """Asks until it is stopped; counts answers and what was lost."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.address = urlsplit(url).netloc
        self.answered = 0
        self.lost: Counter[str] = Counter()
        self._over = threading.Event()

    def run(self) -> None:
        """Ask the process and the database by turns."""
        while not self._over.is_set():
            for path in PATHS:
                self._ask(path)
            time.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        self.join()

    def taken(self) -> tuple[int, int]:
        """Return answers and losses since this was last asked."""
        told = self.answered, self.lost.total()
        self.answered, self.lost = 0, Counter()
        return told

    def _ask(self, path: str) -> None:
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            failure = None if answer.status == http.client.OK else str(answer.status)
        except (OSError, http.client.HTTPException) as error:
            failure = type(error).__name__
        finally:
            connection.close()
        if failure:
            self.lost[failure] += 1
        else:
            self.answered += 1
