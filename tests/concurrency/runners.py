"""Operations whose runners are processes of their own, to be killed, frozen and woken."""

import os
import signal
import time
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace

import time_machine
from django.db import connection
from django.db.models import F

from audit.shell import recording_from_shell
from migrations_ops import asking, registry, runner
from migrations_ops.calling import Caller
from migrations_ops.errors import AlreadyRunning, RunPaused
from migrations_ops.loading import Registered
from migrations_ops.oneshot import Batch, InBatches
from migrations_ops.operations.working import LEASE_SECONDS
from migrations_ops.pump import Pace
from tasks.models import Task
from tests.oneshots import some_tasks
from wire.clock import now

ROWS, STEP = 10, 2
A_LEASE = timedelta(seconds=LEASE_SECONDS + 1)
# What a runner says of itself through a pipe, so that one knows where it was hit.
PLACES = {"": "at the first marker", "(": "inside a batch", ")": "inside a batch",
          "]": "at the last marker", "|": "between batches", ".": "after the end"}  # fmt: skip
child = SimpleNamespace(pipe=None, hangs_at="")


def say(letter):
    if child.pipe is not None:
        os.write(child.pipe, letter.encode())
    if letter == child.hangs_at:
        signal.pause()


@dataclass(frozen=True, kw_only=True)
class CountUp(InBatches):
    """Raise the version of a round's tasks by one: done twice or not at all, a row shows it."""

    name, description, owner = "", "Count up.", "@carol"
    sunset, max_rows, reversible = date(2999, 12, 31), ROWS, False

    def affected(self):
        return Task.objects.filter(project_slug=self.name, version=1)

    def batch(self, cursor, size, journal):
        say("(")
        rows = Task.objects.filter(project_slug=self.name, pk__gt=cursor or 0).order_by("pk")
        keys = list(rows.values_list("pk", flat=True)[:STEP])
        done = Task.objects.filter(pk__in=keys).update(version=F("version") + 1)
        say(")" if keys else "]")
        return Batch(done, keys[-1] if len(keys) == STEP else None)


class Rounds(registry.Registry):
    """A registry with an operation for each round, its rows and its token."""

    def __init__(self, how_many):
        super().__init__(registry.FOLDER)
        self.names = [f"round_{number}" for number in range(how_many)]
        kinds = {name: type("CountUpRound", (CountUp,), {"name": name}) for name in self.names}
        found = {name: Registered(kind, "0001", "0" * 64) for name, kind in kinds.items()}
        self.__dict__["operations"] = found

    def fill(self):
        """Make the rows and the tokens, by name; nobody is connected afterwards."""
        for name in self.names:
            some_tasks(ROWS, project_slug=name)
        wish = asking.Wish(parameters={})
        tokens = {name: asking.mint(name, wish, caller())[1] for name in self.names}
        disconnect()
        return tokens


def disconnect():
    """A fork shares nothing that is open."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


class Runner:
    """A process of its own that runs an operation to its end, however often it has to call."""

    def __init__(self, name, token, *, later=timedelta(0), hangs_at=""):
        self.read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            child.pipe, child.hangs_at = write, hangs_at
            self._run(name, token, later)
        os.close(write)

    def _run(self, name, token, later):
        try:
            with time_machine.travel(now() + later, tick=True):
                self._call_until_done(name, token)
                say(".")
        finally:
            os._exit(0)

    def _call_until_done(self, name, token):
        last_moment = time.monotonic() + 30
        while time.monotonic() < last_moment:
            try:
                runner.run(name, caller(), token=token, pace=Pace(watch=lambda _: say("|")))
            except AlreadyRunning:
                time.sleep(0.02)
            except RunPaused:
                return
            else:
                return

    def hit(self, how):
        """Send a signal; tell where it was."""
        os.kill(self.pid, how)
        os.set_blocking(self.read, False)
        try:
            said = os.read(self.read, 1024).decode()
        except BlockingIOError:
            said = ""
        return PLACES[said[-1:]]

    def wait_for(self, letter):
        """Return once it has said so."""
        while letter not in os.read(self.read, 1024).decode():
            pass

    def wait(self):
        """Wait until it has ended."""
        os.waitpid(self.pid, 0)
        os.close(self.read)


def caller():
    return Caller(id="system:shell", at=now(), begin=recording_from_shell)
