"""What is asked of every service."""

from collections.abc import Callable, Mapping

from benchmarks.load import Load
from benchmarks.shares import Range, Shares

NOTHING = Range(0, 1)


def _nothing(_: Shares) -> Range:
    return NOTHING


TOKEN_FORM = "grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}"
FORM = "application/x-www-form-urlencoded"

# Which numbers a load takes. Those that use up their tasks go on where the last round ended.
RANGES: Mapping[str, Callable[[Shares], Range]] = {
    "start": lambda shares: shares.pending,
    "progress": lambda shares: shares.held,
    "complete": lambda shares: shares.ending,
    "get": lambda shares: shares.every,
}
USED_UP = frozenset({"start", "complete"})

LOADS = (
    Load("start", "POST", "/api/tasks/%d/start", "{}"),
    Load("progress", "POST", "/api/tasks/%d/progress", '{"percent": 50}'),
    Load("complete", "POST", "/api/tasks/%d/complete", "{}"),
    Load("list", "GET", "/api/tasks?limit=50"),
    Load("get", "GET", "/api/tasks/%d"),
    Load(
        "create",
        "POST",
        "/api/tasks",
        '{"title": "Measure it", "project_slug": "project-1", "tags": ["measure"]}',
    ),
    Load("mint", "POST", "/oauth/token", TOKEN_FORM, FORM, is_signed_in=False),
    Load("jwks", "GET", "/.well-known/jwks.json", is_signed_in=False),
)


def numbers(load: Load, shares: Shares, used: int) -> Range:
    """Return the numbers of a load of which so many are used up. Raises IndexError without any."""
    whole = RANGES.get(load.name, _nothing)(shares)
    if load.name not in USED_UP:
        return whole
    if used >= whole.count:
        raise IndexError(f"no tasks left to {load.name}: take fewer rounds or more tasks")
    return Range(whole.first + used, whole.count - used)
