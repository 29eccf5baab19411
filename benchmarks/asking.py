"""What does each question take on a filled board? `python -m benchmarks.asking`, run by others.

Told the caller's credential on standard input; prints, for each question, the milliseconds of a
whole request in this process and of its statements, the best of many calls, as JSON. Of what the
process does itself, its processor time counts: others may be using the machine.
"""

import json
import sys
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from django.core import signals  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import close_old_connections, connection  # noqa: E402

from outbox.models import Event  # noqa: E402
from tasks.models import Task  # noqa: E402

CALLS = 25
QUESTIONS = {
    "newest": "/api/tasks",
    "status, common": "/api/tasks?status=completed",
    "status, common and newest": "/api/tasks?status=pending",
    "status, rare": "/api/tasks?status=blocked",
    "status, two": "/api/tasks?status=blocked&status=completed",
    "priority": "/api/tasks?priority=high",
    "assigned_to=me": "/api/tasks?assigned_to=me",
    "assigned_to, nobody": "/api/tasks?assigned_to=",
    "created_by": "/api/tasks?created_by=@person7",
    "project": "/api/tasks?project=project-7",
    "project and status": "/api/tasks?project=project-7&status=pending",
    "project, status, rare": "/api/tasks?project=project-1&status=blocked",
    "parent_id": "/api/tasks?parent_id={parent}",
    "parent_id, none": "/api/tasks?parent_id=0",
    "tag": "/api/tasks?tag=tag-7",
    "tag, two": "/api/tasks?tag=tag-7&tag=kind-1",
    "tag, common": "/api/tasks?tag=kind-1",
    "tag, of none": "/api/tasks?tag=none",
    "due_before": "/api/tasks?due_before={early}",
    "due_after": "/api/tasks?due_after={late}",
    "overdue": "/api/tasks?overdue=true",
    "not overdue": "/api/tasks?overdue=false",
    "ready": "/api/tasks?ready=true",
    "not ready": "/api/tasks?ready=false",
    "q, in most": "/api/tasks?q=fence",
    "q in a project": "/api/tasks?q=fence&project=project-7",
    **{f"by {key}": f"/api/tasks?ordering={key}"
       for name in ("created_at", "updated_at", "due_date", "priority", "title")
       for key in (name, f"-{name}")},
    "deep page": "/api/tasks?cursor={deep}",
    "deep page by title": "/api/tasks?ordering=title&cursor={deep_by_title}",
    "deep page of a status": "/api/tasks?status=completed&cursor={deep_completed}",
    "get": "/api/tasks/{task}",
    "next": "/api/tasks/next",
    "claim": "POST /api/tasks/claim",
    "history of a task": "/api/tasks/{task}/audit",
    "own trail": "/api/audit",
    "events, first": "/api/events",
    "events, from the middle": "/api/events?after={event}",
}  # fmt: skip

app = get_wsgi_application()


class Statements:
    """Stands around each statement and takes its time, and what of it was the process's own."""

    seconds = own = 0.0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Run a statement."""
        began, own = time.perf_counter(), time.thread_time()
        try:
            return execute(*arguments)
        finally:
            self.seconds += time.perf_counter() - began
            self.own += time.thread_time() - own


def main() -> None:
    """Ask everything, and print what it took."""
    signals.request_started.disconnect(close_old_connections)  # a deployed process keeps its own
    signals.request_finished.disconnect(close_old_connections)
    token = _token(json.load(sys.stdin))
    known = _known(token)
    statements = Statements()
    found = {}
    with connection.execute_wrapper(statements):
        for name, path in QUESTIONS.items():
            method, _, where = path.format(**known).rpartition(" ")
            told = [_timed(statements, method or "GET", where, token) for _ in range(CALLS)]
            found[name] = [round(min(times) * 1000, 3) for times in zip(*told, strict=True)]
    print(json.dumps(found))


def _timed(statements: Statements, method: str, path: str, token: str) -> tuple[float, float]:
    statements.seconds, statements.own, began = 0.0, 0.0, time.thread_time()
    _ask(method, path, token)
    besides = time.thread_time() - began - statements.own
    return besides + statements.seconds, statements.seconds


def _token(credential: dict[str, str]) -> str:
    shown = {name: credential[name] for name in ("client_id", "client_secret")}
    form = urlencode({"grant_type": "client_credentials", **shown})
    answer: str = json.loads(_ask("POST", "/oauth/token", "", form)[1])["access_token"]
    return answer


def _known(token: str) -> dict[str, object]:
    """Return what stands in the questions: of the middle of the board, and its ends."""
    ids = Task.objects.order_by("-pk").values_list("pk", flat=True)
    count = Task.objects.count()
    middle = ids[count // 2]
    event = Event.objects.filter(task_id__isnull=False).order_by("horizon", "id")[count // 2]
    dues = Task.objects.filter(due_date__isnull=False).order_by("due_date")
    days = dues.values_list("due_date", flat=True)
    return {
        "task": middle,
        "parent": Task.objects.filter(parent__isnull=False, pk__gt=middle).first().parent_id,  # type: ignore[union-attr]
        "early": f"{days[100]:%Y-%m-%dT%H:%M:%SZ}",
        "late": f"{days.reverse()[100]:%Y-%m-%dT%H:%M:%SZ}",
        "event": event.cursor,
        "deep": _deep(token, count // 2),
        "deep_by_title": _deep(token, count // 2, "&ordering=title"),
        "deep_completed": _deep(token, count // 3, "&status=completed"),
    }


def _deep(token: str, offset: int, narrowed: str = "") -> str:
    links = _ask("GET", f"/api/tasks?limit=1&offset={offset}{narrowed}", token)[0]["Link"]
    [following] = [link for link in links.split(", ") if 'rel="next"' in link]
    return following.partition("cursor=")[2].partition(">")[0]


def _ask(method: str, path: str, token: str, form: str = "") -> tuple[dict[str, str], bytes]:
    """Ask the service, in this thread; return the answer's headers and content."""
    headers: dict[str, str] = {}
    status: list[str] = []

    def begin(line: str, fields: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        status.append(line)
        headers.update(fields)
        return len  # what nobody calls

    where, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": where, "QUERY_STRING": query, "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http",
        "CONTENT_TYPE": "application/x-www-form-urlencoded" if form else "application/json",
        "CONTENT_LENGTH": str(len(form)), "wsgi.input": BytesIO(form.encode()),
        **({"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}),
    }  # fmt: skip
    answer = app(environ, begin)
    content = b"".join(answer)
    answer.close()
    if not status[0].startswith("200"):
        raise SystemExit(f"{method} {path}: {status[0]} {content.decode()}")
    return headers, content


if __name__ == "__main__":
    main()
