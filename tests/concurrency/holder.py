"""A worker in a process of its own: `python -m tests.concurrency.holder PORT PROJECT`.

It claims a task for a second, says which, and reports progress until it is told that the task has
passed on. Then it tries everything that a holder may do, and says what it was told to each.
"""

import http.client
import json
import sys
import threading
from typing import Any

CALLER = "@frozen"
HEADERS = {"Authorization": f"Bearer dev:{CALLER}", "Content-Type": "application/json"}
BETWEEN_REPORTS = 0.2

Heard = tuple[int, Any]


def ask(port: int, method: str, path: str, **members: Any) -> Heard:
    """Return the status and the body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, json.dumps(members), HEADERS)
    answer = connection.getresponse()
    try:
        body = answer.read()
        return answer.status, json.loads(body) if body else None
    finally:
        connection.close()


def late(port: int, path: str, fence: int) -> list[Heard]:
    """Try every write of a holder."""
    said: dict[str, dict[str, Any]] = {
        "progress": {"percent": 99},
        "block": {"reason": "It rains."},
    }
    fenced = ("progress", "complete", "submit", "release")
    steps: list[tuple[str, dict[str, int]]] = [(verb, {"fence": fence}) for verb in fenced]
    steps += [(verb, {}) for verb in (*fenced, "block", "unblock", "cancel")]
    edits = [{"title": "Mine"}, {"status": "completed"}, {"assigned_to": CALLER}]
    return [
        *(
            ask(port, "POST", f"{path}/{verb}", **said.get(verb, {}), **more)
            for verb, more in steps
        ),
        *(ask(port, "PATCH", path, **edit) for edit in edits),
    ]


def main(port: int, project: str) -> None:
    """Work until the task has passed on, and a little longer."""
    _, task = ask(port, "POST", "/api/tasks/claim", project=project, lease_seconds=1)
    print(task["id"], flush=True)
    path = f"/api/tasks/{task['id']}"
    while ask(port, "POST", f"{path}/progress", percent=50)[0] == http.client.OK:
        threading.Event().wait(BETWEEN_REPORTS)
    print(json.dumps(late(port, path, task["fence"])), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
