"""The staff's console under the strict policy, with a real account."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def console(page, site):
    """The console's first page, signed in."""
    page.goto("/admin/")
    page.get_by_label("Username").fill("@admin")
    page.get_by_label("Password").fill(site.passwords["@admin"])
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="At a glance")).to_be_visible()
    return page


def test_a_wrong_password_opens_nothing(page):
    page.goto("/admin/")
    page.get_by_label("Username").fill("@admin")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_text("Please enter the correct")).to_be_visible()


def test_without_a_provider_passwords_are_the_only_way(page):
    page.goto("/admin/")

    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_text("Sign in with")).to_have_count(0)


def test_every_list_opens_and_so_does_its_first_row(console):
    lists = console.locator("#content-main th a").evaluate_all("found => found.map(a => a.href)")
    assert len(lists) >= 5

    for address in lists:
        console.goto(address)
        expect(console.locator("#changelist")).to_be_visible()
        row = console.locator("#result_list tbody th a").first
        if row.count():
            row.click()
            expect(console.locator("#content h1")).to_be_visible()


def test_signing_out_closes_the_console(console):
    console.get_by_role("button", name="Log out").click()
    console.goto("/admin/")

    expect(console.get_by_role("button", name="Log in")).to_be_visible()
