"""GET /.well-known: what the service says of itself (RFC 8414, RFC 9728)."""

import json

import pytest
from django.urls import Resolver404, resolve

from accounts.oauth_grants import GRANTS
from tests.oauth import ISSUER

pytest_plugins = ["tests.oauth_fixtures"]

ISSUER_PATHS = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]
RESOURCE_PATHS = ["/.well-known/oauth-protected-resource"]
ALL = [*ISSUER_PATHS, *RESOURCE_PATHS, "/.well-known/oauth-protected-resource/mcp"]


@pytest.fixture
def issuer(client):
    return client.get(ISSUER_PATHS[0]).json()


def test_the_issuer_is_who_stands_in_our_tokens(issuer):
    assert issuer["issuer"] == ISSUER


def test_both_names_tell_the_same_facts(client):
    first, second = (client.get(path).content for path in ISSUER_PATHS)

    assert first == second


def test_every_endpoint_that_is_told_exists(issuer):
    told = [value for value in issuer.values() if str(value).startswith(ISSUER)]

    for url in told:
        try:
            resolve(url.removeprefix(ISSUER) or "/health")
        except Resolver404:
            pytest.fail(f"{url} leads nowhere")


def test_the_grants_are_those_that_are_answered(issuer):
    assert issuer["grant_types_supported"] == list(GRANTS)
    assert issuer["response_types_supported"] == []


@pytest.mark.parametrize("missing", [
    "authorization_endpoint", "registration_endpoint", "id_token_signing_alg_values_supported",
    "code_challenge_methods_supported", "userinfo_endpoint",
])  # fmt: skip
def test_nothing_is_told_that_does_not_exist(issuer, missing):
    assert missing not in issuer


@pytest.mark.parametrize(
    ("path", "resource"),
    [("", ISSUER), ("/mcp", f"{ISSUER}/mcp")],
)
def test_a_resource_names_itself_and_its_issuer(client, path, resource):
    told = client.get(f"/.well-known/oauth-protected-resource{path}").json()

    assert told["resource"] == resource
    assert told["authorization_servers"] == [ISSUER]
    assert told["bearer_methods_supported"] == ["header"]


@pytest.mark.django_db
@pytest.mark.parametrize("resource", [ISSUER, f"{ISSUER}/", f"{ISSUER}/mcp"])
def test_a_token_can_be_had_for_the_resource_that_is_told(ask, worker, resource):
    answer = ask(worker, grant_type="client_credentials", resource=resource)

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ALL)
def test_everybody_may_read_and_keep_it(client, path):
    answer = client.get(path, headers={"Origin": "https://app.example.com"})

    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert json.loads(answer.content)


@pytest.mark.parametrize("path", ALL)
def test_what_is_unchanged_is_not_sent_again(client, path):
    tag = client.get(path)["ETag"]

    answer = client.get(path, headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("path", ALL)
def test_it_costs_no_query(client, path):
    # A query would fail: this test asks for no database.
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ALL)
def test_it_can_only_be_read(client, path):
    assert client.post(path).status_code == 405
