"""`manage.py check --tag oneshots`: what the pipeline fails on."""

import dataclasses

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from accounts.jwk import public_jwk
from accounts.operations import statements
from accounts.private_keys import generate
from migrations_ops import receipts, registry
from tests.oneshots import NAME, PATH, mint, run
from wire.clock import now

pytest_plugins = ["tests.oneshot_fixtures"]


@pytest.fixture
def in_order(raise_cache):
    registry.shipped.write_index()
    return raise_cache


def found():
    return [finding.id for finding in run_checks(tags=["oneshots"])]


def refused():
    with pytest.raises(SystemCheckError) as error:
        call_command("check", tags=["oneshots"])
    return str(error.value)


def test_nothing_is_found_when_all_is_in_order(in_order, capsys):
    call_command("check", tags=["oneshots"])

    assert found() == []


def test_what_is_shipped_is_in_order():
    assert found() == []


def test_a_sunset_that_has_passed_is_refused(oneshots):
    oneshots.write(sunset="date(2020, 1, 1)").write_index()

    assert found() == ["oneshots.W002"]
    assert "The sunset of raise_cache was 2020-01-01" in refused()


def test_the_day_of_the_sunset_is_still_allowed(in_order, time_machine):
    time_machine.move_to("2999-12-31T23:59:00Z")

    assert found() == []


def test_a_changed_file_is_refused(in_order):
    in_order.write(max_rows="11")

    assert found() == ["oneshots.W003"]
    assert "has changed since the index" in refused()


def test_a_file_outside_the_index_is_refused(raise_cache):
    assert "is not in the index" in refused()


def test_a_file_that_vanished_is_refused(in_order):
    (in_order.path / f"0001_{NAME}.py").unlink()

    assert found() == ["oneshots.W004"]
    assert "is gone, and nothing tells why" in refused()


@pytest.fixture
def done(in_order, as_carol):
    """The receipt of a run, and the keys that vouch for it."""
    receipt = run(as_carol, mint(as_carol)).data["receipt"]
    return receipt, statements.archive(now())


@pytest.fixture
def cancelled(in_order, as_carol):
    """A signed cancellation of an operation that nobody ran."""
    return as_carol.post(f"{PATH}/cancel").data["run"]["receipt"], statements.archive(now())


def bury(in_order, proof, **changes):
    receipt, keys = proof
    stone = registry.Tombstone(
        NAME, registry.shipped.find(NAME).code_sha256, receipt, receipts.key_of(receipt, keys)
    )
    registry.shipped.bury(dataclasses.replace(stone, **changes))
    (in_order.path / f"0001_{NAME}.py").unlink()


@pytest.mark.parametrize("proof", ["done", "cancelled"])
def test_a_file_that_left_with_its_receipt_or_cancellation_is_fine(in_order, request, proof):
    bury(in_order, request.getfixturevalue(proof))

    assert found() == []


@pytest.mark.parametrize(
    "changes",
    [{"receipt": "eyJ"}, {"code_sha256": "0" * 64}, {"key": {}}, {"name": "raise_other"}],
    ids=str,
)
def test_a_tombstone_without_a_receipt_of_its_own_is_refused(in_order, done, changes):
    bury(in_order, done, **changes)

    assert "oneshots.W007" in found()
    assert "holds no receipt that its key signed" in refused()


def test_a_receipt_of_somebody_elses_key_proves_nothing(in_order, done):
    other = public_jwk(generate("RS256"), "RS256")

    bury(in_order, done, key={**other, "nbf": 0})

    assert found() == ["oneshots.W007"]


def test_what_is_reversible_has_a_file_that_undoes_it(oneshots):
    oneshots.write(reversible="True").write_index()
    lacking = found()
    oneshots.write("0002_lower_cache.py", name='"lower_cache"', undoes=f'"{NAME}"').write_index()

    assert (lacking, found()) == (["oneshots.W008"], [])


def test_what_undoes_another_names_one_that_is_there(oneshots):
    oneshots.write(undoes='"nothing"').write_index()

    assert "There is no nothing to undo." in refused()


def test_a_tombstone_over_a_living_file_is_refused(in_order):
    in_order.bury(NAME)

    assert found() == ["oneshots.W005"]
    assert "its file is still there" in refused()


def test_a_name_that_is_used_again_is_refused(in_order):
    in_order.bury(NAME, code_sha256="0" * 64)

    assert found() == ["oneshots.W006"]
    assert "is used again" in refused()


def test_a_broken_file_is_refused_with_its_reason(in_order):
    in_order.write(max_rows="0")

    assert found() == ["oneshots.W001"]
    assert "max_rows is less than 1" in refused()


def test_other_commands_are_not_stopped(raise_cache, capsys):
    call_command("check")

    assert "is not in the index" in capsys.readouterr().err
