"""Pages of the console and stock ones, in turn: `python -m benchmarks.console_pages ROUNDS`.

Fills what benchmarks.filling does not, and prints what each page took as JSON.
"""

import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any

import django

django.setup()

from django.contrib import admin  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import include, path  # noqa: E402

from accounts.models import TASKFLOW, Account, Session  # noqa: E402
from accounts.scopes import Role  # noqa: E402
from benchmarks.filling import AT_ONCE  # noqa: E402
from config import urls  # noqa: E402
from console import pages  # noqa: E402
from tasks.models import Member, Project  # noqa: E402
from tasks.projects import Membership  # noqa: E402
from wire.clock import now  # noqa: E402

PEOPLE, PROJECTS, SESSIONS = 10_000, 1_000, 100_000
# What people do with the two long lists besides opening them.
NARROWED = {
    "tasks/task": (
        "?status__exact=pending",
        "?q=%40alice",
        "?q=plan",
        "?q=nowhere",
        "?p=100",
        "?o=2",
    ),
    "audit/entry": ("?action=task.created", "?q=%40bench", "?q=%40nobody", "?p=100"),
}
PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}

pages.load()
PAGES = dict(admin.site._registry)  # noqa: SLF001
urlpatterns: list[Any] = []


def main(rounds: int) -> None:
    """Fill, measure and print."""
    staff = fill()
    beside_stock()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with override_settings(ROOT_URLCONF=__name__, STORAGES=PLAIN):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(staff)
        found = [measured(client, name, rounds) for name in names()]
    sys.stdout.write(json.dumps(found) + "\n")


def fill() -> Account:
    """Store people, sessions, projects and members; return a member of staff."""
    at = now()
    people = [Account(handle=f"@person{n}", created_at=at) for n in range(PEOPLE)]
    people[0].role = Role.ADMIN.value
    Account.objects.bulk_create(people, batch_size=AT_ONCE)
    Session.objects.bulk_create(
        (Session(account=people[n % PEOPLE], audience_id=TASKFLOW, created_at=at, rotated_at=at,
                 expires_at=at + timedelta(days=7)) for n in range(SESSIONS)),
        batch_size=AT_ONCE,
    )  # fmt: skip
    projects = [Project(slug=f"project-{n}", created_by="@person0", created_at=at, updated_at=at)
                for n in range(PROJECTS)]  # fmt: skip
    Project.objects.bulk_create(projects)
    Member.objects.bulk_create(
        (Member(project=projects[n % PROJECTS], principal=f"@person{n}", added_by="@person0",
                added_at=at, role=Membership.OWNER.value) for n in range(PEOPLE)),
        batch_size=AT_ONCE,
    )  # fmt: skip
    return people[0]


def beside_stock() -> None:
    """Serve a stock page of every model, beside the console's own."""
    stock = admin.AdminSite(name="stock")
    for model, page in PAGES.items():
        stock.register(model, plain(model, page))
    urlpatterns[:] = [path("admin/stock/", stock.urls), path("", include(urls))]


def plain(model: type[Model], page: Any) -> Any:
    """Return a stock page that shows the same, as far as the model itself has it."""
    own = {field.name for field in model._meta.get_fields()}  # noqa: SLF001
    shown: dict[str, Any] = {"list_display": [name for name in page.list_display if name in own]}
    shown["change_list_template"] = "admin/change_list.html"
    same = {name: getattr(page, name) for name in ("list_filter", "search_fields", "list_per_page")}
    return type("Stock", (admin.ModelAdmin,), {**shown, **same})


def names() -> Iterator[str]:
    """Yield what is opened: the first page, each list, and the long ones narrowed."""
    yield ""
    for model in PAGES:
        name = model._meta.label_lower.replace(".", "/")  # noqa: SLF001
        yield name
        yield from (f"{name}/{query}" for query in NARROWED.get(name, ()))


def measured(client: Client, name: str, rounds: int) -> dict[str, object]:
    """Return statements and median milliseconds, of the stock page too where there is one."""
    address = f"{name}/" if name and "?" not in name else name
    ours, theirs = f"/admin/{address}", f"/admin/stock/{address}" if name else None
    found: dict[str, object] = {
        "name": name or "first page",
        "statements": statements(client, ours),
    }
    if theirs is None:
        return {**found, "ms": median(taken(client, ours) for _ in range(rounds))}
    found["stock_statements"] = statements(client, theirs)
    pairs = [(taken(client, ours), taken(client, theirs)) for _ in range(rounds)]
    mine, stocks = zip(*pairs, strict=True)
    return {**found, "ms": median(mine), "stock_ms": median(stocks)}


def statements(client: Client, address: str) -> int:
    """Return how many statements a page takes; opening it warms up as well."""
    with CaptureQueriesContext(connection) as captured:
        taken(client, address)
    return len(captured)


def taken(client: Client, address: str) -> float:
    """Return the milliseconds from request to response."""
    began = time.perf_counter()
    answer = client.get(address, secure=True)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]))
