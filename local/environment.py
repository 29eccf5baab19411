"""The one place of this package that reads the environment and builds those of its children."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"

STAGE = "ENV"
DATABASE_URL = "DATABASE_URL"
LANE = "TASKFLOW_LANE"


class CannotStart(Exception):
    """Something on this machine is missing; the text is one sentence that says what to do."""


def given(name: str) -> str | None:
    """What the environment says, where an empty value says nothing."""
    return os.environ.get(name, "").strip() or None


def says(name: str) -> bool:
    """Whether the variable is there at all, empty or not."""
    return name in os.environ


def is_local() -> bool:
    """Whether this is a developer's machine, as the contract tells it."""
    return (given(STAGE) or "LOCAL") == "LOCAL" and given("K_SERVICE") is None


def child_environment(**changes: str) -> dict[str, str]:
    """The environment of a child process: ours with the changes."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **changes}


def bare_environment(**changes: str) -> dict[str, str]:
    """An environment that carries nothing of ours but what any program needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, **changes}


def hand_over(name: str, value: str) -> None:
    """Put a value where the settings, read later in this same process, will find it."""
    os.environ[name] = value
