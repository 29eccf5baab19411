"""How is an entry hashed that tells of a row only the database knows yet? As audit.ledger does it,
in PostgreSQL's words."""

from collections.abc import Mapping
from itertools import groupby

from audit.ledger import LEAF, canonical
from wire.statements import OfRow

_SHA256 = "encode(sha256('\\x{leaf}'::bytea || convert_to(concat({text}), 'UTF8')), 'hex')"


def leaf_hash_of_row(content: Mapping[str, object]) -> OfRow:
    """Return how the database makes the leaf hash of content with some values of a row in it.

    What is known is spelled here, in one piece from one such value to the next.
    """
    sql: list[str] = []
    params: list[object] = []
    text = "{"
    members = sorted(content.items())
    for is_of_row, group in groupby(members, key=lambda member: type(member[1]) is OfRow):
        if not is_of_row:
            text += canonical(dict(group))[1:-1] + ","
            continue
        for name, value in group:
            assert isinstance(value, OfRow)  # noqa: S101
            params += [f'{text}"{name}":', *value.params]
            sql += ["%s::text", f"COALESCE(to_json({value.sql})::text, 'null')"]
            text = ","
    params.append(text[:-1] + "}")
    sql.append("%s::text")
    return OfRow(_SHA256.format(leaf=LEAF.hex(), text=", ".join(sql)), tuple(params))
