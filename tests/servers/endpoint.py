"""A real HTTP server in threads of this process, that answers as it is told and counts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext

HOST = "127.0.0.1"
PATIENCE_SECONDS = 10


class Exchange(BaseHTTPRequestHandler):
    """One request, to be answered."""

    endpoint: "Endpoint"

    def do_GET(self) -> None:
        with self.endpoint.news:
            self.endpoint.hits += 1
            self.endpoint.news.notify_all()
        with suppress(ConnectionError):  # the client may leave; that is often the point
            self.endpoint.answer(self)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.endpoint.received.append((dict(self.headers), self.rfile.read(length)))
        self.do_GET()

    def document(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer in one piece; `_` in a header's name stands for `-`."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, start: bytes, drop: bytes) -> None:
        """Answer drop by drop, often enough for any timeout between two, and never come to end."""
        self.wfile.write(start)
        while not self.endpoint.closing.wait(0.01):
            self.wfile.write(drop)

    def log_message(self, _format: str, *args: object) -> None:
        """Say nothing."""


Answer = Callable[[Exchange], None]


class Server(ThreadingHTTPServer):
    """Threads that nobody waits for."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that breaks off is no error here."""


class Endpoint:
    """Where it listens, what it answers, and how often it was asked."""

    def __init__(self, answer: Answer, tls: SSLContext | None = None) -> None:
        self.answer, self.hits = answer, 0
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.news, self.closing = threading.Condition(), threading.Event()
        self.server = Server((HOST, 0), type("Handler", (Exchange,), {"endpoint": self}))
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://{HOST}:{self.server.server_port}/keys?v=1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def wait_for_hit(self, number: int) -> None:
        """Return when that many requests have come."""
        with self.news:
            assert self.news.wait_for(lambda: self.hits >= number, PATIENCE_SECONDS)

    def close(self) -> None:
        """Refuse connections from now on, and end the answers that never end."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def listening(answer: Answer, tls: SSLContext | None = None) -> Iterator[Endpoint]:
    """Run an endpoint for the block."""
    endpoint = Endpoint(answer, tls)
    try:
        yield endpoint
    finally:
        endpoint.close()


def text(body: bytes, status: int = 200, **headers: str) -> Answer:
    """Answer every request with this."""
    return lambda exchange: exchange.document(body, status, **headers)


def redirect(to: str) -> Answer:
    """Send everybody elsewhere."""
    return text(b"", 302, Location=to)


def silence(exchange: Exchange) -> None:
    """Take the request, and never answer."""
    exchange.endpoint.closing.wait()


def dripping_body(exchange: Exchange) -> None:
    """Answer with a body that never ends."""
    exchange.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ")


def dripping_headers(exchange: Exchange) -> None:
    """Answer with a header that never ends."""
    exchange.drip(b"HTTP/1.1 200 OK\r\nX-Padding: ", b"x")


def dripping_promises(exchange: Exchange) -> None:
    """Answer that an answer will come (RFC 9110, section 15.2.1), again and again."""
    exchange.drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n")


def endless_body(exchange: Exchange) -> None:
    """Answer with more than anybody wants, as fast as it is taken."""
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not exchange.endpoint.closing.is_set():
        exchange.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


BAD_ANSWERS: dict[str, Answer] = {
    "error": text(b'{"error": "down"}', 500),
    "not found": text(b"{}", 404),
    "no content": text(b"", 204),
    "redirect": redirect("http://127.0.0.1:9/keys"),
    "page": text(b"<!doctype html><title>Sign in</title>"),
    "nothing": text(b""),
    "number": text(b"7"),
    "list": text(b"[]"),
    "other object": text(b'{"error": {"code": 7}}'),
    "keys by name": text(b'{"keys": {}, "more": {}}'),
    "cut off": text(b'{"keys": [{"kty": "EC"'),
    "twice": text(b'{"keys": [], "keys": []}'),
    "deep": text(b'{"keys": ' + b"[" * 9000 + b"]" * 9000 + b"}"),
    "not utf-8": text(b'{"keys": ["\xff"]}'),
    "too many": text(b'{"keys": [' + b"{}," * 100 + b"{}]}"),
    "too large": endless_body,
}
