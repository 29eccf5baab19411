"""What can happen to a client's secrets and keys."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from accounts.models import Account, ClientSecret
from accounts.operations import credentials, principals
from accounts.registry_errors import (
    AlreadySo,
    NoSuchSecret,
    NotAClient,
    TooManySecrets,
    UnfitClientKeys,
)
from audit.models import Entry
from audit.shell import recording_from_shell
from tests.unit.forge import jwk, key_set
from wire.clock import now

pytest_plugins = ["tests.oauth_fixtures"]


def add(name="@worker"):
    with recording_from_shell() as journal:
        return credentials.add_secret(principals.registered(name), journal)


def revoke(number=None, name="@worker"):
    with recording_from_shell() as journal:
        return credentials.revoke_secret(principals.registered(name), number, journal)


def set_keys(jwks, name="@worker"):
    with recording_from_shell() as journal:
        credentials.set_jwks(principals.registered(name), jwks, journal)


@pytest.fixture
def opens(ask):
    return lambda credential: ask(credential, grant_type="client_credentials").status_code == 200


def test_two_secrets_live_at_once_so_that_a_client_can_go_over(worker, opens):
    second = add()

    assert opens(worker)
    assert opens(second)
    assert second.client_id == worker.client_id


def test_a_third_is_refused(worker):
    add()

    with pytest.raises(TooManySecrets):
        add()

    assert ClientSecret.objects.count() == 2


def test_the_older_one_goes_unless_one_is_named(worker, opens):
    second = add()

    revoke()

    assert not opens(worker)
    assert opens(second)


def test_the_one_that_is_named_goes(worker, opens):
    second = add()

    revoke(ClientSecret.objects.latest("id").pk)

    assert opens(worker)
    assert not opens(second)


def test_a_place_that_was_freed_can_be_taken_again(worker, opens):
    add()
    revoke()

    assert opens(add())


def test_what_is_no_living_secret_of_the_client_can_not_be_revoked(worker):
    number = revoke()

    for absent in (None, number, 10**9):
        with pytest.raises(NoSuchSecret):
            revoke(absent)


def test_a_secret_of_another_client_can_not_be_revoked(worker):
    with pytest.raises(NoSuchSecret):
        revoke(ClientSecret.objects.get().pk, "@robo")


def test_people_have_no_secrets_and_no_keys(people):
    with pytest.raises(NotAClient):
        add("@alice")
    with pytest.raises(NotAClient):
        set_keys(key_set(jwk("ES256")), "@alice")


def test_what_happens_to_secrets_is_recorded_by_number(worker):
    number = revoke()

    entry = Entry.objects.get(action="credential.revoked")
    assert (entry.target_id, entry.context) == ("@worker", {"secret": number})
    assert worker.client_secret not in str(Entry.objects.values())


def test_keys_are_set_and_taken_away(worker):
    set_keys(key_set(jwk("ES256")))
    set_keys(None)

    entries = Entry.objects.filter(changes__has_key="jwks").order_by("id")
    made, gone = entries.values_list("action", "changes__jwks")
    assert made == ("credential.created", [None, [jwk("ES256")["kid"]]])
    assert gone == ("credential.revoked", [[jwk("ES256")["kid"]], None])
    assert Account.objects.get(pk="@worker").jwks is None


def test_the_same_keys_again_are_no_change(worker):
    set_keys(key_set(jwk("ES256")))

    with pytest.raises(AlreadySo):
        set_keys(key_set(jwk("ES256")))


UNFIT: dict[str, Callable[[], object]] = {
    "list": list, "text": lambda: "keys", "number": lambda: 7, "no keys": dict,
    "none": lambda: {"keys": []}, "object": lambda: {"keys": {}}, "no key": lambda: key_set("x"),
    "private": lambda: key_set({**jwk("ES256"), "d": "AQAB"}),
    "symmetric": lambda: key_set({"kty": "oct", "k": "AQAB"}),
    "for encryption": lambda: key_set(jwk("ES256", use="enc")),
    "other algorithm": lambda: key_set(jwk("RS256", alg="RS512")),
    "other curve": lambda: key_set(jwk("ES384")),
    "one name twice": lambda: key_set(jwk("ES256"), jwk("ES256")),
    "nameless of two": lambda: key_set(jwk("ES256"), jwk("RS256", kid=None)),
    "too many": lambda: key_set(*[jwk("ES256", kid=str(number)) for number in range(11)]),
}  # fmt: skip


@pytest.mark.parametrize("what", UNFIT)
def test_unfit_keys_are_refused(worker, what):
    with pytest.raises(UnfitClientKeys):
        set_keys(UNFIT[what]())


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_single_key_needs_no_name(worker, alg):
    set_keys(key_set(jwk(alg, kid=None)))

    assert Account.objects.get(pk="@worker").jwks


def test_the_database_holds_the_number_of_living_secrets(worker):
    account = Account.objects.get(pk="@worker")

    with pytest.raises(IntegrityError):
        ClientSecret.objects.create(account=account, digest="x", slot=1, created_at=now())


def test_the_database_knows_two_places(worker):
    account = Account.objects.get(pk="@worker")

    with pytest.raises(IntegrityError):
        ClientSecret.objects.create(account=account, digest="x", slot=3, created_at=now())
