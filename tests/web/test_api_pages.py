"""The API's page in a real browser: no script, nothing from elsewhere, and readable by everyone."""

from __future__ import annotations

import pytest

from tests.web.pages import Pages

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_documentation_needs_no_script(pages: Pages):
    page = pages.open("/api/v1/docs", scripts=False)
    assert page.locator("#send_orders").is_visible()
    page.locator("#shape-OrderIn summary").click()
    assert page.locator("#shape-OrderIn table").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_documentation_fits_and_axe_finds_nothing_on_it(pages: Pages, width: int):
    page = pages.open("/api/v1/docs", width=width)
    pages.fits(page)
    pages.axe(page)
    if width > 600:
        pages.shoot(page, "api-docs")
