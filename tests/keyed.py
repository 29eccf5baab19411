"""Requests with an Idempotency-Key."""

import json
from typing import Any

from rest_framework.test import APIClient

KEY = "5d9f2c1e-0b7a-4c57-9a1d-3f6a2f9c8e11"


def send(
    client: APIClient, method: str, path: str, body: object = None, *, key: str = KEY, **named: Any
) -> Any:
    """Send a request with a key; other headers are named as Django's environment does."""
    content = "" if body is None else json.dumps(body)
    return client.generic(
        method, path, content, "application/json", HTTP_IDEMPOTENCY_KEY=key, **named
    )


def create(client: APIClient, title: str = "Paint", *, key: str = KEY) -> Any:
    """Ask for a task."""
    return send(client, "POST", "/api/tasks", {"title": title}, key=key)


def is_replayed(answer: Any) -> bool:
    """Tell whether an answer is the stored reply to an earlier request."""
    return bool(answer.get("Idempotent-Replayed") == "true")
