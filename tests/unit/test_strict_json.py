"""One JSON text, read one way."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wire.strict_json import MAX_DEPTH, NotStrictJson, loads

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_the_standard_library_writes_is_read_back(value):
    assert loads(json.dumps(value).encode()) == value
    assert loads(json.dumps(value, ensure_ascii=False, indent=1)) == value


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_whatever_comes_in_only_one_error_comes_out(data):
    with suppress(NotStrictJson):
        loads(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"{} {}",
        b"[1,]",
        b"{'a': 1}",
        b'"tab\there"',
        b"01",
        b"1.",
        b"+1",
        b"\xc2\xa01",
        b"tru",
        b'"open',
        b'{"a": [1, 2}',
    ],
)
def test_bad_syntax_is_refused(data):
    with pytest.raises(NotStrictJson):
        loads(data)


@pytest.mark.parametrize(
    "data",
    [
        '"é"'.encode("latin-1"),
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-16-le"),
        '{"a": 1}'.encode("utf-32"),
        b'"\xc0\x80"',  # NUL in two bytes
        b'"\xed\xa0\x80"',  # a surrogate in UTF-8's clothes
    ],
)
def test_only_utf_8_is_read(data):
    with pytest.raises(NotStrictJson):
        loads(data)


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf{}", "\ufeff{}"])
def test_a_byte_order_mark_is_refused(data):
    with pytest.raises(NotStrictJson):
        loads(data)


@pytest.mark.parametrize(
    "data",
    [
        r'"\ud800"',
        r'"\uDFFF"',
        r'["ok", {"deep": "\udc00\ud800"}]',
        r'{"\uDABC": 1}',
        r'"\\\ud800"',
        '"\ud800"',
        '{"\udfff": 1}',
    ],
)
def test_a_lone_surrogate_is_refused_in_keys_and_values(data):
    with pytest.raises(NotStrictJson):
        loads(data)


def test_a_surrogate_pair_and_an_escaped_backslash_are_fine():
    assert loads(r'"\ud83d\ude00"') == "😀"
    assert loads(r'"\\ud800"') == "\\ud800"


@pytest.mark.parametrize(
    "data",
    [
        '{"a": 1, "a": 1}',
        '{"a": 1, "b": 2, "a": 3}',
        r'{"a": 1, "\u0061": 2}',
        '[{"x": {"a": 1, "a": 1}}]',
    ],
)
def test_a_member_that_stands_twice_is_refused(data):
    with pytest.raises(NotStrictJson, match="twice"):
        loads(data)


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 400 + ".0"]
)
def test_a_number_that_is_not_finite_is_refused(number):
    with pytest.raises(NotStrictJson):
        loads(f'{{"n": {number}}}')


def test_long_integers_are_read_exactly_and_absurd_ones_refused():
    assert loads("9" * 400) == 10**400 - 1
    with pytest.raises(NotStrictJson):
        loads("9" * 5000)


def test_nul_in_a_string_is_left_to_the_field():
    assert loads(r'"a\u0000b"') == "a\0b"


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_depth_is_counted_to_the_level(opening, closing):
    def nested(depth):
        return opening * depth + "1" + closing * depth

    assert loads(nested(MAX_DEPTH))
    with pytest.raises(NotStrictJson, match="deeper"):
        loads(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize("data", ["[" * 10_000, "[" * 10_000 + "]" * 10_000, '{"a":' * 10_000])
def test_ten_thousand_levels_do_not_exhaust_the_stack(data):
    with pytest.raises(NotStrictJson, match="deeper"):
        loads(data)


def test_a_caller_that_allows_any_depth_still_sees_one_error():
    with pytest.raises(NotStrictJson):
        loads("[" * 100_000, max_depth=200_000)


@pytest.mark.parametrize(
    "text", ["[" * 100, '"' + "[" * 100, "\\" + "{" * 100, '\\"' + "{" * 100, "]" * 100]
)
def test_brackets_inside_strings_are_no_depth(text):
    assert loads(json.dumps([text, {text: text}])) == [text, {text: text}]


def test_brackets_side_by_side_are_no_depth():
    assert loads("[" + ",".join(["{}"] * 1000) + "]") == [{}] * 1000


@settings(deadline=None)
@given(VALUES, st.integers(0, 6))
def test_depth_agrees_with_a_plain_count(value, limit):
    def depth(node):
        inner = node.values() if isinstance(node, dict) else node
        is_container = isinstance(node, dict | list)
        return 1 + max(map(depth, inner), default=0) if is_container else 0

    try:
        loads(json.dumps(value), max_depth=limit)
    except NotStrictJson:
        assert depth(value) > limit
    else:
        assert depth(value) <= limit
