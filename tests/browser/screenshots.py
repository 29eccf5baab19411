"""`make screenshots`: pictures of every page of the console, for docs/console.md."""

import json
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.servers.openid_provider import OTHER_SUBJECT, OpenIDProvider
from tests.serving import HOST, fresh_database, run, serving

WHERE = Path(__file__).resolve().parents[2] / "docs" / "console"
LOOKS: dict[str, Any] = {
    "": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "-phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
PAGES = {
    "glance": "/admin/",
    "tasks": "/admin/tasks/task/",
    "task": "/admin/tasks/task/?status__exact=in_progress",
    "step": "/admin/tasks/task/?status__exact=in_progress",
    "accounts": "/admin/accounts/account/",
    "new-agent": "/admin/accounts/account/do/create-agent/",
    "keys": "/admin/accounts/signingkey/",
    "history": "/admin/audit/entry/",
    "entry": "/admin/audit/entry/",
    "project": "/admin/tasks/project/",
    "audience": "/admin/accounts/audience/",
    "operations": "/admin/migrations_ops/run/operations/",
    "operation": "/admin/migrations_ops/run/operations/lowercase_project_slugs/",
}
INTO_FIRST_ROW = frozenset({"task", "step", "entry", "project", "audience"})


def main() -> None:
    """Serve a month of work and take the pictures, by day on a desk and by night on a phone."""
    WHERE.mkdir(exist_ok=True)
    settings.configure()  # the provider dates its tokens by Django's clock
    var = Path(tempfile.mkdtemp())
    with fresh_database() as url, closing(OpenIDProvider("https://login.example.com")) as provider:
        environ = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
        run(["-m", "local.prepare", str(var)], environ)
        run(["-m", "tests.browser.story"], environ)
        password = json.loads((var / "people.json").read_text())["@admin"]["password"]
        with serving({**environ, **provider.environ}) as server:
            site = f"http://{HOST}:{server.port}"
            provider.redirect_uri = f"{site}/admin/login/callback/"
            pictures(site, password)


def pictures(site: str, password: str) -> None:
    """Visit each page and keep what is seen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*CHROMIUM]
        )
        for ending, look in LOOKS.items():
            context = browser.new_context(base_url=site, **look)
            page = context.new_page()
            come_as_a_stranger(page, ending)
            sign_in(page, password)
            for name, path in PAGES.items():
                visit(page, name, path)
                page.screenshot(path=WHERE / f"{name}{ending}.png")
            context.close()
        browser.close()


def come_as_a_stranger(page: Page, ending: str) -> None:
    """Try to enter through the provider, as somebody who is nobody here."""
    page.goto("/admin/")
    page.screenshot(path=WHERE / f"sign-in{ending}.png")
    page.get_by_role("link", name="Sign in with").click()
    page.get_by_role("link", name=OTHER_SUBJECT).click()
    page.screenshot(path=WHERE / f"not-signed-in{ending}.png")


def sign_in(page: Page, password: str, who: str = "@admin") -> None:
    """Enter the console."""
    page.goto("/admin/")
    page.get_by_label("Username").fill(who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def visit(page: Page, name: str, path: str) -> None:
    """Open a page, or the first object of a list, or the first thing that can be done to it."""
    page.goto(path)
    if name in INTO_FIRST_ROW:
        page.locator("#result_list tbody th a").first.click()
    if name == "step":
        page.locator("a.deed").first.click()
    page.wait_for_load_state()


if __name__ == "__main__":
    main()
