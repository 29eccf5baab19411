"""Processes that really start, or do not: a broken environment is refused before anything runs."""

import itertools
import re
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import pytest
from django.conf import settings

from config.contract import Stage
from config.contract.declaring import DEPLOYED
from config.contract.variables import (
    CATEGORIES,
    DEVELOPMENT_ENCRYPTION_KEY,
    REQUIRED_PLAIN,
    REQUIRED_SECRETS,
)
from tests import environments
from tests.environments import GOOGLE, OUTSIDE_PROVIDER, SIGN_IN, changed, deployed

pytestmark = pytest.mark.one_lane

KNOWN_KEY = urlsafe_b64encode(DEVELOPMENT_ENCRYPTION_KEY).decode()
SETTINGS = ("-c", "import config.settings")
CHECK = ("manage.py", "check")
NAMES = [variable.name for category in CATEGORIES for variable in category.variables]
REQUIRED = [each.name for each in (*REQUIRED_SECRETS, *REQUIRED_PLAIN) if each.name != "ENV"]
MEMORY = {"DATABASE_URL": "sqlite://:memory:"}
SIGNING_IN = {**OUTSIDE_PROVIDER, **SIGN_IN}
HARMLESS = 8  # shorter values, like PROD or true, may stand in a message by themselves


@dataclass(frozen=True)
class Cell:
    """An environment and the variables it must be refused for; none when it starts."""

    environ: Mapping[str, str]
    blamed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """How a process ended, and all it said."""

    code: int
    said: str

    @property
    def blamed(self) -> frozenset[str]:
        """The variables named at the start of a line of the refusal."""
        return frozenset(re.findall(r"^  ([A-Z_]+) ", self.said, re.MULTILINE))


def start(cell: Cell, command: tuple[str, ...] = SETTINGS) -> Outcome:
    """Start a process that has this environment and nothing else."""
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=settings.ROOT,
        env=dict(cell.environ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Outcome(ended.returncode, ended.stdout + ended.stderr)


def broken(blamed: str, stage: Stage = Stage.PROD, /, **changes: str | None) -> Cell:
    """A deployed environment, broken in one or more points."""
    return Cell(deployed(stage, **changes), frozenset(blamed.split()))


SHORT, WEAK, STRONG = "tiny-canary", "changeme" * 5, environments.DEV_BYPASS_SECRET


def bypass_cells() -> Iterable[Cell]:
    """Each stage with each way to ask for the dev bypass."""
    for stage, flag, key in itertools.product(
        Stage, (None, "false", "true"), (None, "", SHORT, WEAK, STRONG)
    ):
        right = {} if stage is Stage.LOCAL else deployed(stage)
        environ = changed(right, {"ALLOW_DEV_AUTH_BYPASS": flag, "DEV_BYPASS_SECRET": key})
        yield Cell(environ, frozenset(bypass_blamed(stage, flag, key)))


def bypass_blamed(stage: Stage, flag: str | None, key: str | None) -> Iterable[str]:
    """The rules of the bypass once more, in other words."""
    if stage is Stage.PROD and flag == "true":
        yield "ALLOW_DEV_AUTH_BYPASS"
    refused: Mapping[Stage, list[str | None]] = {
        Stage.LOCAL: [""],
        Stage.DEV: ["", SHORT, WEAK, *([None] if flag == "true" else [])],
        Stage.PROD: ["", SHORT, WEAK, STRONG],
    }
    if key in refused[stage]:
        yield "DEV_BYPASS_SECRET"


FAMILIES: Mapping[str, list[Cell]] = {
    "missing": [broken(name, stage, **{name: None}) for stage in DEPLOYED for name in REQUIRED],
    "nothing at all": [Cell({"ENV": str(stage)}, frozenset(REQUIRED)) for stage in DEPLOYED],
    "empty": [
        Cell(dict.fromkeys(NAMES, ""), frozenset(NAMES)),
        *(broken(" ".join(REQUIRED), stage, **dict.fromkeys(REQUIRED, "")) for stage in DEPLOYED),
    ],
    "malformed": [
        Cell(dict.fromkeys(NAMES, " canary of a value "), frozenset(NAMES)),
        broken("PORT WEB_THREADS", PORT="eighty-eighty", WEB_THREADS="four-of-them"),
        broken("KEY_ENCRYPTION_KEYS", KEY_ENCRYPTION_KEYS="canary-canary"),
        broken("JWT_PRIVATE_KEY_FILE", JWT_PRIVATE_KEY_FILE="/nowhere/canary.pem"),
        broken("REDIS_URL", REDIS_URL="https://:canary@10.1.1.1"),
        broken("ALLOWED_ORIGINS", ALLOWED_ORIGINS="https://app.example.com/path"),
        broken("ALLOWED_ORIGINS", ALLOWED_ORIGINS="https://app.example.com,null"),
        broken("ALLOWED_HOSTS", ALLOWED_HOSTS="https://app.example.com"),
        broken("GC_SERVICE_ACCOUNTS", GC_SERVICE_ACCOUNTS="someone@x.example=all"),
        broken("DATABASE_URL", DATABASE_URL="postgres://u:canary#canary@h/db"),
        broken("DATABASE_URL", DATABASE_URL="mysql://u:canary@h/db"),
    ],
    "stage": [
        *(broken("ENV", ENV=text) for text in ("", "prod", "Dev", "PRODUCTION", "PROD\n")),
        *(broken("ENV", ENV=text, K_SERVICE="board") for text in (None, "LOCAL")),
        Cell({"K_SERVICE": "board"}, frozenset({"ENV", *REQUIRED})),
    ],
    "bypass": list(bypass_cells()),
    "unsafe": [
        *(broken("DATABASE_URL", stage, DATABASE_URL="sqlite:///canary.db") for stage in DEPLOYED),
        *(broken("BASE_URL", stage, BASE_URL="http://board.example.com") for stage in DEPLOYED),
        *(broken("ALLOWED_ORIGINS", stage, ALLOWED_ORIGINS="*") for stage in DEPLOYED),
        *(broken("ALLOWED_HOSTS", stage, ALLOWED_HOSTS="*") for stage in DEPLOYED),
        *(broken("DEBUG", stage, DEBUG="true") for stage in DEPLOYED),
        broken("SECRET_KEY ADMIN_API_KEY", SECRET_KEY="changeme" * 8, ADMIN_API_KEY="secret" * 8),
        broken("KEY_ENCRYPTION_KEYS", KEY_ENCRYPTION_KEYS=KNOWN_KEY),
        broken("DATABASE_URL", DATABASE_URL="postgres://u:change-me@10.1.1.1/canary"),
        broken("JWKS_URL", **OUTSIDE_PROVIDER | {"JWKS_URL": "http://127.0.0.1/canary"}),
        *(
            broken(name, **SIGNING_IN | {name: "http://127.0.0.1/canary"})
            for name in ("OIDC_AUTHORIZATION_URL", "OIDC_TOKEN_URL")
        ),
        broken("OIDC_CLIENT_SECRET", **SIGNING_IN | {"OIDC_CLIENT_SECRET": "change-me-to-canary"}),
        broken("OIDC_CLIENT_ID", **SIGNING_IN | {"OIDC_CLIENT_ID": SIGNING_IN["AUTH_AUDIENCE"]}),
        Cell(
            SIGNING_IN | {"OIDC_TOKEN_URL": "http://10.1.1.1/canary"}, frozenset({"OIDC_TOKEN_URL"})
        ),
        broken("PAGE_SIZE", PAGE_SIZE="50", PAGE_SIZE_MAX="49"),
        broken("DB_CONN_MAX_AGE", DB_CONN_MAX_AGE="60"),
        broken("DB_STATEMENT_TIMEOUT_SECONDS", DB_STATEMENT_TIMEOUT_SECONDS="0"),
        Cell({"JWKS_URL": "http://10.1.1.1/canary"}, frozenset(OUTSIDE_PROVIDER)),
    ],
    "partly set": [
        *(broken(name, **OUTSIDE_PROVIDER | {name: None}) for name in OUTSIDE_PROVIDER),
        *(broken(name, **SIGNING_IN | {name: None}) for name in SIGN_IN),
        broken("AUTH_SERVER_URL", **SIGN_IN),
        broken("GC_PROJECT", **GOOGLE | {"GC_PROJECT": None}),
        broken("GC_SERVICE_ACCOUNTS", **GOOGLE | {"GC_SERVICE_ACCOUNTS": None}),
    ],
    "right": [
        Cell({}),
        Cell({"ENV": "LOCAL", "ADMIN_API_KEY": "a" * 40, "ALLOWED_ORIGINS": "*", "DEBUG": "1"}),
        Cell(OUTSIDE_PROVIDER | {"JWKS_URL": "http://127.0.0.1:9999/keys.json"}),
        *(Cell(deployed(stage, **SIGNING_IN, **GOOGLE)) for stage in DEPLOYED),
        Cell(SIGNING_IN | {"OIDC_TOKEN_URL": "http://127.0.0.1:9999/token"}),
        Cell(deployed(K_SERVICE="board", K_REVISION="board-00001-abc", PORT="8080", DEBUG="false")),
        Cell(deployed(Stage.DEV, **GOOGLE | {"GC_SERVICE_ACCOUNTS": None})),
        Cell(deployed(DATABASE_URL="postgres://u:p%40@/db?host=/cloudsql/example:europe-west4:db")),
        Cell(deployed(DB_CONN_MAX_AGE="60", DB_POOL_SIZE="0")),
    ],
}


@cache
def started(family: str) -> list[tuple[Cell, Outcome]]:
    """Start a process for each cell of the family, a few at once, and each once."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(zip(FAMILIES[family], pool.map(start, FAMILIES[family]), strict=True))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_process_starts_exactly_when_its_environment_is_right(family):
    for cell, outcome in started(family):
        assert outcome.blamed == cell.blamed, outcome.said
        assert (outcome.code != 0) is bool(cell.blamed), outcome.said


@pytest.mark.parametrize("family", FAMILIES)
def test_no_value_is_printed_whatever_happens(family):
    for cell, outcome in started(family):
        for name, value in cell.environ.items():
            assert len(value) < HARMLESS or value not in outcome.said, name
        assert environments.DATABASE_PASSWORD not in outcome.said
        assert "canary" not in outcome.said


@pytest.mark.parametrize("stage", DEPLOYED)
def test_a_refusal_is_one_message_without_a_trace(stage):
    outcome = start(Cell({"ENV": str(stage)}), CHECK)

    assert outcome.code == 1
    assert "Traceback" not in outcome.said
    assert outcome.said.count("is missing") == len(REQUIRED)


@pytest.mark.parametrize("environ", [MEMORY, deployed(Stage.DEV), deployed()], ids=list(Stage))
def test_the_commands_run_in_every_stage(environ):
    outcome = start(Cell(environ), CHECK)

    assert outcome.code == 0, outcome.said
