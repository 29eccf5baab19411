"""GET /api/admin/migrations and /api/admin/migrations/{name}."""

import pytest

from tests.oneshots import NAME, PATH, mint, run

pytest_plugins = ["tests.oneshot_fixtures"]
LIST = "/api/admin/migrations"


def test_the_list_shows_each_operation_and_how_it_stands(as_carol, raise_cache):
    (shown,) = as_carol.get(LIST).data

    assert (shown["name"], shown["status"], shown["run"]) == (NAME, "pending", None)
    assert (shown["owner"], shown["sunset"], shown["max_rows"]) == ("@carol", "2999-12-31", 10)
    assert shown["parameters"] == [
        {
            "name": "step", "type": "integer", "columns": [], "nullable": False,
            "required": False, "default": 1,
        }
    ]  # fmt: skip


def test_the_list_shows_the_run(as_carol, raise_cache):
    done = run(as_carol, mint(as_carol)).data

    (shown,) = as_carol.get(LIST).data

    assert shown["status"] == "completed"
    assert (shown["run"]["run_by"], shown["run"]["rows_affected"]) == ("@carol", 1)
    assert shown["run"]["receipt"] == done["receipt"]


def test_the_list_is_in_the_order_of_the_files_and_can_be_cut(as_carol, raise_cache):
    raise_cache.write("0002_another.py", name='"another"')

    all_of_them = as_carol.get(LIST)
    second = as_carol.get(LIST, {"limit": 1, "offset": 1, "count": "true"})

    assert [shown["name"] for shown in all_of_them.data] == [NAME, "another"]
    assert [shown["name"] for shown in second.data] == ["another"]
    assert second.headers["X-Total-Count"] == "2"
    assert "X-Total-Count" not in all_of_them.headers


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "sort=name", "cursor=x"])
def test_a_bad_query_is_refused(as_carol, raise_cache, query):
    assert as_carol.get(f"{LIST}?{query}").status_code == 422


def test_one_operation_shows_what_happened_to_it(as_carol, raise_cache):
    run(as_carol, "not a token")
    run(as_carol, mint(as_carol))

    shown = as_carol.get(PATH).data

    actions = [entry["action"] for entry in shown["history"]]
    assert actions == ["op.completed", "op.token_minted", "op.refused"]
    assert (shown["status"], shown["run"]["parameters"]) == ("completed", {"step": 1})


def test_the_number_of_queries_does_not_grow_with_the_list(
    as_carol, raise_cache, django_assert_max_num_queries
):
    for number in range(2, 6):
        raise_cache.write(f"000{number}_more_{number}.py", name=f'"more_{number}"')
    as_carol.get(LIST)

    with django_assert_max_num_queries(1):
        as_carol.get(LIST)


def test_an_unknown_operation_is_not_found(as_carol, raise_cache):
    assert as_carol.get(f"{LIST}/nothing").status_code == 404


def test_a_tombstoned_operation_is_gone(as_carol, raise_cache):
    raise_cache.bury(NAME)

    assert as_carol.get(PATH).status_code == 410


@pytest.mark.parametrize("path", [LIST, PATH])
def test_who_does_not_hold_ops_run_may_not_look(as_alice, raise_cache, path):
    assert as_alice.get(path).status_code == 403
