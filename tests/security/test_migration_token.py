"""A migration token opens one door, for one caller, for a short time; no other token opens it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.operations.statements import sign_statement
from migrations_ops import receipts, registry, tokens
from migrations_ops.models import Run
from tests.oneshots import NAME, PATH, UNTOUCHED, cache_seconds, mint, recorded, run
from tests.people import PASSWORD
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures"]


@pytest.fixture
def forge(raise_cache, as_carol):
    """Sign a permit that differs from Carol's in one point."""

    def token(**changes):
        permit = tokens.read(mint(as_carol), now())
        return tokens.sign(replace(permit, binding=replace(permit.binding, **changes)), now())

    return token


def spoil(token):
    head, body, signature = token.split(".")
    return f"{head}.{body}.{signature[:-8]}AAAAAAAA"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"operation": "raise_other_cache"}, "migration_token_other_operation"),
        ({"requester": "@admin"}, "migration_token_other_requester"),
        ({"environment": "PROD"}, "migration_token_other_environment"),
        ({"code_sha256": "0" * 64}, "code_changed"),
    ],
)
def test_each_binding_of_the_token_is_held_against_the_run(as_carol, forge, changes, code):
    answer = run(as_carol, forge(**changes))

    assert (answer.status_code, answer.data["code"]) == (403, code)
    assert (cache_seconds(), Run.objects.count()) == (UNTOUCHED, 0)
    assert len(recorded("op.refused")) == 1


def test_the_forger_himself_makes_good_tokens(as_carol, forge):
    assert run(as_carol, forge()).status_code == 200


def test_other_parameters_than_the_tokens_are_refused(as_carol, raise_cache):
    answer = run(as_carol, mint(as_carol, parameters={"step": 7}), parameters={"step": 8})

    assert (answer.status_code, answer.data["code"]) == (403, "migration_token_other_parameters")
    assert (cache_seconds(), len(recorded("op.refused"))) == (UNTOUCHED, 1)


def test_left_out_parameters_are_the_defaults_when_others_are_given(as_carol, oneshots):
    oneshots.write(parameters='step: int = 1\n    note: str = ""')

    answer = run(as_carol, mint(as_carol, parameters={"step": 7}), parameters={"note": ""})

    assert answer.data["code"] == "migration_token_other_parameters"


def test_an_expired_token_that_was_never_used_is_refused(as_carol, raise_cache, time_machine):
    token = mint(as_carol)
    time_machine.move_to(now() + timedelta(seconds=900))

    answer = run(as_carol, token)

    assert (answer.status_code, answer.data["code"]) == (403, "migration_token_expired")
    assert (cache_seconds(), len(recorded("op.refused"))) == (UNTOUCHED, 1)


def test_only_the_used_token_outlives_its_time(as_carol, raise_cache, time_machine):
    used, unused = mint(as_carol), mint(as_carol)
    run(as_carol, used)
    time_machine.move_to(now() + timedelta(seconds=900))

    assert run(as_carol, used).data["already_ran"]
    assert run(as_carol, unused).data["code"] == "migration_token_expired"


def test_a_changed_file_is_noticed(as_carol, raise_cache):
    token = mint(as_carol)
    raise_cache.write(rows="Audience.objects.update(jwks_cache_seconds=60)")

    assert run(as_carol, token).data["code"] == "code_changed"


def test_a_token_of_another_operation_is_refused(as_carol, raise_cache):
    raise_cache.write("0002_another.py", name='"another"')

    answer = as_carol.post(
        "/api/admin/migrations/another", headers={"X-Migration-Token": mint(as_carol)}
    )

    assert (answer.status_code, answer.data["code"]) == (403, "migration_token_other_operation")


def test_somebody_elses_used_token_is_refused_too(as_carol, as_admin, raise_cache):
    token = mint(as_carol)
    run(as_carol, token)

    assert run(as_admin, token).data["code"] == "migration_token_other_requester"


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", "ey" * 5000, "é", "Bearer x", "..", "null"], ids=lambda text: text[:9]
)
def test_what_is_no_token_of_ours_is_refused(as_carol, raise_cache, token):
    answer = run(as_carol, token)

    assert (answer.status_code, answer.data["code"]) == (403, "migration_token_not_ours")
    assert len(recorded("op.refused")) == 1


def test_a_spoilt_signature_is_refused(as_carol, raise_cache):
    assert run(as_carol, spoil(mint(as_carol))).data["code"] == "migration_token_not_ours"


@pytest.mark.parametrize("headers", [{}, {"X-Migration-Token": ""}])
def test_the_role_alone_is_not_enough(as_carol, raise_cache, headers):
    answer = as_carol.post(PATH, headers=headers)

    assert (answer.status_code, answer.data["code"]) == (403, "migration_token_missing")
    assert (cache_seconds(), len(recorded("op.refused"))) == (UNTOUCHED, 1)


def test_the_role_alone_is_not_enough_to_hear_of_the_first_run(as_carol, raise_cache):
    run(as_carol, mint(as_carol))

    assert as_carol.post(PATH).data["code"] == "migration_token_missing"


def test_the_token_alone_is_not_enough(anonymous, as_alice, as_carol, raise_cache):
    token = mint(as_carol)

    assert run(anonymous, token).status_code == 401
    assert run(as_alice, token).status_code == 403
    assert cache_seconds() == UNTOUCHED


def test_an_access_token_is_no_migration_token(as_carol, raise_cache):
    pair = as_carol.post("/api/token", {"username": "alice", "password": PASSWORD}).data

    for token in (pair["access"], pair["refresh"]):
        assert run(as_carol, token).data["code"] == "migration_token_not_ours"


@pytest.mark.parametrize(
    ("typ", "audience"),
    [
        (receipts.TYP, tokens.AUDIENCE),
        (tokens.TYP, receipts.AUDIENCE),
        (tokens.TYP, "taskflow"),
        ("at+jwt", tokens.AUDIENCE),
        (tokens.TYP, tokens.AUDIENCE),  # right in both, and says nothing of a run
    ],
)
def test_another_statement_of_ours_is_no_migration_token(as_carol, raise_cache, typ, audience):
    statement = sign_statement(
        {"sub": "@carol", "operation": NAME}, typ=typ, audience=audience, at=now(), lifetime=900
    )

    assert run(as_carol, statement).data["code"] == "migration_token_not_ours"


def test_a_migration_token_is_no_access_token(anonymous, as_carol, raise_cache):
    token = mint(as_carol)

    answer = anonymous.get("/api/me", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


def test_the_token_is_in_no_answer_log_or_entry(as_carol, raise_cache, caplog, capfd):
    token = mint(as_carol)
    answers = [run(as_carol, token), run(as_carol, token), run(as_carol, spoil(token))]

    shown = as_carol.get(PATH).content + b"".join(answer.content for answer in answers)

    out, err = capfd.readouterr()
    signed_part = token.rpartition(".")[0]
    assert signed_part not in shown.decode() + out + err + caplog.text


def test_two_tokens_for_one_operation_still_give_one_run(as_carol, raise_cache):
    first, second = mint(as_carol), mint(as_carol)

    answers = [run(as_carol, first), run(as_carol, second)]

    assert [answer.data["already_ran"] for answer in answers] == [False, True]
    assert registry.shipped.find(NAME).code_sha256 == answers[1].data["code_sha256"]
    assert cache_seconds() == UNTOUCHED + 1
