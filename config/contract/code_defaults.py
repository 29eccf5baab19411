"""What does the code decide unless told otherwise? Lifetimes, windows, rates and sizes."""

from config.contract.declaring import Derived, Variable
from config.contract.parsing import Stage, rate, switch, whole

_DAY, _YEAR = 86_400, 31_536_000

CODE_DEFAULTS = (
    Variable("ACCESS_TOKEN_SECONDS", whole(1, _DAY), "600", "life of an access token"),
    Variable("SESSION_SECONDS", whole(1, _YEAR), "2592000", "absolute life of a session"),
    Variable(
        "REFRESH_GRACE_SECONDS", whole(0, 60), "10", "how long a used refresh token stays good"
    ),
    Variable("MIGRATION_TOKEN_SECONDS", whole(1, 900), "900", "life of a migration token"),
    Variable("JWKS_MAX_AGE", whole(0, _DAY), "300", "how long clients may keep our key set"),
    Variable(
        "CONSUMER_CACHE_SECONDS",
        whole(0, 30 * _DAY),
        "3600",
        "how long a consumer may keep it whatever we say",
    ),
    Variable("CLOCK_SKEW_SECONDS", whole(0, 300), "30", "how far clocks may differ"),
    Variable(
        "KEY_ROTATION_DAYS", whole(1, 3_650), "90", "age at which a signing key is to be rotated"
    ),
    Variable("KEY_CACHE_SECONDS", whole(0, 30), "15", "how long a process keeps the key ring"),
    Variable("STANDING_CACHE_SECONDS", whole(0, 5), "4", "how long it keeps a caller's standing"),
    Variable("PAGE_SIZE", whole(1, 1_000), "50", "items of a list when no limit is asked"),
    Variable("PAGE_SIZE_MAX", whole(1, 1_000), "100", "largest limit that may be asked"),
    Variable("LEASE_SECONDS", whole(1, _DAY), "900", "an agent's lease on a task"),
    Variable("EVENT_RETENTION_DAYS", whole(1, 3_650), "30", "how long events can be replayed"),
    Variable("EVENT_STREAM_SECONDS", whole(1, 3_600), "55", "how long a stream of events goes on"),
    Variable(
        "EVENT_STREAMS",
        whole(0, 64),
        Derived("half of WEB_THREADS", ("WEB_THREADS",), lambda values: values["WEB_THREADS"] // 2),
        "streams of events in each worker, which hold a thread each; 0 for none",
        example="2",
    ),
    Variable("EVENT_POLL_SECONDS", whole(1, 60), "1", "how often a stream looks for events"),
    Variable("WEBHOOK_SECONDS", whole(1, 30), "3", "longest call of a webhook"),
    Variable("WEBHOOK_ATTEMPTS", whole(1, 1_000), "30", "failures in a row that disable a webhook"),
    Variable("MAX_BODY_BYTES", whole(1_024, 2**26), "1048576", "largest body of a request"),
    Variable(
        "THROTTLE_ANONYMOUS",
        rate,
        "60/min",
        "requests per address without a credential",
        stages={Stage.LOCAL: "6000/min"},
    ),
    Variable(
        "THROTTLE_USER", rate, "1200/min", "requests per person", stages={Stage.LOCAL: "120000/min"}
    ),
    Variable(
        "THROTTLE_AGENT", rate, "3000/min", "requests per agent", stages={Stage.LOCAL: "300000/min"}
    ),
    Variable(
        "THROTTLE_TOKEN",
        rate,
        "120/min",
        "requests per address where tokens are asked for",
        stages={Stage.LOCAL: "12000/min"},
    ),
    Variable(
        "ALLOW_PASSWORD_SIGN_IN",
        switch,
        "true",
        "people may sign in with a password",
        stages={Stage.PROD: "false"},
    ),
    Variable("METRICS", switch, "false", "count answers for Prometheus, and show them at /metrics"),
    Variable("WEB_THREADS", whole(1, 64), "4", "threads of each worker"),
    Variable(
        "DB_POOL_SIZE",
        whole(0, 100),
        Derived("as WEB_THREADS", ("WEB_THREADS",), lambda values: values["WEB_THREADS"]),
        "PostgreSQL connections of each worker; 0 for no pool",
        example="4",
    ),
    Variable(
        "DB_CONN_MAX_AGE", whole(0, _DAY), "0", "how long to keep a connection without a pool"
    ),
    Variable("DB_CONNECT_TIMEOUT_SECONDS", whole(1, 60), "5", "longest wait for a connection"),
    Variable("DB_STATEMENT_TIMEOUT_SECONDS", whole(1, 3_600), "15", "longest statement"),
    Variable("DB_LOCK_TIMEOUT_SECONDS", whole(1, 3_600), "3", "longest wait for a lock"),
    Variable(
        "DB_IDLE_IN_TRANSACTION_TIMEOUT_SECONDS", whole(1, 3_600), "30", "longest idle transaction"
    ),
    Variable("GRACEFUL_TIMEOUT_SECONDS", whole(1, 9), "8", "time to finish requests when stopped"),
    Variable("ONESHOT_SECONDS", whole(1, 300), "20", "longest work of one one-shot request"),
)
