"""Both lanes run; one that cannot start has failed."""

from config.contract import Stage, read
from local import lanes
from local.check import production
from local.environment import CannotStart
from local.tally import Tally


def lane_that_cannot_start():
    raise CannotStart("Nothing here runs it.")


def test_a_lane_that_cannot_start_has_failed(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(lanes, "REPORTS", tmp_path)
    monkeypatch.setitem(lanes.LANES, "postgres", lane_that_cannot_start)

    assert lanes.run_lane("postgres", []) == Tally(0, 1)
    assert capsys.readouterr().err == "Nothing here runs it.\n"


def test_without_a_name_both_lanes_run():
    assert lanes.wanted([]) == (["sqlite", "postgres"], [])
    assert lanes.wanted(["all", "-x"]) == (["sqlite", "postgres"], ["-x"])
    assert lanes.wanted(["sqlite", "tests/api"]) == (["sqlite"], ["tests/api"])


def test_the_deployment_checks_see_a_production_that_the_contract_takes():
    given = production("postgres://taskflow:something@db.example.com/taskflow")

    assert read(given).env is Stage.PROD
