"""A real browser, a real server with the demo people, and a page that complains."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.serving import HOST, fresh_database, run, serving

CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
OWN = ("data:", "blob:")
PATIENCE_MS = 30_000  # Redoc draws for seconds where cores are busy

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Site:
    """The service as people reach it."""

    url: str
    passwords: dict[str, str]
    environ: dict[str, str]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a database with the demo people in it."""
    with served(tmp_path_factory.mktemp("var")) as site:
        yield site


@contextmanager
def served(var: Path, **more: str) -> Iterator[Site]:
    """Serve a database of its own, with more in the environment."""
    with fresh_database() as url:
        environ = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", **more}
        run(["-m", "local.prepare", str(var)], environ)
        people = json.loads((var / "people.json").read_text())
        with serving(environ) as server:
            passwords = {handle: person["password"] for handle, person in people.items()}
            yield Site(f"http://{HOST}:{server.port}", passwords, environ)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=[*CHROMIUM])
        yield browser
        browser.close()


@pytest.fixture
def look() -> dict[str, object]:
    """How the page is looked at; tests parametrize it."""
    return {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def elsewhere() -> tuple[str, ...]:
    """Where a page may lead beside our host."""
    return ()


@pytest.fixture
def forgiven() -> str:
    """What the browser may complain of, as a pattern: a refusal that is asked for."""
    return "(?!)"


@pytest.fixture
def page(
    browser: Browser, site: Site, look: dict[str, object], elsewhere: tuple[str, ...], forgiven: str
) -> Iterator[Page]:
    """A tab; at its end nothing may have gone wrong in it, and nothing left our host."""
    context = browser.new_context(base_url=site.url, **look)  # type: ignore[arg-type]
    page, wrong = context.new_page(), []
    page.on("console", lambda said: wrong.append(said.text) if is_error(said, forgiven) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    known = (site.url, *elsewhere, *OWN)
    page.on("request", lambda sent: None if sent.url.startswith(known) else wrong.append(sent.url))
    yield page
    context.close()
    assert wrong == []


def is_error(said: ConsoleMessage, forgiven: str) -> bool:
    """Tell whether the browser complains of what it should not."""
    return said.type == "error" and not re.search(forgiven, said.text)
