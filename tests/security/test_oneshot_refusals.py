"""Whatever is wrong with a call for a one-shot operation: its own code, one entry, no change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.models import Audience
from migrations_ops import tokens
from migrations_ops.models import Run
from tests.oneshots import NAME, PATH, UNTOUCHED, cache_seconds, mint, recorded, run
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures"]


def forged(client, **changes):
    permit = tokens.read(mint(client), now())
    return tokens.sign(replace(permit, binding=replace(permit.binding, **changes)), now())


def changed_code(client, folder):
    token = mint(client)
    folder.write(max_rows="9")
    return run(client, token)


def stale(client, folder):
    token = mint(client, preview_digest=client.get(f"{PATH}/preview").data["digest"])
    Audience.objects.create(name="another", payload_versions=[1], jwks_cache_seconds=UNTOUCHED)
    return run(client, token)


def buried(client, folder):
    token = mint(client)
    folder.bury(NAME)
    return run(client, token)


def with_work(client, folder, **changes):
    folder.write(**changes)
    return run(client, mint(client))


BAD = {
    "an unknown operation": (
        404, "no_such_oneshot",
        lambda client, folder: client.post(f"{PATH}_too", headers={"X-Migration-Token": "x"}),
    ),
    "no token": (403, "migration_token_missing", lambda client, folder: run(client, "")),
    "no token of ours": (403, "migration_token_not_ours", lambda client, folder: run(client, "x")),
    "for another operation": (
        403, "migration_token_other_operation",
        lambda client, folder: run(client, forged(client, operation="another")),
    ),
    "for somebody else": (
        403, "migration_token_other_requester",
        lambda client, folder: run(client, forged(client, requester="@admin")),
    ),
    "for another environment": (
        403, "migration_token_other_environment",
        lambda client, folder: run(client, forged(client, environment="DEV")),
    ),
    "other parameters": (
        403, "migration_token_other_parameters",
        lambda client, folder: run(client, mint(client), parameters={"step": 2}),
    ),
    "bad parameters": (
        422, "validation_failed",
        lambda client, folder: run(client, mint(client), parameters={"step": "2"}),
    ),
    "changed code": (403, "code_changed", changed_code),
    "a stale preview": (412, "stale_preview", stale),
    "a tombstone": (410, "tombstoned", buried),
    "too many rows": (
        409, "too_many_rows",
        lambda client, folder: with_work(
            client, folder, rows="Audience.objects.update(jwks_cache_seconds=9) + 10"
        ),
    ),
    "rows that remain": (
        409, "rows_remain", lambda client, folder: with_work(client, folder, remaining="1"),
    ),
    "a failure": (
        409, "work_failed",
        lambda client, folder: with_work(
            client, folder, rows="Audience.objects.update(jwks_cache_seconds=9) / 0"
        ),
    ),
    "one's own approval": (
        403, "own_request",
        lambda client, folder: client.post(
            f"{PATH}/approve", {"requester": "@carol", "preview_digest": "0"}
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_each_is_refused_with_its_own_code_and_recorded(as_carol, raise_cache, what):
    status, code, ask = BAD[what]

    answer = ask(as_carol, raise_cache)

    assert (answer.status_code, answer.data["code"]) == (status, code)
    (entry,) = recorded("op.refused")
    assert (entry.actor_id, entry.target_type) == ("@carol", "oneshot")
    assert (cache_seconds(), Run.objects.count()) == (UNTOUCHED, 0)


def test_an_expired_token_is_refused_and_recorded(as_carol, raise_cache, time_machine):
    token = mint(as_carol)
    time_machine.move_to(now() + timedelta(minutes=15))

    assert run(as_carol, token).data["code"] == "migration_token_expired"
    assert len(recorded("op.refused")) == 1


@pytest.mark.parametrize("name", ["%00", "%0A%1B[31m", "%E2%80%AE", "x" * 5000, "%ED%A0%80"])
@pytest.mark.parametrize("what", ["", "/token", "/preview", "/pause"])
def test_a_name_that_somebody_made_up_is_not_found_and_recorded_visibly(as_carol, name, what):
    path = f"/api/admin/migrations/{name}{what}"

    answer = as_carol.get(path) if what == "/preview" else as_carol.post(path)

    assert (answer.status_code, answer.data["code"]) == (404, "no_such_oneshot")
    (entry,) = recorded("op.refused")
    assert entry.target_id.isascii()
    assert entry.target_id.isprintable()


@pytest.mark.parametrize("action", ["op.token_minted", "op.refused"])
def test_what_can_not_be_recorded_is_not_answered(as_carol, raise_cache, no_entries, action):
    with no_entries(action):
        answer = as_carol.post(f"{PATH}/token", {"max_rows": 11 if action == "op.refused" else 1})

    assert (answer.status_code, answer.data["code"]) == (503, "audit_unavailable")
    assert "token" not in answer.data
