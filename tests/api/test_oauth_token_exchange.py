"""POST /oauth/token: one token for another (RFC 8693)."""

from datetime import timedelta

import jwt as pyjwt
import pytest
import time_machine

from accounts.identities import provider_name
from accounts.models import Account, Audience
from accounts.operations import identities
from audit.models import Entry
from audit.shell import recording_from_shell
from tests.oauth import TYPE
from tests.servers.google_certs import PUSHER
from tests.servers.identity_provider import ISSUER as PROVIDER
from tests.servers.identity_provider import SUBJECT
from wire.clock import now

pytest_plugins = ["tests.oauth_fixtures", "tests.servers.fixtures"]

OUTSIDER = f"{provider_name(PROVIDER)}:{SUBJECT}"


def claims(answer):
    return pyjwt.decode(answer.data["access_token"], options={"verify_signature": False})


def test_an_outside_person_gets_a_token_of_ours_that_works_here(exchange, people, provider, whoami):
    answer = exchange(provider.token())

    assert answer.status_code == 200
    assert "refresh_token" not in answer.data
    assert answer.data["issued_token_type"] == f"{TYPE}access_token"
    me = whoami(answer.data["access_token"]).data
    assert (me["id"], me["actor_type"], me["role"]) == (OUTSIDER, "human", "user")
    assert me["scopes"] == ["tasks:read", "tasks:write"]


def test_somebody_who_is_linked_gets_their_own_token(exchange, people, provider, whoami):
    with recording_from_shell() as journal:
        identities.link("@alice", issuer=PROVIDER, subject=SUBJECT, journal=journal)

    answer = exchange(provider.token())

    assert whoami(answer.data["access_token"]).data["id"] == "@alice"
    assert claims(answer)["email"] == "alice@example.org"


def test_the_address_that_the_provider_tells_is_not_passed_on(exchange, people, provider):
    assert "email" not in claims(exchange(provider.token(email="alice@example.org")))


def test_a_google_service_account_gets_a_token_of_ours(exchange, people, google_server, whoami):
    answer = exchange(google_server.token(), subject_token_type=f"{TYPE}id_token")

    me = whoami(answer.data["access_token"]).data
    assert (me["id"], me["actor_type"]) == (f"sa:{PUSHER}", "service")
    assert me["scopes"] == ["tasks:write"]


def test_an_agent_acts_for_a_person(exchange, alices, worker, whoami):
    answer = exchange(alices["access"], worker)

    token = claims(answer)
    assert (token["sub"], token["act"], token["actor_type"]) == (
        "@alice", {"sub": "@worker"}, "agent",
    )  # fmt: skip
    assert token["client_id"] == worker.client_id
    assert "email" not in token
    me = whoami(answer.data["access_token"]).data
    assert (me["id"], me["on_behalf_of"], me["actor_type"]) == ("@worker", "@alice", "agent")


def test_an_agent_acts_for_an_outside_person(exchange, worker, provider, whoami):
    answer = exchange(provider.token(), worker)

    me = whoami(answer.data["access_token"]).data
    assert (me["id"], me["on_behalf_of"]) == ("@worker", OUTSIDER)


def test_the_actor_may_show_a_token_instead_of_authenticating(exchange, ask, alices, worker):
    agents = ask(worker, grant_type="client_credentials").data["access_token"]

    answer = exchange(alices["access"], actor_token=agents, actor_token_type=f"{TYPE}access_token")

    assert claims(answer)["act"] == {"sub": "@worker"}


def test_both_have_to_hold_a_scope(exchange, alices, worker, people):
    Account.objects.filter(pk="@worker").update(granted_scopes=["tasks:read", "ops:run"])

    answer = exchange(alices["access"], worker)

    assert answer.data["scope"] == "tasks:read"


def test_what_is_done_is_told_of_both(exchange, alices, worker, anonymous):
    token = exchange(alices["access"], worker).data["access_token"]

    anonymous.post("/api/tasks", {"title": "Paint"}, headers={"Authorization": f"Bearer {token}"})

    issued = Entry.objects.get(action="token.issued", auth_method="token_exchange")
    created = Entry.objects.get(action="task.created")
    assert (issued.actor_id, issued.on_behalf_of) == ("@worker", "@alice")
    assert (created.actor_id, created.on_behalf_of) == ("@worker", "@alice")


def test_no_token_stands_in_an_entry(exchange, alices, worker):
    answer = exchange(alices["access"], worker)

    told = str(list(Entry.objects.values()))
    for token in (alices["access"], answer.data["access_token"], worker.client_secret):
        assert token.split(".")[-1] not in told


def test_the_new_token_ends_with_the_old_one(exchange, alices):
    with time_machine.travel(now() + timedelta(seconds=400), tick=False):
        answer = exchange(alices["access"])

    assert 195 <= answer.data["expires_in"] <= 200
    assert claims(answer)["exp"] <= claims_of(alices["access"])["exp"]


def test_it_ends_with_the_token_of_the_actor_too(exchange, ask, alices, worker, anonymous):
    agents = ask(worker, grant_type="client_credentials").data["access_token"]
    with time_machine.travel(now() + timedelta(seconds=400), tick=False):
        fresh = anonymous.post("/api/token/refresh", {"refresh": alices["refresh"]}).data["access"]
        answer = exchange(fresh, actor_token=agents, actor_token_type=f"{TYPE}access_token")

    assert 195 <= answer.data["expires_in"] <= 200
    assert claims(answer)["exp"] <= claims_of(agents)["exp"] < claims_of(fresh)["exp"]


def claims_of(token):
    return pyjwt.decode(token, options={"verify_signature": False})


def test_it_ends_with_the_session_too(exchange, alices, worker, whoami, anonymous):
    token = exchange(alices["access"], worker).data["access_token"]

    anonymous.post("/api/token/revoke", {"refresh": alices["refresh"]})

    assert whoami(token).status_code == 401


@pytest.mark.parametrize(
    "wish", [{"audience": "billing"}, {"resource": "https://billing.example.com"}]
)
def test_it_can_be_for_another_audience(exchange, alices, wish, whoami):
    Audience.objects.create(
        name="billing", resource="https://billing.example.com", payload_versions=[2]
    )

    answer = exchange(alices["access"], **wish)

    assert claims(answer)["aud"] == "billing"
    assert claims(answer)["actor"] == {"id": "@alice", "type": "human", "on_behalf_of": None}
    assert whoami(answer.data["access_token"]).status_code == 401


def test_the_type_that_was_asked_for_is_told(exchange, alices):
    answer = exchange(alices["access"], requested_token_type=f"{TYPE}jwt")

    assert answer.data["issued_token_type"] == f"{TYPE}jwt"


WRONG = [
    ({"subject_token": ""}, "invalid_request"),
    ({"subject_token_type": ""}, "invalid_request"),
    ({"subject_token_type": f"{TYPE}saml2"}, "invalid_request"),
    ({"subject_token_type": f"{TYPE}refresh_token"}, "invalid_request"),
    ({"requested_token_type": f"{TYPE}refresh_token"}, "invalid_request"),
    ({"requested_token_type": f"{TYPE}id_token"}, "invalid_request"),
    ({"actor_token_type": f"{TYPE}access_token"}, "invalid_request"),
    ({"actor_token": "x"}, "invalid_request"),
    ({"audience": "nowhere"}, "invalid_target"),
    ({"resource": "https://nowhere.example"}, "invalid_target"),
    ({"scope": "ops:run"}, "invalid_scope"),
    ({"scope": "nonsense"}, "invalid_scope"),
]


@pytest.mark.parametrize(("wish", "error"), WRONG, ids=str)
def test_a_wrong_wish_is_told_in_the_words_of_oauth(exchange, alices, wish, error):
    answer = exchange(alices["access"], **wish)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
