"""A text is one that has UTF-8, whatever its length."""

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import CharField

from wire.fields import Text


@pytest.mark.parametrize("text", ["plain", "grüße", "𝄞", "x" * 20_000])
def test_texts_pass(text):
    assert Text().run_validation(text) == text


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "nul\0"])
def test_what_is_no_text_is_refused_in_the_words_of_drf(text):
    with pytest.raises(ValidationError) as ours:
        Text().run_validation(text)
    with pytest.raises(ValidationError) as theirs:
        CharField().run_validation(text)

    assert ours.value.get_full_details() == theirs.value.get_full_details()


def test_no_character_is_looked_at_by_itself_where_none_is_half_of_a_pair(monkeypatch):
    monkeypatch.setattr("rest_framework.validators.ord", None, raising=False)

    assert Text().run_validation("plain") == "plain"
    with pytest.raises(TypeError):
        CharField().run_validation("plain")
