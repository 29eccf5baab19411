"""GET /.well-known/token-shapes."""

import jsonschema  # type: ignore[import-untyped]
import jwt
import pytest

from accounts.models import Audience

pytest_plugins = ["tests.oauth_fixtures"]


@pytest.fixture
def shapes(people, client):
    Audience.objects.create(
        name="billing", resource="https://billing.example.com", payload_versions=[1, 2]
    )
    Audience.objects.create(name="ledger", payload_versions=[2])
    return client.get("/.well-known/token-shapes").json()


def test_it_tells_which_audience_gets_which(shapes):
    assert shapes["audiences"] == {
        "billing": {"resource": "https://billing.example.com", "versions": [1, 2]},
        "ledger": {"resource": None, "versions": [2]},
        "taskflow": {"resource": None, "versions": [1]},
    }


@pytest.mark.parametrize("version", ["1", "2"])
def test_each_version_has_a_schema_that_is_one(shapes, version):
    jsonschema.Draft202012Validator.check_schema(shapes["versions"][version])


@pytest.mark.parametrize("audience", ["taskflow", "billing", "ledger"])
def test_a_token_satisfies_each_version_of_its_audience(shapes, payload_for, audience):
    payload = payload_for(audience)

    for version in shapes["audiences"][audience]["versions"]:
        jsonschema.validate(payload, shapes["versions"][str(version)])


@pytest.mark.parametrize(("audience", "other"), [("taskflow", "2"), ("ledger", "1")])
def test_and_no_other(shapes, payload_for, audience, other):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(payload_for(audience), shapes["versions"][other])


@pytest.fixture
def payload_for(ask, worker):
    def payload(audience):
        answer = ask(worker, grant_type="client_credentials", audience=audience)
        return jwt.decode(answer.data["access_token"], options={"verify_signature": False})

    return payload


def test_everybody_may_read_and_keep_it(people, client):
    answer = client.get("/.well-known/token-shapes")

    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert (
        client.get(
            "/.well-known/token-shapes", headers={"If-None-Match": answer["ETag"]}
        ).status_code
        == 304
    )


def test_it_costs_one_query(people, client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/.well-known/token-shapes")
