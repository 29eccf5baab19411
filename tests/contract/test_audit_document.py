"""The document on the audit: what it tells others to compute is what is stored."""

import re
from typing import Any

import pytest
from django.core.management import call_command

from audit.models import Entry
from tests.history import write

pytestmark = pytest.mark.django_db


def test_the_hash_it_tells_to_compute_is_the_one_that_is_sealed(repository, tmp_path, signing_key):
    write(2)
    call_command("audit", "export", "--to", str(tmp_path / "audit.jsonl"))
    snippet = re.search(
        r"```python\n(.*?)```", (repository / "docs/audit.md").read_text(), re.DOTALL
    )
    told: dict[str, Any] = {}
    exec(snippet[1], told)  # type: ignore[index]

    lines = (tmp_path / "audit.jsonl").read_text().splitlines()[:-1]

    hashes = [told["leaf_hash"](line) for line in lines]
    assert hashes == list(Entry.objects.order_by("pk").values_list("leaf_hash", flat=True))
