"""Keys rotate under consumers that cache as they always do, and none refuses a token."""

from datetime import datetime, timedelta
from itertools import cycle

import pytest
from rest_framework.test import APIClient

from accounts.models import SigningKey
from accounts.operations import revocation, rotation
from tests.contract.caching_consumers import REFUSALS, GoogleAuth, Joserfc, Proxy, PyJwt
from tests.keys import NOON, access_token, changing, small_rsa_keys, told
from wire.clock import now

pytestmark = pytest.mark.django_db(transaction=True)
ROTATIONS = 20
LIFE = timedelta(seconds=600 + 29)  # leeway and all
SECOND = timedelta(seconds=1)
PATHS = ("/.well-known/jwks.json", "/api/auth/jwks")


class Moved:
    """The clock that PyJWT's client measures its cache by, moved with the others."""

    @staticmethod
    def monotonic():
        return now().timestamp()


@pytest.fixture
def clock(monkeypatch, time_machine):
    """Stop every clock at noon; the result moves them."""
    for module in ("api_jwk", "jwk_set_cache", "jwks_client"):
        monkeypatch.setattr(f"jwt.{module}.time", Moved)
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def crowd(clock, live_server, people):
    """Consumers of three libraries, to be let in one by one: so each fetches at its own times."""
    urls = cycle(live_server.url + path for path in PATHS)
    shared = Proxy(next(urls), now)
    return [
        make()
        for _ in range(2)
        for make in (
            lambda: PyJwt(next(urls)),
            lambda: Joserfc(Proxy(next(urls), now)),
            lambda: GoogleAuth(Proxy(next(urls), now)),
            lambda: GoogleAuth(shared),
        )
    ]


class Story:
    """Time goes on, tokens are signed, and everybody is shown the newest and the oldest alive."""

    def __init__(self, clock, crowd):
        self.clock, self.crowd = clock, crowd
        self.tokens: list[tuple[datetime, str]] = []
        self.verified, self.failures = 0, []

    def go_to(self, at):
        self.clock.move_to(at, tick=False)
        self.tokens = [(end, token) for end, token in self.tokens if at < end]
        self.tokens.append((at + LIFE, access_token(at, "RS256")))

    def show(self, consumers):
        for _, token in {self.tokens[0], self.tokens[-1]}:
            self.failures += [each for each in consumers if not self._accepts(each, token)]
        answer = APIClient().get("/api/me", HTTP_AUTHORIZATION=f"Bearer {self.tokens[0][1]}")
        self.failures += [answer] * (answer.status_code != 200)

    def _accepts(self, consumer, token):
        self.verified += 1
        try:
            return bool(consumer.verify(token))
        except REFUSALS:
            return False


@pytest.fixture
def story(clock, crowd):
    return Story(clock, crowd)


def rotate(key):
    with changing(now()) as journal:
        return rotation.rotate(key, journal=journal, early=True).dates


def moments(began, dates):
    """The instants around which something changes for somebody."""
    signs, gone = dates.signs_from, dates.removed_at
    at = [
        *(began + wait * SECOND for wait in (0, 14, 16, 298, 2900)),
        *(signs + near * SECOND for near in (-300, -1, 0, 1, 599)),
        *(gone + near * SECOND for near in (-601, -1, 0, 16)),
    ]
    return sorted(at)


def test_twenty_rotations_fail_nobody(story, live_server):
    for number, key in enumerate(small_rsa_keys(ROTATIONS)):
        began, latecomer = now(), GoogleAuth(Proxy(live_server.url + PATHS[0], now))
        latecomer.proxy.get()
        dates = rotate(key)
        for step, at in enumerate(moments(began, dates)):
            story.go_to(at)
            story.show(story.crowd[: 1 + number * 2 + step // 5])
            if at >= began + 298 * SECOND:
                story.show([latecomer])
        story.clock.move_to(at + number * 37 * SECOND, tick=False)

    assert story.failures == []
    assert len(told("key.rotated")) == SigningKey.objects.count() - 1 == ROTATIONS
    assert story.verified > 200 * ROTATIONS
    assert story.crowd[1].proxy.confirmed > ROTATIONS


def test_in_an_emergency_those_who_keep_sets_fail_as_long_as_was_said(story, signing_key):
    patient, eager = story.crowd[3], story.crowd[0]
    story.go_to(NOON)
    story.show([patient, eager])
    with changing(NOON + SECOND) as journal:
        revoked = revocation.revoke(signing_key.pk, reason="a test", journal=journal)
    assert revoked.successor is not None
    story.tokens.clear()

    story.go_to(NOON + timedelta(minutes=1))
    story.show([eager])
    assert story.failures == []
    story.show([patient])
    assert story.failures == [patient]

    story.go_to(revoked.successor.unknown_until)
    story.failures.clear()
    story.show([patient, eager])
    assert story.failures == []
