"""Two people let two texts of one plan go live at the same moment: its books are filled once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from jiacan.campaigns.contracts.planning import OtherCurrency
from jiacan.campaigns.facade import running as campaigns
from jiacan.offers.facade import reading as offers
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor
from jiacan.tenancy.models import AuditEntry
from tests.slices.histories import PLAN

TEXT = PLAN.read_text()
TEXTS = (TEXT, TEXT.replace("units: 150", "units: 160"))


def test_two_texts_at_once_fill_the_stock_to_what_the_last_one_says(test_database_url):
    shop = tenancy.open_shop("gifts")
    together = Barrier(len(TEXTS))

    def go_live(text):
        together.wait()
        try:
            return campaigns.go_live(shop.id, plans.check_text(text, "plan.yaml"), actor=Actor("owner", "test"))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(TEXTS)) as threads:
        rules = sorted(threads.map(go_live, TEXTS), key=lambda each: each.version)
    last = rules[-1]
    assert [each.version for each in rules] == [1, 2]
    assert offers.stock_left(shop.id, last)["mug"] == last.stock["mug"].units
    assert offers.budget_balances(shop.id, last)["gifts"].posted == last.budget["gifts"].amount_minor


def test_going_live_again_with_the_same_text_changes_nothing(test_database_url):
    shop = tenancy.open_shop("gifts")
    plan = plans.check_text(TEXT, "plan.yaml")
    first = campaigns.go_live(shop.id, plan, actor=Actor("owner", "test"))
    audited = AuditEntry.objects.count()
    assert campaigns.go_live(shop.id, plan, actor=Actor("owner", "test")) == first
    assert (offers.stock_left(shop.id, first)["mug"], AuditEntry.objects.count()) == (150, audited)


def test_the_first_plan_says_the_shops_currency_and_another_currency_is_refused(test_database_url):
    shop = tenancy.open_shop("gifts")
    campaigns.go_live(shop.id, plans.check_text(TEXT, "plan.yaml"), actor=Actor("owner", "test"))
    assert tenancy.get_shop("gifts").currency == "GBP"
    other = TEXT.replace("currency: GBP", "currency: EUR").replace("id: order-bonus-2011", "id: other")
    with pytest.raises(OtherCurrency) as caught:
        campaigns.go_live(shop.id, plans.check_text(other, "other.yaml"), actor=Actor("owner", "test"))
    assert (caught.value.named, caught.value.kept) == ("EUR", "GBP")
    assert plans.find_versions(shop.id, "other") == ()
