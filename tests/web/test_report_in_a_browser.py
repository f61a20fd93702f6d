"""The report's page in a real browser: wide and narrow, in both languages, with nothing asked for from outside."""

from __future__ import annotations

import pytest

from jiacan.campaigns.report.facts import make_report
from jiacan.campaigns.report.html import to_html
from jiacan.project.language import phrasebook
from tests.core.small_report import SHANGHAI, sources
from tests.web.browser import browse, measure


@pytest.fixture(scope="module")
def made():
    return make_report(sources())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_its_window_and_asks_for_nothing(made, language, width, tmp_path):
    seen = measure(to_html(made, phrasebook(language, SHANGHAI)), tmp_path, width=width)
    assert seen == {"width": width, "scroll": width, "requests": []}


def test_the_browser_complains_of_nothing(made, tmp_path):
    page = tmp_path / "report.html"
    page.write_text(to_html(made, phrasebook("zh", SHANGHAI)), encoding="utf-8")
    document, complaints = browse(page, tmp_path, width=1280)
    assert "春季加餐" in document
    assert complaints == ""
