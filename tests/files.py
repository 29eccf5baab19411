"""Boards as files: sent, fetched, and compared."""

import json
from typing import Any

from rest_framework.test import APIClient

from tasks.file_serializers import KEPT
from tasks.files import FORMATS

PATHS = {"in": "/api/tasks/import", "out": "/api/tasks/export"}


def send_file(client: APIClient, text: str | bytes, kind: str = "jsonl", **named: Any) -> Any:
    """Send a file of tasks."""
    content: Any = text.encode() if isinstance(text, str) else text
    return client.generic("POST", PATHS["in"], content, FORMATS[kind].media_type, **named)


def send_rows(client: APIClient, *rows: object, **named: Any) -> Any:
    """Send lines of JSON."""
    return send_file(client, "\n".join(json.dumps(row) for row in rows), **named)


def fetch_file(client: APIClient, kind: str = "jsonl", query: str = "") -> str:
    """Fetch a file of tasks to its end."""
    answer: Any = client.get(f"{PATHS['out']}?format={kind}&{query}")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content).decode()


def lasting(line: str) -> dict[str, Any]:
    """Return what an import is to keep of an exported task."""
    return {name: value for name, value in json.loads(line).items() if name not in {*KEPT, "id"}}


def faults(answer: Any) -> list[tuple[str, str]]:
    """Return where something is wrong, and what; the file was refused."""
    assert answer.status_code == 422, answer.content
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
