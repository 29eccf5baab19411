"""Cloud Storage, as far as Terraform keeps its states in it: objects of one generation each.

It speaks the JSON API to list, write and delete, and answers a plain GET as the XML API does. What
is written under a condition that does not hold is refused: that is what locks a state.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

HOST = "127.0.0.1"
ROOT = "/storage/v1/"
API, UPLOADS = f"{ROOT}b/", f"/upload{ROOT}b/"


class Refused(Exception):
    """Storage does not do it; the status says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True)
class Stored:
    """What an object holds, and which of its versions that is."""

    content: bytes
    generation: int


class Buckets:
    """Every bucket with its objects."""

    def __init__(self) -> None:
        self._objects: dict[str, dict[str, Stored]] = {}
        self._generations = count(1)
        self._one_at_a_time = threading.Lock()

    def make(self, bucket: str) -> None:
        """Make an empty one. Raises Refused when it is there."""
        if bucket in self._objects:
            raise Refused(HTTPStatus.CONFLICT)
        self._objects[bucket] = {}

    def listed(self, bucket: str, prefix: str) -> list[dict[str, str]]:
        """Tell of each object whose name begins so. Raises Refused."""
        return [
            _told(bucket, name, stored)
            for name, stored in sorted(self._of(bucket).items())
            if name.startswith(prefix)
        ]

    def read(self, bucket: str, name: str) -> Stored:
        """Return an object. Raises Refused."""
        if name not in self._of(bucket):
            raise Refused(HTTPStatus.NOT_FOUND)
        return self._of(bucket)[name]

    def write(self, bucket: str, name: str, content: bytes, only: str | None) -> dict[str, str]:
        """Store an object, if its generation is `only`; 0 means none yet. Raises Refused."""
        with self._one_at_a_time:
            self._compare(bucket, name, only)
            self._of(bucket)[name] = Stored(content, next(self._generations))
            return _told(bucket, name, self._of(bucket)[name])

    def delete(self, bucket: str, name: str, only: str | None) -> None:
        """Drop an object. Raises Refused."""
        with self._one_at_a_time:
            self.read(bucket, name)
            self._compare(bucket, name, only)
            del self._of(bucket)[name]

    def _compare(self, bucket: str, name: str, only: str | None) -> None:
        stored = self._of(bucket).get(name)
        if only not in {None, str(stored.generation if stored else 0)}:
            raise Refused(HTTPStatus.PRECONDITION_FAILED)

    def _of(self, bucket: str) -> dict[str, Stored]:
        if bucket not in self._objects:
            raise Refused(HTTPStatus.NOT_FOUND)
        return self._objects[bucket]


@contextmanager
def served(buckets: Buckets) -> Iterator[dict[str, str]]:
    """Serve them; yield what Terraform's environment must say to meet them."""
    server = _Server((HOST, 0), _Exchange)
    server.buckets = buckets
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield {
            "GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT": f"http://{HOST}:{server.server_port}{ROOT}",
            "GOOGLE_OAUTH_ACCESS_TOKEN": "rehearsed",
        }
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    buckets: Buckets


class _Exchange(BaseHTTPRequestHandler):
    """One request after the other; names and casts are the library's."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """List a bucket, or give an object."""
        self._answer(self._listed if self._path().startswith(API) else self._read)

    def do_POST(self) -> None:
        """Store an object."""
        self._answer(self._written)

    def do_DELETE(self) -> None:
        """Drop an object."""
        self._answer(self._deleted)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _listed(self) -> dict[str, Any]:
        bucket = self._path().removeprefix(API).partition("/")[0]
        found = self.server.buckets.listed(bucket, self._asked("prefix") or "")
        return {"kind": "storage#objects", "items": found}

    def _read(self) -> Stored:
        _, bucket, name = unquote(self._path()).split("/", 2)
        return self.server.buckets.read(bucket, name)

    def _written(self) -> dict[str, Any]:
        bucket = self._path().removeprefix(UPLOADS).partition("/")[0]
        about, content = _parts(self.headers["Content-Type"], self._body())
        return self.server.buckets.write(bucket, about["name"], content, self._only())

    def _deleted(self) -> None:
        bucket, _, name = self._path().removeprefix(API).split("/", 2)
        self.server.buckets.delete(bucket, unquote(name), self._only())

    def _answer(self, act: Any) -> None:
        self.close_connection = False
        try:
            done = act()
        except Refused as refusal:
            return self._send(refusal.status, b"")
        if isinstance(done, Stored):
            return self._send(HTTPStatus.OK, done.content, str(done.generation))
        return self._send(HTTPStatus.OK, json.dumps(done).encode())

    def _send(self, status: HTTPStatus, content: bytes, generation: str = "0") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Goog-Generation", generation)
        self.end_headers()
        self.wfile.write(content)

    def _path(self) -> str:
        return urlsplit(self.path).path

    def _asked(self, name: str) -> str | None:
        return parse_qs(urlsplit(self.path).query).get(name, [None])[0]

    def _only(self) -> str | None:
        return self._asked("ifGenerationMatch")

    def _body(self) -> bytes:
        """Read what comes in chunks (RFC 9112 section 7.1), as uploads do."""
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole


def _parts(kind: str, body: bytes) -> tuple[dict[str, Any], bytes]:
    """Split what is uploaded into what it says of itself and what it is."""
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    parts: list[Any] = [each.get_payload(decode=True) for each in whole.walk()]
    _, about, content = parts
    return json.loads(about), content


def _told(bucket: str, name: str, stored: Stored) -> dict[str, str]:
    return {"bucket": bucket, "name": name, "generation": str(stored.generation)}
