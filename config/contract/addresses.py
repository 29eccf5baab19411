"""What are the addresses of the environment? URLs, hosts and origins, strictly read."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from config.contract.parsing import Malformed, items

ANY = "*"

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
_WEB = ("http", "https")


def web_url(given: str) -> str:
    """Return an http(s) URL unchanged. Raises Malformed."""
    _split(given, _WEB)
    return given


def base_url(given: str) -> str:
    """Return the http(s) URL of a whole host, without the last slash. Raises Malformed."""
    parts = _split(given, _WEB)
    if parts.path not in {"", "/"} or parts.query:
        raise Malformed("must be scheme://host[:port] without a path")
    return f"{parts.scheme}://{parts.netloc}"


def redis_url(given: str) -> str:
    """Return a Redis URL unchanged. Raises Malformed."""
    _split(given, ("redis", "rediss"), with_user=True)
    return given


def origins(given: str) -> tuple[str, ...]:
    """Return the web origins of a list, or `*` alone. Raises Malformed (RFC 6454, section 7)."""
    if given == ANY:
        return (ANY,)
    return tuple(_origin(item) for item in items(given))


def hosts(given: str) -> tuple[str, ...]:
    """Return host names as Django's ALLOWED_HOSTS spells them. Raises Malformed."""
    return tuple(_host(item) for item in items(given))


def host_of(url: str) -> tuple[str, ...]:
    """Return the one host a URL allows, IPv6 in brackets."""
    name = urlsplit(url).hostname or ""
    return (f"[{name}]" if ":" in name else name,)


def is_plain_http(url: str) -> bool:
    """Say whether the URL travels unencrypted."""
    return urlsplit(url).scheme == "http"


def is_loopback(url: str) -> bool:
    """Say whether the URL stays on this machine."""
    name = urlsplit(url).hostname or ""
    return name == "localhost" or (_is_ip(name) and ip_address(name).is_loopback)


def _origin(item: str) -> str:
    try:
        parts = _split(item, _WEB)
    except Malformed:
        parts = SplitResult("", "", "", "", "")
    if not parts.netloc or parts.path or parts.query:
        raise Malformed("must be origins, scheme://host[:port], separated by commas; null is none")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _host(item: str) -> str:
    name = item.removeprefix(".")
    bracketed = name.startswith("[") and name.endswith("]") and _is_ip(name[1:-1])
    if item != ANY and not bracketed and not _NAME.fullmatch(name):
        raise Malformed("must be host names without scheme and port, separated by commas")
    return item.lower()


def _split(given: str, schemes: tuple[str, ...], *, with_user: bool = False) -> SplitResult:
    try:
        parts = urlsplit(given)
        name = parts.hostname or ""
        usable = parts.port != 0
    except ValueError:  # its message quotes the address
        usable = False
    if not usable or parts.scheme not in schemes or not (_NAME.fullmatch(name) or _is_ip(name)):
        raise Malformed(f"must be a URL with a host: {' or '.join(schemes)}")
    if {"#", " "} & {*given} or ("@" in parts.netloc and not with_user):
        raise Malformed("must not have a user, a password, a space or a fragment")
    return parts


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
