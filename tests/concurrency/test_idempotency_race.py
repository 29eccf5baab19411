"""Twins at the same instant, a first one that hangs or dies: one effect, and one reply to all."""

import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from audit.models import Entry
from idempotency.models import Reply
from tasks.lifecycle import Status
from tasks.models import Task
from tests.concurrency.patience import impatient
from tests.concurrency.threads import at_once, own_connection
from tests.factories import ALICE, a_task
from tests.keyed import create, is_replayed, send

pytestmark = pytest.mark.django_db(transaction=True)

# Each child dies right after another statement of its request; the last one lives to commit.
MORTALS = """
import os, signal, sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.db import connection
from django.urls import resolve
from rest_framework.test import APIClient
from tests.keyed import create
resolve("/health")

def mortal(last):
    said = []
    def execute(run, sql, params, many, context):
        result = run(sql, params, many, context)
        said.append(sql)
        if len(said) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return execute

for number in range(1, 50):
    child = os.fork()
    if not child:
        with connection.execute_wrapper(mortal(number)):
            alice = APIClient(HTTP_AUTHORIZATION="Bearer dev:@alice", HTTP_HOST="127.0.0.1")
            create(alice, key=f"key-{number}")
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        print(number)
        break
"""


def assert_one_reply(answers):
    assert len({(a.status_code, a.content, a["ETag"], a["Location"]) for a in answers}) == 1
    assert sorted(map(is_replayed, answers)) == [False] + [True] * (len(answers) - 1)


@pytest.mark.parametrize("twins", [5, 50])
def test_twins_are_one_request(speak_as, twins):
    def ask(_):
        own_connection()
        return create(speak_as("@alice"))

    answers = at_once(twins, ask)

    assert_one_reply(answers)
    assert answers[0].status_code == 201
    assert Task.objects.count() == Entry.objects.count() == 1


def test_twins_of_a_step_are_one_step(speak_as):
    task = a_task(Status.IN_PROGRESS, holder=ALICE)

    def ask(_):
        where = f"/api/tasks/{task.pk}/progress"
        return send(speak_as("@alice"), "POST", where, {"percent": 7})

    answers = at_once(20, ask)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert (Task.objects.get().version, Entry.objects.count()) == (2, 1)


def test_other_requests_with_the_same_key_at_the_same_instant_are_refused(speak_as):
    answers = at_once(20, lambda number: create(speak_as("@alice"), f"Paint {number}"))

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 19
    assert Task.objects.count() == 1


class First:
    """A request that stays in the middle until it is to end, well or not."""

    def __init__(self, client):
        self.in_the_middle, self.go_on, self.fails = (threading.Event() for _ in range(3))
        self.answer = None
        self.thread = threading.Thread(target=self.ask, args=[client])
        self.thread.start()
        self.in_the_middle.wait(timeout=30)

    def ask(self, client):
        own_connection()
        with connection.execute_wrapper(self.stay):
            self.answer = create(client)
        connection.close()

    def stay(self, run, sql, params, many, context):
        if "tasks_task" in sql:
            self.in_the_middle.set()
            self.go_on.wait(timeout=30)
            if self.fails.is_set():
                raise OperationalError("gone")
        return run(sql, params, many, context)

    def end(self):
        self.go_on.set()
        self.thread.join()
        return self.answer

    def fail(self):
        self.fails.set()
        return self.end()


@pytest.fixture
def first(speak_as):
    one = First(speak_as("@alice"))
    yield one
    one.end()


def test_who_waits_too_long_for_the_first_is_told_to_come_again(as_alice, first):
    with impatient():
        meanwhile = create(as_alice)
    answers = [first.end(), create(as_alice)]

    assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "idempotency_key_in_use")
    assert int(meanwhile["Retry-After"]) > 0
    assert_one_reply(answers)
    assert Task.objects.count() == 1


def test_who_waits_for_a_first_that_fails_takes_its_place(as_alice, first):
    threading.Timer(0.2, first.fail).start()

    second = create(as_alice)

    assert (first.end().status_code, second.status_code) == (503, 201)
    assert not is_replayed(second)
    assert Task.objects.count() == Entry.objects.count() == Reply.objects.count() == 1


def test_wherever_the_first_is_killed_the_second_makes_it_happen_once(as_alice):
    name = str(settings.DATABASES["default"]["NAME"])
    died = subprocess.run([sys.executable, "-c", MORTALS, name], stdout=subprocess.PIPE, text=True)
    lived = int(died.stdout.splitlines()[-1])
    assert (Task.objects.count(), Entry.objects.count(), Reply.objects.count()) == (1, 1, 1)

    answers = [create(as_alice, key=f"key-{number}") for number in range(1, lived + 1)]

    assert lived > 6
    assert {answer.status_code for answer in answers} == {201}
    assert [is_replayed(answer) for answer in answers] == [False] * (lived - 1) + [True]
    assert Task.objects.count() == Entry.objects.count() == lived


def test_of_many_who_change_what_they_all_saw_one_does(speak_as):
    task = a_task()
    where = f"/api/tasks/{task.pk}"
    seen = speak_as("@alice").get(where)["ETag"]

    def edit(number):
        own_connection()
        return speak_as("@alice").patch(where, {"title": f"By {number}"}, HTTP_IF_MATCH=seen)

    answers = at_once(32, edit)

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 31
    assert (Task.objects.get().version, Entry.objects.count()) == (2, 1)
