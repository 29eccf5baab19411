"""What the steps of the demo's story have in common: a server, a database, and what is known."""

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.database import remembered
from local.environment import DATABASE_URL, ROOT, child_environment
from local.ports import PORT


@dataclass
class Story:
    """What the steps know of each other."""

    base: str
    var: Path
    known: dict[str, Any] = field(default_factory=dict)

    def call(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, Any] | list[Any]]:
        """Send a request as any client would; returns status and JSON."""
        form = isinstance(body, str)
        data = None if body is None else (body if isinstance(body, str) else json.dumps(body))
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        request = urllib.request.Request(
            self.base + path, None if data is None else data.encode(), method=method
        )
        for name, value in {"Content-Type": kind, **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"{}")

    def ok(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Send a request that must succeed. Raises AssertionError with the refusal."""
        status, answer = self.call(method, path, body, **headers)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return answer

    def bearer(self, who: str) -> dict[str, str]:
        """Return the header that speaks for somebody of the story."""
        return {"Authorization": f"Bearer {self.known[who]}"}

    def manage(self, *arguments: str, folder: Path = ROOT) -> str:
        """Run a management command beside the server. Raises AssertionError with what it said."""
        return self.python("manage.py", *arguments, folder=folder)

    def python(self, *arguments: str, folder: Path = ROOT) -> str:
        """Run Python where the server's database and name are. Raises AssertionError as above."""
        database = remembered(self.var)
        assert database is not None, "the run has not said which database it uses"
        # The issuer's name has the port in it.
        port = str(urllib.parse.urlsplit(self.base).port)
        environment = child_environment(**{DATABASE_URL: database.url, PORT: port})
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()
