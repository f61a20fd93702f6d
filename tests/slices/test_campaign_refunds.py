"""Refunds as exports really have them: dated before their order, in several rows, at several times."""

from __future__ import annotations

import pytest

ORDERS = """order_id,customer_id,paid_at,sku,quantity,unit_price
A1,c1,2011-11-15T10:00,pot,2,100.00
A1,c1,2011-11-15T10:00,cup,2,60.00
"""
BEFORE_ITS_ORDER = """refund_id,order_id,refunded_at,sku,quantity
R1,A1,2011-11-15T09:00,pot,2
"""
AT_TWO_TIMES = """refund_id,order_id,refunded_at,sku,quantity
R1,A1,2011-11-16T10:00,pot,1
R1,A1,2011-11-17T10:00,cup,2
"""


@pytest.mark.parametrize("refunds", [BEFORE_ITS_ORDER, AT_TWO_TIMES])
def test_a_run_takes_back_what_the_rehearsal_says(shop, refunds):
    files = ["--orders", shop.write("orders.csv", ORDERS), "--refunds", shop.write("refunds.csv", refunds)]
    rehearsed = shop.simulated(*files)
    assert "clawed_back,refund:R1" in rehearsed
    shop.run(*files)
    assert shop.awards.read_text() == rehearsed
    assert shop.run(*files)["events_settled"] == 0
    assert shop.awards.read_text() == rehearsed
    assert shop.audit_is_clean()


def test_one_refund_of_one_order_is_one_claw_back(shop):
    shop.run("--orders", shop.write("orders.csv", ORDERS), "--refunds", shop.write("refunds.csv", AT_TWO_TIMES))
    assert shop.rows("A1", "every-hundred") == [
        "A1,c1,every-hundred,0,points,,150,150,granted,",
        "A1,c1,every-hundred,0,points,,100,100,clawed_back,refund:R1",
    ]
