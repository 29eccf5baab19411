"""On a telephone and on a desk, by day and by night."""

import pytest
from playwright.sync_api import expect

SIGNS = {
    "/docs": ".opblock",
    "/redoc": '[data-section-id*="/operation/"]',
    "/problems": ".problem",
    "/admin/login/": "#login-form",
}
TELEPHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (text) => {
    const [r, g, b] = rgb(text).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(document.body);
  const both = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
  return (both[0] + 0.05) / (both[1] + 0.05);
}"""


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture(params=[TELEPHONE, DESK], ids=["telephone", "desk"])
def look(request, scheme):
    return {"viewport": request.param, "color_scheme": scheme}


@pytest.mark.parametrize("path", SIGNS)
def test_a_page_shows_itself_and_never_scrolls_sideways(page, path):
    page.goto(path)
    expect(page.locator(SIGNS[path]).first).to_be_visible()

    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert wide <= 0


def test_text_stands_out_from_its_ground(page):
    page.goto("/problems")

    assert page.evaluate(CONTRAST) >= 7
