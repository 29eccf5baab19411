"""What may the environment say? Read once, into one frozen object, or refused with all reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.contract.database_url import bounded
from config.contract.declaring import Category, Derived, Variable
from config.contract.parsing import Malformed, Rate, Stage, text
from config.contract.rules import BROKEN, Complaint, complaints, debug_complaints
from config.contract.variables import CATEGORIES

__all__ = ["BrokenContract", "Contract", "Problem", "Rate", "Stage", "read"]

_INJECTED_BY = {
    variable.name: category.injected_by
    for category in CATEGORIES
    for variable in category.variables
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one variable, and who can mend it; never its value."""

    name: str
    complaint: str
    injected_by: str

    def __str__(self) -> str:
        return f"{self.name} {self.complaint} (injected by: {self.injected_by})"


class BrokenContract(Exception):
    """The environment cannot be served with; carries every problem there is."""

    def __init__(self, judged_as: Stage, problems: tuple[Problem, ...]) -> None:
        self.judged_as = judged_as
        self.problems = problems
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(
            f"The environment breaks the contract; {len(problems)} problem(s), judged as for "
            f"{judged_as}:{lines}\nEvery variable is explained in .env.example."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Everything the environment said, typed; the fields are the variables in small letters."""

    env: Stage
    database: dict[str, Any] = field(repr=False)
    secret_key: str = field(repr=False)
    key_encryption_keys: tuple[bytes, ...] = field(repr=False)
    admin_api_key: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    jwt_private_key_file: Path | None = field(repr=False)
    oidc_client_secret: str | None = field(repr=False)
    base_url: str
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    log_level: str
    gc_oauth_audience: str | None
    gc_project: str | None
    gc_service_accounts: Mapping[str, frozenset[str]]
    auth_server_url: str | None
    jwks_url: str | None
    auth_audience: str | None
    oidc_client_id: str | None
    oidc_authorization_url: str | None
    oidc_token_url: str | None
    trusted_proxy_hops: int
    allow_password_sign_in: bool
    allow_dev_auth_bypass: bool
    dev_bypass_secret: str | None = field(repr=False)
    port: int
    k_service: str | None
    k_revision: str | None
    web_concurrency: int
    access_token_seconds: int
    session_seconds: int
    refresh_grace_seconds: int
    migration_token_seconds: int
    jwks_max_age: int
    consumer_cache_seconds: int
    clock_skew_seconds: int
    key_rotation_days: int
    key_cache_seconds: int
    standing_cache_seconds: int
    page_size: int
    page_size_max: int
    lease_seconds: int
    event_retention_days: int
    event_stream_seconds: int
    event_streams: int
    event_poll_seconds: int
    webhook_seconds: int
    webhook_attempts: int
    max_body_bytes: int
    throttle_anonymous: Rate
    throttle_user: Rate
    throttle_agent: Rate
    throttle_token: Rate
    metrics: bool
    web_threads: int
    db_pool_size: int
    db_conn_max_age: int
    db_connect_timeout_seconds: int
    db_statement_timeout_seconds: int
    db_lock_timeout_seconds: int
    db_idle_in_transaction_timeout_seconds: int
    graceful_timeout_seconds: int
    oneshot_seconds: int

    @property
    def release(self) -> str:
        """What is running: the platform's revision, or `dev`."""
        return self.k_revision or "dev"

    @property
    def on_platform(self) -> bool:
        """Whether Cloud Run serves this process."""
        return self.k_service is not None


def read(environ: Mapping[str, str]) -> Contract:
    """Return what the environment says. Raises BrokenContract with every problem at once."""
    stage = _judged_as(environ)
    values, malformed = _values(stage, environ)
    found = (*malformed, *complaints(stage, values), *debug_complaints(stage, environ))
    if found:
        raise BrokenContract(stage, tuple(_problem(*complaint) for complaint in found))
    database = bounded(values.pop("DATABASE_URL"), values)
    return Contract(database=database, **{name.lower(): value for name, value in values.items()})


def _judged_as(environ: Mapping[str, str]) -> Stage:
    """Return the stage to hold the environment against: the strictest when it names none."""
    given = environ.get("ENV", Stage.LOCAL)
    is_astray = given == Stage.LOCAL and "K_SERVICE" in environ
    return Stage(given) if given in tuple(Stage) and not is_astray else Stage.PROD


def _values(stage: Stage, environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Complaint]]:
    values: dict[str, Any] = {}
    malformed: list[Complaint] = []
    for category in CATEGORIES:
        for variable in category.variables:
            try:
                values[variable.name] = _value(variable, category, stage, environ)
            except Malformed as error:
                values[variable.name] = BROKEN
                malformed.append((variable.name, str(error)))
    for name, value in values.items():
        if isinstance(value, Derived):
            values[name] = _derive(value, values)
    return values, malformed


def _value(
    variable: Variable, category: Category, stage: Stage, environ: Mapping[str, str]
) -> object:
    """Return the value, or the rule to derive it by later. Raises Malformed."""
    if variable.name in environ:
        return variable.parse(text(environ[variable.name]))
    default = variable.default_in(stage)
    if default is None and stage in category.required_in:
        raise Malformed("is missing")
    return variable.parse(default) if isinstance(default, str) else default


def _derive(derived: Derived, values: Mapping[str, Any]) -> object:
    """Return the derived value, or BROKEN when what it follows from is."""
    missing = any(values[name] in (None, BROKEN) for name in derived.needs)
    return BROKEN if missing else derived.rule(values)


def _problem(name: str, complaint: str) -> Problem:
    return Problem(name, complaint, _INJECTED_BY.get(name, "deploy config"))
