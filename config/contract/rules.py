"""Which variables may not stand together, or not in this stage? Rules as data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import eq, gt
from typing import Any, Final

from config.contract.addresses import ANY, is_loopback, is_plain_http
from config.contract.database_url import has_no_host, is_pooled_and_kept, is_sqlite
from config.contract.declaring import DEPLOYED
from config.contract.parsing import Stage
from config.contract.variables import DEVELOPMENT_ENCRYPTION_KEY, SHORTEST_SECRET
from config.contract.weak_secrets import is_placeholder, is_weak

Complaint = tuple[str, str]
Values = Mapping[str, Any]

BROKEN: Final = object()  # the value of a variable that was given and could not be read
ALWAYS = tuple(Stage)
OUTSIDE_PROVIDER = ("AUTH_SERVER_URL", "JWKS_URL", "AUTH_AUDIENCE")
SIGN_IN = ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_AUTHORIZATION_URL", "OIDC_TOKEN_URL")
PROVIDERS_URLS = ("JWKS_URL", "OIDC_AUTHORIZATION_URL", "OIDC_TOKEN_URL")
DEBUG_SWITCHES = ("DEBUG", "DJANGO_DEBUG")

_OFF = ("", "0", "false", "no", "off")
_KNOWN = "is a well-known example"
_WEAK = "is on the list of weak secrets, or has too little variety"


@dataclass(frozen=True, slots=True)
class Rule:
    """A complaint about the first of `needs`, where `is_broken` says so of their values.

    Asked only when all of them have a value: a missing or malformed one is told by itself.
    """

    stages: tuple[Stage, ...]
    needs: tuple[str, ...]
    complaint: str
    is_broken: Callable[..., bool]

    def complaints(self, values: Values) -> Iterator[Complaint]:
        """Yield the complaint if the values break the rule."""
        found = [values[name] for name in self.needs]
        known = not any(value in (None, BROKEN) for value in found)
        if known and self.is_broken(*found):
            yield self.needs[0], self.complaint


@dataclass(frozen=True, slots=True)
class Beside:
    """A complaint that `name` is missing where one of the `others` is set and not off."""

    stages: tuple[Stage, ...]
    name: str
    others: tuple[str, ...]

    def complaints(self, values: Values) -> Iterator[Complaint]:
        """Yield the complaint if the variable is missing."""
        if not values[self.name] and any(values[other] for other in self.others):
            yield self.name, f"is missing, but {' or '.join(self.others)} is set"


def _is_local(env: Stage, _service: str) -> bool:
    return env is Stage.LOCAL


def _allows_any(names: tuple[str, ...]) -> bool:
    return ANY in names


def _leaves_the_machine_in_clear(url: str) -> bool:
    return is_plain_http(url) and not is_loopback(url)


def _is_known_ring(keys: tuple[bytes, ...]) -> bool:
    return DEVELOPMENT_ENCRYPTION_KEY in keys


def _keeps_a_place(database: Mapping[str, Any]) -> bool:
    return is_placeholder(database["PASSWORD"])


def _others(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)


def _shorter_than(length: int) -> Callable[[str], bool]:
    return lambda secret: len(secret) < length


def _at_all(_value: object) -> bool:
    return True


RULES: tuple[Rule | Beside, ...] = (
    Rule(ALWAYS, ("ENV", "K_SERVICE"), "must be DEV or PROD where K_SERVICE is set", _is_local),
    Rule(DEPLOYED, ("DATABASE_URL",), "must not be SQLite outside LOCAL", is_sqlite),
    Rule(DEPLOYED, ("DATABASE_URL",), "must name a host outside LOCAL", has_no_host),
    Rule(DEPLOYED, ("DATABASE_URL",), "has a placeholder as its password", _keeps_a_place),
    Rule(
        ALWAYS,
        ("DB_CONN_MAX_AGE", "DATABASE_URL", "DB_POOL_SIZE"),
        "must be 0, and so in DATABASE_URL, unless DB_POOL_SIZE is",
        is_pooled_and_kept,
    ),
    Rule(
        DEPLOYED,
        ("SECRET_KEY",),
        f"must be at least {SHORTEST_SECRET} characters long",
        _shorter_than(SHORTEST_SECRET),
    ),
    # Variety is left to `check --deploy` (security.W009): only what everybody knows stops a start.
    Rule(DEPLOYED, ("SECRET_KEY",), _KNOWN, is_placeholder),
    Rule(DEPLOYED, ("KEY_ENCRYPTION_KEYS",), "has the key of developers' machines", _is_known_ring),
    Rule(DEPLOYED, ("ADMIN_API_KEY",), _KNOWN, is_placeholder),
    Rule(DEPLOYED, ("BASE_URL",), "must be https outside LOCAL", is_plain_http),
    Rule(DEPLOYED, ("ALLOWED_HOSTS",), "must not be * outside LOCAL", _allows_any),
    Rule(DEPLOYED, ("ALLOWED_ORIGINS",), "must not be * outside LOCAL", _allows_any),
    *(
        Rule(DEPLOYED, (name,), "must be https outside LOCAL", is_plain_http)
        for name in PROVIDERS_URLS
    ),
    *(
        Rule(
            (Stage.LOCAL,),
            (name,),
            "must be https, or http to this machine",
            _leaves_the_machine_in_clear,
        )
        for name in PROVIDERS_URLS
    ),
    *(Beside(ALWAYS, name, _others(OUTSIDE_PROVIDER, name)) for name in OUTSIDE_PROVIDER),
    *(Beside(ALWAYS, name, _others(SIGN_IN, name)) for name in SIGN_IN),
    Beside(ALWAYS, "AUTH_SERVER_URL", SIGN_IN),
    # Else what a person shows to the console would open the API (RFC 8725, section 3.9).
    Rule(ALWAYS, ("OIDC_CLIENT_ID", "AUTH_AUDIENCE"), "must not be AUTH_AUDIENCE", eq),
    Rule(DEPLOYED, ("OIDC_CLIENT_SECRET",), _KNOWN, is_placeholder),
    Beside(ALWAYS, "GC_PROJECT", ("GC_OAUTH_AUDIENCE",)),
    Beside((Stage.PROD,), "GC_SERVICE_ACCOUNTS", ("GC_OAUTH_AUDIENCE",)),
    Rule(ALWAYS, ("PAGE_SIZE", "PAGE_SIZE_MAX"), "must not be larger than PAGE_SIZE_MAX", gt),
    Rule((Stage.PROD,), ("ALLOW_DEV_AUTH_BYPASS",), "must not be on in PROD", bool),
    Rule((Stage.PROD,), ("DEV_BYPASS_SECRET",), "must not exist in PROD", _at_all),
    Beside((Stage.DEV,), "DEV_BYPASS_SECRET", ("ALLOW_DEV_AUTH_BYPASS",)),
    Rule(
        (Stage.DEV,),
        ("DEV_BYPASS_SECRET",),
        f"must be at least {SHORTEST_SECRET} characters long",
        _shorter_than(SHORTEST_SECRET),
    ),
    Rule((Stage.DEV,), ("DEV_BYPASS_SECRET",), _WEAK, is_weak),
)


def complaints(stage: Stage, values: Values) -> Iterator[Complaint]:
    """Yield what is wrong with values that may each be right by itself."""
    for rule in RULES:
        if stage in rule.stages:
            yield from rule.complaints(values)


def debug_complaints(stage: Stage, environ: Mapping[str, str]) -> Iterator[Complaint]:
    """Yield the switches, none of ours, by which somebody meant to turn debugging on."""
    for name in DEBUG_SWITCHES:
        is_on = environ.get(name, "").strip().lower() not in _OFF
        if is_on and stage is not Stage.LOCAL:
            yield name, "must not be on outside LOCAL"
