"""The page and the workbook: complete, safe to open, the same for the same facts."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from jiacan.campaigns.report.facts import make_report
from jiacan.campaigns.report.html import to_html
from jiacan.campaigns.report.workbook import to_workbook
from jiacan.campaigns.report.writing import to_data
from jiacan.project.language import phrasebook
from tests.core.small_report import PLAN, SHANGHAI, sources

WORDS = phrasebook("en", SHANGHAI)
HOSTILE = PLAN.replace("en: Spring bonus", 'en: "=1+1<script>alert(1)</script>&"').replace(
    "en: A cup for every order", "en: \"@SUM(A1)<img src='x'>\""
)


@pytest.fixture(scope="module")
def report():
    return make_report(sources())


@pytest.fixture(scope="module")
def html(report):
    return to_html(report, WORDS)


def test_the_page_needs_no_script_and_no_request(html):
    assert "<script" not in html
    outside = [link for link in re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?([^"\')\s>]+)', html) if link[0] != "#"]
    assert outside == []
    assert set(re.findall(r"https?://[^\"'\s<]+", html)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_every_link_of_a_figure_leads_to_its_definition_and_no_id_is_twice(html):
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_the_page_escapes_what_a_plan_says(report):
    page = to_html(make_report(sources(plan=HOSTILE)), WORDS)
    assert "<script" not in page
    assert "<img" not in page
    assert "=1+1&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in page


def test_unknown_figures_are_a_dash_with_a_reason(html):
    assert "Orders are known from 2026-09-14 on, and this needs them from 2025-11-17 on." in html
    assert re.search(r'title="Orders are known from 2026-09-14[^"]*"[^>]*><span class="v">–', html)


def test_both_forms_are_the_same_for_the_same_facts(report, html):
    again = make_report(sources())
    assert to_html(again, WORDS) == html
    assert to_workbook(again, WORDS) == to_workbook(report, WORDS)


def test_the_workbook_has_numbers_charts_and_definitions(report):
    written = to_workbook(report, WORDS)
    book = CalamineWorkbook.from_filelike(BytesIO(written))
    assert book.sheet_names == [
        "Overview",
        "Goals against results",
        "The daily course",
        "Awards and refusals",
        "Money and stock",
        "Did it work",
        "Definitions",
    ]
    goals = book.get_sheet_by_name("Goals against results").to_python()
    assert goals[1][:3] == ["Goal", "Result", "Target"]
    assert goals[2][:3] == ["Orders", 100.0, pytest.approx(110.0)]
    parts = zipfile.ZipFile(BytesIO(written)).namelist()
    assert len([name for name in parts if name.startswith("xl/charts/chart")]) == 3


def test_a_name_that_looks_like_a_formula_is_text(report):
    written = to_workbook(make_report(sources(plan=HOSTILE)), WORDS)
    book = zipfile.ZipFile(BytesIO(written))
    sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet for sheet in sheets)
    overview = CalamineWorkbook.from_filelike(BytesIO(written)).get_sheet_by_name("Overview").to_python()
    assert overview[0][0] == "=1+1<script>alert(1)</script>&"


def test_a_campaign_without_orders_has_a_page_and_a_workbook():
    nothing = make_report(sources([]))
    assert "No order has met an offer." in to_html(nothing, WORDS)
    assert to_workbook(nothing, WORDS)


def test_for_machines_an_unknown_is_its_reason(report):
    data = to_data(report, WORDS)
    sales = next(goal for goal in data["goals"] if goal["measure"] == "sales")
    assert sales["baseline"] == {
        "unknown": "Orders are known from 2026-09-14 on, and this needs them from 2025-11-17 on."
    }
    assert data["totals"]["orders"] == 100
