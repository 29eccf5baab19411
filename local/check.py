"""`make check`: everything that judges the project without running its tests."""

import base64
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from local.environment import (
    DATABASE_URL,
    ROOT,
    STAGE,
    bare_environment,
    child_environment,
)
from local.places import PostgresUnavailable
from local.postgres import throw_away
from local.processes import Stopped, stop_on_signals

AT_ONCE = 2
PYTHON = (sys.executable, "-m")
MANAGE = (sys.executable, "manage.py")
TOOLS = Path(sys.executable).parent
OWN_APPS = ("accounts", "audit", "events", "idempotency", "migrations_ops", "outbox", "tasks")
API_SCHEMA = ("spectacular", "--validate", "--fail-on-warn", f"--file={os.devnull}")
SAFE_MIGRATIONS = ("lintmigrations", "--skip-checks", "--no-cache", "--include-apps", *OWN_APPS)
DEPLOY = ("check", "--deploy", "--fail-level=WARNING")
WORKFLOWS = (".github/workflows/*.yml",)
FILE_JUDGES = (
    (
        "shell scripts",
        ("shellcheck",),
        ("local/*.sh", "benchmarks/*.sh", ".ci/run", "deploy/**/*.sh"),
    ),
    ("Dockerfile", ("hadolint",), ("Dockerfile",)),
    (
        "workflows",
        ("check-jsonschema", "--builtin-schema=vendor.github-workflows"),
        WORKFLOWS,
    ),
    ("what workflows say", ("actionlint",), WORKFLOWS),
    ("what workflows risk", ("zizmor", "--offline", "--quiet", "--no-progress"), WORKFLOWS),
)


@dataclass(frozen=True)
class Step:
    """One judge: what it is called, how it is asked, and in which environment."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=child_environment)


@dataclass(frozen=True)
class Verdict:
    """What one judge said."""

    step: Step
    is_good: bool
    seconds: float
    output: str

    def line(self) -> str:
        return f"{'ok' if self.is_good else 'FAILED':<7} {self.step.name:<24} {self.seconds:5.1f} s"


def main() -> None:
    """Ask all, two at a time. Ends with 1 when one refuses, after saying what it said."""
    stop_on_signals()
    try:
        with throw_away() as cluster:
            verdicts = _ask_all(tuple(steps(cluster.url)))
    except PostgresUnavailable as refused:
        sys.exit(f"The migrations cannot be checked without PostgreSQL: {refused}.")
    except Stopped:
        sys.exit(130)
    bad = [verdict for verdict in verdicts if not verdict.is_good]
    for verdict in bad:
        print(f"\n== {verdict.step.name}: {' '.join(verdict.step.command)}\n{verdict.output}")
    print(f"\n{len(verdicts) - len(bad)} of {len(verdicts)} checks ok")
    sys.exit(1 if bad else 0)


def steps(database_url: str) -> Iterator[Step]:
    """Every judge, the slow ones first."""
    local = child_environment(**{STAGE: "LOCAL", DATABASE_URL: database_url})
    linters = {**local, "DJANGO_SETTINGS_MODULE": "local.lint_settings"}
    yield Step("types", (*PYTHON, "mypy"), local)
    yield Step("Terraform stacks", (*PYTHON, "deploy.judge_terraform"))
    yield Step("API schema", (*MANAGE, *API_SCHEMA), local)
    yield Step("migrations are safe", (*MANAGE, *SAFE_MIGRATIONS), linters)
    yield Step("migrations are linear", (*MANAGE, "check", "--tag=models"), linters)
    yield Step("migrations are complete", (*MANAGE, "makemigrations", "--check"), local)
    yield Step("production settings", (*MANAGE, *DEPLOY), production(database_url))
    yield Step("one-shot operations", (*MANAGE, "check", "--tag=oneshots"), local)
    yield Step("lint", (*PYTHON, "ruff", "check"))
    yield Step("format", (*PYTHON, "ruff", "format", "--check"))
    yield Step("import contracts", (str(TOOLS / "lint-imports"),))
    yield Step("budgets", (*PYTHON, "local.budgets"))
    yield Step("requirements", (*PYTHON, "local.lock", "--check"))
    yield Step("contract's files", (*PYTHON, "local.example"), local)
    yield Step("lifecycle page", (*PYTHON, "local.lifecycle_page", "--check"))
    yield Step("permission table", (*MANAGE, "permissions", "--check"), local)
    for name, command, patterns in FILE_JUDGES:
        files = sorted(str(path) for pattern in patterns for path in ROOT.glob(pattern))
        if files:
            yield Step(name, (str(TOOLS / command[0]), *command[1:], *files))


def production(database_url: str) -> dict[str, str]:
    """An environment as the platform gives it, with secrets nobody else has."""
    return bare_environment(
        ENV="PROD",
        DATABASE_URL=database_url,
        SECRET_KEY=secrets.token_urlsafe(64),
        KEY_ENCRYPTION_KEYS=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        ADMIN_API_KEY=secrets.token_urlsafe(32),
        BASE_URL="https://taskflow.example.com",
    )


def _ask_all(judges: Sequence[Step]) -> list[Verdict]:
    verdicts = []
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for asked in as_completed([pool.submit(_ask, step) for step in judges]):
            verdicts.append(asked.result())
            print(verdicts[-1].line(), flush=True)
    finally:
        pool.shutdown(cancel_futures=True)
    return verdicts


def _ask(step: Step) -> Verdict:
    began = time.monotonic()
    done = subprocess.run(
        step.command,
        cwd=ROOT,
        env=dict(step.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Verdict(step, done.returncode == 0, time.monotonic() - began, done.stdout)


if __name__ == "__main__":
    main()
