"""Is what answers there what was deployed? A live service, told by three of its documents."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.fetching import FetchFailed, fetch
from wire.strict_json import NotStrictJson, loads

SECONDS = 10.0
LARGEST = 8 * 1024 * 1024  # bytes of an OpenAPI document


@dataclass(frozen=True, slots=True)
class Expected:
    """What the live service must show; None and nothing are not looked for."""

    paths: Collection[str]
    text: str | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What one document should say, and what it says."""

    where: str
    wanted: str
    found: str

    def __str__(self) -> str:
        return f"--- expected {self.where}\n+++ live {self.where}\n-{self.wanted}\n+{self.found}"


class _Astray(Exception):
    """The document is not to be had; the text says why."""


def differences(url: str, expected: Expected) -> list[Difference]:
    """Compare what the service at `url` shows with what it must; nothing is all as expected."""
    return [*_health(url, expected), *_openapi(url, expected), *_keys(url)]


def _health(url: str, expected: Expected) -> Iterator[Difference]:
    wanted = f"status healthy, revision {expected.revision or 'any'}"
    try:
        said = _document(url, "/health")
    except _Astray as reason:
        yield Difference("/health", wanted, str(reason))
        return
    status, revision = said.get("status"), said.get("revision")
    if status != "healthy" or expected.revision not in {None, revision}:
        yield Difference("/health", wanted, f"status {status}, revision {revision}")


def _openapi(url: str, expected: Expected) -> Iterator[Difference]:
    try:
        paths = _document(url, "/openapi.json").get("paths")
    except _Astray as reason:
        yield Difference("/openapi.json", "a document with paths", str(reason))
        return
    live: Mapping[str, Any] = paths if isinstance(paths, dict) else {}
    for missing in sorted(set(expected.paths) - set(live)):
        yield Difference("/openapi.json", f"path {missing}", f"{len(live)} paths without it")
    told = _words(" ".join(_prose(live.get(path)) for path in expected.paths))
    if expected.text is not None and _words(expected.text) not in told:
        yield Difference("/openapi.json", f"text {expected.text!r}", told or "no text")


def _keys(url: str) -> Iterator[Difference]:
    where, wanted = "/.well-known/jwks.json", "keys with kid, kty and alg"
    try:
        keys = _document(url, where).get("keys")
    except _Astray as reason:
        yield Difference(where, wanted, str(reason))
        return
    if not isinstance(keys, list) or not keys or not all(map(_is_key, keys)):
        yield Difference(where, wanted, "none, or others")


def _document(url: str, path: str) -> dict[str, Any]:
    """Return the document. Raises _Astray."""
    try:
        found = loads(fetch(f"{url}{path}", seconds=SECONDS, largest=LARGEST).body)
    except FetchFailed as reason:
        raise _Astray(f"nothing: {reason}") from reason
    except NotStrictJson as reason:
        raise _Astray("something that is not JSON") from reason
    if not isinstance(found, dict):
        raise _Astray("JSON that is no object")
    return found


def _prose(operations: object) -> str:
    """Return what the methods of a path say of themselves, which are the views' docstrings."""
    methods = operations.values() if isinstance(operations, dict) else ()
    known = [method for method in methods if isinstance(method, dict)]
    told = [method.get(part) for method in known for part in ("summary", "description")]
    return " ".join(str(each) for each in told if each)


def _is_key(jwk: object) -> bool:
    return isinstance(jwk, dict) and {"kid", "kty", "alg"} <= jwk.keys()


def _words(text: str) -> str:
    """Return the text with its line breaks and indents as single spaces."""
    return " ".join(text.split())
