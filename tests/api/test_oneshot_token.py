"""POST /api/admin/migrations/{name}/token."""

import pytest

from migrations_ops import registry, tokens
from tests.oneshots import NAME, PATH, mint, recorded, run
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures"]


def test_an_operator_gets_a_token_and_what_it_is_bound_to(as_carol, raise_cache):
    answer = as_carol.post(f"{PATH}/token", {"preview_digest": "d1g35t"})

    assert answer.status_code == 200
    assert answer.data.pop("token").count(".") == 2
    assert answer.data == {
        "expires_in": 900,
        "operation": NAME,
        "code_sha256": registry.shipped.find(NAME).code_sha256,
        "preview_digest": "d1g35t",
    }


def test_the_token_says_everything_a_run_depends_on(as_carol, raise_cache):
    permit = tokens.read(mint(as_carol, parameters={"step": 7}, max_rows=5), now())

    assert permit.binding == tokens.Binding(
        operation=NAME,
        requester="@carol",
        environment="LOCAL",
        code_sha256=registry.shipped.find(NAME).code_sha256,
    )
    assert (permit.parameters, permit.max_rows, permit.preview_digest) == ({"step": 7}, 5, None)
    assert 0 < permit.expires_at - now().timestamp() <= 900


def test_defaults_are_written_out(as_carol, raise_cache):
    permit = tokens.read(mint(as_carol), now())

    assert (permit.parameters, permit.max_rows) == ({"step": 1}, 10)


def test_minting_is_recorded_without_the_token(as_carol, raise_cache):
    token = mint(as_carol)

    (entry,) = recorded("op.token_minted")
    assert (entry.actor_id, entry.target_id) == ("@carol", NAME)
    assert entry.context["token_jti"] == tokens.read(token, now()).jti
    assert token.rpartition(".")[2] not in str(entry.content())


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"parameters": {"step": "1"}}, "/parameters/step"),
        ({"parameters": {"a/b": 1}}, "/parameters/a~1b"),
        ({"parameters": []}, "/parameters"),
        ({"max_rows": 0}, "/max_rows"),
        ({"max_rows": 11}, "/max_rows"),
        ({"preview_digest": 5}, "/preview_digest"),
        ({"ttl": 5}, "/ttl"),
    ],
)
def test_a_bad_wish_is_named(as_carol, raise_cache, body, pointer):
    answer = as_carol.post(f"{PATH}/token", body)

    assert (answer.status_code, answer.data["errors"][0]["pointer"]) == (422, pointer)
    assert not recorded("op.token_minted")


def test_parameters_that_do_not_fit_a_header_are_repeated_by_the_call(as_carol, oneshots):
    oneshots.write(parameters='step: int = 1\n    note: str = ""')
    given = {"step": 1, "note": "n" * 3000}
    token = mint(as_carol, parameters=given)

    without, with_them = run(as_carol, token), run(as_carol, token, parameters=given)

    assert (without.status_code, without.data["errors"][0]["code"]) == (422, "required")
    assert (with_them.status_code, with_them.data["parameters"]) == (200, given)


def test_parameters_that_are_too_long_are_refused(as_carol, oneshots):
    oneshots.write(parameters='note: str = ""')

    answer = as_carol.post(f"{PATH}/token", {"parameters": {"note": "n" * 500_000}})

    assert (answer.status_code, answer.data["errors"][0]["code"]) == (422, "too_long")


def test_an_unknown_operation_is_not_found(as_carol, oneshots):
    assert as_carol.post(f"{PATH}/token").status_code == 404


def test_a_tombstoned_operation_is_gone(as_carol, raise_cache):
    raise_cache.bury(NAME)

    assert as_carol.post(f"{PATH}/token").status_code == 410


@pytest.mark.parametrize("handle", ["@alice", "@robo", "@dana"])
def test_who_does_not_hold_ops_run_may_not(speak_as, raise_cache, handle):
    answer = speak_as(handle).post(f"{PATH}/token")

    assert (answer.status_code, answer.data["code"]) == (403, "forbidden")
