"""No key signs before everybody has seen it, and none goes while its signatures are honoured."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from accounts.key_errors import TooEarly
from accounts.keys import KeyDates, KeyRing, SigningKey
from accounts.windows import Windows

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAX_AGE, CACHE, SKEW, LIFE, LEEWAY, RING, STATEMENT = 300, 3600, 30, 600, 30, 15, 15
WINDOWS = Windows(MAX_AGE, CACHE, SKEW, LIFE, LEEWAY, spread=RING + STATEMENT)


def later(seconds):
    return NOON + timedelta(seconds=seconds)


def test_a_key_signs_when_the_last_cached_set_without_it_is_gone():
    dates = WINDOWS.succession(NOON)

    assert dates.published_at == NOON
    assert dates.signs_from == later(300 + 3600 + 30 + 30)


def test_a_key_goes_when_the_last_token_it_signed_has_expired():
    dates = WINDOWS.succession(NOON)

    assert dates.removed_at == dates.signs_from + timedelta(seconds=30 + 30 + 600 + 30)


def test_later_dates_may_be_wished():
    dates = WINDOWS.succession(NOON, signs_from=later(86_400), removed_at=later(172_800))

    assert (dates.signs_from, dates.removed_at) == (later(86_400), later(172_800))


@pytest.mark.parametrize(
    "wish, seconds, step",
    [("signs_from", 3960, "may sign"), ("removed_at", 4650, "may be removed")],
)
def test_an_earlier_date_is_refused_and_the_earliest_named(wish, seconds, step):
    with pytest.raises(TooEarly, match=step) as refusal:
        WINDOWS.succession(NOON, **{wish: later(seconds - 1)})

    assert refusal.value.facts["earliest"] == later(seconds)
    assert f"{later(seconds):%Y-%m-%dT%H:%M:%SZ}" in str(refusal.value)


def test_the_earliest_time_that_is_named_is_allowed():
    at = NOON + timedelta(microseconds=1)
    earliest = WINDOWS.succession(at).signs_from

    assert earliest == later(3961)
    assert WINDOWS.succession(at, signs_from=earliest).signs_from == earliest


class World:
    """Machines whose clocks and readings differ by what the windows allow, and one rotation."""

    def __init__(self, behind, commit):
        self.behind = dict(zip(("rotating", "serving", "signing", "consumer"), behind, strict=True))
        self.commit = commit
        self.dates = WINDOWS.succession(self.clock("rotating", 0))
        born = later(-(10**6))
        ends = (self.dates.signs_from, self.dates.removed_at)
        self.before = [self.key("old", born, born)]
        self.after = [
            self.key("old", born, born, *ends),
            self.key("new", self.dates.published_at, self.dates.signs_from),
        ]

    @staticmethod
    def key(kid, *dates):
        return SigningKey(kid, "RS256", KeyDates(*dates), {"kid": kid}, "loaded")

    def clock(self, who, seconds):
        return later(seconds - self.behind[who])

    def ring(self, who, seconds, age):
        """What a machine knows whose reading is `age` seconds old."""
        read = seconds - age
        blind_from = WINDOWS.earliest_signing(self.clock(who, read))
        return KeyRing(self.after if read >= self.commit else self.before, blind_from=blind_from)

    def shown(self, seconds, age):
        """The kids of the set served then, and until when the most patient consumer holds it."""
        at, ring = self.clock("serving", seconds), self.ring("serving", seconds, age)
        held = ring.max_age(at, MAX_AGE, skew=SKEW) + CACHE
        return frozenset(key["kid"] for key in ring.jwks(at)["keys"]), seconds + held

    def signed(self, seconds, age):
        """The kid of a token signed then, and until when a consumer honours it."""
        at = self.clock("signing", seconds)
        expires = (at - NOON).total_seconds() + LIFE + LEEWAY + self.behind["consumer"]
        return self.ring("signing", seconds, age).signer(at).kid, expires


SIGNS = (WINDOWS.succession(NOON).signs_from - NOON).total_seconds()
GONE = (WINDOWS.succession(NOON).removed_at - NOON).total_seconds()
NEAR = [second for tick in range(-90, 91, 15) for second in (tick - 1, tick)]


@pytest.mark.parametrize("behind", list(itertools.product((0, SKEW), repeat=4)), ids=str)
@pytest.mark.parametrize("commit", [0, STATEMENT])
def test_whoever_holds_a_set_knows_every_token_it_is_shown(behind, commit):
    world, ages = World(behind, commit), (0, RING)
    fetches = [event + near for event in (0, SIGNS, GONE) for near in NEAR]
    sets = [(at, *world.shown(at, age)) for at in fetches for age in ages]
    tokens = [(SIGNS + near, *world.signed(SIGNS + near, age)) for near in NEAR for age in ages]

    unknown = [
        (fetched, signed, kid)
        for (fetched, kids, held_until), (signed, kid, expires) in itertools.product(sets, tokens)
        if kid not in kids and max(fetched, signed) <= held_until and max(fetched, signed) < expires
    ]

    assert unknown == []
