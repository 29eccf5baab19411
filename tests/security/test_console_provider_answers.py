"""What a provider answers is judged, and a provider that is away is told of."""

import pytest
from django.contrib.sessions.models import Session

from accounts import fetching
from audit.models import Entry
from config.contract import Stage
from tests.entering import BEGIN, CONSOLE, begin, come_back, is_in, link, sign_in
from tests.factories import make_history_unwritable
from tests.people import PASSWORD
from tests.servers.endpoint import BAD_ANSWERS, listening, redirect, silence, text
from tests.servers.identity_provider import AUDIENCE
from tests.servers.openid_provider import CLIENT_ID
from tests.unit.forge import jwk

pytest_plugins = ["tests.servers.fixtures", "tests.throttle_fixtures"]

LOGIN = "/admin/login/"


@pytest.fixture
def provider(openid_provider, people):
    """The provider; the administrator is somebody there."""
    link("@admin", openid_provider)
    return openid_provider


def reason():
    return Entry.objects.get(action="sign_in.failed").context["reason"]


BAD_CLAIMS = [
    {"nonce": "another"}, {"nonce": ...}, {"nonce": None}, {"nonce": 7}, {"nonce": ""},
    {"aud": AUDIENCE}, {"aud": ...}, {"aud": [CLIENT_ID, "other"]}, {"azp": "other"},
    {"aud": [CLIENT_ID, "other"], "azp": "other"}, {"iss": "https://login.example.com/"},
    {"iss": ...}, {"exp": 1}, {"exp": ...}, {"iat": ...}, {"iat": 9_999_999_999}, {"sub": ...},
    {"sub": ""}, {"sub": 7}, {"sub": "a b"}, {"sub": "x" * 201}, {"actor_type": "agent"},
]  # fmt: skip


@pytest.mark.parametrize("claims", BAD_CLAIMS, ids=str)
def test_an_id_token_that_says_something_else_opens_nothing(client, provider, claims):
    provider.changes = claims

    answer = sign_in(client, provider)

    assert answer.status_code == 403
    assert not is_in(client)
    assert reason().startswith("The identity provider did not vouch for you")


@pytest.mark.parametrize("claims", [{"aud": [CLIENT_ID]}, {"azp": CLIENT_ID},
                                    {"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID},
                                    {"actor_type": "human"}], ids=str)  # fmt: skip
def test_an_id_token_may_say_more(client, provider, claims):
    provider.changes = claims

    assert sign_in(client, provider).status_code == 302


FORGED = [{"alg": "none"}, {"alg": "HS256"}, {"typ": "at+jwt"}, {"typ": "logout+jwt"},
          {"kid": "unknown"}, {"crit": ["exp"]}]  # fmt: skip


@pytest.mark.parametrize("header", FORGED, ids=str)
def test_a_token_under_another_header_opens_nothing(client, provider, header, monkeypatch):
    headed = provider.headed
    monkeypatch.setattr(provider, "token", lambda **claims: headed(header, **claims))

    assert sign_in(client, provider).status_code == 403


def test_a_token_of_another_key_opens_nothing(client, provider, monkeypatch):
    headed, kid = provider.headed, jwk("ES256")["kid"]
    monkeypatch.setattr(
        provider, "token", lambda **claims: headed({"kid": kid}, "ES256", 9, **claims)
    )

    assert sign_in(client, provider).status_code == 403


SAYS_NO = [{"error": "access_denied", "code": None}, {"error": "server_error"}, {"code": None},
           {"code": ""}, {"code": "x" * 4097}, {"code": ["a", "b"]},
           {"iss": "https://another.example"}]  # fmt: skip


@pytest.mark.parametrize("changes", SAYS_NO, ids=str)
def test_a_no_is_told_and_the_code_beside_it_is_not_traded(client, provider, changes):
    answer = come_back(client, provider.answer_to(begin(client)), **changes)

    assert (answer.status_code, provider.received) == (403, [])
    assert reason().startswith("The identity provider did not vouch for you")


def test_what_the_provider_says_of_an_error_is_not_shown(client, provider):
    said = {"error": "<script>alert(1)</script>", "error_description": "call 555-0100"}

    page = come_back(client, provider.answer_to(begin(client)), **said).content.decode()

    assert "alert" not in page
    assert "555" not in page


@pytest.mark.parametrize("name", [*BAD_ANSWERS, "silence"])
def test_a_token_endpoint_that_answers_nothing_usable_is_told(client, provider, name, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    provider.token_answer = BAD_ANSWERS.get(name, silence)

    answer = sign_in(client, provider)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "does not answer at the moment" in answer.content.decode()
    assert not is_in(client)
    assert not Entry.objects.filter(action__startswith="sign_in").exists()


def test_a_provider_that_is_gone_is_told(client, provider):
    address = provider.answer_to(begin(client))
    provider.close()

    answer = come_back(client, address)

    assert answer.status_code == 503
    assert "does not answer at the moment" in answer.content.decode()


def test_keys_that_can_not_be_had_are_told(client, provider):
    provider.keys = {}

    answer = sign_in(client, provider)

    assert answer.status_code == 503
    assert "keys of the identity provider cannot be had" in answer.content.decode()


def test_the_secret_is_not_carried_to_where_the_token_endpoint_points(client, provider):
    with listening(text(b"{}")) as sink:
        provider.token_answer = redirect(sink.url)

        assert sign_in(client, provider).status_code == 503
        assert sink.hits == 0


def test_a_wrong_secret_is_ours_to_mend_and_blames_nobody(client, provider, contract):
    contract(oidc_client_secret="another")

    assert sign_in(client, provider).status_code == 503


def test_nobody_enters_whose_entry_can_not_be_written(client, provider):
    address = provider.answer_to(begin(client))
    make_history_unwritable()

    answer = come_back(client, address)

    assert answer.status_code == 503
    assert not Session.objects.exists()
    assert not is_in(client)


def test_tries_are_counted_by_address_with_those_of_passwords(client, provider, rates):
    rates(token=1)
    sign_in(client, provider, subject="stranger")

    answer = sign_in(client, provider)

    assert (answer.status_code, len(provider.received)) == (429, 1)
    assert int(answer["Retry-After"]) > 0
    assert not is_in(client)


@pytest.mark.parametrize("path", ["/admin/login/provider/", "/admin/login/callback/"])
def test_the_two_steps_are_followed_not_posted(client, provider, path):
    assert client.post(path).status_code == 405


def test_without_a_provider_there_is_no_such_way(client, people):
    assert client.get(BEGIN)["Location"] == LOGIN
    assert b"Sign in with" not in client.get(LOGIN).content
    assert client.get("/admin/login/callback/?code=a&state=b").status_code == 400


def test_the_form_offers_both_ways_where_both_are_open(client, provider):
    page = client.get(f"{LOGIN}?next=/admin/tasks/task/%3Fq%3D1").content.decode()

    assert page.count("Sign in with 127.0.0.1") == 1
    assert 'href="/admin/login/provider/?next=/admin/tasks/task/%3Fq%3D1"' in page
    assert 'name="password"' in page


def test_no_password_opens_where_staff_comes_through_the_provider_alone(client, provider, contract):
    contract(allow_password_sign_in=False)

    page = client.get(LOGIN).content.decode()
    tried = client.post(LOGIN, {"username": "admin", "password": PASSWORD})

    assert 'name="password"' not in page
    assert (tried.status_code, is_in(client)) == (200, False)
    assert "No password is taken here." in tried.content.decode()
    assert sign_in(client, provider)["Location"] == CONSOLE


def test_a_password_still_opens_where_there_is_no_other_way(client, people, contract):
    contract(allow_password_sign_in=False, env=Stage.PROD)

    assert client.post(LOGIN, {"username": "admin", "password": PASSWORD}).status_code == 302
