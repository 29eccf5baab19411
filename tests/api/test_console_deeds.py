"""/admin/: buttons of staff, each one operation, recorded with who pressed it."""

import re

import pytest
from django.contrib.admin.utils import quote

from accounts.models import Account, ClientSecret, Session, SigningKey
from audit.models import Entry
from tasks.lifecycle import STEPS, Status, Verb
from tasks.models import Task
from tests.factories import ADMIN, BOB, a_task, make_history_unwritable
from tests.people import PASSWORD

TASKS = "/admin/tasks/task/"
ACCOUNTS = "/admin/accounts/account/"
KEYS = "/admin/accounts/signingkey/"


@pytest.fixture
def console(client, people):
    client.force_login(people["@admin"])
    return client


def told(action):
    return Entry.objects.filter(action=action).values_list("actor_id", "auth_method", "outcome")


def buttons(page):
    return set(re.findall(r'href="[^"]*/do/([a-z-]+)/"', page.content.decode()))


def test_a_task_is_walked_through_its_life_with_buttons(console):
    task = a_task()
    for verb, form in (("start", {}), ("progress", {"percent": 60}), ("complete", {"note": "ok"})):
        answer = console.post(f"{TASKS}{task.pk}/do/{verb}/", form)
        assert (answer.status_code, answer["Location"]) == (302, f"{TASKS}{task.pk}/change/")

    task.refresh_from_db()
    assert (task.status, task.progress_percent) == ("completed", 100)
    for action in ("task.started", "task.progressed", "task.completed"):
        assert list(told(action)) == [("@admin", "console", "success")]


@pytest.mark.parametrize("status", Status)
def test_only_steps_that_are_legal_now_can_be_pressed(console, status):
    more = {"blocked_from": "pending"} if status is Status.BLOCKED else {}
    task = a_task(status, holder=BOB, **more)

    pressable = buttons(console.get(f"{TASKS}{task.pk}/change/"))

    verbs = {verb for verb, step in STEPS.items() if status in step.sources}
    assert pressable & set(Verb) == verbs - (
        {Verb.START} if status is not Status.PENDING else set()
    )


def test_a_step_that_is_not_legal_says_why_and_changes_nothing(console):
    task = a_task()

    answer = console.post(f"{TASKS}{task.pk}/do/complete/", {"note": ""})

    assert "Cannot complete task with status &#x27;pending&#x27;" in answer.content.decode()
    assert Task.objects.get().status == "pending"
    assert not Entry.objects.exists()


def test_own_work_cannot_be_approved(console):
    task = a_task(Status.REVIEW, holder=ADMIN)

    assert "approve" not in buttons(console.get(f"{TASKS}{task.pk}/change/"))


def test_a_task_is_made_assigned_and_deleted(console):
    made = {"title": "Sand the gate", "priority": 2, "project_slug": "demo"}
    console.post(f"{TASKS}do/create/", made)
    task = Task.objects.get()
    console.post(f"{TASKS}{task.pk}/do/assign/", {"assigned_to": "@bob"})
    task.refresh_from_db()
    console.post(f"{TASKS}{task.pk}/do/delete/")

    assert (task.title, task.assigned_to, task.created_by) == ("Sand the gate", "@bob", "@admin")
    assert not Task.objects.exists()
    assert [a for a, *_ in Entry.objects.order_by("pk").values_list("action")] == [
        "task.created", "task.assigned", "task.deleted",
    ]  # fmt: skip


def test_whoever_has_the_task_already_is_told_as_such(console):
    task = a_task(assigned_to="@bob")

    answer = console.post(f"{TASKS}{task.pk}/do/assign/", {"assigned_to": "@bob"})

    assert "it is so already" in answer.content.decode()
    assert not Entry.objects.exists()


def test_an_unknown_assignee_is_told_on_the_page(console):
    task = a_task()

    answer = console.post(f"{TASKS}{task.pk}/do/assign/", {"assigned_to": "@ghost"})

    assert "Nobody has this id." in answer.content.decode()
    assert Task.objects.get().assigned_to is None


def test_many_are_cancelled_each_in_a_recording_of_its_own(console):
    tasks = [a_task(), a_task(), a_task(Status.CANCELLED)]
    chosen = {"action": "do_cancel", "_selected_action": [task.pk for task in tasks]}

    asked = console.post(TASKS, chosen)
    done = console.post(TASKS, {**chosen, "confirmed": "yes", "reason": "rain"}, follow=True)

    assert "It will not be done." in asked.content.decode()
    assert "Cancel: 2 of 3." in done.content.decode()
    assert Task.objects.filter(status="cancelled").count() == 3
    assert len(told("task.cancelled")) == 2


def test_without_an_audit_nothing_is_done(console):
    task = a_task()

    make_history_unwritable()

    answer = console.post(f"{TASKS}{task.pk}/do/start/")

    assert answer.status_code == 200
    assert "could not be put on record" in answer.content.decode()
    assert Task.objects.get().status == "pending"


def test_an_agents_secret_is_shown_once(console):
    answer = console.post(
        f"{ACCOUNTS}do/create-agent/", {"name": "@walle", "scopes": ["tasks:read"]}
    )

    [secret] = re.findall(r"tfs_[\w-]+", answer.content.decode())
    page = console.get(f"{ACCOUNTS}{quote('@walle')}/change/").content.decode()
    assert Account.objects.get(pk="@walle").granted_scopes == ["tasks:read"]
    assert secret not in page
    assert secret not in str(list(Entry.objects.values()))


def test_secrets_live_in_twos_and_die_one_by_one(console, people):
    robo = f"{ACCOUNTS}{quote('@robo')}/do/"
    for _ in range(3):
        console.post(f"{robo}add-secret/")
    living = ClientSecret.objects.filter(account_id="@robo", revoked_at=None)
    assert living.count() == 2

    console.post(f"{robo}revoke-secret/")

    assert living.count() == 1


def test_somebody_is_disabled_and_enabled_again(console):
    bob = f"{ACCOUNTS}{quote('@bob')}/do/"

    console.post(f"{bob}disable/")
    disabled = Account.objects.get(pk="@bob").disabled_at
    console.post(f"{bob}enable/")

    assert disabled
    assert Account.objects.get(pk="@bob").disabled_at is None
    assert list(told("principal.disabled")) == [("@admin", "console", "success")]


def test_an_identity_of_the_provider_is_linked_and_cut(console):
    bob = f"{ACCOUNTS}{quote('@bob')}/"
    whom = {"issuer": "https://login.example.com/", "subject": "user_2abC"}

    console.post(f"{bob}do/link/", whom)
    linked = console.get(f"{bob}change/")
    again = console.post(f"{ACCOUNTS}{quote('@alice')}/do/link/", whom)
    console.post(f"{bob}do/unlink/", whom)

    assert "user_2abC of https://login.example.com/" in linked.content.decode()
    assert "is linked to an account already" in again.content.decode()
    assert "unlink" in buttons(linked)
    assert "unlink" not in buttons(console.get(f"{bob}change/"))
    assert list(told("principal.changed")) == [("@admin", "console", "success")] * 2


def test_the_last_administrator_is_kept(console):
    answer = console.post(f"{ACCOUNTS}{quote('@admin')}/do/disable/")

    assert answer.status_code == 200
    assert Account.objects.get(pk="@admin").disabled_at is None


def test_a_session_is_ended(console, people, sign_in_as_alice):
    session = Session.objects.get()

    console.post(f"/admin/accounts/session/{session.pk}/do/end/")

    session.refresh_from_db()
    assert session.ended_at
    assert "end" not in buttons(console.get(f"/admin/accounts/session/{session.pk}/change/"))


def test_a_key_is_rotated_within_its_windows(console, signing_key):
    early = console.post(f"{KEYS}do/rotate/", {"alg": "RS256"})
    done = console.post(f"{KEYS}do/rotate/", {"alg": "RS256", "early": "on"}, follow=True)

    assert "due" in early.content.decode()
    assert "signs from" in done.content.decode()
    assert SigningKey.objects.count() == 2
    assert list(told("key.created")) == [("@admin", "console", "success")]


def test_a_key_is_revoked_only_by_who_names_it(console, signing_key):
    address = f"{KEYS}{quote(signing_key.kid)}/do/revoke/"

    wrong = console.post(address, {"reason": "lost", "kid": "another"})
    kept = SigningKey.objects.get(pk=signing_key.kid).revoked_at
    console.post(address, {"reason": "lost", "kid": signing_key.kid})

    assert "This is not its kid." in wrong.content.decode()
    assert kept is None
    assert SigningKey.objects.get(pk=signing_key.kid).revoked_at


@pytest.mark.parametrize("path", [f"{TASKS}1/do/start/", f"{ACCOUNTS}do/create-agent/"])
def test_who_is_no_staff_finds_no_button(client, people, path):
    client.force_login(people["@alice"])

    answer = client.post(path, {"name": "@walle", "scopes": ["tasks:read"]})

    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]
    assert not Entry.objects.filter(action="principal.created").exists()


def test_what_there_is_no_button_for_is_not_found(console):
    task = a_task()

    assert console.post(f"{TASKS}{task.pk}/do/explode/").status_code == 404
    assert console.post(f"{TASKS}9999/do/start/").status_code == 404
    assert console.post(f"{TASKS}do/explode/").status_code == 404


@pytest.fixture
def sign_in_as_alice(anonymous):

    assert (
        anonymous.post("/api/token", {"username": "alice", "password": PASSWORD}).status_code == 200
    )
