"""`make demo`: the main story, told against a server of its own, pass or fail per step."""

import base64
import json
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet
from rich.console import Console

from local import demo_oneshot
from local.environment import child_environment
from local.ports import HOST, PORT
from local.processes import Stopped, child, stop_on_signals
from local.story import Story

HEALTHY_WITHIN = 60  # seconds


def a_person_signs_in(story: Story) -> str:
    """Alice signs in with her password."""
    for who in ("@alice", "@admin"):
        people = json.loads((story.var / "people.json").read_text())
        body = {"username": who, "password": people[who]["password"]}
        story.known[who] = story.ok("POST", "/api/token", body)["access"]
    return "an access token for @alice"


def an_agent_gets_a_token(story: Story) -> str:
    """Robo trades its client id and secret for a token."""
    agent = json.loads((story.var / "agents.json").read_text())["@robo"]
    basic = base64.b64encode(f"{agent['client_id']}:{agent['client_secret']}".encode()).decode()
    answer = story.ok(
        "POST", "/oauth/token", "grant_type=client_credentials", Authorization=f"Basic {basic}"
    )
    story.known["@robo"] = answer["access_token"]
    return f"scope {answer['scope']!r}"


def somebody_else_verifies_the_token(story: Story) -> str:
    """joserfc, knowing nothing but the JWKS, verifies both tokens."""
    keys = KeySet.import_key_set(story.ok("GET", "/.well-known/jwks.json"))
    for who, kind in (("@alice", "human"), ("@robo", "agent")):
        token = jwt.decode(story.known[who], keys, algorithms=["RS256"])
        assert token.header["typ"] == "at+jwt"
        assert (token.claims["sub"], token.claims["actor_type"]) == (who, kind)
    return f"kid {token.header['kid'][:12]}…"


def the_key_is_rotated(story: Story) -> str:
    """The next key is published before it signs; the tokens at hand stay good."""
    told = story.manage("signing_keys", "rotate", "--force")
    story.ok("GET", "/api/me", **story.bearer("@alice"))
    return told.splitlines()[0]


def a_task_goes_its_way(story: Story, who: str) -> str:
    """Create, start, progress, complete."""
    bearer = story.bearer(who)
    title = f"Tidy the attic with {who}"
    task = story.ok("POST", "/api/tasks", {"title": title, "project_slug": "demo"}, **bearer)
    path = f"/api/tasks/{task['id']}"
    states = [task["status"]]
    for verb, body in (("start", {}), ("progress", {"percent": 60}), ("complete", {})):
        states.append(story.ok("POST", f"{path}/{verb}", body, **bearer)["status"])
    assert states == ["pending", "in_progress", "in_progress", "completed"], states
    status, refusal = story.call("POST", f"{path}/start", {}, **bearer)
    assert status == 400, refusal
    story.known.setdefault("tasks", {})[who] = task["id"]
    return f"task {task['id']}: {' → '.join(dict.fromkeys(states))}"


def a_person_does_a_task(story: Story) -> str:
    """Alice takes a task from pending to completed."""
    return a_task_goes_its_way(story, "@alice")


def an_agent_does_a_task(story: Story) -> str:
    """Robo takes a task from pending to completed."""
    return a_task_goes_its_way(story, "@robo")


def the_audit_tells_who_did_it_as_what(story: Story) -> str:
    """The trail of each task names its actor and the actor's type."""
    expected = ["task.completed", "task.progressed", "task.started", "task.created"]
    for who, kind in (("@alice", "human"), ("@robo", "agent")):
        path = f"/api/tasks/{story.known['tasks'][who]}/audit"
        entries = story.ok("GET", path, **story.bearer(who))
        assert [entry["action"] for entry in entries] == expected, entries
        assert {(e["actor_id"], e["actor_type"]) for e in entries} == {(who, kind)}
    return "@alice as human, @robo as agent"


STEPS: tuple[Callable[[Story], str], ...] = (
    a_person_signs_in,
    an_agent_gets_a_token,
    somebody_else_verifies_the_token,
    the_key_is_rotated,
    a_person_does_a_task,
    an_agent_does_a_task,
    the_audit_tells_who_did_it_as_what,
    *demo_oneshot.STEPS,
)


def main() -> None:
    """Tell the story. Ends with 1 when a step fails."""
    stop_on_signals()
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="taskflow-demo-") as folder, socket.socket() as probe:
        probe.bind((HOST, 0))
        port = str(probe.getsockname()[1])
        probe.close()
        try:
            with child(
                ["-m", "local.run", "--var", folder],
                child_environment(**{PORT: port, "LOG_LEVEL": "WARNING"}),
            ):
                story = Story(f"http://{HOST}:{port}", Path(folder))
                _wait_until_ready(story)
                failed = sum(not _passes(step, story, console) for step in STEPS)
        except Stopped:
            sys.exit(1)
    console.print(f"{len(STEPS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def _passes(step: Callable[[Story], str], story: Story, console: Console) -> bool:
    sentence = (step.__doc__ or step.__name__).splitlines()[0]
    try:
        outcome = step(story)
    except (AssertionError, OSError, LookupError, TypeError, ValueError) as failure:
        console.print(f"[red]✗[/red] {sentence}\n    {type(failure).__name__}: {failure}")
        return False
    console.print(f"[green]✓[/green] {sentence} [dim]{outcome}[/dim]")
    return True


def _wait_until_ready(story: Story) -> None:
    last_moment = time.monotonic() + HEALTHY_WITHIN
    while time.monotonic() < last_moment:
        try:
            if story.call("GET", "/health/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("The demo's server gives no healthy answer; what it printed says why.")


if __name__ == "__main__":
    main()
