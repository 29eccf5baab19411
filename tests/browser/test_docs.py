"""The pages for people who write clients, as people see them."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def operations(page):
    document = page.request.get("/openapi.json").json()
    return [each for path in document["paths"].values() for each in path.values()]


def test_docs_lists_every_operation(page, operations):
    page.goto("/docs")

    expect(page.locator(".opblock")).to_have_count(len(operations))


def test_authorize_then_try_it_out_speaks_as_the_caller(page):
    page.goto("/docs")
    page.get_by_role("button", name="Authorize", exact=True).click()
    field = page.get_by_label("auth-bearer-value")
    field.fill("dev:@alice")
    field.press("Enter")
    page.get_by_role("button", name="Close").last.click()

    operation = page.locator("#operations-tokens-me")
    operation.get_by_role("button").first.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()

    answer = operation.locator(".live-responses-table .response").first
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    expect(answer).to_contain_text('"id": "@alice"')


def test_redoc_shows_every_operation(page, operations):
    page.goto("/redoc")

    expect(page.locator('[data-section-id*="/operation/"]')).to_have_count(len(operations))


def test_redoc_finds_what_is_searched(page):
    page.goto("/redoc")
    page.get_by_placeholder("Search").fill("heartbeat")

    expect(page.locator('[data-role="search:results"]')).to_contain_text("Report progress")


def test_a_type_uri_leads_to_its_problem(page):
    refusal = page.request.get("/api/nowhere").json()

    page.goto(re.sub(r"^https?://[^/]+", "", refusal["type"]))

    expect(page.locator(":target")).to_contain_text("not_found")
    expect(page.locator(":target")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("name", "path", "sign"),
    [("Try", "/docs", ".opblock"), ("Reference", "/redoc", "h1"), ("Problems", "/problems", "h1")],
)
def test_the_header_leads_from_page_to_page(page, name, path, sign):
    page.goto("/problems" if path == "/docs" else "/docs")

    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()

    expect(page.locator(sign).first).to_be_visible()
    assert page.url.endswith(path)
