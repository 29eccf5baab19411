"""What do the texts of the environment mean? Text in, typed value out; no text is ever repeated."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from accounts import base64url
from accounts.scopes import Scope

Value = TypeVar("Value")
Parse = Callable[[str], Value]

_SECONDS = {"s": 1, "sec": 1, "min": 60, "hour": 3_600, "day": 86_400}
_RATE = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(_SECONDS)})")
_WHOLE = re.compile(r"[0-9]{1,10}")
_SWITCH = {"true": True, "yes": True, "on": True, "1": True}
_SWITCH |= {"false": False, "no": False, "off": False, "0": False}
_TOKEN = re.compile(r"[!-~]+")
_PROJECT = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_EMAIL = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_PRIVATE_PEM = re.compile(rb"^-----BEGIN (?:RSA |EC )?PRIVATE KEY-----", re.MULTILINE)
_KEY_BYTES = 32
_LARGEST_PEM = 65_536


class Malformed(ValueError):
    """A text that is not what its variable holds. The message never repeats the text."""


class Stage(StrEnum):
    """Where the process runs, and so how much is asked of its environment."""

    LOCAL = "LOCAL"
    DEV = "DEV"
    PROD = "PROD"


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests in how many seconds."""

    limit: int
    seconds: int


def text(given: str) -> str:
    """Return what any variable may hold. Raises Malformed for an empty or invisible text."""
    if not given:
        raise Malformed("is empty: leave it out or give it a value")
    if given != given.strip():
        raise Malformed("has spaces or a line break around it")
    if not given.isprintable():
        raise Malformed("has control characters or bytes that are not UTF-8")
    return given


def stage(given: str) -> Stage:
    """Return the stage, spelled exactly. Raises Malformed."""
    return Stage(one_of(*Stage)(given))


def one_of(*words: str) -> Parse[str]:
    """Make a parser that takes these words and no others."""

    def parse(given: str) -> str:
        if given not in words:
            raise Malformed(f"must be one of {', '.join(words)}, spelled exactly so")
        return given

    return parse


def log_level(given: str) -> str:
    """Return the level's name in capitals. Raises Malformed."""
    return one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")(given.upper())


def whole(low: int, high: int) -> Parse[int]:
    """Make a parser of whole numbers in ASCII digits, both bounds included."""

    def parse(given: str) -> int:
        if not _WHOLE.fullmatch(given) or not low <= int(given) <= high:
            raise Malformed(f"must be a whole number from {low} to {high}")
        return int(given)

    return parse


def switch(given: str) -> bool:
    """Return whether it is on. Raises Malformed for what is neither on nor off."""
    if given.lower() not in _SWITCH:
        raise Malformed("must be true or false")
    return _SWITCH[given.lower()]


def rate(given: str) -> Rate:
    """Return the rate of a text like `600/min`. Raises Malformed."""
    match = _RATE.fullmatch(given)
    if match is None:
        raise Malformed(f"must be a rate like 600/min; units: {', '.join(_SECONDS)}")
    return Rate(int(match[1]), _SECONDS[match[2]])


def token(minimum: int = 1) -> Parse[str]:
    """Make a parser of secrets that travel in a header: visible ASCII, at least so long."""

    def parse(given: str) -> str:
        if not _TOKEN.fullmatch(given) or len(given) < minimum:
            raise Malformed(f"must be at least {minimum} visible ASCII characters, no spaces")
        return given

    return parse


def key_list(given: str) -> tuple[bytes, ...]:
    """Return the AES-256 keys of a comma-separated list. Raises Malformed."""
    keys = tuple(_key(item) for item in items(given))
    if len(set(keys)) < len(keys):
        raise Malformed("names the same key twice")
    return keys


def _key(item: str) -> bytes:
    try:
        key = base64url.decode(item.removesuffix("="))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise Malformed(f"must be keys of {_KEY_BYTES} bytes in base64url, separated by commas")
    return key


def items(given: str) -> list[str]:
    """Split a comma-separated list. Raises Malformed when an item is empty."""
    found = [item.strip() for item in given.split(",")]
    if not all(found):
        raise Malformed("has an empty item in its list")
    return found


def project(given: str) -> str:
    """Return the id of a Google Cloud project. Raises Malformed."""
    if not _PROJECT.fullmatch(given):
        raise Malformed("must be a project id: small letters, digits and hyphens")
    return given


def service_accounts(given: str) -> Mapping[str, frozenset[str]]:
    """Return the scopes of each address in `email=scope scope,email=scope`. Raises Malformed."""
    pairs = [_account(item) for item in items(given)]
    accounts = dict(pairs)
    if len(accounts) < len(pairs):
        raise Malformed("names the same account twice")
    return MappingProxyType(accounts)


def _account(item: str) -> tuple[str, frozenset[str]]:
    email, _, scopes = item.partition("=")
    named = frozenset(scopes.split())
    if not _EMAIL.fullmatch(email) or not named:
        raise Malformed("must be a list like email=scope scope,email=scope")
    if not named <= {str(scope) for scope in Scope}:
        raise Malformed(f"names an unknown scope; known: {' '.join(Scope)}")
    return email, named


def private_key_file(given: str) -> Path:
    """Return the path of a PEM with a private key that is not encrypted. Raises Malformed."""
    path = Path(given)
    try:
        with path.open("rb") as file:
            start = file.read(_LARGEST_PEM)
    except OSError:
        raise Malformed("names a file that cannot be read") from None
    if not _PRIVATE_PEM.search(start):
        raise Malformed("names a file that is not a PEM with an unencrypted private key")
    return path
