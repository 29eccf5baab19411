"""`manage.py oneshot`: the same runner as over HTTP."""

import dataclasses
import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.contract import Stage
from migrations_ops import registry
from migrations_ops.management import oneshot_text as text
from migrations_ops.management.oneshot_arguments import ACTIONS
from migrations_ops.models import Run
from tasks.models import Task
from tests.oneshot_shell import oneshot, permit, refused
from tests.oneshots import (
    BATCHED,
    NAME,
    POISON,
    RAISED,
    UNTOUCHED,
    cache_seconds,
    recorded,
    run,
    some_tasks,
)

pytest_plugins = ["tests.oneshot_fixtures"]
pytestmark = pytest.mark.usefixtures("people")


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


def test_every_action_has_its_help(capsys):
    for action in ACTIONS:
        with pytest.raises(SystemExit):
            call_command("oneshot", action, "--help")

    told = capsys.readouterr().out
    assert all(word in told for word in ("--sleep", "--preview-digest", "--requester", "--bury"))


def test_a_preview_shows_rows_and_the_digest_a_token_is_bound_to(raise_cache):
    shown = oneshot("preview", NAME)
    digest = oneshot("preview", NAME, "--digest").strip()

    assert all(
        word in shown for word in ("jwks_cache_seconds", f" {UNTOUCHED} ", f" {RAISED} ", digest)
    )
    assert "completed" in oneshot("run", NAME, "--token", permit("--preview-digest", digest))


def test_a_second_person_approves_at_the_shell(raise_cache):
    digest = oneshot("preview", NAME, "--digest").strip()
    asked = ("approve", NAME, "--requester", "@carol", "--preview-digest", digest)

    assert oneshot(*asked).startswith("@carol may have a token for raise_cache until ")
    assert refused(*asked, "--as", "@carol") == (2, "Nobody approves their own request.")
    assert refused(*asked, "--as", "@alice") == (
        2,
        "@alice is disabled or does not hold ops:approve.",
    )


def test_a_table_comes_from_a_file(oneshots, tmp_path):
    row = "@dataclass(frozen=True)\nclass Row:\n    seconds: int\n"
    oneshots.write(
        imports=row,
        parameters="caches: tuple[Row, ...]",
        rows="Audience.objects.update(jwks_cache_seconds=self.caches[0].seconds)",
    )
    (tmp_path / "caches.csv").write_text("seconds\n77\n")
    rows = ("--rows", f"caches={tmp_path / 'caches.csv'}")

    oneshot("run", NAME, "--token", permit(*rows), *rows)

    assert cache_seconds() == 77
    (tmp_path / "caches.csv").write_text("seconds\nmany\n")
    status, told = refused("token", NAME, *rows)
    assert (status, "Line 2: this is not a fitting integer." in told) == (2, True)


@pytest.mark.parametrize(
    "argument", [("--sleep", "6"), ("--sleep", "-1"), ("--sleep", "x"), ("--rows", "a=/nowhere")]
)
def test_unfit_options_are_refused(raise_cache, argument):
    with pytest.raises(CommandError, match=argument[0]):
        oneshot("run", NAME, "--token", "x", *argument)


def test_a_run_in_batches_is_paused_resumed_and_cancelled_at_the_shell(as_carol, count_up):
    ids = some_tasks(5)
    Task.objects.filter(pk=ids[2]).update(title=POISON)
    token = oneshot("token", BATCHED).strip()

    failed = refused("run", BATCHED, "--token", token, "--sleep", "0.001")
    resumed = oneshot("resume", BATCHED)
    paused = oneshot("pause", BATCHED)

    assert (failed[0], "ZeroDivisionError" in failed[1]) == (2, True)
    assert (resumed, paused) == (
        "count_up: may go on; `oneshot run` does, with a token.\n",
        "count_up: paused after 2 rows.\n",
    )
    assert refused("run", BATCHED, "--token", token)[0] == 1
    assert "2 of 5 rows, 40 %" in oneshot("status", BATCHED)
    assert oneshot("cancel", BATCHED).count(".") == 2
    assert refused("run", BATCHED, "--token", token)[0] == 2


def test_a_bar_is_shown_on_a_terminal_alone(capsys):
    with text.progress(NAME) as show:
        show(Run(rows_affected=3, rows_expected=7))

    assert capsys.readouterr().err == ""
