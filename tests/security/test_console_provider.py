"""Staff enters the console through the outside provider, and nobody else does."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.identities import external_id
from accounts.operations import identities, principals
from accounts.scopes import Role
from audit.models import Entry
from tests.entering import CONSOLE, begin, come_back, is_in, link, parameters, sign_in
from tests.factories import ADMIN, acting
from tests.servers.identity_provider import SUBJECT
from tests.servers.openid_provider import OTHER_SUBJECT
from wire.clock import now

pytest_plugins = ["tests.servers.fixtures"]


@pytest.fixture
def provider(openid_provider, people):
    """The provider; the administrator is somebody there."""
    link("@admin", openid_provider)
    return openid_provider


def make_admin(handle):
    with acting(ADMIN) as journal:
        principals.change_role(handle, Role.ADMIN, journal=journal)


def disable(handle):
    with acting(ADMIN) as journal:
        principals.disable(handle, journal=journal)


def refusals():
    return Entry.objects.filter(action="sign_in.failed").order_by("id")


def test_staff_enters_and_history_tells(client, provider):
    answer = sign_in(client, provider)

    entry = Entry.objects.get(action="sign_in.completed")
    assert (answer.status_code, answer["Location"]) == (302, CONSOLE)
    assert is_in(client)
    assert (entry.actor_id, entry.auth_method, entry.target_id) == ("@admin", "external", "@admin")
    assert entry.context == {"identity": external_id(provider.issuer, SUBJECT)}


def test_the_provider_is_asked_for_who_it_is_and_no_more(client, provider):
    asked = begin(client)

    assert (asked["scope"], asked["redirect_uri"]) == ("openid", provider.redirect_uri)
    assert {len(asked[name]) for name in ("state", "nonce", "code_challenge")} == {43}
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert begin(client)["state"] != asked["state"]


def test_secret_code_and_tokens_are_kept_nowhere(client, provider, caplog):
    address = provider.answer_to(begin(client))
    come_back(client, address)

    kept = (list(Entry.objects.values()), Session.objects.get().get_decoded())
    told = f"{kept}{client.cookies.output()}{caplog.text}"
    for word in (parameters(address)["code"], "a secret", "eyJ", "opaque"):
        assert word not in told


def test_the_session_gets_another_name(client, provider, people):
    client.force_login(people["@admin"])
    before = client.cookies["sessionid"].value

    sign_in(client, provider)

    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(pk=before).exists()


def test_signing_out_ends_it(client, provider):
    sign_in(client, provider)

    client.post("/admin/logout/")

    assert not is_in(client)


NEXT = [
    ("/admin/tasks/task/?q=a%20b", "/admin/tasks/task/?q=a%20b"), ("", CONSOLE),
    ("https://evil.example/", CONSOLE), ("//evil.example/", CONSOLE), ("/\\evil.example", CONSOLE),
    ("javascript:alert(1)", CONSOLE), ("http://testserver:pw@evil.example/", CONSOLE),
    ("/admin/?" + "x" * 1100, CONSOLE),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "reached"), NEXT)
def test_one_goes_on_to_a_page_of_ours_alone(client, provider, asked, reached):
    assert sign_in(client, provider, next=asked)["Location"] == reached


@pytest.mark.parametrize("handle", ["@alice", "@carol", "@dana", "@robo", "@bob"])
def test_nobody_else_enters_and_all_of_them_hear_the_same(client, provider, handle):
    as_stranger = sign_in(client, provider, OTHER_SUBJECT)
    link(handle, provider, OTHER_SUBJECT)
    if handle in {"@bob", "@dana"}:  # he is disabled, and her scopes were cut down
        make_admin(handle)
    if handle == "@bob":
        disable("@bob")

    answer = sign_in(client, provider, OTHER_SUBJECT)

    assert (answer.status_code, answer.content) == (403, as_stranger.content)
    assert not is_in(client)
    assert not Session.objects.exists()
    assert [entry.target_id for entry in refusals()] == ["", handle]
    assert {(entry.outcome, entry.actor_id) for entry in refusals()} == {("denied", "")}


def test_a_refusal_says_as_whom_one_came_and_names_no_account(client, provider):
    link("@alice", provider, OTHER_SUBJECT)

    page = sign_in(client, provider, OTHER_SUBJECT).content.decode()

    assert external_id(provider.issuer, OTHER_SUBJECT) in page
    assert "@alice" not in page


def test_nobody_becomes_an_account_by_coming(client, provider, people):
    sign_in(client, provider, OTHER_SUBJECT)

    assert {*type(people["@admin"]).objects.values_list("pk", flat=True)} == {*people}


def test_a_cut_link_keeps_out_at_once(client, provider):
    with acting(ADMIN) as journal:
        identities.unlink("@admin", issuer=provider.issuer, subject=SUBJECT, journal=journal)

    assert sign_in(client, provider).status_code == 403


def test_who_is_staff_no_longer_is_out_at_the_next_click(client, provider):
    make_admin("@bob")
    link("@bob", provider, OTHER_SUBJECT)
    sign_in(client, provider, OTHER_SUBJECT)
    entered = is_in(client)

    disable("@bob")

    assert entered
    assert not is_in(client)


STATES = [{"state": "x" * 43}, {"state": ""}, {"state": None}, {"state": ["a", "a"]},
          {"state": "\u00fc\x00"}]  # fmt: skip


@pytest.mark.parametrize("changes", STATES, ids=str)
def test_an_answer_to_no_question_of_this_browser_is_refused(client, provider, changes):
    answer = come_back(client, provider.answer_to(begin(client)), **changes)

    assert (answer.status_code, provider.received) == (400, [])
    assert not is_in(client)
    assert refusals().get().context["reason"].startswith("This sign-in was not begun in this")


def test_nobody_is_led_into_the_sign_in_of_another(client, provider):
    theirs = provider.answer_to(begin(Client()))
    without_any = come_back(client, theirs)
    begin(client)

    assert (without_any.status_code, come_back(client, theirs).status_code) == (400, 400)
    assert not is_in(client)


def test_an_answer_is_good_once(client, provider):
    address = provider.answer_to(begin(client))
    come_back(client, address)
    client.post("/admin/logout/")

    assert come_back(client, address).status_code == 400
    assert not is_in(client)


def test_a_code_is_good_once_even_with_the_cookie_put_back(client, provider):
    address = provider.answer_to(begin(client))
    kept = client.cookies["sign-in"].value
    come_back(client, address)
    client.post("/admin/logout/")
    client.cookies["sign-in"] = kept

    assert come_back(client, address).status_code == 403
    assert refusals().get().context["reason"].endswith("the code was not taken.")


@pytest.mark.parametrize("change", [lambda kept: kept[:-1], lambda _: "{}", lambda _: ""])
def test_a_cookie_of_somebody_elses_making_is_none(client, provider, change):
    address = provider.answer_to(begin(client))
    client.cookies["sign-in"] = change(client.cookies["sign-in"].value)

    assert come_back(client, address).status_code == 400


@pytest.mark.parametrize(("seconds", "status"), [(599, 302), (601, 400)])
def test_a_sign_in_takes_ten_minutes_at_most(client, provider, time_machine, seconds, status):
    time_machine.move_to(now(), tick=False)
    address = provider.answer_to(begin(client))

    time_machine.shift(timedelta(seconds=seconds))

    assert come_back(client, address).status_code == status


def test_no_other_host_can_plant_the_cookie_where_there_is_tls(client, provider, settings):
    settings.SESSION_COOKIE_SECURE = True
    address = provider.answer_to(begin(client))

    kept = client.cookies["__Host-sign-in"]
    assert (kept["secure"], kept["httponly"], kept["samesite"]) == (True, True, "Lax")
    assert (kept["path"], kept["domain"]) == ("/", "")
    assert come_back(client, address).status_code == 302
