"""Whatever a board holds, its file makes the same board elsewhere."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from tasks import operations, reading
from tasks.file_serializers import KEPT
from tasks.files import FORMATS, file_of
from tasks.lifecycle import HELD, OPEN, Status
from tasks.models import Dependency, Task
from tasks.rows import told
from tasks.sheets import read_sheet
from tests.factories import ADMIN, ALICE, BOB, NOON, a_task, acting
from wire.row_parsers import CSVParser, JSONLinesParser

pytestmark = pytest.mark.django_db

PARSERS: dict[str, Any] = {"csv": CSVParser, "jsonl": JSONLinesParser}
RELATIONS = ("parent_id", "depends_on")
# No white space at either end: it is taken off wherever a title or a tag comes in.
WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=8
).filter(lambda text: text == text.strip())
TASKS = st.fixed_dictionaries({
    "title": WORDS,
    "description": st.text(st.sampled_from("=+-@'\",;\r\n\tx \u2028"), max_size=6),
    "tags": st.lists(st.sampled_from(["wood", "=1", "a,b", '"', "[", "ü"]), unique=True),
    "status": st.sampled_from(Status),
    "priority": st.integers(0, 3),
    "due_date": st.none() | st.timedeltas(timedelta(-9), timedelta(9)).map(NOON.__add__),
    "above": st.booleans(),
    "needs": st.sets(st.integers(0, 9), max_size=3),
})  # fmt: skip


def board_of(tasks: list[dict[str, Any]]) -> None:
    """Store tasks; some stand under the one before, or wait for others before."""
    made: list[Task] = []
    for members in tasks:
        status, above, needs = (members.pop(name) for name in ("status", "above", "needs"))
        last = made[-1] if made and above else None
        closed = last is not None and last.status == Status.COMPLETED and status in OPEN
        task = a_task(status, parent=None if closed else last, **members)
        Dependency.objects.bulk_create(
            Dependency(task=task, depends_on=made[one]) for one in needs if one < len(made)
        )
        made.append(task)


def whole_board() -> list[dict[str, Any]]:
    """Return all that an import keeps, with places on the board for ids."""
    rows = [row for part in reading.everything({}, caller=ADMIN, at=NOON) for row in part]
    places = {row.id: place for place, row in enumerate(rows)}
    return [
        {
            **{name: value for name, value in told(row).items() if name not in {*KEPT, "id"}},
            "parent_id": places.get(row.parent_id or 0),
            "depends_on": [places[one] for one in row.depends_on],
        }
        for row in rows
    ]


def clear() -> None:
    """Leave nothing on the board."""
    Dependency.objects.all().delete()
    Task.objects.update(parent=None)
    Task.objects.all().delete()


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=15, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(tasks=st.lists(TASKS, min_size=1, max_size=8))
def test_an_import_makes_the_board_that_was_exported(kind, tasks):
    Account.objects.get_or_create(handle="@alice")
    clear()
    board_of([dict(members) for members in tasks])
    before = whole_board()
    parts = reading.everything({}, caller=ALICE, at=NOON)
    text = "".join(file_of(parts, FORMATS[kind])).encode()
    clear()

    sheet = read_sheet(PARSERS[kind]().parse(BytesIO(text)))
    with acting(BOB, NOON + timedelta(days=1)) as journal:
        operations.bring_in(sheet, caller=BOB, journal=journal)

    assert whole_board() == before
    assert set(Task.objects.values_list("created_by", flat=True)) == {"@bob"}
    assert all(task.held_by for task in Task.objects.filter(status__in=HELD))
