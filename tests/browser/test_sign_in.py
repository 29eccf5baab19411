"""Staff enters the console through the outside provider, in a real browser and back again."""

from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import served
from tests.browser.test_console_access import ASK, axe
from tests.browser.test_looks import DESK, TELEPHONE
from tests.servers.endpoint import text
from tests.servers.identity_provider import SUBJECT
from tests.servers.openid_provider import OTHER_SUBJECT, OpenIDProvider
from tests.serving import manage

__all__ = ["axe"]

WAY = "Sign in with 127.0.0.1"
BACK = "/admin/login/callback/"


@pytest.fixture(scope="module")
def provider():
    with closing(OpenIDProvider()) as server:
        yield server


@pytest.fixture(scope="module")
def site(provider, tmp_path_factory):
    """A site whose administrator is somebody at the provider, and Alice somebody else."""
    with served(tmp_path_factory.mktemp("var"), **provider.environ) as site:
        provider.redirect_uri = f"{site.url}{BACK}"
        for handle, subject in (("@admin", SUBJECT), ("@alice", OTHER_SUBJECT)):
            manage("principal", "identity", handle, "link", subject, **site.environ)
        yield site


@pytest.fixture(autouse=True)
def _as_usual(provider):
    yield
    provider.changes, provider.token_answer = {}, None


@pytest.fixture
def elsewhere(provider):
    return (provider.origin,)


@pytest.fixture
def forgiven():
    return r"the server responded with a status of (400|403|503)"


def walk(page, who, start="/admin/"):
    """Go to the provider, say who one is there; return the answer to coming back."""
    page.goto(start)
    page.get_by_role("link", name=WAY).click()
    with page.expect_response(lambda answer: BACK in answer.url) as answered:
        page.get_by_role("link", name=who).click()
    return answered.value


def test_staff_walks_there_and_back_to_the_page_they_wanted(page):
    walk(page, SUBJECT, "/admin/tasks/task/?q=plants")

    expect(page.locator("#changelist")).to_be_visible()
    assert page.url.endswith("/admin/tasks/task/?q=plants")
    page.goto("/admin/audit/entry/?action=sign_in.completed")
    expect(page.locator("#result_list tbody tr").first).to_contain_text("@admin")


@pytest.mark.parametrize("who", [OTHER_SUBJECT, "Nobody"])
def test_who_is_no_staff_is_told_so_and_can_go_back(page, who):
    answer = walk(page, who)

    assert answer.status == 403
    expect(page.get_by_role("heading", name="Not signed in")).to_be_visible()
    page.locator("a.deed").click()
    expect(page.get_by_role("link", name=WAY)).to_be_visible()


def test_an_answer_that_was_used_is_over(page):
    address = walk(page, SUBJECT).url
    page.get_by_role("button", name="Log out").click()

    answer = page.goto(address)

    assert answer.status == 400
    expect(page.get_by_text("is over, or has taken too long")).to_be_visible()
    page.goto("/admin/")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_an_id_token_of_another_sign_in_opens_nothing(page, provider):
    provider.changes = {"nonce": "of another"}

    assert walk(page, SUBJECT).status == 403
    expect(page.get_by_text("the ID token is of another sign-in")).to_be_visible()


def test_a_provider_in_trouble_is_told_and_the_next_try_succeeds(page, provider):
    provider.token_answer = text(b"oops", 500)
    assert walk(page, SUBJECT).status == 503
    expect(page.get_by_text("does not answer at the moment")).to_be_visible()
    provider.token_answer = None

    page.get_by_role("link", name="Try again").click()
    page.get_by_role("link", name=WAY).click()
    page.get_by_role("link", name=SUBJECT).click()

    expect(page.get_by_role("heading", name="At a glance")).to_be_visible()


def test_signing_out_closes_the_console(page):
    walk(page, SUBJECT)
    page.get_by_role("button", name="Log out").click()
    page.goto("/admin/")

    expect(page.get_by_role("link", name=WAY)).to_be_visible()


LOOKS = [
    {"viewport": viewport, "color_scheme": scheme, "bypass_csp": True}
    for viewport in (TELEPHONE, DESK)
    for scheme in ("light", "dark")
]


@pytest.mark.parametrize("look", LOOKS, ids=["phone", "phone at night", "desk", "desk at night"])
@pytest.mark.parametrize("refused", [False, True], ids=["the way in", "a refusal"])
def test_the_pages_fit_and_axe_finds_nothing_serious(page, axe, refused):
    if refused:
        walk(page, OTHER_SUBJECT)
    else:
        page.goto("/admin/login/")

    page.evaluate(axe)

    assert page.evaluate(ASK) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
