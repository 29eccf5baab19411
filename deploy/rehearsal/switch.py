"""The platform's front door: a request goes to the revision that has the traffic just then."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

HOST = "127.0.0.1"
LARGEST_HEAD = 64 * 1024
SECONDS = 30
NOBODY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Switch(ThreadingTCPServer):
    """One public address; `name` is the host it is known by, wherever it listens."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, name: str) -> None:
        super().__init__((HOST, 0), _Exchange)
        self.name = name
        self._target: int | None = None
        self._under_way: dict[int, int] = {}
        self._news = threading.Condition()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is reached on this machine."""
        return f"http://{HOST}:{self.server_address[1]}"

    def send_to(self, port: int | None) -> None:
        """Send what comes from now on to a port of this machine, or to nobody."""
        with self._news:
            self._target = port

    def drained(self, port: int, seconds: float = SECONDS) -> bool:
        """Wait until nothing that was sent to the port is under way."""
        with self._news:
            return self._news.wait_for(lambda: not self._under_way.get(port), seconds)

    def enter(self) -> int | None:
        """Tell where a request goes, and count it there."""
        with self._news:
            if self._target is not None:
                self._under_way[self._target] = self._under_way.get(self._target, 0) + 1
            return self._target

    def leave(self, port: int) -> None:
        """Count it no longer."""
        with self._news:
            self._under_way[port] -= 1
            self._news.notify_all()

    def close(self) -> None:
        """Listen no longer."""
        self.shutdown()
        self.server_close()


class _Exchange(BaseRequestHandler):
    """One request and its answer; every connection carries one."""

    server: Switch

    def handle(self) -> None:
        """Pass it on under the public name; whoever cannot be reached is a 502."""
        client: socket.socket = self.request
        client.settimeout(SECONDS)
        port = self.server.enter()
        try:
            with suppress(OSError):
                client.sendall(NOBODY) if port is None else self._pass_on(client, port)
        finally:
            if port is not None:
                self.server.leave(port)

    def _pass_on(self, client: socket.socket, port: int) -> None:
        request = _request(client, self.server.name)
        try:
            with socket.create_connection((HOST, port), SECONDS) as upstream:
                upstream.sendall(request)
                answered = _pump(upstream, client)
        except OSError:
            answered = False
        if not answered:
            client.sendall(NOBODY)


def _request(client: socket.socket, name: str) -> bytes:
    """Read a whole request; return it as the revision is to see it."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < LARGEST_HEAD:
        data += _more(client)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = [line for line in lines if not line.lower().startswith((b"host:", b"connection:"))]
    lengths = [line for line in headers if line.lower().startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2]) if lengths else 0
    while len(body) < length:
        body += _more(client)
    ours = [b"Host: " + name.encode(), b"X-Forwarded-Proto: https", b"Connection: close"]
    return b"\r\n".join([first, *headers, *ours]) + b"\r\n\r\n" + body


def _more(client: socket.socket) -> bytes:
    data = client.recv(64 * 1024)
    if not data:
        raise ConnectionError
    return data


def _pump(upstream: socket.socket, client: socket.socket) -> bool:
    """Pass the answer on; say whether there was any."""
    answered = False
    while data := upstream.recv(64 * 1024):
        client.sendall(data)
        answered = True
    return answered


def wait_until(holds: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """Ask again and again until it holds or the time is up."""
    last_moment = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > last_moment:
            return False
        time.sleep(pause)
    return True
