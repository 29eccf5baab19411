"""Every shape a payload can have, compared to the letter with what consumers were promised.

A change here is a change of the contract: consumers first, then the file under `golden`.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from accounts.claims import Grant, Party, access_claims
from accounts.scopes import ROLE_SCOPES, Role, Scope
from accounts.shapes import SCHEMAS
from audit.actors import ActorType

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = {"v1": (1,), "both": (1, 2), "v2": (2,)}

ALICE = Party(id="@alice", actor_type=ActorType.HUMAN, role=Role.USER, email="alice@example.org")
ADMIN = Party(id="@admin", actor_type=ActorType.HUMAN, role=Role.ADMIN)
ROBO = Party(id="@robo", actor_type=ActorType.AGENT, role=Role.USER)
PUSHER = Party(
    id="sa:pusher@example-project.iam.gserviceaccount.com",
    actor_type=ActorType.SERVICE,
    role=Role.USER,
)
OUTSIDER = Party(
    id="login.example.com-6f1d4e21:user_2abC", actor_type=ActorType.HUMAN, role=Role.USER
)
SESSION = "0b54d1a6-6c1f-4c43-9d53-8f6c1a3f2d10"

GRANTS: dict[str, dict[str, Any]] = {
    "person": {"subject": ALICE, "session_id": SESSION},
    "administrator": {"subject": ADMIN, "scopes": ROLE_SCOPES[Role.ADMIN]},
    "agent": {"subject": ROBO, "client_id": "agent_robo"},
    "service": {"subject": PUSHER, "scopes": frozenset({Scope.TASKS_WRITE})},
    "outside_person": {"subject": OUTSIDER},
    "agent_for_person": {
        "subject": ALICE, "actor": ROBO, "client_id": "agent_robo", "session_id": SESSION,
    },
}  # fmt: skip


def minted(who, shape):
    usual: dict[str, Any] = {"client_id": "first-party", "scopes": ROLE_SCOPES[Role.USER]}
    grant = Grant(**(usual | GRANTS[who]), audience="billing", versions=VERSIONS[shape])
    return access_claims(
        grant,
        issuer="https://taskflow.example.com",
        at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        lifetime=600,
        jti="3q2-7wAAAAAAAAAAAAAAAA",
    )


@pytest.mark.parametrize("shape", VERSIONS)
@pytest.mark.parametrize("who", GRANTS)
def test_a_payload_is_what_was_promised(who, shape):
    golden = json.loads((GOLDEN / f"{who}.{shape}.json").read_text())

    assert minted(who, shape) == golden
    assert list(minted(who, shape)) == list(golden)


@pytest.mark.parametrize("shape", VERSIONS)
@pytest.mark.parametrize("who", GRANTS)
def test_a_payload_satisfies_the_schema_of_each_of_its_versions_and_no_other(who, shape):
    for version, schema in SCHEMAS.items():
        is_valid = jsonschema.Draft202012Validator(dict(schema)).is_valid(minted(who, shape))
        assert is_valid == (version in VERSIONS[shape])


def test_no_promise_is_left_over():
    promised = {path.name for path in GOLDEN.glob("*.json")}

    assert promised == {f"{who}.{shape}.json" for who in GRANTS for shape in VERSIONS}
