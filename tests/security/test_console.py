"""What a console invites an attacker to: forged buttons, filters that spell secrets out, old
sessions, staff with less than an administrator's scopes."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Group
from django.test import Client

from accounts.deed_pages import WithDeeds
from accounts.models import Account, ClientSecret
from audit.models import Entry
from console import pages
from tests.broken import database_away
from tests.factories import a_project, a_task
from tests.people import PASSWORD

ACCOUNTS = "/admin/accounts/account/"
ROBO = f"{ACCOUNTS}{quote('@robo')}"
PAGES = ["/admin/", "/admin/login/", ACCOUNTS]


@pytest.fixture
def console(client, people):
    client.force_login(people["@admin"])
    return client


@pytest.fixture
def buttons(people):
    """The address of every button, of an object of each kind that has any."""
    a_task()
    a_project("shed", {"@alice": "owner"})
    Client().post("/api/token", {"username": "alice", "password": PASSWORD}, "application/json")
    found = []
    pages.load()
    for model, page in admin.site._registry.items():
        if isinstance(page, WithDeeds):
            row = quote(model._default_manager.all()[0].pk)
            found += [page._address("do", deed.name) for deed in page.list_deeds]
            found += [page._address("do_one", row, deed.name) for deed in page.deeds]
    return found


def done():
    return Entry.objects.exclude(action__startswith="token.").count()


def test_no_button_is_pressed_by_looking(console, buttons):
    answers = [console.get(address) for address in buttons]

    assert len(buttons) > 20
    assert {answer.status_code for answer in answers} == {200}
    assert not done()


def test_no_button_is_pressed_from_another_site(people, buttons):
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(people["@admin"])

    answers = [forger.post(address, {"reason": "because"}) for address in buttons]

    assert {answer.status_code for answer in answers} == {403}
    assert not done()


def test_nobody_is_signed_in_by_another_site(people):
    form = {"username": "admin", "password": PASSWORD}

    answer = Client(enforce_csrf_checks=True).post("/admin/login/", form)

    assert (answer.status_code, "sessionid" in answer.cookies) == (403, False)


def test_a_sign_in_begins_another_session_than_the_one_it_was_shown(people, client):
    client.get("/admin/login/")
    session = client.session
    session["planted"] = "here"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key

    client.post("/admin/login/", {"username": "admin", "password": PASSWORD})

    assert client.get("/admin/").status_code == 200
    assert client.cookies["sessionid"].value != planted
    client.cookies["sessionid"] = planted
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "leave",
    [
        {"role": "user"},
        {"role": "operator"},
        {"disabled_at": "2026-03-01T12:00Z"},
        {"granted_scopes": ["tasks:read"]},
        {"granted_scopes": ["tasks:read", "tasks:write", "audit:read", "ops:run", "ops:approve"]},
    ],
    ids=str,
)
def test_who_is_no_administrator_any_more_is_out_at_the_next_click(console, leave):
    Account.objects.filter(pk="@admin").update(**leave)

    answers = [console.get(ACCOUNTS), console.post(f"{ROBO}/do/add-secret/")]

    assert {answer.status_code for answer in answers} == {302}
    assert not ClientSecret.objects.exists()


@pytest.mark.parametrize(
    "question",
    [
        "account/?password__startswith=argon2", "account/?secrets__digest__startswith=a",
        "session/?account__password__startswith=argon2",
        "signingkey/?sealed_private__isnull=0",
    ],
)  # fmt: skip
def test_no_filter_spells_out_what_the_page_does_not_show(console, question):
    assert console.get(f"/admin/accounts/{question}").status_code == 400


def test_a_filter_by_what_the_page_shows_is_taken(console):
    page = console.get(f"{ACCOUNTS}?actor_type__exact=agent").content.decode()

    assert "@robo" in page
    assert "@alice" not in page


def test_a_secret_is_shown_in_an_answer_that_nobody_keeps(console):
    answer = console.post(f"{ROBO}/do/add-secret/")

    (secret,) = set(re.findall(r"tfs_[\w-]+", answer.content.decode()))
    assert "no-store" in answer["Cache-Control"]
    assert secret not in f"{answer.headers}{answer.cookies}"
    assert secret not in str(dict(console.session))


@pytest.mark.parametrize("path", [*PAGES, "/admin/nowhere/", "/admin/password_change/"])
def test_no_page_can_be_framed_or_kept(console, path):
    answer = console.get(path)

    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", PAGES)
def test_without_the_database_a_page_says_that_it_passes(people, path):
    client = Client(raise_request_exception=False)
    client.force_login(people["@admin"])

    with database_away():
        answer = client.get(path)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "The database is away or busy; try again." in answer.content.decode()


def test_groups_which_would_change_without_an_entry_have_no_page():
    pages.load()

    assert admin.site.is_registered(Account)
    assert not admin.site.is_registered(Group)
