"""How is a small public document got from somebody else's server? Within bounds, or not at all."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

SECONDS = 3.0
LARGEST = 256 * 1024  # bytes

_OK = 200
_HEADERS = {"Accept": "application/json", "User-Agent": "taskflow"}


class FetchFailed(Exception):
    """Nothing usable came. The message says why and quotes nothing of the answer."""


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
    errand = _Errand(urlsplit(url), seconds, largest)
    errand.start()
    errand.join(seconds)
    if errand.is_alive():
        errand.give_up()
        raise FetchFailed("it took too long")
    if isinstance(errand.outcome, FetchFailed):
        raise errand.outcome
    return errand.outcome


class _Errand(threading.Thread):
    """One request, in a thread of its own so that it can be left behind.

    A socket's timeout starts anew with every byte, and the look-up of a name has none: nothing
    but walking away bounds them all.
    """

    def __init__(self, url: SplitResult, seconds: float, largest: int) -> None:
        super().__init__(name=f"fetch {url.hostname}", daemon=True)
        self.outcome: Fetched | FetchFailed = FetchFailed("it broke off")
        self._connection = _connection(url, seconds)
        self._largest = largest
        self._target = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
        self._socket: socket.socket | None = None
        self._given_up = False

    def run(self) -> None:
        """Leave the document, or the reason why there is none, in `outcome`."""
        try:
            self._connection.connect()
            self._socket = self._connection.sock
            if not self._given_up:
                self._connection.request("GET", self._target, headers=_HEADERS)
                with self._connection.getresponse() as answer:
                    self.outcome = _read(answer, self._largest)
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
        raise FetchFailed(f"it answered {answer.status}")
    body = answer.read(largest + 1)
    if len(body) > largest:
        raise FetchFailed("it is too large")
    return Fetched(body, answer.headers)
