"""POST /oauth/token."""

import base64

import pytest

from accounts.operations import principals
from accounts.scopes import Scope
from audit.actors import SHELL, Origin
from audit.models import Entry
from audit.recording import recording
from wire.clock import now

FORM = "application/x-www-form-urlencoded"
GRANT = "grant_type=client_credentials"


@pytest.fixture
def credential(people):
    with recording(actor=SHELL, at=now(), origin=Origin(request_id="test-1234")) as journal:
        return principals.create_agent(
            "@worker", scopes=[Scope.TASKS_READ, Scope.TASKS_WRITE], journal=journal
        )


@pytest.fixture
def ask(anonymous):
    def post(body, basic=None):
        headers = {}
        if basic:
            encoded = base64.b64encode(":".join(basic).encode()).decode()
            headers["HTTP_AUTHORIZATION"] = f"Basic {encoded}"
        return anonymous.generic("POST", "/oauth/token", body, content_type=FORM, **headers)

    return post


def test_a_client_gets_a_token_by_basic_authentication(ask, credential, anonymous):
    answer = ask(GRANT, (credential.client_id, credential.client_secret))

    me = anonymous.get("/api/me", HTTP_AUTHORIZATION=f"Bearer {answer.data['access_token']}")
    assert answer.data["scope"] == "tasks:read tasks:write"
    assert "refresh_token" not in answer.data
    assert (me.data["id"], me.data["actor_type"]) == ("@worker", "agent")
    assert me.data["client_id"] == credential.client_id


def test_a_client_gets_a_token_by_the_form(ask, credential):
    answer = ask(
        f"{GRANT}&client_id={credential.client_id}&client_secret={credential.client_secret}"
    )

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"


def test_a_scope_narrows_what_is_given(ask, credential):
    answer = ask(f"{GRANT}&scope=tasks:read", (credential.client_id, credential.client_secret))

    assert answer.data["scope"] == "tasks:read"


@pytest.mark.parametrize("scope", ["ops:run", "nonsense", "tasks:read audit:read"])
def test_more_than_it_holds_is_refused(ask, credential, scope):
    answer = ask(
        f"{GRANT}&scope={scope.replace(' ', '+')}", (credential.client_id, credential.client_secret)
    )

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_scope"


def test_a_wrong_secret_is_an_invalid_client(ask, credential):
    answer = ask(GRANT, (credential.client_id, "wrong"))

    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "invalid_request"),
        ("grant_type=", "invalid_request"),
        ("grant_type=password", "unsupported_grant_type"),
        (f"{GRANT}&{GRANT}", "invalid_request"),
        (f"{GRANT}&client_secret=twice", "invalid_request"),
        (f"{GRANT}&surprise=1&surprise=2", "invalid_request"),
        ("&".join([GRANT, *(f"p{number}=" for number in range(1000))]), "invalid_request"),
        (f"{GRANT}&audience=nowhere", "invalid_target"),
        (f"{GRANT}&client_id=%00", "invalid_request"),
        ("\xff", "invalid_request"),
    ],
)
def test_a_malformed_request_is_told_in_the_words_of_oauth(ask, credential, body, error):
    answer = ask(body, (credential.client_id, credential.client_secret))

    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


@pytest.mark.parametrize("more", ["surprise=1", "username=x&password=y", "client_id", "%00=%00"])
def test_a_parameter_that_is_not_known_is_ignored(ask, credential, more):
    answer = ask(f"{GRANT}&{more}", (credential.client_id, credential.client_secret))

    assert answer.status_code == 200


@pytest.mark.parametrize("label", [FORM, FORM.upper(), f"{FORM}; charset=utf-8"])
def test_a_form_is_read_however_it_is_labelled(anonymous, credential, label):
    body = f"{GRANT}&client_id={credential.client_id}&client_secret={credential.client_secret}"

    answer = anonymous.generic("POST", "/oauth/token", body, content_type=label)

    assert answer.status_code == 200


@pytest.mark.parametrize("label", ["application/json", f"{FORM}; charset=latin-1", "form"])
def test_what_is_labelled_otherwise_is_not_read(anonymous, label):
    answer = anonymous.generic("POST", "/oauth/token", GRANT, content_type=label)

    assert answer.status_code == 415


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/problem+json"])
def test_the_answer_is_compact_json_and_indented_where_that_is_asked(anonymous, credential, accept):
    body = f"{GRANT}&client_id={credential.client_id}&client_secret={credential.client_secret}"

    def given(kind):
        return anonymous.generic("POST", "/oauth/token", body, content_type=FORM, HTTP_ACCEPT=kind)

    short, long = given(accept), given("application/json; indent=4")

    assert short.content.startswith(b'{"access_token":"')
    assert long.content.startswith(b'{\n    "access_token": "')
    assert short["Content-Type"] == long["Content-Type"] == "application/json"
    assert list(short.json()) == list(long.json())


def test_a_disabled_client_gets_nothing(ask, credential):
    with recording(actor=SHELL, at=now(), origin=Origin(request_id="test-1234")) as journal:
        principals.disable("@worker", journal=journal)

    answer = ask(GRANT, (credential.client_id, credential.client_secret))

    assert answer.status_code == 401


def test_the_secret_is_in_no_entry(ask, credential):
    ask(GRANT, (credential.client_id, credential.client_secret))

    assert Entry.objects.filter(action="token.issued", actor_id="@worker").exists()
    assert credential.client_secret not in str(list(Entry.objects.values()))
