"""What is told to be plainly right is what the serializer takes, and as it takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from accounts.serializers import OAuthForm, RefreshBody, SignInBody, TokenForm
from tasks.serializers import TaskIn
from wire.fields import Text
from wire.plain import Plain
from wire.serializers import StrictSerializer, _plain, _reader, validated

KINDS = [OAuthForm, RefreshBody, SignInBody, TokenForm]
FORM = {"grant_type": "client_credentials", "scope": "tasks:read tasks:write"}
WORDS = st.sampled_from(["", " ", "a", " a", "a ", "a b", "\0", "ü", "\ud800", "a\n", "x" * 129])
VALUES = WORDS | st.text(max_size=4) | st.none() | st.integers() | st.booleans() | st.lists(WORDS)


def plainly(kind, body):
    """Return what a plain body says; None when it is not plain."""
    plain = _plain(kind)
    assert plain is not None
    return plain.read(body)


def members(kind):
    names = st.sampled_from([*kind().fields, "surprise", ""])
    return st.dictionaries(names, VALUES, max_size=4)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_whatever_is_plain_is_what_the_serializer_makes_of_it(kind, data):
    body = data.draw(members(kind))
    plain = plainly(kind, body)

    if plain is not None:
        assert plain == _reader(kind).run_validation(body)


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_of_words_is_plain(kind):
    words = dict.fromkeys(kind().fields, "a word")

    assert plainly(kind, words) == words


@pytest.mark.parametrize(("name", "longest"), [("grant_type", 128), ("scope", 512)])
def test_a_text_is_plain_to_its_longest_and_refused_beyond(name, longest):
    assert plainly(OAuthForm, {**FORM, name: "x" * longest})
    assert plainly(OAuthForm, {**FORM, name: "x" * (longest + 1)}) is None
    with pytest.raises(serializers.ValidationError):
        validated({**FORM, name: "x" * (longest + 1)}, OAuthForm)


@pytest.mark.parametrize("odd", [{}, [], "text", None, {"grant_type": ["a"]}, {"scope": "a"}])
def test_what_is_not_plain_is_left_to_the_serializer(odd):
    assert plainly(OAuthForm, odd) is None


def test_an_unknown_member_is_left_out_where_a_standard_says_so_and_told_elsewhere():
    assert plainly(OAuthForm, {**FORM, "surprise": "1"}) == FORM
    assert plainly(RefreshBody, {"refresh": "a", "surprise": "1"}) is None


class Trusted(StrictSerializer):
    """Has a say by a method."""

    word = Text(max_length=9)

    def validate_word(self, value):
        """Return it."""
        return value


class Limited(StrictSerializer):
    """Has a field that asks for more than a length."""

    word = Text(max_length=9, min_length=3)


class Given(StrictSerializer):
    """Says something where nothing was said."""

    word = Text(max_length=9, default="this")


@pytest.mark.parametrize("kind", [Trusted, Limited, Given, TaskIn])
def test_a_kind_that_asks_for_more_is_asked_each_time(kind):
    assert _plain(kind) is None


def test_a_heir_is_judged_with_what_it_inherits():
    class Heir(Trusted):
        """Adds nothing."""

    assert _plain(Heir) is None
    assert isinstance(_plain(type("Other", (RefreshBody,), {})), Plain)
