"""A receipt is verified by whoever has the keys, and stands in for the file that is deleted."""

import json

import pytest
from django.core.management import call_command

from accounts.operations import statements
from migrations_ops import registry
from tests.oneshot_shell import oneshot, permit, refused
from tests.oneshots import NAME
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures"]
pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def receipt(raise_cache, tmp_path):
    """The files that whoever deletes the operation has: its receipt, and the keys."""
    registry.shipped.write_index()
    assert refused("receipt", NAME) == (1, "raise_cache has no receipt yet.")
    oneshot("run", NAME, "--token", permit())
    (tmp_path / "receipt").write_text(oneshot("receipt", NAME))
    (tmp_path / "keys.json").write_text(json.dumps(statements.archive(now())))
    return ("receipt", "--verify", str(tmp_path / "receipt"), "--jwks", str(tmp_path / "keys.json"))


def test_a_receipt_is_verified_with_nothing_but_the_keys(receipt, django_assert_num_queries):
    with django_assert_num_queries(0):
        told = json.loads(oneshot(*receipt))

    assert (told["operation"], told["outcome"], told["rows_affected"]) == (NAME, "done", 1)
    assert refused(*receipt, "--issuer", "https://elsewhere.example")[0] == 2


def test_a_receipt_buries_its_operation(receipt, raise_cache):
    oneshot(*receipt, "--bury", "--environment", "LOCAL")
    (raise_cache.path / f"0001_{NAME}.py").unlink()
    raise_cache.read()

    call_command("check", tags=["oneshots"])
    assert refused("status", NAME) == (
        2,
        "The one-shot operation raise_cache is finished and was removed.",
    )


def test_only_a_receipt_of_production_buries(receipt):
    assert refused(*receipt, "--bury") == (2, "This receipt is from LOCAL, not from PROD.")
    assert not registry.shipped.tombstones_path.exists()


@pytest.mark.parametrize("spoilt", ["receipt", "keys.json"])
def test_what_is_no_receipt_is_refused(receipt, tmp_path, spoilt):
    (tmp_path / spoilt).write_text('{"keys": []}')

    assert refused(*receipt)[0] == 2


@pytest.mark.parametrize("arguments", [("receipt",), ("receipt", "--verify", "receipt")])
def test_half_a_question_is_refused(raise_cache, arguments):
    assert refused(*arguments)[0] == 2
