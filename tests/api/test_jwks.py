"""GET /.well-known/jwks.json."""

import pytest

from accounts.jwk import thumbprint


@pytest.mark.parametrize("path", ["/.well-known/jwks.json", "/api/auth/jwks"])
def test_only_public_members_are_published(anonymous, path):
    answer = anonymous.get(path)

    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "kid", "alg", "use", "n", "e"}
    assert key["kid"] == thumbprint(key)


def test_everybody_may_cache_it(anonymous):
    answer = anonymous.get("/.well-known/jwks.json")

    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_an_unchanged_set_is_not_sent_again(anonymous):
    tag = anonymous.get("/.well-known/jwks.json")["ETag"]

    answer = anonymous.get("/.well-known/jwks.json", HTTP_IF_NONE_MATCH=tag)

    assert answer.status_code == 304
    assert answer.content == b""
    assert answer["ETag"] == tag


def test_a_warm_process_asks_the_database_nothing(anonymous, django_assert_num_queries):
    anonymous.get("/.well-known/jwks.json")

    with django_assert_num_queries(0):
        anonymous.get("/.well-known/jwks.json")
