"""Which index answers which question, as PostgreSQL plans it for many tasks, up to a million?"""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.many_tasks import remove_all, store_many
from wire.direct import Direct

# SQLite plans by other rules, and keeps no statistics to plan by.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]

MANY = 20_000
# All but `q`: part of a text is in no index of PostgreSQL without its extensions.
FILTERS = [
    *("", "status=pending", "status=review&status=in_progress", "priority=critical"),
    *("assigned_to=me", "assigned_to=@agent7", "assigned_to=", "created_by=@person9"),
    *("project=project-7", "project=project-7&status=pending", "project=project-7&q=fence"),
    *("parent_id=0", "parent_id=22", "tag=tag-3", "tag=tag-3&tag=kind-5", "tag=none"),
    *("due_before=2026-01-05T00:00:00Z", "due_after=2028-04-01T00:00:00Z"),
    *("overdue=true", "overdue=false", "ready=true", "ready=false"),
]
LONG = {
    *("tasks_task", "tasks_tagged", "tasks_dependency", "tasks_formerholder"),
    "audit_entry",
}
KEYS = ["created_at", "updated_at", "due_date", "priority", "title"]
CLAIMS = [{}, {"project": "project-3"}, {"tags": ["tag-3"]}, {"priority_at_least": "high"}]


@pytest.fixture(scope="module", autouse=True)
def many(django_db_setup, django_db_blocker, rounds):
    """The board and its history."""
    with django_db_blocker.unblock():
        store_many(rounds(MANY, full=1_000_000))
        yield
        remove_all()


def steps(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from steps(part)


def planned(ask):
    """Return each step of the plans of what is read, or changed by one statement, for an answer."""
    with CaptureQueriesContext(connection) as statements:
        answer = ask()
    assert answer.status_code == 200, answer.content
    found = []
    for statement in statements:
        if statement["sql"].startswith(("SELECT", "WITH")):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement['sql']}")
                [[told]] = cursor.fetchall()
            plans = json.loads(told) if isinstance(told, str) else told
            found += steps(plans[0]["Plan"])
    return found


def indexes(found):
    """Return the indexes that are read, having made sure that nothing long is read end to end."""
    assert not LONG & {s["Relation Name"] for s in found if s["Node Type"] == "Seq Scan"}
    return {step["Index Name"] for step in found if "Index Name" in step}


@pytest.mark.parametrize("query", FILTERS)
def test_every_filter_of_the_list_is_answered_from_indexes(as_alice, query):
    assert indexes(planned(lambda: as_alice.get(f"/api/tasks?{query}")))


@pytest.mark.parametrize(("query", "index"), [
    ("project=project-7", "tasks_of_project"),
    ("project=project-7&status=pending", "tasks_of_project_status"),
    ("parent_id=22", "tasks_of_parent"),
])  # fmt: skip
def test_what_has_no_project_or_parent_is_left_out_of_the_index_that_is_read(
    as_alice, query, index
):
    assert index in indexes(planned(lambda: as_alice.get(f"/api/tasks?{query}")))


@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/{}"])
def test_children_are_counted_from_their_index(as_alice, path):
    newest = as_alice.get("/api/tasks?limit=1").json()[0]["id"]

    assert "tasks_of_parent" in indexes(planned(lambda: as_alice.get(path.format(newest))))


@pytest.mark.parametrize("status", ["completed", "pending", "cancelled", "in_progress"])
def test_a_page_of_a_common_status_passes_over_none_of_the_newest(as_alice, status):
    found = planned(lambda: as_alice.get(f"/api/tasks?status={status}"))

    assert f"tasks_{status}" in indexes(found)
    assert "Sort" not in {step["Node Type"] for step in found}


def test_a_page_of_several_statuses_is_of_the_newest_in_each_one_s_index(as_alice):
    found = planned(lambda: as_alice.get("/api/tasks?status=cancelled&status=pending"))

    assert {"tasks_cancelled", "tasks_pending"} <= indexes(found)
    assert all(step["Plan Rows"] <= 102 for step in found if step["Node Type"] == "Sort")


def test_a_long_text_is_not_taken_to_be_hardly_anywhere(as_alice):
    def expected(text):
        found = planned(lambda: as_alice.get(f"/api/tasks?q={text}&count=true"))
        return [step["Plan Rows"] for step in found if "~~" in step.get("Filter", "")]

    assert expected("Paint fence of the neighbours' garden") == expected("fence") != []


@pytest.mark.parametrize("query", ["tag=tag-3", "tag=kind-5", "tag=none"])
def test_a_page_of_tags_is_read_in_the_order_of_ids(as_alice, query):
    found = planned(lambda: as_alice.get(f"/api/tasks?{query}"))

    assert "tasks_tagged_pkey" in indexes(found)
    assert not {"Sort", "Bitmap Heap Scan"} & {step["Node Type"] for step in found}


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("key", KEYS)
def test_every_order_of_the_list_is_that_of_an_index(as_alice, key, sign):
    found = planned(lambda: as_alice.get(f"/api/tasks?ordering={sign}{key}"))

    assert any(name.startswith(f"tasks_by_{key}") for name in indexes(found))
    assert "Sort" not in {step["Node Type"] for step in found}


@pytest.mark.parametrize("key", ["created_at", "-updated_at", "priority", "-title"])
def test_a_later_page_begins_in_the_index_where_the_last_one_ended(as_alice, key):
    link = as_alice.get(f"/api/tasks?ordering={key}")["Link"]

    found = planned(lambda: as_alice.get(link.partition(">")[0].strip("<")))

    assert indexes(found)
    [list_scan] = [s for s in found if s.get("Index Name") == f"tasks_by_{key.strip('-')}"]
    assert f"ROW({key.strip('-')}," in list_scan["Index Cond"].replace("(title)::text", "title")


@pytest.mark.parametrize("wanted", CLAIMS)
def test_a_claim_is_answered_from_indexes(as_robo, wanted):
    found = indexes(planned(lambda: as_robo.post("/api/tasks/claim", wanted)))

    assert "tasks_by_lease" in found
    assert wanted or "tasks_to_claim" in found


class Outside:
    """The connection, which tells whoever asks first that no transaction is open."""

    def __init__(self):
        self._told = iter([False])

    def __getattr__(self, name):
        return getattr(connection, name)

    @property
    def in_atomic_block(self):
        return next(self._told, True)


def test_a_claim_by_one_statement_is_answered_from_indexes(as_robo, monkeypatch):
    monkeypatch.setattr("audit.recording.connection", Outside())

    found = planned(lambda: as_robo.post("/api/tasks/claim"))

    assert {"tasks_by_lease", "tasks_to_claim", "tasks_task_pkey"} <= indexes(found)


def test_looking_at_the_next_task_is_answered_from_indexes(as_robo):
    found = indexes(planned(lambda: as_robo.get("/api/tasks/next")))

    assert {"tasks_by_lease", "tasks_to_claim"} <= found


@pytest.mark.parametrize("path", ["/api/tasks/{}/audit", "/api/audit?task_id={}"])
def test_the_history_of_a_task_is_read_from_its_index(as_dana, path):
    newest = as_dana.get("/api/tasks?limit=1").json()[0]["id"]

    assert "audit_of_task" in indexes(planned(lambda: as_dana.get(path.format(newest))))


@pytest.mark.parametrize(("method", "path", "statements"), [
    ("get", "/api/tasks", 1), ("get", "/api/tasks/{}", 1), ("get", "/api/tasks/next", 1),
    ("post", "/api/tasks/{}/start", 4), ("post", "/api/tasks/claim", 2),
])  # fmt: skip
def test_it_takes_no_more_statements_than_on_an_empty_board(as_robo, method, path, statements):
    [ready] = as_robo.get("/api/tasks?ready=true&limit=1").json()

    with CaptureQueriesContext(connection) as said:
        answer = getattr(as_robo, method)(path.format(ready["id"]))

    assert answer.status_code == 200
    assert len([s for s in said if "SAVEPOINT" not in s["sql"]]) == statements


def test_a_row_is_looked_at_once_each_for_its_parent_its_needs_and_its_children(as_alice):
    found = planned(lambda: as_alice.get("/api/tasks?project=project-7"))

    # The alias of related tasks, numbered where it comes again.
    related = [step for step in found if step.get("Alias", "").partition("_")[0] == "c"]
    assert {step["Relation Name"] for step in related} == {"tasks_task"}
    assert len(related) == 3


def planned_for_any(ask):
    """Return each step of the plan that is made once, whatever the values, for a list."""
    texts = []

    def listen(execute, sql, *rest):
        texts.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        ask()
    [text] = [Direct(sql).text.decode() for sql in texts if "tasks_dependency" in sql]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {text}")
        [[told]] = cursor.fetchall()
    plans = json.loads(told) if isinstance(told, str) else told
    return list(steps(plans[0]["Plan"]))


@pytest.mark.parametrize(("query", "index"), [
    ("limit=50", "tasks_task_pkey"),
    *((f"status={status}", f"tasks_{status}") for status in ("completed", "pending", "blocked")),
    *((f"ordering={sign}{key}", f"tasks_by_{key}") for key in KEYS for sign in ("", "-")),
])  # fmt: skip
def test_a_plan_that_is_kept_follows_the_same_index_on_any_page(as_alice, query, index):
    first = f"/api/tasks?{query}"
    link = as_alice.get(first).get("Link", "")  # rare ones fit on a page

    for page in filter(None, (first, link.partition(">")[0].strip("<"))):
        found = planned_for_any(lambda page=page: as_alice.get(page))
        assert any(name.startswith(index) for name in indexes(found))
        assert "Sort" not in {step["Node Type"] for step in found}
