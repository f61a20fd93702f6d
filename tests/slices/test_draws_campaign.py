"""A whole campaign with draws by the command line: orders by the thousand, tickets, the file, and its check."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiacan.campaigns.facade import running
from jiacan.draws.contracts.kept import TicketState
from jiacan.draws.facade import reading
from jiacan.tenancy import facade as tenancy
from tests.slices.commands import jiacan, jiacan_json
from tests.slices.drawing_shop import AT, DAILY, HELD, OVER, Drawing, plan_text

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = running.MANY_ORDERS + 100
GUEST, BACK = 3, 5


@pytest.fixture
def files(tmp_path):
    """The plan and its orders, one of a guest, and a refund of one."""
    rows = [
        f"o-{n},{'' if n == GUEST else f'c-{n}'},{(AT + timedelta(seconds=n)).isoformat()},tea,1,100"
        for n in range(ORDERS)
    ]
    orders = "order_id,customer_id,paid_at,sku,quantity,unit_price"
    (tmp_path / "orders.csv").write_text("\n".join([orders, *rows]))
    (tmp_path / "refunds.csv").write_text(
        f"refund_id,order_id,refunded_at,sku,quantity\nr-1,o-{BACK},{(AT + timedelta(hours=2)).isoformat()},tea,1\n"
    )
    return tmp_path


def run(files, draw: str, url: str) -> tuple[Drawing, object]:
    plan = files / "plan.yaml"
    plan.write_text(plan_text(draw))
    return _run(files, plan, url)


def run_past(files, draw: str, url: str) -> tuple[Drawing, object]:
    """The same two years before, so that every hour of it has come by the clock of the commands."""
    for name in ("orders.csv", "refunds.csv"):
        (files / name).write_text((files / name).read_text().replace("2026-", "2024-"))
    plan = files / "plan.yaml"
    plan.write_text(plan_text(draw).replace("2026-", "2024-"))
    return _run(files, plan, url)


def _run(files, plan, url: str) -> tuple[Drawing, object]:
    jiacan("run", plan, "--orders", files / "orders.csv", "--refunds", files / "refunds.csv", database_url=url)
    return Drawing(tenancy.get_shop("tea")), plan


def ids_of(shop: Drawing) -> set[str]:
    """The ids of all tickets."""
    found = reading.tickets_of_orders(shop.shop.id, [f"o-{n}" for n in range(ORDERS)])
    return {ticket.issued for _, ticket in found}


def test_a_campaign_that_ran_from_files_is_drawn_published_and_verified(files, test_database_url):
    shop, plan = run(files, DAILY, test_database_url)
    counts = shop.counts
    assert (counts.given, counts.unused, counts.taken_back) == (ORDERS - 1, ORDERS - 2, 1)
    assert (shop.ticket(GUEST), shop.ticket(BACK).state) == (None, TicketState.TAKEN_BACK)
    ids = ids_of(shop)
    run(files, DAILY, test_database_url)
    assert ids_of(shop) == ids
    for number in range(10, 20):
        shop.draw(shop.ticket(number))
    said = jiacan("draw", "export", plan, "wheel", "--to", files / "f.json", database_url=test_database_url, code=2)
    assert "its file is published when it is over" in said
    shop.follow(OVER)
    told = jiacan_json("draw", "export", plan, "wheel", "--to", files / "f.json", database_url=test_database_url)
    assert (told["state"], told["tickets"], told["commitment"]) == ("over", 10, shop.wheel.commitment)
    assert "10 tickets checked" in jiacan("draw", "verify", files / "f.json", "--commitment", told["commitment"])
    data = bytearray((files / "f.json").read_bytes())
    data[len(data) // 2] ^= 1
    (files / "f.json").write_bytes(bytes(data))
    assert "does not hold" in jiacan("draw", "verify", files / "f.json", code=1)


def test_a_held_draw_of_a_thousand_tickets_is_closed_valued_and_carried_out(files, test_database_url):
    url = {"database_url": test_database_url}
    shop, plan = run_past(files, HELD.replace("MODE", "scheduled"), test_database_url)
    assert "must be closed before" in jiacan("draw", "value", plan, "wheel", "5f", "--note", "drand", code=2, **url)
    assert jiacan_json("draw", "close", plan, "wheel", **url)["tickets"] == ORDERS - 2
    said = jiacan("draw", "value", plan, "wheel", "5f0c", "--note", "drand.sh", **url)
    assert f"{ORDERS - 2:,} tickets, sealed by" in said
    assert sorted(win.prize for win in shop.wins) == ["first", "second", "second"]
    jiacan("draw", "export", plan, "wheel", "--to", files / "f.json", **url)
    jiacan("draw", "verify", files / "f.json")
