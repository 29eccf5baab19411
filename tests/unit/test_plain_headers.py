"""Headers read and set past Django's ceremony are what they would be with it."""

import pytest
from django.http import BadHeaderError, HttpResponse

from wire.headers import checked, complete, said
from wire.views import Endpoint


@pytest.mark.parametrize("name", ["X-Request-ID", "x-request-id", "Content-Type", "If-None-Match"])
def test_what_was_said_is_what_django_says(rf, name):
    request = rf.get("/", headers={"x-request-id": "abc", "if-none-match": '"a"'})

    assert said(request, name) == request.headers.get(name)


def test_an_answer_is_completed_and_not_overruled():
    answer = HttpResponse(headers={"cache-control": "public"})

    complete(answer, checked({"Cache-Control": "no-store", "X-Frame-Options": "DENY"}))

    assert answer["Cache-Control"] == "public"
    assert answer["x-frame-options"] == "DENY"
    assert ("X-Frame-Options", "DENY") in answer.items()


def test_what_is_completed_with_can_be_changed_in_one_answer_alone():
    ours = checked({"X-Frame-Options": "DENY"})
    one, other = HttpResponse(), HttpResponse()
    complete(one, ours)
    one["X-Frame-Options"] = "SAMEORIGIN"
    complete(other, ours)

    assert other["X-Frame-Options"] == "DENY"


def test_what_a_view_always_says_is_not_said_by_those_made_from_it():
    class Reads(Endpoint):
        def get(self):
            raise NotImplementedError

    class Writes(Reads):
        def post(self):
            raise NotImplementedError

    Reads().default_response_headers.clear()

    assert Reads().default_response_headers["Allow"] == "GET"
    assert Writes().default_response_headers["Allow"] == "GET, POST"


@pytest.mark.parametrize("header", [{"X-A": "b\r\nX-C: d"}, {"X-A\n": "b"}])
def test_a_header_that_would_be_two_is_refused(header):
    with pytest.raises(BadHeaderError):
        checked(header)
