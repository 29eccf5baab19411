"""A parameter that is a table: CSV or JSON rows, each bad cell named by its place."""

import pytest

from accounts.models import Audience
from tests.oneshots import PATH, mint, recorded, run

pytest_plugins = ["tests.oneshot_fixtures"]

ROW = """
@dataclass(frozen=True)
class Row:
    name: str
    seconds: int
    note: str | None = None

    def __post_init__(self):
        if self.seconds < 0:
            raise ValueError("seconds start at 0")

"""
WORK = (
    "sum(Audience.objects.filter(name=row.name).update(jwks_cache_seconds=row.seconds)"
    " for row in self.caches)"
)


@pytest.fixture
def by_table(oneshots):
    """An operation that takes a table."""
    oneshots.write(imports=ROW, parameters="caches: tuple[Row, ...]", rows=WORK)
    return oneshots


def mint_with(client, caches):
    return client.post(f"{PATH}/token", {"parameters": {"caches": caches}})


@pytest.mark.parametrize(
    "caches",
    [
        "name,seconds\ntaskflow,77\nother,5\n",
        'seconds,name,note\r\n77,"taskflow",\r\n',
        [{"name": "taskflow", "seconds": 77}],
    ],
    ids=["csv", "columns in any order", "json"],
)
def test_a_table_reaches_the_work(as_carol, by_table, caches):
    answer = run(as_carol, mint_with(as_carol, caches).data["token"])

    assert (answer.status_code, answer.data["rows_affected"]) == (200, 1)
    assert Audience.objects.get(pk="taskflow").jwks_cache_seconds == 77
    assert answer.data["parameters"]["caches"][0] == {
        "name": "taskflow", "seconds": 77, "note": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("caches", "pointer", "message"),
    [
        ("name,seconds\na,1\nb,many\n", "/1/seconds", "Line 3: this is not a fitting integer."),
        ("name,seconds\na,1\nb\n", "/1/seconds", "Line 3: this column is required."),
        ("name,seconds\na,1,2\n", "/0", "Line 2: its columns are name, seconds, note, and no"),
        ("name,secs\na,1\n", "/0", "Line 2: its columns are name, seconds, note, and no others."),
        ("name,seconds\na,-1\n", "/0", "Line 2: seconds start at 0"),
        ('name,seconds\n"a"b,1\n', "", "Line 2 is not CSV"),
        ([{"name": "a", "seconds": "1"}], "/0/seconds", "Row 1: this is not a fitting integer."),
        ("name,name,seconds\na,b,1\n", "", "Line 1 names a column twice."),
        ([["a", 1]], "", "neither CSV text"),
        (5, "", "neither CSV text"),
    ],
)
def test_a_bad_row_is_refused_with_its_place_and_recorded(
    as_carol, by_table, caches, pointer, message
):
    answer = mint_with(as_carol, caches)

    assert (answer.status_code, answer.data["code"]) == (422, "validation_failed")
    place = answer.data["errors"][0]
    assert place["pointer"] == f"/parameters/caches{pointer}"
    assert message in place["message"]
    (entry,) = recorded("op.refused")
    assert entry.context["places"][0] == f"/parameters/caches{pointer}"


def test_a_large_table_is_bound_by_its_digest(as_carol, by_table):
    rows = [{"name": f"service-{number}", "seconds": 1} for number in range(500)]
    token = mint_with(as_carol, rows).data["token"]

    other = run(as_carol, token, parameters={"caches": rows[1:]})
    same = run(as_carol, token, parameters={"caches": rows})

    assert (other.status_code, other.data["code"]) == (403, "migration_token_other_parameters")
    assert same.status_code == 200


def test_a_table_is_described_by_its_columns(as_carol, by_table):
    (parameter,) = as_carol.get(PATH).data["parameters"]

    assert (parameter["type"], parameter["required"]) == ("rows", True)
    assert [column["name"] for column in parameter["columns"]] == ["name", "seconds", "note"]


def test_a_small_table_can_be_minted_without_repeating_it(as_carol, by_table):
    rows = [{"name": "taskflow", "seconds": 3}]

    assert run(as_carol, mint(as_carol, parameters={"caches": rows})).status_code == 200
