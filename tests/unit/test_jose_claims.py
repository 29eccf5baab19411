"""A signed token must also say the right things, in the right types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.jose import REQUIRED_CLAIMS, RejectedToken, verify_claims
from tests.unit.forge import GOOD_CLAIMS, jwk, key_set, token

NOW = 1_000_000
ASKED = {"issuer": "https://issuer.example", "audience": "taskflow", "now": NOW}


def verify(text, **asked):
    return verify_claims(text, key_set(jwk("ES256")), ["ES256"], **{**ASKED, **asked})


def claims(**changes):
    return {name: value for name, value in {**GOOD_CLAIMS, **changes}.items() if value != "gone"}


def refused(payload, **asked):
    with pytest.raises(RejectedToken):
        verify(token(payload), **asked)


def test_good_claims_come_back_as_they_were_signed():
    assert verify(token()) == GOOD_CLAIMS


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b"{", b'{"sub":"a","sub":"b"}', b"\xff"])
def test_claims_are_one_strict_json_object(payload):
    refused(payload)


@pytest.mark.parametrize("name", REQUIRED_CLAIMS)
@pytest.mark.parametrize("value", ["gone", None])
def test_each_required_claim_must_be_there(name, value):
    refused(claims(**{name: value}))


@pytest.mark.parametrize("name", REQUIRED_CLAIMS)
def test_a_claim_may_lack_when_it_is_not_required(name):
    payload = claims(**{name: "gone"})

    assert verify(token(payload), required=set(REQUIRED_CLAIMS) - {name}) == payload


def test_a_claim_that_is_not_required_is_still_judged():
    refused(claims(exp=NOW - 1000), required=[])
    refused(claims(aud="other"), required=[])
    refused(claims(iss="other"), required=[])
    refused(claims(jti=7), required=[])


def test_any_claim_can_be_required():
    refused(claims(), required=[*REQUIRED_CLAIMS, "client_id"])

    assert verify(token(claims(client_id="x")), required=["client_id"])


@pytest.mark.parametrize("name", ["iss", "sub", "jti"])
@pytest.mark.parametrize("value", ["", 7, True, ["@alice"], {}])
def test_names_are_texts_that_say_something(name, value):
    refused(claims(**{name: value}))


@pytest.mark.parametrize(
    "iss", ["https://issuer.example/", "https://issuer", "https://issuer.example.com", "HTTPS://x"]
)
def test_the_issuer_is_compared_exactly(iss):
    refused(claims(iss=iss))


@pytest.mark.parametrize("aud", ["taskflow", ["taskflow"], ["other", "taskflow"]])
def test_our_audience_alone_or_among_others_is_accepted(aud):
    assert verify(token(claims(aud=aud)))["aud"] == aud


@pytest.mark.parametrize(
    "aud", ["other", "taskflow2", "task", "", [], ["other"], ["taskflow", 7], {"taskflow": 1}, 7]
)
def test_any_other_audience_is_refused(aud):
    refused(claims(aud=aud))


@pytest.mark.parametrize("issuer, audience", [("", ""), (None, None), ([], {}), (7, 7)])
def test_asking_for_nobody_accepts_nobody(issuer, audience):
    refused(claims(), issuer=issuer)
    refused(claims(aud=""), audience=audience)
    refused(claims(iss=""), issuer=issuer)


@pytest.mark.parametrize(
    "name, accepted, turned_down",
    [("exp", NOW - 29.5, NOW - 30), ("iat", NOW + 30, NOW + 30.5), ("nbf", NOW + 30, NOW + 31)],
)
def test_dates_hold_up_to_the_leeway(name, accepted, turned_down):
    assert verify(token(claims(**{name: accepted})))
    refused(claims(**{name: turned_down}))


def test_without_leeway_a_token_ends_at_its_last_second():
    assert verify(token(claims(exp=NOW + 1)), leeway=0)
    refused(claims(exp=NOW), leeway=0)


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value", [True, False, str(NOW), [NOW], {}, 10**30, 10**400, 1e300, -1, "gone-wrong"]
)
def test_a_date_is_a_number_that_a_calendar_can_hold(name, value):
    refused(claims(**{name: value}))


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999"])
def test_a_date_without_end_is_refused(number):
    refused(b'{"iss":"https://issuer.example","exp":' + number + b"}", required=[])


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
def test_a_type_is_asked_for_in_either_spelling(typ):
    assert verify(token(typ=typ), typ="at+jwt")
    assert verify(token(typ=typ), typ="application/at+jwt")


@pytest.mark.parametrize("typ", [None, "JWT", "at+jwt ", "jwt", "text/at+jwt", "", "at\u212ajwt"])
def test_a_token_of_another_type_is_refused(typ):
    with pytest.raises(RejectedToken):
        verify(token(typ=typ), typ="at+jwt")


def test_letters_that_only_look_alike_make_another_type():
    with pytest.raises(RejectedToken):
        verify(token(typ="to\u212aen"), typ="token")


def test_the_clock_is_read_when_no_time_is_given(time_machine):
    time_machine.move_to(NOW + 629.0, tick=False)
    assert verify(token(), now=None)

    time_machine.move_to(NOW + 630.0, tick=False)
    with pytest.raises(RejectedToken):
        verify(token(), now=None)


JUNK = st.none() | st.booleans() | st.text() | st.floats() | st.lists(st.lists(st.text()))


@given(st.fixed_dictionaries({}, optional=dict.fromkeys([*GOOD_CLAIMS, "nbf"], JUNK)), JUNK)
def test_no_claims_whatever_raise_anything_else(changes, asked):
    payload = {**GOOD_CLAIMS, **changes}
    for names in ({}, *({name: asked} for name in ("issuer", "audience", "typ", "required"))):
        try:
            verify(token(payload), **names)
        except RejectedToken:
            continue


@given(JUNK | st.integers())
def test_no_time_whatever_raises_anything_else(value):
    for name in ("now", "leeway"):
        try:
            verify(token(), **{name: value})
        except RejectedToken:
            continue
