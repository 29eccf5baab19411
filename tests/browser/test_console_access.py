"""Whoever cannot see the console well, or uses no mouse, gets along with it: axe-core looks."""

import pytest

from tests.browser.test_console_walk import PAGES, console
from tests.browser.test_looks import DESK
from tests.contract.installed import node_modules

__all__ = ["console"]

ASK = """async () => {
  const found = await axe.run({resultTypes: ["violations"]});
  return found.violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes.map((node) => node.target).join(" ")}`);
}"""


@pytest.fixture(params=["light", "dark"])
def look(request):
    # axe-core sets styles of its own while it looks, which our policy would refuse.
    return {"viewport": DESK, "color_scheme": request.param, "bypass_csp": True}


@pytest.fixture(scope="session")
def axe():
    return (node_modules() / "axe-core" / "axe.min.js").read_text()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(console, axe, path):
    console.goto(path)

    console.evaluate(axe)

    assert console.evaluate(ASK) == []
