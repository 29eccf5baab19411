"""What does a log line look like? One JSON object, with the fields Cloud Logging knows."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

# What a record has anyway; and Django's `request`, whose text has the query in it.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}
_SEVERITY = {"WARN": "WARNING", "FATAL": "CRITICAL"}

_spelled = json.JSONEncoder(default=str, ensure_ascii=True).encode


class JSONFormatter(logging.Formatter):
    """Write a record as one line; every control character is escaped, so none can be forged."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "severity": _SEVERITY.get(record.levelname, record.levelname),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({k: v for k, v in vars(record).items() if k not in _OWN and v is not None})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _spelled(line)


class PlainFormatter(logging.Formatter):
    """Write a record for a developer's terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; control characters are made visible."""
        fields = vars(record)
        text = record.getMessage()
        if "route" in fields:
            who = fields.get("actor") or "-"
            text = f"{fields['status']} {fields['method']} {fields['path']} {who} {fields['ms']} ms"
        text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
        line = f"{record.levelname.lower():8}{text}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def log_less() -> None:
    """Have records know nothing that no line tells: the place in the source, thread, process.

    As the standard library's HOWTO on logging says under "Optimization".
    """
    logging._srcfile = None  # noqa: SLF001
    logging.logThreads = logging.logMultiprocessing = logging.logProcesses = False


def logging_config(*, level: str, plain: bool) -> dict[str, Any]:
    """Return the dictConfig: standard output, one handler, Django's own request noise off."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"config.logging.{'Plain' if plain else 'JSON'}Formatter"}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
            }
        },
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            # Refusals are told by the request line of config.middleware; this tells tracebacks.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # psycopg's pool tells the whole connection string when it can not connect.
            "psycopg.pool": {"level": "CRITICAL"},
        },
    }
