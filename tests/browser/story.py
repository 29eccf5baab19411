"""A month on the board, for pictures: `python -m tests.browser.story` fills the database."""

import random
from datetime import datetime, timedelta

import django

django.setup()

from accounts.operations import audiences, rotation  # noqa: E402
from accounts.operations.keys import signer  # noqa: E402
from accounts.private_keys import generate  # noqa: E402
from audit.actions import Action, Outcome  # noqa: E402
from audit.actors import ActorType, Origin  # noqa: E402
from audit.operations.sealing import seal_all  # noqa: E402
from audit.recording import recording  # noqa: E402
from audit.shell import recording_from_shell  # noqa: E402
from tasks import operations  # noqa: E402
from tasks.lifecycle import Verb  # noqa: E402
from tasks.operations import Asked, Draft, members, projects  # noqa: E402
from tasks.projects import Membership  # noqa: E402
from tests.factories import ALICE, BOB, ROBO  # noqa: E402
from wire.clock import now  # noqa: E402

DAYS = 30
WHAT = ("Answer", "Measure", "Rename", "Review", "Document", "Migrate", "Test", "Deploy")
WHICH = ("the sign-in page", "the nightly report", "the payment hook", "the search index",
         "the mobile menu", "the image cache")  # fmt: skip
chance = random.Random(7)


def main() -> None:
    """Let a month pass."""
    at = now() - timedelta(days=DAYS)
    signer(now())
    found_site(at)
    for day in range(DAYS):
        for hour in range(chance.randint(2, 9)):
            one_task(at + timedelta(days=day, hours=hour + 8), is_last=day == DAYS - 1)
        refused(at + timedelta(days=day, hours=12), chance.randint(0, 2))
    with recording_from_shell() as journal:
        rotation.rotate(generate("RS256"), journal=journal, early=True)
        audiences.register("billing", resource="https://billing.example.com", journal=journal)
    list(seal_all(now()))


def found_site(at: datetime) -> None:
    """Make the project that all work at."""
    with at_work(ALICE, at) as journal:
        projects.create("site", caller=ALICE, journal=journal)
        for worker in (BOB, ROBO):
            members.add(worker.id, Membership.MEMBER, slug="site", caller=ALICE, journal=journal)


def one_task(at: datetime, *, is_last: bool) -> None:
    """Make a task; most are worked on, and most of those are done the next day."""
    at = min(at, now() - timedelta(minutes=5))
    title = f"{chance.choice(WHAT)} {chance.choice(WHICH)}"
    with at_work(ALICE, at) as journal:
        draft = Draft(title=title, project_slug="site", priority=chance.randint(0, 3))
        task = operations.create(draft, caller=ALICE, journal=journal)
    worker = chance.choice((BOB, ROBO, ROBO))
    if chance.random() < 0.85:
        step(Verb.START, task.id, worker, at + timedelta(minutes=2))
        if not is_last and chance.random() < 0.9:
            ends = chance.choices((Verb.COMPLETE, Verb.SUBMIT, Verb.BLOCK), (16, 2, 1))[0]
            step(ends, task.id, worker, at + timedelta(minutes=40))


def step(verb: Verb, task_id: int, who, at: datetime) -> None:
    """Let somebody take a step."""
    asked = Asked(reason="It waits for an answer." if verb is Verb.BLOCK else None)
    with at_work(who, at) as journal:
        operations.take_step(verb, task_id=task_id, caller=who, journal=journal, asked=asked)


def refused(at: datetime, times: int) -> None:
    """Let somebody mistype a password."""
    for _ in range(times):
        with at_work(BOB, at) as journal:
            journal.record(
                Action.SIGN_IN_FAILED, target=("principal", "@bob"), outcome=Outcome.DENIED
            )
    for _ in range(times + 2):
        with at_work(ROBO, at) as journal:
            journal.record(Action.TOKEN_ISSUED, target=("principal", "@robo"))


def at_work(who, at: datetime):
    """Open a recording of the past."""
    assert who.actor_type in ActorType
    return recording(actor=who.as_actor(), at=at, origin=Origin(request_id=f"story-{at:%j%H%M}"))


if __name__ == "__main__":
    main()
