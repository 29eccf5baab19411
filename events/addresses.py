"""Where may a webhook call? Not into our own network, whatever a name stands for by then."""

import socket
import ssl
from collections.abc import Callable
from http.client import HTTPConnection
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from accounts.fetching import FetchFailed
from events.errors import UnfitAddress
from wire.errors import InvalidInput

LONGEST = 2_000
# All that is given out of IPv6 (RFC 4291, section 2.4); outside it are old ways into networks,
# as those that carry an IPv4 address inside. Within it there are two more: 6to4 and Teredo.
_GIVEN_OUT = ip_network("2000::/3")
_WRAPPED = (ip_network("2002::/16"), ip_network("2001::/32"))
_USUAL_PORTS = {"https": 443, "http": 80}

Resolve = Callable[..., list[Any]]


def checked(url: str, *, is_local: bool) -> str:
    """Return an address that a webhook may have. Raises UnfitAddress.

    https, but in LOCAL; names are looked up, and judged, whenever they are called.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _unfit("This is no URL.") from error
    if parts.scheme not in (("http", "https") if is_local else ("https",)) or not host or port == 0:
        raise _unfit("An https URL with a host is needed.")
    if "@" in parts.netloc or parts.fragment or not _is_plain(url):
        raise _unfit("It must not have a user, a password, a fragment or a space.")
    if not is_local and (_is_inside(host) or host == "localhost"):
        raise _unfit("It must not lead into a private network.")
    return url


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip not in _GIVEN_OUT or any(ip in network for network in _WRAPPED):
            return False
    return ip.is_global and not ip.is_multicast


class Line(HTTPConnection):
    """A connection to an address that was judged: the name is looked up once, and not again."""

    def __init__(
        self,
        url: str,
        *,
        seconds: float,
        is_local: bool,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        parts: SplitResult = urlsplit(url)
        self._is_local, self._resolve = is_local, resolve
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self.default_port = _USUAL_PORTS[parts.scheme]
        super().__init__(parts.hostname or "", parts.port or self.default_port, timeout=seconds)

    def connect(self) -> None:
        """Look the name up, judge all that it stands for, and open a line to the first.

        Raises FetchFailed, OSError.
        """
        found = self._resolve(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]).partition("%")[0] for each in found]
        if not addresses or not (self._is_local or all(map(is_public, addresses))):
            raise FetchFailed("it leads into a private network")
        line = socket.create_connection((addresses[0], self.port), self.timeout)
        self.sock = (
            line if self._tls is None else self._tls.wrap_socket(line, server_hostname=self.host)
        )


def _is_plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST


def _is_inside(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return False


def _unfit(sentence: str) -> InvalidInput:
    return UnfitAddress.at("/url", sentence, "unfit_address")
