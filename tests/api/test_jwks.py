"""GET /.well-known/jwks.json."""

import pytest

from accounts.jwk import thumbprint
from tests.keys import rotate
from wire.clock import now

PATHS = ["/.well-known/jwks.json", "/api/auth/jwks"]
JWKS = PATHS[0]


@pytest.mark.parametrize("path", PATHS)
def test_only_public_members_are_published(anonymous, path):
    answer = anonymous.get(path)

    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "kid", "alg", "use", "n", "e"}
    assert key["kid"] == thumbprint(key)


def test_everybody_may_cache_it(anonymous):
    answer = anonymous.get(JWKS)

    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer x"}])
def test_one_copy_serves_all_callers(anonymous, path, shown):
    answer = anonymous.get(path, headers=shown)

    assert "Vary" not in answer
    assert answer["Cache-Control"].startswith("public")


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_an_unchanged_set_is_not_sent_again(anonymous, known):
    tag = anonymous.get(JWKS)["ETag"]

    answer = anonymous.get(JWKS, HTTP_IF_NONE_MATCH=known.format(tag))

    assert (answer.status_code, answer.content) == (304, b"")
    assert (answer["ETag"], answer["Cache-Control"]) == (tag, "public, max-age=300")


@pytest.mark.parametrize("known", ['"other"', "", "nonsense", "W/*"])
def test_a_changed_set_is_sent(anonymous, known):
    answer = anonymous.get(JWKS, HTTP_IF_NONE_MATCH=known)

    assert (answer.status_code, len(answer.json()["keys"])) == (200, 1)


def test_both_paths_answer_the_same(anonymous):
    well_known, api = (anonymous.get(path) for path in PATHS)

    assert well_known.content == api.content
    for header in ("ETag", "Cache-Control", "Content-Type", "Access-Control-Allow-Origin"):
        assert well_known[header] == api[header]


def test_a_new_key_makes_another_tag(anonymous):
    tag = anonymous.get(JWKS)["ETag"]
    rotate(now())

    answer = anonymous.get(JWKS, HTTP_IF_NONE_MATCH=tag)

    assert (answer.status_code, len(answer.json()["keys"])) == (200, 2)


def test_a_warm_process_asks_the_database_nothing(anonymous, django_assert_num_queries):
    anonymous.get(JWKS)

    with django_assert_num_queries(0):
        anonymous.get(JWKS)
