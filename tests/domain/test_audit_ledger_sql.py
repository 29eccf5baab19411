"""The hash of an entry that PostgreSQL completes is the one that everybody else makes of it."""

import pytest
from django.db import connection

from audit.ledger import leaf_hash
from audit.ledger_sql import leaf_hash_of_row
from wire.statements import OfRow

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db]

HOSTILE = 'say "%s"\\ \x01\x1f\x7f\t\n\r\b\f\u2028 𝄞 é \ud7ff </script> :pg {}'


@pytest.mark.parametrize("unknown", [{"a"}, {"b"}, {"d"}, {"a", "b", "c", "d"}, {"b", "c"}])
@pytest.mark.parametrize("value", [None, "", HOSTILE, 7, -1])
def test_the_database_hashes_what_it_fills_in_as_we_do(unknown, value):
    content = {"b": [None, HOSTILE], "a": value, "d": 0, "c": {"y": HOSTILE, "x": 1}}
    kind = "bigint" if isinstance(value, int) else "text"
    left = {name: OfRow("x") if name in unknown else content[name] for name in content}
    sql, params = leaf_hash_of_row(left)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql} FROM (SELECT %s::{kind} AS x) row", [*params, value])
        [made] = cursor.fetchone()

    assert made == leaf_hash({**content, **dict.fromkeys(unknown, value)})


def test_what_it_fills_in_may_have_values_of_its_own():
    sql, params = leaf_hash_of_row({"a": OfRow("x + %s", (2,)), "b": 3, "c": OfRow("%s - x", (4,))})

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql} FROM (SELECT 1 AS x) row", params)
        [made] = cursor.fetchone()

    assert made == leaf_hash({"a": 3, "b": 3, "c": 3})
