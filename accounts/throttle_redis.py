"""How are calls counted in Redis? As in the database, by one script that nothing interrupts."""

from typing import Any, cast

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.budgets import Policy, StoreAway, Window

PREFIX = "taskflow:throttle:"
PATIENCE_SECONDS = 1.0

TAKE = """
    local used, kept = unpack(redis.call('HMGET', KEYS[1], 'used', 'ends'))
    local asked, now, ends, latest = unpack(ARGV)
    used, kept = tonumber(used), tonumber(kept)
    if kept and kept > tonumber(now) and kept <= tonumber(latest) then
        ends = kept
    else
        used = 0
    end
    redis.call('HSET', KEYS[1], 'used', used + asked, 'ends', ends)
    redis.call('EXPIRE', KEYS[1], latest - now)
    return {used + asked, tonumber(ends)}
"""
GIVE_BACK = """
    local used, kept = unpack(redis.call('HMGET', KEYS[1], 'used', 'ends'))
    if kept == ARGV[1] and tonumber(used) > 0 then
        redis.call('HINCRBY', KEYS[1], 'used', -1)
    end
"""


KNOWS = "return redis.call('HGET', KEYS[1], 'ends')"
SCRIPTS = (TAKE, GIVE_BACK, KNOWS)


class RedisStore:
    """Counts in the Redis of REDIS_URL."""

    def __init__(self) -> None:
        self._redis = Redis.from_url(
            settings.CONTRACT.redis_url or "",
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), retries=1),  # a connection that was closed meanwhile
        )
        self._scripts = {text: self._redis.register_script(text) for text in SCRIPTS}

    def take(self, policy: Policy, key: str, asked: int, now: int) -> Window:
        """Count `asked` more calls in the present window, or begin one. Raises StoreAway."""
        facts = [asked, now, now + policy.seconds, policy.latest_end(now)]
        return Window(*cast("list[int]", self._run(TAKE, key, facts)))

    def give_back(self, key: str, ends: int) -> None:
        """Count one call less, if its window is still there. Raises StoreAway."""
        self._run(GIVE_BACK, key, [ends])

    def knows(self, key: str, now: int) -> bool:
        """Tell whether a window has begun and not ended. Raises StoreAway."""
        return int(self._run(KNOWS, key, []) or 0) > now

    def _run(self, script: str, key: str, facts: list[int]) -> Any:
        try:
            return self._scripts[script](keys=[PREFIX + key], args=facts)
        except RedisError as error:
            raise StoreAway from error
