"""Where gcloud and gh find the rehearsal: one command a connection, over a socket of its place."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from typing import Any

from deploy.rehearsal.project import Refused

Does = Callable[[Mapping[str, Any]], tuple[int, str]]


@contextmanager
def open_at(place: Path, programs: Mapping[str, Does]) -> Iterator[None]:
    """Have each program's commands done while this lasts."""
    server = _Desk(str(_socket(place)), _Command)
    server.programs = programs
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def asked_at(place: Path, program: str, asked: Mapping[str, Any]) -> tuple[int, str, str]:
    """Have a command done; return its exit status, what it prints, and what it complains of."""
    with socket.socket(socket.AF_UNIX) as desk:
        desk.connect(str(_socket(place)))
        desk.sendall(json.dumps([program, asked]).encode() + b"\n")
        with desk.makefile() as answer:
            status, said, complaint = json.loads(answer.readline())
            return status, said, complaint


class _Desk(ThreadingUnixStreamServer):
    daemon_threads = True
    programs: Mapping[str, Does]


class _Command(StreamRequestHandler):
    server: _Desk

    def handle(self) -> None:
        """Do what is asked; whatever is refused is said as the program would."""
        program, asked = json.loads(self.rfile.readline())
        try:
            answer = (*self.server.programs[program](asked), "")
        except Refused as refusal:
            answer = (1, "", f"ERROR: ({program}.{asked['command'].replace(' ', '.')}) {refusal}\n")
        self.wfile.write(json.dumps(answer).encode() + b"\n")


def _socket(place: Path) -> Path:
    return place / "desk"
