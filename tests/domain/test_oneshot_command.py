"""`manage.py oneshot`: the same runner as over HTTP."""

import dataclasses
import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.contract import Stage
from migrations_ops import registry
from migrations_ops.models import Run
from tests.oneshots import NAME, RAISED, UNTOUCHED, cache_seconds, recorded, run

pytest_plugins = ["tests.oneshot_fixtures"]
pytestmark = pytest.mark.usefixtures("people")


def oneshot(*arguments):
    out = io.StringIO()
    call_command("oneshot", *arguments, stdout=out)
    return out.getvalue()


def permit(*arguments):
    return oneshot("token", NAME, *arguments).strip()


def refused(*arguments):
    with pytest.raises(CommandError) as error:
        oneshot(*arguments)
    return error.value.returncode, str(error.value)


def test_a_run_at_the_shell_is_the_same_run(raise_cache):
    told = oneshot("run", NAME, "--as", "@carol", "--token", permit("--as", "@carol"))

    assert told.startswith("raise_cache: completed, 1 rows in ")
    assert (Run.objects.get().run_by, cache_seconds()) == ("@carol", RAISED)
    (entry,) = recorded("op.completed")
    assert (entry.actor_id, entry.auth_method, entry.actor_type) == ("@carol", "shell", "human")


def test_the_second_run_is_told_of_the_first_and_is_no_failure(raise_cache):
    token = permit()
    oneshot("run", NAME, "--token", token)

    told = oneshot("run", NAME, "--token", token)

    assert told.startswith("raise_cache: already ran, 1 rows in ")
    assert cache_seconds() == RAISED


def test_a_token_of_the_shell_is_good_over_http_for_the_same_person(as_carol, raise_cache):
    token = permit("--as", "@carol", "--parameters", '{"step": 3}')

    assert run(as_carol, token).data["status"] == "completed"
    assert cache_seconds() == UNTOUCHED + 3


def test_the_token_can_come_from_standard_input(raise_cache, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(permit() + "\n"))

    assert "completed" in oneshot("run", NAME, "--token", "-")


def test_a_refusal_ends_with_two_and_is_recorded(raise_cache):
    assert refused("run", NAME, "--token", "x") == (
        2,
        "This is not a migration token of this service.",
    )
    assert recorded("op.refused")[0].actor_id == "@admin"


def test_unfit_parameters_are_named(raise_cache):
    status, told = refused("token", NAME, "--parameters", '{"step": "x"}')

    assert (status, "/parameters/step: " in told) == (2, True)


@pytest.mark.parametrize("text", ["[]", "{", "5", '{"a": 1, "a": 2}'])
def test_parameters_are_one_json_object(raise_cache, text):
    with pytest.raises(CommandError, match="--parameters"):
        oneshot("token", NAME, "--parameters", text)


@pytest.mark.parametrize(
    ("handle", "sentence"),
    [("@alice", "does not hold ops:run"), ("@nobody", "Nobody has the handle")],
)
def test_who_stands_at_the_shell_must_be_an_operator(raise_cache, handle, sentence):
    status, told = refused("token", NAME, "--as", handle)

    assert (status, sentence in told) == (2, True)


def test_a_disabled_operator_is_nobody(people, raise_cache):
    carol = people["@carol"]
    type(carol).objects.filter(pk="@carol").update(disabled_at=carol.created_at)

    assert refused("token", NAME, "--as", "@carol")[0] == 2


def test_outside_local_somebody_must_say_who_he_is(raise_cache, settings):
    settings.CONTRACT = dataclasses.replace(settings.CONTRACT, env=Stage.DEV)

    assert refused("token", NAME) == (2, "Say who you are: --as @handle.")
    assert permit("--as", "@carol").count(".") == 2


def test_the_list_and_the_status_show_how_things_stand(raise_cache):
    before = oneshot("list")
    oneshot("run", NAME, "--token", permit())

    after, one = oneshot("list"), oneshot("status", NAME)

    assert all(word in before for word in (NAME, "pending"))
    assert all(word in after for word in (NAME, "completed", "@admin"))
    assert all(word in one for word in ("op.completed", Run.objects.get().receipt))


def test_an_unknown_operation_is_refused(raise_cache):
    assert refused("status", "nothing") == (2, "There is no one-shot operation nothing.")


def test_index_writes_what_the_check_compares(raise_cache):
    told = oneshot("index")

    assert told.startswith("1 operations are in index.json")
    assert registry.shipped.index() == {NAME: registry.shipped.find(NAME).code_sha256}


def test_help_explains_the_exit_status(capsys):
    with pytest.raises(SystemExit):
        call_command("oneshot", "--help")

    told = capsys.readouterr().out
    assert "1 call again" in told
    assert "\n  manage.py oneshot list\n" in told
