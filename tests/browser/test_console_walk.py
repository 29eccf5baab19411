"""A day of staff: work on the board, a new agent, a new key, and all of it in history."""

import pytest
from playwright.sync_api import expect

from tests.browser.screenshots import sign_in
from tests.browser.test_looks import DESK, TELEPHONE

PAGES = (
    "/admin/", "/admin/tasks/project/", "/admin/tasks/project/do/create/", "/admin/tasks/member/",
    "/admin/accounts/audience/", "/admin/accounts/audience/taskflow/change/",
    "/admin/accounts/audience/taskflow/do/declare/", "/admin/accounts/audience/do/register/",
    "/admin/accounts/session/", "/admin/migrations_ops/approval/",
    "/admin/accounts/account/_40alice/change/",
    "/admin/tasks/task/", "/admin/tasks/task/1/change/", "/admin/tasks/task/1/do/start/",
    "/admin/tasks/task/do/create/", "/admin/accounts/account/", "/admin/accounts/signingkey/",
    "/admin/accounts/account/do/create-agent/", "/admin/accounts/signingkey/do/rotate/",
    "/admin/audit/entry/", "/admin/migrations_ops/run/", "/admin/migrations_ops/run/operations/",
    "/admin/migrations_ops/run/operations/lowercase_project_slugs/",
)  # fmt: skip

ONESHOT = "lowercase_project_slugs"
LOOKS = [{"viewport": TELEPHONE}, {"viewport": DESK}]


@pytest.fixture
def console(page, site):
    """The console's first page, signed in."""
    sign_in(page, site.passwords["@admin"])
    expect(page.get_by_role("heading", name="At a glance")).to_be_visible()
    return page


def press(console, *labels):
    for label in labels:
        console.get_by_role("link", name=label, exact=True).click()
        console.get_by_role("button", name=label, exact=True).click()


def latest(console, action):
    console.goto(f"/admin/audit/entry/?action={action}")
    return console.locator("#result_list tbody tr").first


def test_a_task_is_made_started_and_completed_with_buttons(console):
    console.goto("/admin/tasks/task/")
    console.get_by_role("link", name="New task").click()
    console.get_by_label("Title").fill("Water the plants")
    console.get_by_role("button", name="New task").click()
    expect(console.locator(".messagelist")).to_contain_text("Water the plants")

    press(console, "Start", "Complete")

    expect(console.locator(".field-status")).to_contain_text("completed")
    expect(console.locator(".history")).to_contain_text("task.completed")
    expect(latest(console, "task.completed")).to_contain_text("@admin")


def test_a_button_that_cannot_be_pressed_tells_why(console):
    console.goto("/admin/tasks/task/2/change/")

    off = console.locator(".deed.is-off", has_text="Approve")

    expect(off).to_have_attribute("title", "Cannot approve task with status 'pending'")


def test_a_project_gets_a_member_who_is_given_a_role_and_put_out(console):
    console.goto("/admin/tasks/project/")
    console.get_by_role("link", name="New project").click()
    console.get_by_label("Slug").fill("shed")
    console.get_by_role("button", name="New project").click()
    console.get_by_role("link", name="Add member").click()
    console.get_by_label("Principal").fill("@bob")
    console.get_by_role("button", name="Add member").click()
    console.locator(".inline-related tr", has_text="@bob").get_by_role("link").click()
    console.get_by_role("link", name="Change role").click()
    console.get_by_label("Role").select_option("viewer")
    console.get_by_role("button", name="Change role").click()

    expect(console.locator(".history")).to_contain_text("project.member_changed")
    press(console, "Remove")
    expect(console.locator(".messagelist")).to_contain_text("@bob is out of shed.")
    press(console, "Delete")
    expect(console.locator(".messagelist")).to_contain_text("shed is a project no more")
    expect(latest(console, "project.deleted")).to_contain_text("@admin")


def test_an_audience_goes_from_version_1_to_version_2(console):
    console.goto("/admin/accounts/audience/")
    console.get_by_role("link", name="New audience").click()
    console.get_by_label("Name").fill("billing")
    console.get_by_role("button", name="New audience").click()
    choose(console, "Declare versions", "Version 1", "Version 2")
    choose(console, "Change versions", "Version 2")
    expect(console.locator(".messagelist")).to_contain_text("still declares payload version 1")
    console.get_by_role("link", name="Not now").click()
    choose(console, "Declare versions", "Version 2")
    choose(console, "Change versions", "Version 2")

    expect(console.locator(".field-payload_versions")).to_contain_text("[2]")
    expect(latest(console, "audience.changed")).to_contain_text("billing")


def choose(console, label, *versions):
    console.get_by_role("link", name=label).click()
    for box in console.get_by_role("checkbox").all():
        box.uncheck()
    for version in versions:
        console.get_by_label(version).check()
    console.get_by_role("button", name=label).click()


def test_an_agent_gets_its_secret_once(console):
    console.goto("/admin/accounts/account/")
    console.get_by_role("link", name="New agent").click()
    console.get_by_label("Name").fill("@walle")
    console.get_by_role("button", name="New agent").click()

    expect(console.locator(".secrets")).to_contain_text("tfs_")
    console.get_by_role("link", name="Done").click()
    expect(console.locator("#result_list")).to_contain_text("@walle")
    expect(latest(console, "principal.created")).to_contain_text("@walle")


def test_a_key_is_rotated_and_its_life_is_drawn(console):
    console.request.get("/health/ready")
    console.goto("/admin/accounts/signingkey/")
    console.get_by_role("link", name="Rotate").click()
    console.get_by_label("Though it is not due").check()
    console.get_by_role("button", name="Rotate").click()

    expect(console.locator(".messagelist")).to_contain_text("signs from")
    expect(console.locator("svg.timeline g")).to_have_count(2)
    expect(latest(console, "key.created")).to_contain_text("@admin")


def test_a_one_shot_is_previewed_approved_by_another_and_run(console, site, browser):
    where = f"/admin/migrations_ops/run/operations/{ONESHOT}/"
    console.goto("/admin/accounts/account/_40bob/do/role/")
    console.get_by_label("Role").select_option("admin")
    console.get_by_role("button", name="Change role").click()
    console.goto(where)
    console.get_by_role("button", name="Preview").click()
    digest = console.get_by_label("Preview digest").input_value()

    approve_as_bob(browser, site, where, digest)
    run = run_over_the_api(console.request, digest)

    assert run["status"] == "completed"
    expect(latest(console, "op.approved")).to_contain_text("@bob")
    expect(latest(console, "op.completed")).to_contain_text("@admin")


def approve_as_bob(browser, site, where, digest):
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    sign_in(page, site.passwords["@bob"], "@bob")
    page.goto(where)
    page.get_by_label("Requester").fill("@admin")
    page.get_by_label("Preview digest").fill(digest)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".messagelist")).to_contain_text("@admin may have a token")
    context.close()


def run_over_the_api(request, digest):
    address = f"/api/admin/migrations/{ONESHOT}"
    who = {"Authorization": "Bearer dev:@admin"}
    asked = request.post(f"{address}/token", headers=who, data={"preview_digest": digest})
    token = asked.json()["token"]
    return request.post(address, headers={**who, "X-Migration-Token": token}, data={}).json()


@pytest.mark.parametrize("path", ["/admin/audit/entry/", "/admin/accounts/signingkey/"])
@pytest.mark.parametrize("look", LOOKS, ids=["phone", "desk"])
def test_nothing_is_too_long_for_its_page(console, path):
    console.request.get("/health/ready")
    console.goto(path)

    console.locator("#result_list tbody th a").first.click()
    expect(console.locator(".readonly").first).to_be_visible()

    assert console.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("look", LOOKS, ids=["phone", "desk"])
def test_no_page_of_the_console_scrolls_sideways(console, path):
    console.goto(path)

    assert console.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
