"""An outside identity is issuer and subject: whoever is linked by them, and nobody by e-mail."""

from contextlib import closing
from datetime import timedelta

import pytest

from accounts.identities import provider_name
from accounts.identity_models import ExternalIdentity
from accounts.operations import identities, principals
from tests.factories import ADMIN, acting
from tests.servers.identity_provider import ISSUER, SUBJECT, IdentityProvider
from wire.clock import now

pytest_plugins = ["tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def link(people):
    def make(handle, subject=SUBJECT, issuer=ISSUER):
        with acting(ADMIN) as journal:
            identities.link(handle, issuer=issuer, subject=subject, journal=journal)

    return make


@pytest.mark.parametrize(
    ("handle", "actor_type", "role", "scopes"),
    [
        ("@alice", "human", "user", ["tasks:read", "tasks:write"]),
        ("@carol", "human", "operator", ["ops:approve", "ops:run"]),
        ("@dana", "human", "user", ["audit:read", "tasks:read"]),
        ("@robo", "agent", "user", ["tasks:read", "tasks:write"]),
    ],
)
def test_a_linked_identity_is_the_account(provider, knock, link, handle, actor_type, role, scopes):
    link(handle)

    me = knock(provider.token()).json()

    assert (me["id"], me["actor_type"], me["role"]) == (handle, actor_type, role)
    assert me["scopes"] == scopes


def test_an_e_mail_makes_nobody_an_account(provider, knock):
    answer = knock(provider.token(email="alice@example.org", email_verified=True))

    assert answer.json()["id"] == f"{provider_name(ISSUER)}:{SUBJECT}"


@pytest.mark.parametrize("subject", ["@alice", "alice", "sa:pipeline", "dev:@alice"])
def test_a_subject_that_looks_like_somebody_is_not_somebody(provider, knock, subject):
    answer = knock(provider.token(sub=subject))

    assert answer.json()["id"] == f"{provider_name(ISSUER)}:{subject}"


@pytest.mark.parametrize("other", ["https://login.example.org/", "https://login.example.com/b"])
def test_the_same_subject_and_mail_at_two_issuers_are_two_people(
    provider, knock, link, contract, other
):
    with closing(IdentityProvider(other)) as second:
        contract(auth_server_url=other)
        theirs = knock(second.token()).json()["id"]
        link("@alice")
        still_theirs = knock(second.token()).json()["id"]
    contract(auth_server_url=ISSUER)

    assert knock(provider.token()).json()["id"] == "@alice"
    assert theirs == still_theirs == f"{provider_name(other)}:{SUBJECT}"


@pytest.mark.parametrize("subject", [SUBJECT.lower(), SUBJECT + "x", SUBJECT[:-1]])
def test_another_spelling_is_another_person(provider, knock, link, subject):
    link("@alice")

    assert knock(provider.token(sub=subject)).json()["id"] != "@alice"


def test_the_link_of_a_disabled_account_leads_nowhere(provider, refused, link):
    link("@alice")

    with acting(ADMIN) as journal:
        principals.disable("@alice", journal=journal)

    refused(provider.token())


@pytest.mark.parametrize("claimed", ["human", "service", "robot", None, 7])
def test_a_token_may_not_say_another_kind_than_the_registry(provider, refused, link, claimed):
    link("@robo")

    refused(provider.token(actor_type=claimed))


def test_a_token_may_say_the_kind_that_the_registry_says(provider, knock, link):
    link("@robo")

    assert knock(provider.token(actor_type="agent")).json()["actor_type"] == "agent"


def test_a_link_bites_at_once_here_and_a_cut_one_too(provider, knock, link):
    before = knock(provider.token()).json()["id"]
    link("@alice")
    linked = knock(provider.token()).json()["id"]
    with acting(ADMIN) as journal:
        identities.unlink("@alice", issuer=ISSUER, subject=SUBJECT, journal=journal)

    assert linked == "@alice"
    assert knock(provider.token()).json()["id"] == before


def test_a_link_that_another_process_made_bites_within_five_seconds(
    provider, knock, people, time_machine
):
    time_machine.move_to(now(), tick=False)
    knock(provider.token())
    ExternalIdentity.objects.create(
        issuer=ISSUER, subject=SUBJECT, account=people["@alice"], created_at=now()
    )

    time_machine.shift(timedelta(seconds=5))

    assert knock(provider.token()).json()["id"] == "@alice"


@pytest.mark.parametrize("linked", [True, False])
def test_a_call_costs_no_query(provider, knock, link, linked, django_assert_num_queries):
    if linked:
        link("@alice")
    knock(provider.token())

    with django_assert_num_queries(0):
        assert knock(provider.token()).status_code == 200
