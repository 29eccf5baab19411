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


def test_a_disabled_client_gets_nothing(ask, credential):
    with recording(actor=SHELL, at=now(), origin=Origin(request_id="test-1234")) as journal:
        principals.disable("@worker", journal=journal)

    answer = ask(GRANT, (credential.client_id, credential.client_secret))

    assert answer.status_code == 401


def test_the_secret_is_in_no_entry(ask, credential):
    ask(GRANT, (credential.client_id, credential.client_secret))

    assert Entry.objects.filter(action="token.issued", actor_id="@worker").exists()
    assert credential.client_secret not in str(list(Entry.objects.values()))
