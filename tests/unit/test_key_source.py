"""Somebody else's keys: asked for seldom, by one at a time, and kept while they can be."""

import json
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from accounts import key_source
from accounts.errors import KeySourceUnavailable
from accounts.key_source import COOL_DOWN, STALE, KeySource
from accounts.methods.external import LIFETIME, read_jwks
from tests.concurrency.threads import at_once
from tests.servers.endpoint import BAD_ANSWERS, PATIENCE_SECONDS, Endpoint, text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def key_set(*kids):
    return text(json.dumps({"keys": [{"kid": kid} for kid in kids]}).encode())


@pytest.fixture
def endpoint():
    with closing(Endpoint(key_set("old"))) as server:
        yield server


@pytest.fixture
def source(endpoint):
    return KeySource(lambda: endpoint.url, read_jwks)


class Gate:
    """An answer that is given when the gate is opened."""

    def __init__(self, answer):
        self.answer, self.opened = answer, threading.Event()

    def __call__(self, exchange):
        assert self.opened.wait(PATIENCE_SECONDS)
        self.answer(exchange)


def begin(act):
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def kids(source, at, kid="old"):
    try:
        return source.keys(kid, at).kids
    except KeySourceUnavailable:
        return None


def test_a_set_is_asked_for_once_in_its_lifetime(source, endpoint):
    for minute in range(60):
        assert kids(source, NOON + timedelta(minutes=minute)) == {"old"}

    assert endpoint.hits == 1


def test_nobody_is_asked_before_a_token_comes(source, endpoint):
    assert endpoint.hits == 0


def test_a_set_is_asked_for_anew_at_the_end_of_its_lifetime(source, endpoint):
    kids(source, NOON)
    endpoint.answer = key_set("new")

    assert kids(source, NOON + LIFETIME - SECOND) == {"old"}
    assert kids(source, NOON + LIFETIME) == {"new"}


def test_an_unknown_name_has_the_set_asked_for_anew(source, endpoint):
    kids(source, NOON)
    endpoint.answer = key_set("old", "new")

    assert kids(source, NOON + COOL_DOWN, "new") == {"old", "new"}


def test_unknown_names_have_it_asked_for_once_in_a_cool_down(source, endpoint):
    for second in range(90):
        assert kids(source, NOON + second * SECOND, f"unknown-{second}") == {"old"}

    assert endpoint.hits == 3


def test_a_token_without_a_name_has_nothing_asked_for_anew(source, endpoint):
    kids(source, NOON, None)

    assert kids(source, NOON + LIFETIME - SECOND, None) == {"old"}
    assert endpoint.hits == 1


def test_a_storm_of_unknown_names_has_it_asked_for_once(source, endpoint):
    kids(source, NOON)
    at = NOON + COOL_DOWN

    seen = at_once(200, lambda n: kids(source, at + n * timedelta(milliseconds=1), f"x{n}"))

    assert set(seen) == {frozenset({"old"})}
    assert endpoint.hits == 2


def test_a_storm_on_a_fresh_process_has_it_asked_for_once(source, endpoint):
    seen = at_once(100, lambda _: kids(source, NOON))

    assert set(seen) == {frozenset({"old"})}
    assert endpoint.hits == 1


def test_others_are_served_the_last_good_set_while_one_asks(source, endpoint):
    kids(source, NOON)
    endpoint.answer = gate = Gate(key_set("new"))
    asking = begin(lambda: kids(source, NOON + LIFETIME))
    endpoint.wait_for_hit(2)

    meanwhile = [kids(source, NOON + LIFETIME + n * SECOND) for n in range(100)]
    gate.opened.set()
    asking.join(PATIENCE_SECONDS)

    assert set(meanwhile) == {frozenset({"old"})}
    assert kids(source, NOON + LIFETIME) == {"new"}
    assert endpoint.hits == 2


def test_whoever_needs_a_new_key_waits_for_the_one_who_asks(source, endpoint):
    kids(source, NOON)
    endpoint.answer = gate = Gate(key_set("new"))
    seen = []
    at = NOON + COOL_DOWN
    waiting = [begin(lambda: seen.append(kids(source, at, "new"))) for _ in range(5)]
    endpoint.wait_for_hit(2)

    gate.opened.set()
    for thread in waiting:
        thread.join(PATIENCE_SECONDS)

    assert seen == [{"new"}] * 5
    assert endpoint.hits == 2


@pytest.mark.parametrize(("known", "seen"), [(True, {"old"}), (False, None)])
def test_nobody_waits_for_long(source, endpoint, monkeypatch, known, seen):
    monkeypatch.setattr(key_source, "PATIENCE_SECONDS", 0.05)
    if known:
        kids(source, NOON)
    endpoint.answer = gate = Gate(key_set("new"))
    asking = begin(lambda: kids(source, NOON + COOL_DOWN, "new"))
    endpoint.wait_for_hit(2 if known else 1)

    assert kids(source, NOON + COOL_DOWN, "new") == seen

    gate.opened.set()
    asking.join(PATIENCE_SECONDS)


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_answer_leaves_the_last_good_set_where_it_is(source, endpoint, answer):
    kids(source, NOON)
    endpoint.answer = answer

    assert kids(source, NOON + LIFETIME) == {"old"}
    assert endpoint.hits == 2


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_answer_is_no_set_at_all_on_a_fresh_process(source, endpoint, answer):
    endpoint.answer = answer

    assert kids(source, NOON) is None
    assert kids(source, NOON + COOL_DOWN - SECOND) is None
    assert endpoint.hits == 1


def test_a_set_that_came_late_is_taken_after_the_cool_down(source, endpoint):
    endpoint.answer = BAD_ANSWERS["error"]
    kids(source, NOON)
    endpoint.answer = key_set("old")

    assert kids(source, NOON + COOL_DOWN) == {"old"}


def test_an_endpoint_that_is_down_is_asked_once_in_a_cool_down(source, endpoint):
    kids(source, NOON)
    endpoint.answer = BAD_ANSWERS["error"]

    seen = [kids(source, NOON + LIFETIME + n * 10 * SECOND) for n in range(60)]

    assert set(seen) == {frozenset({"old"})}
    assert endpoint.hits == 1 + 20


def test_an_endpoint_that_is_down_for_a_day_is_not_missed(source, endpoint):
    kids(source, NOON)
    endpoint.close()

    for hour in range(1, 25):
        assert kids(source, NOON + timedelta(hours=hour)) == {"old"}


def test_the_last_good_set_is_given_up_at_the_end_of_the_stale_window(source, endpoint):
    kids(source, NOON)
    endpoint.answer = BAD_ANSWERS["page"]

    assert kids(source, NOON + LIFETIME + STALE - SECOND) == {"old"}
    assert kids(source, NOON + LIFETIME + STALE) is None


def test_keys_that_were_withdrawn_are_gone_even_if_none_is_left(source, endpoint):
    kids(source, NOON)
    endpoint.answer = key_set()

    assert kids(source, NOON + LIFETIME) == set()


def test_a_clock_that_was_set_back_does_not_end_the_asking(source, endpoint):
    kids(source, NOON)
    endpoint.answer = key_set("new")

    assert kids(source, NOON - timedelta(days=1), "new") == {"new"}


def test_a_failure_is_logged_without_what_came(source, endpoint, caplog):
    endpoint.answer = text(b'{"keys": "canary-7f3a"}')

    kids(source, NOON)

    (record,) = [record for record in caplog.records if record.name == "taskflow.keys"]
    assert record.url == endpoint.url
    assert "canary" not in caplog.text + record.reason
