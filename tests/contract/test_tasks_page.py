"""docs/tasks.md: its picture is the table's, and its worker works on a live board as it stands."""

import json
import re
import urllib.request

import pytest

from local import lifecycle_page
from local.environment import ROOT
from tasks.lifecycle import STEPS, Status, Verb
from tests.serving import HOST, free_port, fresh_database, run, serving

PAGE = ROOT / "docs" / "tasks.md"
WRITTEN_BOARD, WRITTEN_LEASE = "http://127.0.0.1:8000", '"dev:@robo", 600'
SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("create_agent", "@robo")
call_command("create_agent", "@crawler")
"""


def test_the_page_has_the_lifecycle_of_the_code():
    page = PAGE.read_text()

    assert lifecycle_page.renewed(page) == page
    assert page.count(lifecycle_page.BEGIN) == page.count(lifecycle_page.END) == 1


def test_a_page_that_tells_another_lifecycle_is_noticed():
    page = PAGE.read_text().replace("review --> in_progress: reject", "review --> pending: reject")

    assert lifecycle_page.renewed(page) != page


@pytest.mark.parametrize("verb", Verb)
def test_the_picture_has_an_arrow_for_each_step(verb):
    found = re.findall(
        rf"^    (\w+) --> (\w+): (?:\w+ or )*{verb}\b", PAGE.read_text(), re.MULTILINE
    )

    step = STEPS[verb]
    places = {Status(source) for source, _ in found}
    assert places == step.sources
    assert {target for _, target in found} == (
        set(STEPS[Verb.BLOCK].sources) if step.target is None else {step.target}
    )


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """Serve a board; yield its address."""
    with fresh_database() as database:
        port = free_port()
        environ = {
            "DATABASE_URL": database, "PORT": str(port),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        run(["-c", SETUP], environ)
        with serving(environ):
            yield f"http://{HOST}:{port}"


@pytest.fixture
def worker(board):
    """The names that the page's Python defines, with a lease of three seconds."""
    [code] = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert WRITTEN_BOARD in code
    assert WRITTEN_LEASE in code
    code = code.replace(WRITTEN_BOARD, board).replace(WRITTEN_LEASE, '"dev:@robo", 3')
    names = {"__name__": "snippet"}
    exec(compile(code, "docs/tasks.md", "exec"), names)
    return names


def ask(board, method, path, body=None):
    headers = {"Authorization": "Bearer dev:@robo", "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(board + path, content, headers, method=method)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)


def a_live_task(board):
    return f"/api/tasks/{ask(board, 'POST', '/api/tasks', {'title': 'Paint'})['id']}"


def test_the_worker_beats_while_it_works_and_completes_its_task(board, worker):
    path = a_live_task(board)

    def do(task, lost):
        while ask(board, "GET", path)["lease_expires_at"] == task["lease_expires_at"]:
            assert not lost.wait(0.2)
        return True

    assert worker["work"](do) is True
    assert ask(board, "GET", path)["status"] == "completed"
    assert worker["work"](do) is False


@pytest.mark.parametrize("breaks", [False, True])
def test_the_worker_gives_back_what_it_could_not_do(board, worker, breaks):
    path = a_live_task(board)

    def do(task, lost):
        if breaks:
            raise ZeroDivisionError
        return False

    with pytest.raises(ZeroDivisionError) if breaks else pytest.MonkeyPatch.context():
        worker["work"](do)

    task = ask(board, "GET", path)
    assert (task["status"], task["assigned_to"]) == ("pending", None)
    ask(board, "POST", f"{path}/cancel", {})


def test_the_worker_keeps_its_hands_off_a_task_that_has_passed_on(board, worker):
    path = a_live_task(board)

    def do(task, lost):
        ask(board, "PATCH", path, {"assigned_to": "@crawler"})
        return not lost.wait(30)

    assert worker["work"](do) is True

    task = ask(board, "GET", path)
    assert (task["status"], task["assigned_to"]) == ("in_progress", "@crawler")
