"""Every change that a route can make is told by history, or is not made."""

from typing import Any

import pytest
from django.apps import apps

from accounts.models import ThrottleWindow
from accounts.permissions import OPERATOR_SCOPES
from audit.ledger import leaf_hash
from audit.models import Entry
from tests.architecture.routes import api_routes
from tests.changes import CHANGES, READ_BY_POST
from tests.factories import make_history_unwritable

pytest_plugins = ["tests.oauth_fixtures", "tests.oneshot_fixtures", "tests.servers.fixtures"]
pytestmark = pytest.mark.usefixtures("people")

COUNTED = {ThrottleWindow}  # calls are counted whatever becomes of them


@pytest.fixture
def prepared(request):
    """Prepare a change by the name of its route; returns what sends it."""
    return lambda name: CHANGES[name].recipe(request.getfixturevalue)


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    kept = [model for model in apps.get_models() if model not in COUNTED]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in kept}


def assert_well_formed(entry):
    entry.full_clean(exclude=["changes", "context"])
    assert leaf_hash(entry.content()) == entry.leaf_hash
    assert all(len(old_and_new) == 2 for old_and_new in entry.changes.values())
    assert type(entry.context) is dict
    assert entry.outcome == "success"
    assert entry.actor_id
    assert entry.auth_method
    assert entry.target_id


def test_every_unsafe_route_has_a_recipe():
    unsafe = {
        f"{method} {route.path}"
        for route in api_routes()
        for method in route.methods
        if method != "GET"
    }

    assert unsafe == CHANGES.keys() | READ_BY_POST


@pytest.mark.parametrize("name", CHANGES)
def test_history_tells_of_every_change(prepared, name):
    send = prepared(name)
    before = set(Entry.objects.values_list("pk", flat=True))

    answer = send()

    assert answer.status_code < 300, answer.content
    told = Entry.objects.exclude(pk__in=before).filter(request_id=answer["X-Request-ID"])
    assert CHANGES[name].action in {entry.action for entry in told}
    for entry in told:
        assert_well_formed(entry)


@pytest.mark.parametrize("name", CHANGES)
def test_no_change_is_made_that_history_can_not_tell(prepared, name):
    send = prepared(name)
    before = everything()
    make_history_unwritable()

    answer = send()

    assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
    assert everything() == before


OPERATORS = [
    (method, route.path.replace("<str:name>", "raise_cache"))
    for route in api_routes()
    for method, scope in getattr(route.view, "required_scopes", {}).items()
    if scope in OPERATOR_SCOPES
]


@pytest.mark.parametrize(("method", "path"), OPERATORS)
def test_a_refused_call_to_an_operators_route_is_told_and_changes_nothing(as_alice, method, path):
    before = everything()

    answer = as_alice.generic(method, f"/{path}")

    (entry,) = Entry.objects.all()
    assert (answer.status_code, entry.action, entry.outcome) == (403, "access.denied", "denied")
    assert (entry.actor_id, entry.target_id) == ("@alice", f"/{path}")
    after = everything()
    assert {**before, "audit.Entry": after["audit.Entry"]} == after
