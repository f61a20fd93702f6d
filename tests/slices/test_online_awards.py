"""Awards looked for by what an agent knows of them, and taken back by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from jiacan.campaigns.contracts.public import CampaignUnknown
from jiacan.campaigns.facade import awards, online
from jiacan.kernel.messages import ENGLISH
from jiacan.offers.contracts.errors import AwardUnknown, NothingToTakeBack
from jiacan.offers.contracts.searching import AwardQuery
from jiacan.offers.facade import reading
from jiacan.offers.store.searching import conditions_of, values_of
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery
from tests.slices.online_shop import (
    AT,
    LADDER,
    PLAN_ID,
    WHO,
    assert_books_add_up,
    go_live,
    mugs_left,
    order,
    refund,
    rules,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return go_live("gifts", ("units: 150", "units: 2"))


def found(shop, **asked):
    page = awards.search(shop.id, PLAN_ID, AwardQuery(**asked), limit=100)
    return [(each.award.order_id, each.award.offer_id) for each in page.awards]


# --- looked for -------------------------------------------------------------------------------------------


def test_awards_are_found_by_order_customer_offer_outcome_benefit_reason_and_time_newest_first(shop):
    online.take(shop, [order(n, after=n) for n in (1, 2, 12)], [refund(of=1)], at=AT)
    ladder = [(f"o-{n}", LADDER) for n in (12, 2, 1)]
    assert found(shop, offer_id=LADDER) == ladder
    assert [key for key in found(shop) if key[1] == LADDER] == ladder
    assert found(shop, text="o-1", offer_id=LADDER) == [ladder[0], ladder[2]]
    assert found(shop, text="c-12", offer_id=LADDER) == ladder[:1]
    assert found(shop, text="o-%") == []
    assert found(shop, outcome="otherwise") == ladder[:1]
    assert found(shop, reason="stock:") == found(shop, reason="stock:mug") == ladder[:1]
    assert found(shop, reason="limit:") == []
    assert found(shop, kind="gift") == ladder
    assert found(shop, outcome="clawed_back", kind="gift") == ladder[2:]
    bounds = {"since": AT + timedelta(minutes=2), "until": AT + timedelta(minutes=12)}
    assert found(shop, offer_id=LADDER, **bounds) == ladder[1:2]
    assert awards.search(tenancy.open_shop("other").id, PLAN_ID, AwardQuery()).awards == ()


def test_a_found_award_says_what_was_taken_back_of_it(shop):
    online.take(shop, [order()], [refund()], at=AT)
    (one,) = awards.search(shop.id, PLAN_ID, AwardQuery(offer_id=LADDER)).awards
    assert [item.id for item in one.award.items] == ["mug"]
    assert [(back.refund_id, [item.id for item in back.items]) for back in one.clawed_back] == [("r-1", ["mug"])]


def test_pages_hold_every_award_once(shop):
    online.take(shop, [order(n, after=n // 3) for n in range(7)], (), at=AT)
    everything = found(shop)
    seen, after = [], None
    while True:
        page = awards.search(shop.id, PLAN_ID, AwardQuery(), after=after, limit=4)
        seen += [(each.award.order_id, each.award.offer_id) for each in page.awards]
        after = page.next
        if after is None:
            break
    assert seen == everything
    assert len(set(seen)) == len(seen) == len(list(reading.awards_of(shop.id, PLAN_ID)))


MANY_AWARDS = """
INSERT INTO offers_award (shop_id, plan_id, plan_version, order_id, customer_id, offer_id, offer_place, rung,
    settled_for, spend_minor, outcome, refusal)
SELECT %(shop)s, %(plan)s, 1, 'x-' || n, 'y-' || n %% 40000, 'offer-' || n %% 5, n %% 5, 0,
    %(at)s + n * interval '5 seconds', 100, CASE WHEN n %% 50 = 0 THEN 'refused' ELSE 'granted' END,
    CASE WHEN n %% 50 = 0 THEN jsonb_build_object('fact', 'StockEmpty', 'code', 'stock:item-' || n %% 7,
        'stock', 'mug', 'asked', 1, 'left', 0, 'emptied_at', NULL) END
FROM generate_series(1, 100000) AS n
"""
MANY_ITEMS = """
INSERT INTO offers_awarditem (shop_id, plan_id, order_id, offer_id, settled_for, place, kind, item, quantity,
    amount_minor, quantity_left, amount_left_minor, lapsed, hold_keys)
SELECT shop_id, plan_id, order_id, offer_id, settled_for, 0, 'points', '', 1, 1, 1, 1, false, '{}'
FROM offers_award
"""


ASKED = (
    AwardQuery(),
    AwardQuery(text="x-4711"),
    AwardQuery(text="y-39999"),
    AwardQuery(offer_id="offer-3"),
    AwardQuery(outcome="clawed_back"),
    AwardQuery(outcome="refused", reason="stock:item-3"),
    AwardQuery(reason="budget:"),
    AwardQuery(kind="points"),
    AwardQuery(since=AT, until=AT + timedelta(hours=1)),
)


def test_no_search_reads_a_hundred_thousand_awards_row_by_row(shop):
    with connection.cursor() as cursor:
        cursor.execute(MANY_AWARDS, {"shop": shop.id, "plan": PLAN_ID, "at": AT})
        cursor.execute(MANY_ITEMS, [])
        cursor.execute("ANALYZE offers_award; ANALYZE offers_awarditem; ANALYZE offers_clawbackitem")
        for asked in ASKED:
            conditions = " AND ".join(conditions_of(asked, None))
            order = "settled_for DESC, order_id DESC, offer_place DESC"
            query = f"SELECT 1 FROM offers_award AS award WHERE {conditions} ORDER BY {order} LIMIT %(limit)s"
            cursor.execute(f"EXPLAIN {query}", values_of(shop.id, PLAN_ID, asked, None, 51))
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert re.search("Seq Scan on offers_award(item)?_rest", plan) is None, f"{asked}\n{plan}"


# --- taken back -------------------------------------------------------------------------------------------


def take_back(shop, number=1, offer=LADDER):
    return awards.take_back(shop, PLAN_ID, f"o-{number}", offer, reason="given by mistake", actor=WHO, at=AT)


def test_an_award_taken_back_by_hand_is_owed_like_after_a_refund_and_is_audited(shop):
    online.take(shop, [order()], (), at=AT)
    back = take_back(shop)
    assert back.refund_id.startswith("hand:")
    assert [(item.kind.value, item.id, item.quantity) for item in back.items] == [("gift", "mug", 1)]
    assert mugs_left(shop) == 1
    statement = reading.statement(shop.id, "c-1", rules(shop), rules_of=lambda _: rules(shop))
    assert [ENGLISH.say(owed) for owed in statement.owes] == ["Custom mug"]
    (line,) = tenancy.search_audit(shop.id, AuditQuery(action="award taken back"))
    assert (line.subject, line.after["reason"]) == (f"{PLAN_ID}/o-1/{LADDER}", "given by mistake")
    lines = reading.receipt(shop.id, "o-1", rules(shop), rules_of=lambda _: rules(shop))
    assert "Taken back by the shop at 11-15 10:00: Custom mug." in [ENGLISH.say(line.says) for line in lines]
    assert_books_add_up(shop)


def test_a_coupons_money_is_free_again_when_it_is_taken_back(shop):
    before = reading.budget_balances(shop.id, rules(shop))["coupons"]
    online.take(shop, [order(1, 400)], (), at=AT)
    take_back(shop)
    assert reading.budget_balances(shop.id, rules(shop))["coupons"] == before
    assert_books_add_up(shop)


def test_what_an_offer_lets_customers_keep_is_taken_back_by_hand_all_the_same(shop):
    go_live("gifts", ("units: 150", "units: 2"), ("on_refund: {gift: return_or_charge", "on_refund: {gift: keep"))
    online.take(shop, [order()], (), at=AT)
    assert [item.id for item in take_back(shop).items] == ["mug"]


def test_taking_back_twice_is_refused_in_words(shop):
    online.take(shop, [order()], (), at=AT)
    take_back(shop)
    with pytest.raises(NothingToTakeBack, match="was taken back before"):
        take_back(shop)
    online.take(shop, (), [refund()], at=AT)
    assert [back for back in reading.claw_backs_of(shop.id, PLAN_ID) if back.offer_id == LADDER] == [
        back
        for each in awards.search(shop.id, PLAN_ID, AwardQuery(offer_id=LADDER)).awards
        for back in each.clawed_back
        if back.refund_id.startswith("hand:")
    ]
    assert_books_add_up(shop)


def test_what_was_never_given_cannot_be_taken_back(shop):
    online.take(shop, [order(1, customer="c"), order(2, customer="c", after=1)], (), at=AT)
    with pytest.raises(NothingToTakeBack):
        take_back(shop, 2)
    with pytest.raises(AwardUnknown, match="has no award of offer nothing"):
        take_back(shop, 1, "nothing")
    with pytest.raises(AwardUnknown):
        take_back(shop, 99)
    with pytest.raises(CampaignUnknown):
        awards.take_back(replace(shop, id=shop.id + 99), PLAN_ID, "o-1", LADDER, reason="", actor=WHO, at=AT)
    assert list(reading.claw_backs_of(shop.id, PLAN_ID)) == []
