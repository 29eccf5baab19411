"""How many streams may this process have open, and are they to end? Pure: threads, no Django."""

import threading

from events.errors import TooManyStreams


class Streams:
    """The streams of one process. Each holds a thread, and some must be left for all else."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._open = 0

    def enter(self, most: int) -> None:
        """Count one more. Raises TooManyStreams."""
        with self._lock:
            if self._open >= most or self.closing.is_set():
                raise TooManyStreams
            self._open += 1

    def leave(self) -> None:
        """Count one less."""
        with self._lock:
            self._open -= 1

    def close(self) -> None:
        """Let all end, and no more begin: the process is to stop."""
        self.closing.set()


STREAMS = Streams()
