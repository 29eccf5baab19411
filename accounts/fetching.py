"""How is a small public document got from somebody else's server? Within bounds, or not at all."""

import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from typing import Generic, TypeVar
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings

SECONDS = 3.0
LARGEST = 256 * 1024  # bytes

_OK = 200
_HEADERS = {"Accept": "application/json", "User-Agent": "taskflow"}


Came = TypeVar("Came")


class FetchFailed(Exception):
    """Nothing usable came. The message says why and quotes nothing of the answer.

    `status` is that of the answer, where one came.
    """

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document, and the headers it came with."""

    body: bytes
    headers: Message


def fetch(url: str, *, seconds: float = SECONDS, largest: int = LARGEST) -> Fetched:
    """Get a document over https, of at most `largest` bytes, all of it within `seconds`.

    Plain http is spoken to this machine alone, and only in LOCAL. Nothing is followed: a redirect
    is an answer like any other but 200. Raises FetchFailed.
    """
    return _within_bounds(_Question(url), seconds, largest)


def post_form(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Fetched:
    """Send a form and get the document that answers it, as `fetch` does. Raises FetchFailed."""
    told = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    return _within_bounds(_Question(url, "POST", urlencode(form), told), SECONDS, LARGEST)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of which address."""

    url: str
    method: str = "GET"
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, line: HTTPConnection) -> HTTPResponse:
        parts = urlsplit(self.url)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        line.request(self.method, target, self.body, {**_HEADERS, **self.headers})
        return line.getresponse()


def _within_bounds(question: _Question, seconds: float, largest: int) -> Fetched:
    def ask(line: HTTPConnection) -> Fetched:
        with question.ask(line) as answer:
            return _read(answer, largest)

    return within(seconds, _connection(urlsplit(question.url), seconds), ask)


def within(seconds: float, line: HTTPConnection, ask: Callable[[HTTPConnection], Came]) -> Came:
    """Open a line and ask, all of it within `seconds`; the line is closed. Raises FetchFailed."""
    errand = _Errand(line, ask)
    errand.start()
    errand.join(seconds)
    if errand.is_alive():
        errand.give_up()
        raise FetchFailed("it took too long")
    if isinstance(errand.outcome, FetchFailed):
        raise errand.outcome
    return errand.outcome


class _Errand(threading.Thread, Generic[Came]):
    """One request, in a thread of its own so that it can be left behind.

    A socket's timeout starts anew with every byte, and the look-up of a name has none: nothing
    but walking away bounds them all.
    """

    def __init__(self, line: HTTPConnection, ask: Callable[[HTTPConnection], Came]) -> None:
        super().__init__(name=f"fetch {line.host}", daemon=True)
        self.outcome: Came | FetchFailed = FetchFailed("it broke off")
        self._connection, self._ask = line, ask
        self._socket: socket.socket | None = None
        self._given_up = False

    def run(self) -> None:
        """Leave what came, or the reason why nothing did, in `outcome`."""
        try:
            self._connection.connect()
            self._socket = self._connection.sock
            if not self._given_up:
                self.outcome = self._ask(self._connection)
        except FetchFailed as failure:
            self.outcome = failure
        except (OSError, HTTPException, ValueError) as error:
            self.outcome = FetchFailed(type(error).__name__)
        finally:
            self._connection.close()

    def give_up(self) -> None:
        """Cut the line, so that the thread ends too."""
        self._given_up = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _connection(url: SplitResult, seconds: float) -> HTTPConnection:
    # Twice, so that it only ever ends what was left behind before there was a line to cut.
    host, timeout = url.hostname or "", 2 * seconds
    if url.scheme == "https":
        return HTTPSConnection(host, url.port, timeout=timeout)
    is_local = settings.CONTRACT.env == "LOCAL" and _is_this_machine(host)
    if url.scheme == "http" and is_local:
        return HTTPConnection(host, url.port, timeout=timeout)
    raise FetchFailed("nothing but https leaves this machine")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _read(answer: HTTPResponse, largest: int) -> Fetched:
    if answer.status != _OK:
        raise FetchFailed(f"it answered {answer.status}", answer.status)
    body = answer.read(largest + 1)
    if len(body) > largest:
        raise FetchFailed("it is too large")
    return Fetched(body, answer.headers)
