"""The console's pages of operations and runs: to look, to halt, to approve; never to run."""

import pytest

from migrations_ops.models import Approval, Run
from tests.oneshots import (
    BATCHED,
    NAME,
    UNTOUCHED,
    cache_seconds,
    mint,
    mint_batched,
    recorded,
    run,
    run_batched,
    some_tasks,
    versions,
)

pytest_plugins = ["tests.oneshot_fixtures"]
RUNS = "/admin/migrations_ops/run/"
OPERATIONS = f"{RUNS}operations/"


@pytest.fixture
def console(client, people):
    client.force_login(people["@admin"])
    return client


def shown(answer):
    return answer.content.decode()


def test_the_console_shows_who_ran_what(console, as_carol, raise_cache):
    run(as_carol, mint(as_carol))

    page = shown(console.get(RUNS))

    assert all(word in page for word in (NAME, "@carol", "100 %", OPERATIONS))


@pytest.mark.parametrize("page", ["add/", "{}/delete/"])
def test_the_console_neither_adds_nor_deletes(console, as_carol, raise_cache, page):
    run(as_carol, mint(as_carol))

    answer = console.post(RUNS + page.format(Run.objects.get().pk), {"post": "yes"})

    assert (answer.status_code, Run.objects.count()) == (403, 1)


def test_operations_are_listed_those_nobody_ran_too(console, raise_cache):
    page = shown(console.get(OPERATIONS))

    assert all(word in page for word in (NAME, "pending", "2999-12-31", "@carol"))


def test_a_run_shows_its_progress(console, as_carol, count_up, one_batch_a_call):
    some_tasks(5)
    run_batched(as_carol, mint_batched(as_carol))

    page = shown(console.get(f"{OPERATIONS}{BATCHED}/"))

    assert '<progress max="100" value="40">' in page
    assert "2 of 5 rows" in page


def test_a_preview_is_shown_and_recorded_and_changes_nothing(console, raise_cache):
    answer = console.post(
        f"{OPERATIONS}{NAME}/", {"action": "preview", "parameters": '{"step": 7}'}
    )

    page = shown(answer)
    assert f"jwks_cache_seconds: {UNTOUCHED}" in page
    assert f"jwks_cache_seconds: {UNTOUCHED + 7}" in page
    (entry,) = recorded("op.previewed")
    assert (entry.actor_id, entry.auth_method, cache_seconds()) == ("@admin", "console", UNTOUCHED)


def test_somebody_elses_request_is_approved(console, as_carol, raise_cache):
    digest = as_carol.get(f"/api/admin/migrations/{NAME}/preview").data["digest"]
    given = {"action": "approve", "requester": "@carol", "preview_digest": digest}

    page = shown(console.post(f"{OPERATIONS}{NAME}/", given))

    assert "@carol may have a token until" in page
    assert (Approval.objects.get().approved_by, len(recorded("op.approved"))) == ("@admin", 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"requester": "@admin"}, "Nobody approves their own request."),
        ({"preview_digest": "0" * 64}, "is stale"),
        ({"parameters": '{"pace": 1}'}, "No such parameter."),
        ({"parameters": "[1]"}, "This is not a JSON object."),
        ({"requester": ""}, "This field is required."),
    ],
)
def test_what_can_not_be_approved_is_told(console, raise_cache, changes, sentence):
    given = {"action": "approve", "requester": "@carol", "preview_digest": "0" * 64, **changes}

    assert sentence in shown(console.post(f"{OPERATIONS}{NAME}/", given))
    assert not Approval.objects.exists()


def test_a_run_is_halted_and_goes_on_with_its_token(console, as_carol, count_up, one_batch_a_call):
    some_tasks(3)
    token = mint_batched(as_carol)
    run_batched(as_carol, token)

    console.post(f"{OPERATIONS}{BATCHED}/", {"action": "pause"})
    paused = run_batched(as_carol, token)
    console.post(f"{OPERATIONS}{BATCHED}/", {"action": "resume"})

    assert (paused.data["code"], run_batched(as_carol, token).status_code) == ("paused", 200)
    assert recorded("op.paused")[0].auth_method == "console"


def test_the_console_runs_nothing(console, count_up):
    some_tasks(3)

    console.post(f"{OPERATIONS}{BATCHED}/", {"action": "run"})
    console.post(f"{OPERATIONS}{BATCHED}/")

    assert (versions(), Run.objects.exists()) == ([1] * 3, False)


@pytest.mark.parametrize("path", [OPERATIONS, f"{OPERATIONS}{NAME}/"])
def test_the_pages_are_for_staff(client, people, raise_cache, path):
    client.force_login(people["@carol"])

    assert client.get(path).status_code == 302


def test_an_unknown_operation_has_no_page(console, raise_cache):
    assert console.get(f"{OPERATIONS}nothing/").status_code == 404
