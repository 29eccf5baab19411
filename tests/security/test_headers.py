"""What every answer carries."""

import pytest

PATHS = ["/health", "/api/me", "/api/tasks", "/nowhere", "/.well-known/jwks.json", "/admin/login/"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_armoured(as_alice, path):
    answer = as_alice.get(path)

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert len(answer["X-Request-ID"]) == 32


@pytest.mark.parametrize("path", ["/api/me", "/api/tasks", "/api/tasks/1", "/api/nowhere"])
@pytest.mark.parametrize("credential", ["Bearer dev:@alice", "Bearer x", None])
def test_what_depends_on_a_credential_is_never_stored(anonymous, path, credential):
    headers = {"HTTP_AUTHORIZATION": credential} if credential else {}

    answer = anonymous.get(path, **headers)

    assert answer["Cache-Control"] == "no-store"
    assert "Authorization" in answer["Vary"]


@pytest.mark.parametrize("header", ["Authorization", "X-Admin-API-Key"])
def test_whatever_a_credential_was_shown_for_is_never_stored(anonymous, header):
    answer = anonymous.get("/health", headers={header: "Bearer x"})

    assert answer["Cache-Control"] == "no-store"
    assert "Authorization" in answer["Vary"]
    assert "Authorization" not in anonymous.get("/health").get("Vary", "")


def test_what_varies_by_something_else_varies_by_the_credential_too(anonymous):
    assert {"Cookie", "Authorization"} <= set(anonymous.get("/admin/login/")["Vary"].split(", "))


@pytest.mark.parametrize("given", ["abcdefgh", "A.b_c-9" * 4, "x" * 128])
def test_a_wellformed_request_id_is_kept(as_alice, given):
    assert as_alice.get("/health", HTTP_X_REQUEST_ID=given)["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["short", "x" * 129, "a b c d e f", "é" * 8, "a\nb" * 8, "<>" * 9]
)
def test_any_other_request_id_is_replaced(as_alice, given):
    answer = as_alice.get("/health", HTTP_X_REQUEST_ID=given)

    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 32


def test_an_answer_tells_its_length_where_it_has_a_body(as_alice):
    whole = as_alice.get("/.well-known/jwks.json")
    unchanged = as_alice.get("/.well-known/jwks.json", HTTP_IF_NONE_MATCH=whole["ETag"])

    assert whole["Content-Length"] == str(len(whole.content))
    assert "Content-Length" not in unchanged
