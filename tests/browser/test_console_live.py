"""A run under way moves before the eyes of whoever looks."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import served
from tests.browser.screenshots import sign_in
from tests.serving import run

NAME = "lowercase_project_slugs"


@pytest.fixture
def site(tmp_path):
    """A site of its own: elsewhere the operation is really run."""
    with served(tmp_path) as site:
        yield site


def test_progress_moves_without_a_reload(page, site):
    run(["-m", "tests.browser.halfway", NAME, "40"], site.environ)
    sign_in(page, site.passwords["@admin"])
    page.goto(f"/admin/migrations_ops/run/operations/{NAME}/")
    expect(page.locator("[data-live]")).to_contain_text("40 of 100 rows")

    run(["-m", "tests.browser.halfway", NAME, "70"], site.environ)

    expect(page.locator("[data-live]")).to_contain_text("70 of 100 rows")
