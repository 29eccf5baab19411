"""How is the service served? One number of threads and connections, a bounded drain, no side door.

Read by `gunicorn -c config/gunicorn.py config.wsgi`; the names are gunicorn's own settings.
"""

import gc

# What loading makes, stays: to look through it for garbage, again and again as it grows, would be a
# quarter of the start. On again in pre_fork; this file is read once more when gunicorn reloads.
gc.disable()

import logging.config
import os
import shutil
import signal
import socket
import struct
from pathlib import Path
from tempfile import mkdtemp
from types import FrameType
from typing import Any

from django.urls import resolve
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.base import Worker  # type: ignore[import-untyped]

from config import fair_worker
from config.contract import BrokenContract, Stage, read
from config.lending import lend_for_longer
from config.logging import logging_config
from events.streams import STREAMS
from wire.prepared import put_together

try:
    CONTRACT = read(os.environ)
except BrokenContract as broken:
    raise SystemExit(str(broken)) from None

STALLED_SECONDS = 15

_LOCAL = CONTRACT.env is Stage.LOCAL
_MEMORY = Path("/dev/shm")  # noqa: S108  a tmpfs, where heartbeats never wait for a disk
_PLACE = str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None


# Where the workers' counts are, for whichever is asked to add them up. Read when the counters are
# made, which is when the application is loaded.
_COUNTS = mkdtemp(prefix="taskflow-", dir=_PLACE) if CONTRACT.metrics else None
if _COUNTS is not None:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _COUNTS


class LineLogger(Logger):  # type: ignore[misc]
    """gunicorn's own messages in the lines of all others, without what a client sent."""

    def setup(self, cfg: Any) -> None:
        """Hand gunicorn's messages to the handler of the service."""
        super().setup(cfg)
        logging.config.dictConfig(logging_config(level=CONTRACT.log_level, plain=_LOCAL))
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log what was wrong with a request, and whose it was; not the header or line itself."""
        super().warning(": ".join(msg.split(": ")[:2]), *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log the traceback; an address without its query string."""
        super().exception(msg, *(str(each).partition("?")[0] for each in args), **kwargs)


def on_starting(server: Arbiter) -> None:
    """Load the routes, and put their questions together, while there is one process."""
    resolve("/health")
    put_together()
    lend_for_longer(threads)


def pre_fork(server: Arbiter, worker: Worker) -> None:
    """Collect what workers make, and never look through what they share, which would copy it."""
    fair_worker.pre_fork(server, worker)
    gc.freeze()
    gc.enable()


def when_ready(server: Arbiter) -> None:
    """Let no one wait longer than STALLED_SECONDS for who stalls in midst: each holds a thread.

    Connections have it from the socket that took them (socket(7)).
    """
    within = struct.pack("@ll", STALLED_SECONDS, 0)
    for listener in server.LISTENERS:
        for way in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(socket.SOL_SOCKET, way, within)


def post_worker_init(worker: Worker) -> None:
    """End streams when the worker is told to stop, rather than cut them when its time is up."""
    stop = signal.getsignal(signal.SIGTERM)

    def stop_streams_too(number: int, frame: FrameType | None) -> None:
        STREAMS.close()
        if callable(stop):
            stop(number, frame)

    signal.signal(signal.SIGTERM, stop_streams_too)


def on_exit(server: Arbiter) -> None:
    """Leave nothing behind."""
    if _COUNTS is not None:
        shutil.rmtree(_COUNTS, ignore_errors=True)


# Where: to the machine alone in LOCAL, else to whoever the platform lets through.
bind = f"{'127.0.0.1' if _LOCAL else '0.0.0.0'}:{CONTRACT.port}"  # noqa: S104

# How many: DB_POOL_SIZE is WEB_THREADS unless somebody says otherwise, so no thread waits.
worker_class, child_exit = fair_worker.worker_class, fair_worker.child_exit
workers = CONTRACT.web_concurrency
threads = CONTRACT.web_threads

# The code is loaded once, then forked: one import instead of one per worker, and shared pages.
# Nothing may ask the database before the fork; Django opens pool and connections on first use.
preload_app = True

# How long. A platform that stops us gives 10 s: SIGTERM, these seconds, then the end.
graceful_timeout = CONTRACT.graceful_timeout_seconds
timeout = 30  # of the heartbeat, for a main loop that hangs; statements have their own limits
keepalive = 75  # longer than proxies keep idle connections, so that they close them, not we

# How much. A bearer token of 8,192 bytes and its header pass, so that its refusal is ours.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 16_384

# Whom to believe: nobody. Scheme and address come from Django's settings of the same contract.
forwarded_allow_ips = ""

# No socket that takes orders, no heartbeat files on a read-only disk, no second request log.
control_socket_disable = True
worker_tmp_dir = _PLACE
accesslog = None
logger_class = LineLogger
loglevel = CONTRACT.log_level
proc_name = "taskflow"
