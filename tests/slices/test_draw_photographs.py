"""Photographs that a plan names lie beside its file, and `jiacan run` takes them."""

from __future__ import annotations

import pytest

from jiacan.draws.contracts.photographs import PhotoKind
from jiacan.draws.facade import photographs, reading
from jiacan.plans import facade as plans
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import AuditQuery
from tests.core.small_photographs import SECRET, png
from tests.slices.drawing_shop import HELD, PLAN_ID, plan_text

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "order_id,customer_id,sku,quantity,unit_price,paid_at\no-1,c-1,tea,1,100,2026-11-16T10:00:00+08:00\n"
NAMED = (("{id: first, gift: kettle, units: 1}", "{id: first, gift: kettle, units: 1, photo: kettle.png}"),)


def write(shop, draw: str) -> None:
    shop.plan.write_text(plan_text(draw.replace("MODE", "scheduled")))
    shop.write("orders.csv", ORDERS)


def named() -> str:
    return HELD.replace(*NAMED[0])


def taken() -> list[tuple[str, int, int]]:
    shop = tenancy.get_shop("tea")
    found = photographs.photographs_of(reading.get_draw(shop.id, PLAN_ID, "wheel"))
    return [(prize, each.width, each.height) for prize, each in found.items()]


def test_the_file_beside_the_plan_is_taken_and_another_one_later_is_no_change_of_the_rules(shop):
    write(shop, named())
    (shop.folder / "kettle.png").write_bytes(png(30, 20, (b"tEXt", SECRET)))
    assert shop.run("--orders", shop.folder / "orders.csv")["plan_version"] == 1
    assert taken() == [("first", 30, 20)]
    (shop.folder / "kettle.png").write_bytes(png(30, 21))
    assert shop.run("--orders", shop.folder / "orders.csv")["plan_version"] == 1
    assert taken() == [("first", 30, 21)]
    shop.run("--orders", shop.folder / "orders.csv")
    made = tenancy.get_shop("tea")
    told = tenancy.search_audit(made.id, AuditQuery(action="prize photograph changed"))
    assert len(told) == 2
    draw = reading.get_draw(made.id, PLAN_ID, "wheel")
    (photograph,) = photographs.photographs_of(draw).values()
    assert photographs.find_bytes(draw, photograph.sha256) == (PhotoKind.PNG, png(30, 21))


def test_a_file_that_is_not_there_or_no_photograph_is_told_before_anything_is_done(shop):
    write(shop, named())
    assert "kettle.png" in shop.refused("--orders", shop.folder / "orders.csv")
    (shop.folder / "kettle.png").write_bytes(b"<svg/>")
    said = shop.refused("--orders", shop.folder / "orders.csv")
    assert "kettle.png cannot be taken: it is no JPEG, PNG or WebP" in said
    assert tenancy.find_shops() == ()


@pytest.mark.parametrize("name", ["../kettle.png", "/etc/kettle.png", "kettle.svg", "a/kettle.png", "kettle.png/.."])
def test_only_a_file_in_the_plans_own_folder_can_be_named(name):
    checked = plans.check_text(plan_text(named().replace("kettle.png", name).replace("MODE", "scheduled")), "plan")
    (problem,) = checked.errors
    assert "beside the plan, such as kettle.jpg" in str(problem.message)
