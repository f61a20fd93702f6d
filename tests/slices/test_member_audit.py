"""`jiacan ledger audit` holds customers' points against their lots."""

from __future__ import annotations

import json

import pytest

from jiacan.members.models.points import Lot
from jiacan.offers.models import AwardItem
from tests.slices.commands import jiacan
from tests.slices.members_shop import money_shop, points_shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_audit_of_the_ledger_names_whose_points_are_not_their_lots(test_database_url):
    shop = points_shop()
    shop.buy(1, 10)
    assert "points" not in jiacan("ledger", "audit", database_url=test_database_url)
    Lot.objects.update(left=9)
    said = jiacan("ledger", "audit", database_url=test_database_url, code=1)
    assert "customer anna has 10 points in the ledger, and lots less debt of 9" in said
    (report,) = json.loads(jiacan("ledger", "audit", "--json", database_url=test_database_url, code=1))
    assert (report["clean"], len(report["points_not_in_lots"])) == (True, 1)


def test_the_audit_of_the_ledger_names_an_award_whose_money_is_not_with_its_points(test_database_url):
    shop = money_shop()
    shop.buy(1, 10)
    shop.spend(4)
    assert "money" not in jiacan("ledger", "audit", database_url=test_database_url)
    AwardItem.objects.filter(kind="points").update(points_spent=5)
    said = jiacan("ledger", "audit", database_url=test_database_url, code=1)
    assert "a-point-a-pound, lots have 6 points left and 0 lost, and the money behind them has 5 and 0" in said
    (report,) = json.loads(jiacan("ledger", "audit", "--json", database_url=test_database_url, code=1))
    assert (report["points_not_in_lots"], len(report["money_not_with_points"])) == ([], 1)
