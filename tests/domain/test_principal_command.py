"""`manage.py principal` and `create_agent`: shell in, text out."""

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Account
from accounts.operations.credentials import Credential
from tests.unit.forge import jwk, key_set

pytest_plugins = ["tests.oauth_fixtures", "tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people")


def run(command, *arguments):
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def principal(*arguments):
    return run("principal", *arguments)


def refused(*arguments):
    with pytest.raises(CommandError) as error:
        principal(*arguments)
    return error.value.returncode, str(error.value)


@pytest.fixture
def keys_file(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(key_set(jwk("ES256"))))
    return str(path)


def test_everybody_is_listed():
    told = principal("list")

    assert all(handle in told for handle in Account.objects.values_list("pk", flat=True))


def test_one_is_shown_without_anything_that_would_open_a_door(worker):
    told = principal("show", "worker")

    assert worker.client_id in told
    assert worker.client_secret not in told


def test_a_principal_is_disabled_and_enabled():
    principal("disable", "@alice")
    stopped = not Account.objects.get(pk="@alice").is_active
    principal("enable", "alice")

    assert stopped
    assert Account.objects.get(pk="@alice").is_active


def test_doing_it_twice_is_no_failure():
    principal("disable", "@alice")

    assert "so already" in principal("disable", "@alice")


def test_a_role_is_given():
    principal("role", "@alice", "operator")

    assert Account.objects.get(pk="@alice").role == "operator"


def test_scopes_are_granted_taken_away_and_given_back():
    granted = principal("scopes", "@robo", "tasks:read audit:read")
    none = principal("scopes", "@robo", "")
    usual = principal("scopes", "@robo", "default")

    assert "audit:read tasks:read" in granted
    assert "nothing" in none
    assert "tasks:read tasks:write" in usual


def test_a_secret_is_shown_once_and_opens(ask):
    lines = principal("secret", "@robo", "add").split()
    credential = Credential(**dict(zip(lines[::2], lines[1::2], strict=True)))

    assert ask(credential, grant_type="client_credentials").status_code == 200
    assert credential.client_secret not in principal("show", "@robo")


def test_a_secret_is_revoked_by_number_or_by_age(worker):
    principal("secret", "@worker", "add")
    first, second = Account.objects.get(pk="@worker").secrets.order_by("pk")

    assert f"Secret {second.pk} " in principal("secret", "@worker", "revoke", str(second.pk))
    assert f"Secret {first.pk} " in principal("secret", "@worker", "revoke")


def test_keys_are_read_from_a_file(keys_file):
    principal("jwks", "@robo", keys_file)
    told = principal("show", "@robo")
    principal("jwks", "@robo", "none")

    assert jwk("ES256")["kid"] in told
    assert Account.objects.get(pk="@robo").jwks is None


def test_an_agent_with_keys_gets_no_secret(keys_file):
    told = run("create_agent", "@signer", "--jwks", keys_file)

    assert told.split()[0] == "client_id"
    assert "client_secret" not in told


def test_an_identity_is_linked_shown_and_cut(contract):
    contract(auth_server_url="https://login.example.com/")

    linked = principal("identity", "@alice", "link", "user_2abC")
    shown = principal("show", "@alice")
    principal("identity", "@alice", "unlink", "user_2abC")

    assert linked == "user_2abC of https://login.example.com/ is linked: @alice.\n"
    assert "user_2abC of https://login.example.com/" in shown
    assert "user_2abC" not in principal("show", "@alice")


def test_an_identity_may_be_of_another_issuer():
    principal("identity", "@alice", "link", "7", "--issuer", "https://other.example.com")

    assert "7 of https://other.example.com" in principal("show", "@alice")


REFUSED = [
    ("show", "@nobody"), ("disable", "@nobody"), ("disable", "@admin"),
    ("role", "@admin", "user"), ("role", "@robo", "operator"), ("scopes", "@robo", "ops:approve"),
    ("secret", "@alice", "add"), ("secret", "@robo", "revoke"), ("secret", "@robo", "add", "1"),
    ("identity", "@alice", "link", "no provider is set up"),
    ("identity", "@alice", "unlink", "7", "--issuer", "https://other.example.com"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_a_refusal_ends_with_its_sentence_and_status_2(arguments):
    status, said = refused(*arguments)

    assert status == 2
    assert said.endswith(".")


USAGE = [
    ("role", "@alice", "king"), ("scopes", "@robo", "tasks:fly"), ("jwks", "@robo", "/nowhere"),
    ("secret", "@robo", "show"), ("dance", "@alice"), (),
]  # fmt: skip


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_what_is_not_understood_is_refused(arguments):
    with pytest.raises(CommandError, match="Error:"):
        principal(*arguments)
