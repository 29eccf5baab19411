"""What the database itself refuses of a marker."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from migrations_ops.models import Run, Status
from wire.clock import now

pytestmark = pytest.mark.django_db

AT = now()
DONE = {
    "status": Status.DONE, "finished_at": AT, "rows_affected": 0, "duration_ms": 0,
    "receipt": "eyJ",
}  # fmt: skip


def marker(**changes):
    fields = {"name": "sweep", "token_jti": "j", "code_sha256": "c", "run_by": "@carol"}
    return Run.objects.create(**{**fields, "started_at": AT - timedelta(hours=1), **changes})


def test_a_marker_is_running_or_has_all_that_done_means():
    assert marker().status == Status.RUNNING
    assert marker(name="other", token_jti="k", **DONE).status == Status.DONE


@pytest.mark.parametrize("changes", [{"name": "sweep"}, {"token_jti": "j"}])
def test_neither_a_name_nor_a_token_is_used_twice(changes):
    marker()

    with pytest.raises(IntegrityError):
        marker(**{"name": "other", "token_jti": "k", **changes})


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"status": "paused"}, id="unknown status"),
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"token_jti": ""}, id="no token"),
        pytest.param({"run_by": ""}, id="nobody"),
        pytest.param({"receipt": "eyJ"}, id="a receipt while running"),
        pytest.param({"finished_at": AT}, id="an end while running"),
        pytest.param({**DONE, "finished_at": AT - timedelta(hours=2)}, id="ends before it starts"),
        pytest.param({**DONE, "rows_affected": -1}, id="fewer than no rows"),
        pytest.param({**DONE, "duration_ms": -1}, id="less than no time"),
        pytest.param({**DONE, "finished_at": None}, id="done without an end"),
        pytest.param({**DONE, "rows_affected": None}, id="done without rows"),
        pytest.param({**DONE, "duration_ms": None}, id="done without duration"),
        pytest.param({**DONE, "receipt": ""}, id="done without a receipt"),
    ],
)
def test_a_marker_that_can_not_be_true_is_refused(changes):
    with pytest.raises(IntegrityError):
        marker(**changes)


@pytest.mark.parametrize("undo", [{"status": Status.RUNNING}, {"receipt": ""}])
def test_a_done_marker_is_not_undone_by_halves(undo):
    done = marker(**DONE)

    with pytest.raises(IntegrityError):
        Run.objects.filter(pk=done.pk).update(**undo)
