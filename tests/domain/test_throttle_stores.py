"""Where calls are counted for all processes: the database and Redis count alike."""

from dataclasses import replace

import pytest
from django.db import connection
from django.utils.module_loading import import_string
from redis import Redis

from accounts.budgets import Policy, StoreAway, Window
from accounts.throttle_models import PRUNE_EVERY, PRUNE_MOST, DatabaseStore, ThrottleWindow
from accounts.throttle_redis import PREFIX, RedisStore
from tests.serving import HOST, free_port
from wire.clock import now

pytest_plugins = ["tests.throttle_fixtures"]
pytestmark = pytest.mark.django_db

NOON = int(now().timestamp())
POLICY = Policy("user", 100, 60, skew=30)


@pytest.fixture
def store(each_store, settings, request):
    """The store of each kind, with a key that nobody else uses."""
    made = import_string(settings.THROTTLE_STORE)()
    made.key = request.node.nodeid
    return made


def take(store, asked, at=NOON, policy=POLICY):
    return store.take(policy, store.key[-64:], asked, at)


def test_calls_add_up_until_the_window_ends(store):
    windows = [take(store, 5), take(store, 1), take(store, 200, NOON + 59)]

    assert windows == [Window(5, NOON + 60), Window(6, NOON + 60), Window(206, NOON + 60)]


def test_the_next_window_begins_with_the_next_call(store):
    take(store, 5)

    assert take(store, 2, NOON + 75) == Window(2, NOON + 135)


def test_a_process_whose_clock_is_slow_counts_in_the_same_window(store):
    take(store, 5, NOON + 30)

    assert take(store, 2, NOON) == Window(7, NOON + 90)


def test_a_window_that_a_wrong_clock_began_locks_nobody_out(store):
    take(store, 1_000, NOON + 31_536_000)

    assert take(store, 2) == Window(2, NOON + 60)


def test_a_shorter_rate_does_not_wait_for_the_end_of_the_longer(store):
    take(store, 1_000, policy=replace(POLICY, seconds=86_400))

    assert take(store, 2) == Window(2, NOON + 60)


def test_callers_are_counted_apart(store):
    take(store, 5)

    assert store.take(POLICY, f"{store.key[-60:]}else", 1, NOON) == Window(1, NOON + 60)


def test_a_call_is_given_back_to_its_own_window_alone(store):
    ends = take(store, 5).ends

    store.give_back(store.key[-64:], ends)
    store.give_back(store.key[-64:], ends - 1)

    assert take(store, 1).used == 5


def test_nothing_is_given_back_to_a_window_without_calls(store):
    ends = take(store, 1).ends

    for _ in range(3):
        store.give_back(store.key[-64:], ends)

    assert take(store, 1).used == 1


def test_a_window_is_known_until_it_ends(store):
    key = store.key[-64:]
    before, ends = store.knows(key, NOON), take(store, 1).ends

    assert [before, store.knows(key, ends - 1), store.knows(key, ends)] == [False, True, False]


def test_what_has_ended_is_removed_faster_than_new_windows_begin(db):
    store, ended = DatabaseStore(), PRUNE_MOST + 7
    ThrottleWindow.objects.bulk_create(
        ThrottleWindow(key=f"old{number}", used=1, ends=NOON - 31) for number in range(ended)
    )
    ThrottleWindow.objects.create(key="just now", used=1, ends=NOON - 29)

    for number in range(PRUNE_EVERY):
        store.take(POLICY, f"new{number}", 1, NOON)

    assert ThrottleWindow.objects.filter(key__startswith="old").count() == 7
    assert ThrottleWindow.objects.exclude(key__startswith="old").count() == PRUNE_EVERY + 1


def test_counting_is_one_statement(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        DatabaseStore().take(POLICY, "alone", 1, NOON)


@pytest.mark.only_on("postgresql")  # SQLite has one log for everything
def test_counting_waits_for_no_disk(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = %s", [TABLE])
        assert cursor.fetchone() == ("u",)


def test_redis_forgets_by_itself(settings, redis_url):
    settings.CONTRACT = replace(settings.CONTRACT, redis_url=redis_url)

    RedisStore().take(POLICY, "forgotten", 1, NOON)

    assert 89 <= Redis.from_url(redis_url).ttl(f"{PREFIX}forgotten") <= 90


def test_a_redis_that_does_not_answer_is_told_apart_from_a_refusal(settings):
    nobody = f"redis://{HOST}:{free_port()}/0"
    settings.CONTRACT = replace(settings.CONTRACT, redis_url=nobody)

    with pytest.raises(StoreAway):
        RedisStore().take(POLICY, "nowhere", 1, NOON)


TABLE = ThrottleWindow._meta.db_table
